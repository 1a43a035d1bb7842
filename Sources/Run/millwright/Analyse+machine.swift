// SPDX-License-Identifier: Apache-2.0

import Agent
public import ArgumentParser
public import Machine

extension MachineKind: ExpressibleByArgument {}
extension Support: ExpressibleByArgument {}

/// What is known of the machine: from the site file, and by options that override it.
struct AnalyseMachine: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "The site file: for --machine, and for points (default /etc/millwright/site.yaml).")
  var site: String?
  @Option(help: "Take the machine's data from the site file: its id.") var machine: String?
  @Option(help: "Shaft speed in r/min.") var speed: Double?
  @Option(
    help:
      "A bearing by its designation in devices/bearings.yaml, or ELEMENTS,ELEMENT-MM,PITCH-MM[,CONTACT-DEG]; repeatable."
  ) var bearing: [String] = []
  @Option(help: "pump, fan, motor, gearbox, compressor or other.") var kind: MachineKind?
  @Option(help: "Rated power in kW, for severity.") var power: Double?
  @Option(help: "Rated speed in r/min, for severity.") var ratedSpeed: Double?
  @Option(help: "How the machine stands: rigid or flexible, for severity.") var support: Support?
  @Option(help: "Vanes or blades.") var vanes: Int?
  @Option(help: "Poles of the motor.") var poles: Int?
  @Option(help: "Rotor bars of the motor.") var bars: Int?
  @Option(help: "Frequency of the mains in Hz.") var lineFrequency: Double?
  @Option(help: "A gear pair as DRIVER/DRIVEN teeth, like 21/45; repeatable.") var teeth: [String] = []

  func validate() throws {
    for (name, value) in [
      ("--speed", speed), ("--power", power), ("--rated-speed", ratedSpeed),
      ("--line-frequency", lineFrequency),
    ] {
      if let value, !(value > 0 && value.isFinite) { throw ValidationError("\(name) is a number above 0") }
    }
    for (name, value) in [("--vanes", vanes), ("--poles", poles), ("--bars", bars)] {
      if let value, !(1...1000).contains(value) { throw ValidationError("\(name) is 1 to 1000") }
    }
    _ = try gears()
    for text in bearing where text.contains(",") { _ = try AnalyseMachine.geometry(text) }
  }

  /// The site file, where one is needed.
  func siteFile() throws -> SiteFile {
    try SiteFile.load(path: site ?? "/etc/millwright/site.yaml", resources: try Resources.find())
  }

  /// The machine that the options describe, on the ground of the site's where one is named.
  func described() throws -> Machine {
    guard let machine else {
      return try described(Machine(id: MachineID("machine"), name: "machine", kind: .other))
    }
    let site = try siteFile()
    guard let known = site.plant.machines.first(where: { $0.id.rawValue == machine }) else {
      let ids = site.plant.machines.map(\.id.rawValue).joined(separator: ", ")
      throw AgentError.unknown("machine '\(machine)' is not in \(site.path); there are: \(ids)")
    }
    return try described(known)
  }

  /// A known machine with what the options say of it.
  func described(_ known: Machine) throws -> Machine {
    var machine = known
    machine.kind = kind ?? machine.kind
    machine.ratedPower_kW = power ?? machine.ratedPower_kW
    machine.ratedSpeed_rpm = ratedSpeed ?? machine.ratedSpeed_rpm
    machine.support = support ?? machine.support
    machine.vaneCount = vanes ?? machine.vaneCount
    machine.poleCount = poles ?? machine.poleCount
    machine.rotorBarCount = bars ?? machine.rotorBarCount
    machine.lineFrequency_Hz = lineFrequency ?? machine.lineFrequency_Hz
    if !teeth.isEmpty { machine.gears = try gears() }
    if !bearing.isEmpty {
      let resources = try Resources.find()
      machine.bearings = try bearing.map {
        $0.contains(",") ? try AnalyseMachine.geometry($0) : try resources.bearing($0)
      }
    }
    return machine
  }

  private func gears() throws -> [GearPair] {
    try teeth.enumerated().map { i, text in
      let parts = text.split(separator: "/").map { Int($0) }
      guard parts.count == 2, let driver = parts[0], let driven = parts[1], driver > 0, driven > 0 else {
        throw ValidationError("--teeth is DRIVER/DRIVEN, like 21/45")
      }
      return GearPair(name: "stage \(i + 1)", driverTeeth: driver, drivenTeeth: driven)
    }
  }

  private static func geometry(_ text: String) throws -> Bearing {
    let parts = text.split(separator: ",").map { Double($0) }
    guard (3...4).contains(parts.count), let count = parts[0], let element = parts[1], let pitch = parts[2],
      let angle = parts.count == 4 ? parts[3] : 0, count == count.rounded(), (3...200).contains(count),
      element > 0,
      pitch > element, (0..<90).contains(angle)
    else {
      throw ValidationError(
        "--bearing is a designation, or ELEMENTS,ELEMENT-MM,PITCH-MM[,CONTACT-DEG] like 9,7.94,39.04,0")
    }
    return Bearing(
      name: text, designation: text, rollingElements: Int(count), elementDiameter_mm: element,
      pitchDiameter_mm: pitch, contactAngle_deg: angle, source: "--bearing")
  }
}
