// SPDX-License-Identifier: Apache-2.0

public import Fieldbus
public import Machine

/// One register of one device, read once: a line of `millwright probe`.
public struct ProbedRegister: Sendable {
  public var name: String
  public var function: RegisterFunction
  /// PDU address, from 0.
  public var address: UInt16
  /// The words as they came; empty when the device did not give them.
  public var words: [UInt16]
  /// In the profile's unit.
  public var value: Double?
  public var unit: String
  /// The characters of a `string` register.
  public var text: String?
  public var quality: Quality
}

extension ModbusConnection {
  /// Reads every register of one device once, those of its waveform header included, each by itself, so that
  /// what the device refuses stands alone. Cross-checks are applied.
  public func probe(_ device: ModbusDevice, on bus: any RegisterBus) async -> [ProbedRegister] {
    let profile = device.profile
    var lines: [ProbedRegister] = []
    var decoded: [Int: DecodedValue] = [:]
    for (index, register) in profile.registers.enumerated() {
      let line = await read(register, named: register.name, of: device, on: bus)
      if !line.words.isEmpty { decoded[index] = register.decode(line.words[...]) }
      lines.append(line)
    }
    for check in profile.crossChecks {
      let (first, second) = (profile.registers[check.first], profile.registers[check.second])
      let defect = check.defect(
        decoded[check.first], decoded[check.second], names: (first.name, second.name),
        unit: first.unit.quantity.canonicalUnit)
      guard let defect else { continue }
      lines[check.first].quality = .bad(defect)
      lines[check.second].quality = .bad(defect)
    }
    guard let waveform = profile.waveform else { return lines }
    for (index, register) in waveform.registers.enumerated() where index != waveform.trigger?.register {
      lines.append(await read(register, named: "\(waveform.name).\(register.name)", of: device, on: bus))
    }
    return lines
  }

  private func read(
    _ register: Register, named name: String, of device: ModbusDevice, on bus: any RegisterBus
  ) async -> ProbedRegister {
    var line = ProbedRegister(
      name: name, function: register.function, address: register.address, words: [], value: nil,
      unit: register.unit.symbol, text: nil, quality: .good)
    do {
      let words = try await bus.read(
        unit: device.unit, register.function, address: register.address, count: register.words,
        timeout_s: timeout_s)
      guard words.count == register.words else {
        line.quality = .bad(SensorDefect(.noData, "\(words.count) words came instead of \(register.words)"))
        return line
      }
      let decoded = register.decode(words[...])
      line.words = words
      line.value = decoded.value.map(register.unit.fromCanonical)
      line.text = decoded.text
      line.quality = decoded.quality
    } catch {
      line.quality = .bad(SensorDefect(.noData, "\(error)"))
    }
    return line
  }
}
