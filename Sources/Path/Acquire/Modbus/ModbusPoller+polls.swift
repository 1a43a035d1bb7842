// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Fieldbus
import Machine

/// Scalar registers on schedule.
extension ModbusPoller {
  /// What one poll brought for each register.
  private struct Harvest {
    var values: [Int: (decoded: DecodedValue, stamp: Stamp)] = [:]
    /// Why registers without a value have none.
    var failure = "not read"
  }

  /// Reads one group and hands its samples on.
  func poll(_ index: Int, at now: MonotonicTime) async {
    let late = Int(now.seconds(since: polls[index].due) / polls[index].group.period_s)
    counters.missedSchedules += late
    polls[index].due = polls[index].due.advanced(bySeconds: Double(late + 1) * polls[index].group.period_s)
    let device = polls[index].device
    guard mayAsk(device) else {
      counters.polledWhileSilent += 1
      guard polls[index].reminder.map({ $0 <= now }) ?? true else { return }
      polls[index].reminder = now.advanced(bySeconds: ModbusPoller.reminderPeriod_s)
      await sink(noData(device, registers: polls[index].group.registers, silenceReason(device)))
      return
    }
    counters.polls += 1
    polls[index].reminder = nil
    revive(index, at: now)
    var harvest = Harvest()
    for request in polls[index].plan.requests {
      guard await perform(request, of: index, into: &harvest) else { break }
    }
    var batch = samples(of: polls[index].group, device, harvest)
    if !mayAsk(device) { batch += silence(of: device, except: polls[index].group.registers) }
    await sink(batch)
  }

  /// Reads one request, around refused cells if need be.
  /// - Returns: false when the rest of the poll would fail as well.
  private func perform(_ request: ReadRequest, of index: Int, into harvest: inout Harvest) async -> Bool {
    let device = polls[index].device
    do {
      let words = try await read(device, request.function, address: request.address, count: request.count)
      store(words, request, device, &harvest)
      return true
    } catch {
      harvest.failure = "\(error)"
      switch error.meaning {
      case .refusedAddress: return await bisect(request, of: index, into: &harvest)
      case .busy, .refused: return true
      case .unitSilent, .linkDown: return false
      }
    }
  }

  /// Reads every cell of a refused request that can be read, and remembers the others.
  private func bisect(_ request: ReadRequest, of index: Int, into harvest: inout Harvest) async -> Bool {
    let device = polls[index].device
    var search = Bisection(count: request.cells.count)
    while let range = search.next() {
      let part = request.part(range)
      do {
        let words = try await read(device, part.function, address: part.address, count: part.count)
        store(words, part, device, &harvest)
        search.wasServed()
      } catch {
        harvest.failure = "\(error)"
        guard error.meaning == .refusedAddress else { return false }
        search.wasRefused()
      }
    }
    if search.bad.count == request.cells.count, !units[device].hasServed {
      // A device that gives nothing at all is starting up or is another one: nothing is learned of its registers.
      silence(device, at: environment.clock.monotonic())
      return false
    }
    let retry = environment.clock.monotonic().advanced(bySeconds: ModbusPoller.refusalMemory_s)
    for cell in search.bad.map({ request.cells[$0] }) {
      units[device].refusals.cells.insert(cell.key)
      units[device].retries[cell.key] = retry
    }
    for cell in search.breaks.map({ request.cells[$0] }) { units[device].refusals.breaks.insert(cell.key) }
    replan(index)
    return true
  }

  private func store(_ words: [UInt16], _ request: ReadRequest, _ device: Int, _ harvest: inout Harvest) {
    let stamp = environment.clock.stamp()
    let registers = devices[device].profile.registers
    for cell in request.cells {
      for index in cell.registers {
        harvest.values[index] = (registers[index].decode(request.words(of: cell, in: words)), stamp)
      }
    }
  }

  /// Takes refused registers whose time has come back into the plan.
  private func revive(_ index: Int, at now: MonotonicTime) {
    let device = polls[index].device
    let registers = devices[device].profile.registers
    var isChanged = false
    for register in polls[index].group.registers {
      let key = registers[register].cellKey
      guard let retry = units[device].retries[key], retry <= now else { continue }
      units[device].retries[key] = nil
      units[device].refusals.cells.remove(key)
      isChanged = true
    }
    if isChanged { replan(index) }
  }

  private func replan(_ index: Int) {
    let (device, group) = (polls[index].device, polls[index].group)
    polls[index].plan = ReadPlan(
      devices[device].profile.registers, wanted: group.registers, limits: devices[device].profile.limits,
      refusals: units[device].refusals)
  }

  /// The readings of a poll, after the cross-checks.
  private func samples(of group: BoundDevice.Group, _ device: Int, _ harvest: Harvest) -> [Sample] {
    let bound = devices[device]
    let registers = bound.profile.registers
    var doubted: [Int: SensorDefect] = [:]
    for check in group.checks {
      let (first, second) = (registers[check.first], registers[check.second])
      let defect = check.defect(
        harvest.values[check.first]?.decoded, harvest.values[check.second]?.decoded,
        names: (first.name, second.name), unit: first.unit.quantity.canonicalUnit)
      guard let defect else { continue }
      counters.crossCheckFailures += 1
      doubted[check.first] = defect
      doubted[check.second] = defect
    }
    var samples: [Sample] = []
    let now = environment.clock.stamp()
    for index in group.registers {
      let register = registers[index]
      for point in bound.points[index] ?? [] {
        guard let found = harvest.values[index] else {
          let isRefused = units[device].refusals.cells.contains(register.cellKey)
          let reason = isRefused ? "\(register.name): the device refuses this register" : harvest.failure
          samples.append(.reading(Reading(missing: point, register, reason, now)))
          continue
        }
        let quality = doubted[index].map(Quality.bad) ?? found.decoded.quality
        samples.append(
          .reading(
            Reading(
              point: point, quantity: register.unit.quantity, value: found.decoded.value, stamp: found.stamp,
              quality: quality)))
      }
    }
    return samples
  }

  /// What every point is told whose unit just fell silent, or whose line did.
  /// - Parameter told: registers of `device` that have their reading already.
  func silence(of device: Int, except told: [Int] = []) -> [Sample] {
    var samples: [Sample] = []
    for index in link.isOpen ? Array(devices.indices) : [device] {
      let registers = devices[index].points.keys.sorted().filter { index != device || !told.contains($0) }
      samples += noData(index, registers: registers, silenceReason(index))
    }
    return samples
  }

  func silenceReason(_ device: Int) -> String {
    "\(devices[device].device.name) does not answer: "
      + (counters.units[device].lastFailure ?? "\(connection.endpoint) is not reachable")
  }

  private func noData(_ device: Int, registers: [Int], _ reason: String) -> [Sample] {
    let stamp = environment.clock.stamp()
    let bound = devices[device]
    return registers.flatMap { index in
      (bound.points[index] ?? []).map { point in
        .reading(Reading(missing: point, bound.profile.registers[index], reason, stamp))
      }
    }
  }
}

extension Reading {
  /// The reading that says that there is none.
  fileprivate init(missing point: PointID, _ register: Register, _ reason: String, _ stamp: Stamp) {
    self.init(
      point: point, quantity: register.unit.quantity, value: nil, stamp: stamp,
      quality: .bad(SensorDefect(.noData, reason)))
  }
}
