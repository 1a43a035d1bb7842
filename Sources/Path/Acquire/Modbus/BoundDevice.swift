// SPDX-License-Identifier: Apache-2.0

public import Machine
import Settings

/// A point and the source that feeds it: `device.register` within one connection.
public typealias ModbusBinding = (source: String, point: PointID, quantity: Quantity)

/// A device with the points that hang on it: what of it has to be read, and how often.
struct BoundDevice: Sendable {
  /// Registers that are read together, because they have one period.
  struct Group: Sendable {
    var period_s: Double
    /// Positions in the profile.
    var registers: [Int]
    /// The cross-checks whose registers are both here.
    var checks: [CrossCheck]
  }

  var device: ModbusDevice
  /// Points by the position of their register.
  var points: [Int: [PointID]] = [:]
  var waveformPoints: [PointID] = []
  var groups: [Group] = []

  var profile: DeviceProfile { device.profile }
}

extension ModbusConnection {
  /// Finds the register or waveform behind each source, and refuses what cannot be read.
  public func check(_ bindings: [ModbusBinding]) throws(BindingError) { _ = try bind(bindings) }

  /// The devices that something is read from, in the order of the site file.
  func bind(_ bindings: [ModbusBinding]) throws(BindingError) -> [BoundDevice] {
    var bound = devices.map { BoundDevice(device: $0) }
    for binding in bindings {
      let dot = binding.source.firstIndex(of: ".") ?? binding.source.endIndex
      let name = String(binding.source[..<dot])
      guard let index = devices.firstIndex(where: { $0.name == name }) else {
        let known = devices.map(\.name)
        throw .unknownDevice(
          source: binding.source, point: binding.point, nearest: nearest(to: name, among: known), known: known
        )
      }
      try bound[index].add(binding, register: String(binding.source[dot...].dropFirst()))
    }
    for index in bound.indices { bound[index].makeGroups() }
    return bound.filter { !$0.points.isEmpty || !$0.waveformPoints.isEmpty }
  }
}

extension BoundDevice {
  fileprivate mutating func add(_ binding: ModbusBinding, register name: String) throws(BindingError) {
    func refuseUnless(_ quantity: Quantity) throws(BindingError) {
      guard quantity == binding.quantity else {
        throw .wrongQuantity(
          source: binding.source, point: binding.point, wanted: binding.quantity, found: quantity)
      }
    }
    if let position = profile.registers.firstIndex(where: { $0.name == name }) {
      let register = profile.registers[position]
      guard register.type != .string else { throw .notANumber(source: binding.source, point: binding.point) }
      try refuseUnless(register.unit.quantity)
      points[position, default: []].append(binding.point)
    } else if let waveform = profile.waveform, waveform.name == name {
      try refuseUnless(waveform.unit.quantity)
      if let needed = waveform.triggerName, !device.allowedWrites.contains(needed) {
        throw .writeNotAllowed(
          source: binding.source, point: binding.point, device: device.name, needed: needed)
      }
      waveformPoints.append(binding.point)
    } else {
      let known = profile.sourceNames
      throw .unknownRegister(
        source: binding.source, point: binding.point, profile: profile.name,
        nearest: nearest(to: name, among: known), known: known)
    }
  }

  /// Adds what cross-checks need, and sorts the registers by period. Both sides of a cross-check are read at
  /// the shorter of their periods, in one go.
  fileprivate mutating func makeGroups() {
    var periods: [Int: Double] = [:]
    for position in points.keys { periods[position] = profile.registers[position].period_s }
    var changed = true
    while changed {
      changed = false
      for check in profile.crossChecks {
        let known = [periods[check.first], periods[check.second]].compactMap(\.self)
        guard let period = known.min() else { continue }
        for side in [check.first, check.second] where periods[side] != period {
          periods[side] = period
          changed = true
        }
      }
    }
    groups = Set(periods.values).sorted().map { period in
      let registers = periods.filter { $0.value == period }.keys.sorted()
      let checks = profile.crossChecks.filter {
        registers.contains($0.first) && registers.contains($0.second)
      }
      return Group(period_s: period, registers: registers, checks: checks)
    }
  }
}

extension ModbusConnection {
  /// What one count of the 16-bit register behind `device.register` is worth, in the canonical unit of its quantity;
  /// nil for what is not one word that measures: counters turn over by nature.
  public func countWorth(of source: String) -> Double? {
    guard let dot = source.firstIndex(of: "."),
      let device = devices.first(where: { $0.name == source[..<dot] }),
      let register = device.profile.registers.first(where: { $0.name == source[source.index(after: dot)...] }
      ),
      register.type == .u16 || register.type == .i16,
      ![.count, .status, .energy].contains(register.unit.quantity)
    else { return nil }
    return abs(register.unit.canonical(register.scale) - register.unit.canonical(0))
  }
}
