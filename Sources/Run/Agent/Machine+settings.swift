// SPDX-License-Identifier: Apache-2.0

import Condition
import Machine
import Settings

extension Machine {
  /// Reads one entry of `machines:`; returns the machine, what feeds its points, and which of them are one sensor.
  static func decode(
    _ entry: Setting, bearings known: BearingTable
  ) throws(SettingsError) -> (Machine, [(from: Setting, point: Point)], SensorLayout) {
    let table = try entry.table()
    let idSetting = try table.required("id")
    let id = MachineID(try identifier(idSetting))
    var machine = Machine(
      id: id, name: try table.string("name", default: id.rawValue),
      kind: try table.choice("kind", of: MachineKind.self))
    machine.ratedPower_kW = try positive("rated-power-kw", in: table)
    machine.ratedSpeed_rpm = try positive("rated-speed-rpm", in: table)
    machine.shaftHeight_mm = try positive("shaft-height-mm", in: table)
    machine.support = try table.optionalChoice("support", of: Support.self)
    machine.vaneCount = try table.optionalInteger("vanes", in: 2...200)
    machine.lineFrequency_Hz = try positive("line-frequency-hz", in: table)
    machine.bearingType = try table.optionalChoice("bearing-type", of: BearingType.self)
    machine.drive = try table.optionalChoice("drive", of: DriveType.self)
    machine.rotor = try table.optionalChoice("rotor", of: RotorType.self)
    try decodeDrive(&machine, table)
    for bearing in try table.optionalList("bearings") {
      machine.bearings.append(try known.bearing(bearing))
    }
    var feeds: [(from: Setting, point: Point)] = []
    for pointEntry in try table.list("points") {
      let (point, from) = try decodePoint(pointEntry, of: machine)
      guard machine.point(point.id.name) == nil else {
        throw pointEntry.fail("a name of its own; '\(point.id.name)' stands twice in machine \(id)")
      }
      machine.points.append(point)
      feeds.append((from, point))
    }
    let sensors = try SensorLayout(table.optionalList("sensors"), of: machine)
    try table.finish()
    return (machine, feeds, sensors)
  }

  /// What gears, belts and the motor are made of.
  private static func decodeDrive(_ machine: inout Machine, _ table: SettingTable) throws(SettingsError) {
    if let poles = table.optional("poles") {
      let count = try poles.integer(in: 2...96)
      guard count.isMultiple(of: 2) else { throw poles.fail("an even number of poles") }
      machine.poleCount = count
    }
    machine.rotorBarCount = try table.optionalInteger("rotor-bars", in: 4...500)
    for entry in try table.optionalList("gears") {
      let gear = try entry.table()
      machine.gears.append(
        GearPair(
          name: try gear.string("name"),
          driverTeeth: try gear.optionalInteger("driver-teeth", in: 1...10_000),
          drivenTeeth: try gear.optionalInteger("driven-teeth", in: 1...10_000),
          shaftRatio: try positive("shaft-ratio", in: gear) ?? 1))
      try gear.finish()
    }
    for entry in try table.optionalList("belts") {
      let belt = try entry.table()
      machine.belts.append(
        BeltDrive(
          name: try belt.string("name"), length_mm: try positive("length-mm", in: belt),
          pulleyDiameter_mm: try positive("pulley-diameter-mm", in: belt)))
      try belt.finish()
    }
  }

  private static func decodePoint(
    _ entry: Setting, of machine: Machine
  ) throws(SettingsError) -> (Point, from: Setting) {
    let table = try entry.table()
    let name = try identifier(table.required("name"))
    let role = try table.choice("role", of: PointRole.self)
    let quantity: Quantity
    if let natural = role.quantity {
      quantity = natural
    } else {
      quantity = try table.choice("quantity", of: Quantity.self)
    }
    var point = Point(id: PointID(machine.id, name), role: role, quantity: quantity)
    point.direction = try table.optionalChoice("direction", of: Direction.self)
    if let bearing = table.optional("bearing") {
      let named = try bearing.string()
      guard machine.bearings.contains(where: { $0.name == named }) else {
        let names = machine.bearings.map(\.name).joined(separator: ", ")
        throw bearing.fail("one of this machine's bearings (\(names.isEmpty ? "none are listed" : names))")
      }
      point.bearing = named
    }
    let from = try table.required("from")
    try table.finish()
    return (point, from)
  }

  private static func positive(_ key: String, in table: SettingTable) throws(SettingsError) -> Double? {
    guard let setting = table.optional(key) else { return nil }
    let value = try setting.number()
    guard value > 0 else { throw setting.fail("a number above 0") }
    return value
  }

  /// A name that may stand in a topic and on one line of a screen.
  static func identifier(_ setting: Setting) throws(SettingsError) -> String {
    let text = try setting.string()
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.value > 0x20 && scalar.value != 0x7F && !"/+#.".unicodeScalars.contains(scalar)
        && !(0x80...0x9F).contains(scalar.value)
    }
    guard isPlain, (1...64).contains(text.utf8.count) else {
      throw setting.fail("1 to 64 bytes without spaces, control characters or any of / + # .")
    }
    return text
  }
}

extension PointRole {
  /// The quantity that this role always has; nil where the site file must say.
  var quantity: Quantity? {
    switch self {
    case .vibration, .accelerationRMS, .accelerationPeak: .acceleration
    case .velocityRMS: .velocity
    case .crestFactor, .kurtosis, .currentImbalance: .ratio
    case .bearingTemperature, .windingTemperature, .casingTemperature, .ambientTemperature,
      .dischargeTemperature, .valveTemperature, .ventTemperature, .sealTemperature, .oilTemperature,
      .couplingTemperature:
      .temperature
    case .suctionPressure, .dischargePressure, .interstagePressure, .sealPressure, .differentialPressure,
      .oilPressure:
      .pressure
    case .flow: .flow
    case .shaftSpeed: .rotationalSpeed
    case .current: .current
    case .power: .power
    case .voltage: .voltage
    case .humidity: .humidity
    case .other: nil
    }
  }
}
