// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Fieldbus
import Machine

/// Requests, and what their failures mean for the unit and the line.
extension ModbusPoller {
  /// Whether requests of the schedule may go to the unit.
  func mayAsk(_ device: Int) -> Bool { !link.isOpen && !units[device].breaker.isOpen }

  /// One read, counted; its failure is written down before it is thrown on.
  func read(
    _ device: Int, _ function: RegisterFunction, address: UInt16, count: Int
  ) async throws(FieldbusError) -> [UInt16] {
    await rest(device)
    counters.requests += 1
    do throws(FieldbusError) {
      let words = try await bus.read(
        unit: devices[device].device.unit, function, address: address, count: count,
        timeout_s: connection.timeout_s)
      guard words.count == count else {
        let request = FieldbusError.Request(
          unit: devices[device].device.unit, function: function.rawValue, address: address, count: count)
        throw FieldbusError.invalidReply(request, reason: "\(words.count) values")
      }
      noteAnswer(device)
      return words
    } catch {
      noteFailure(device, error)
      throw error
    }
  }

  /// One write, counted and audited.
  func write(_ device: Int, register: String, address: UInt16, value: UInt16) async throws(FieldbusError) {
    await rest(device)
    counters.requests += 1
    counters.writes += 1
    var outcome: FieldbusError?
    do throws(FieldbusError) {
      try await bus.write(
        unit: devices[device].device.unit, address: address, value: value, timeout_s: connection.timeout_s)
      noteAnswer(device)
    } catch {
      noteFailure(device, error)
      outcome = error
    }
    await environment.audit(
      RegisterWrite(
        connection: connection.name, device: devices[device].device.name, unit: devices[device].device.unit,
        register: register, address: address, value: value, stamp: environment.clock.stamp(),
        failure: outcome.map { "\($0)" }))
    if let outcome { throw outcome }
  }

  /// Gives the device the silence that it needs between two requests.
  private func rest(_ device: Int) async {
    guard let until = units[device].restUntil else { return }
    let wait_s = until.seconds(since: environment.clock.monotonic())
    if wait_s > 0 { try? await environment.sleep(wait_s) }
  }

  private func noteRest(_ device: Int) {
    let pause_s = devices[device].profile.limits.pause_s
    if pause_s > 0 {
      units[device].restUntil = environment.clock.monotonic().advanced(bySeconds: pause_s)
    }
  }

  private func noteAnswer(_ device: Int) {
    noteRest(device)
    units[device].breaker.answered()
    link.answered()
    counters.isLinkUp = true
    counters.units[device].answers = true
  }

  private func noteFailure(_ device: Int, _ error: FieldbusError) {
    counters.units[device].lastFailure = "\(error)"
    switch error {
    case .timeout: counters.timeouts += 1
    case .exception: counters.exceptions += 1
    default: counters.failures += 1
    }
    let now = environment.clock.monotonic()
    switch error.meaning {
    case .refusedAddress, .busy, .refused: noteAnswer(device)
    case .unitSilent: silence(device, at: now)
    case .linkDown:
      link.failed(at: now, random: environment.random())
      counters.isLinkUp = false
    }
  }

  /// The unit did not answer.
  func silence(_ device: Int, at now: MonotonicTime) {
    noteRest(device)
    link.answered()
    counters.isLinkUp = true
    units[device].breaker.failed(at: now, random: environment.random())
    counters.units[device].answers = false
  }

  /// When the next silent unit is asked whether it is back, and which one.
  func nextProbeTime() -> (time: MonotonicTime, unit: Int)? {
    var silent: (time: MonotonicTime, unit: Int)?
    for (index, unit) in units.enumerated() {
      guard let until = unit.breaker.openUntil else { continue }
      if silent.map({ until < $0.time }) ?? true { silent = (until, index) }
    }
    if let until = link.openUntil {
      // Any unit will do to find the line; they take turns, so that none decides for all.
      let unit = silent?.unit ?? link.failures % max(1, units.count)
      return units.isEmpty ? nil : (until, unit)
    }
    return silent.map { (max($0.time, nextProbe), $0.unit) }
  }

  /// Asks a silent unit for one value.
  func probe(_ device: Int) async {
    let profile = devices[device].profile
    let start = environment.clock.monotonic()
    let register = polls.first { $0.device == device && !$0.plan.requests.isEmpty }
      .map { $0.plan.requests[0].cells[0].registers[0] }
    let asked = register.map { profile.registers[$0] } ?? profile.waveform.map { $0.registers[$0.sequence] }
    guard let asked = asked ?? profile.registers.first else { return }
    _ = try? await read(device, asked.function, address: asked.address, count: asked.words)
    let now = environment.clock.monotonic()
    guard !mayAsk(device) else { return }
    nextProbe = now.advanced(bySeconds: now.seconds(since: start) * (ModbusPoller.probeShare - 1))
  }
}
