// SPDX-License-Identifier: Apache-2.0

import Machine

/// A line of a gear, a motor, a belt or an impeller at one shaft speed.
struct PlacedLine {
  var line: PartLine
  var part: String
  var expected_Hz: Double
  var first: Modulation?
  var second: Modulation?
}

extension PartLine {
  /// How many harmonics are looked for, the first included.
  var harmonics: Int {
    switch self {
    case .twiceLine, .currentPolePass: 1
    case .barPass: 2
    case .beltRate: 4
    default: 3
    }
  }

  /// How far from its place it may lie, as a share.
  var tolerance: Double { self == .beltRate ? MachineLine.slip : MachineLine.exact }

  /// Whether it never coincides with a multiple of shaft speed by right.
  var isApartFromShaft: Bool { self == .twiceLine || self == .beltRate }
}

extension Machine {
  /// Hands over each line that the machine's data place at this shaft speed, and allocates nothing.
  ///
  /// The teeth of a pair fix all of its lines: mesh f_m = N_i f_i, driven shaft f_o = f_m / N_o, the phase of assembly
  /// f_m / g and the hunting tooth f_m g / (N_i N_o), where g is the greatest common divisor of both counts: a tooth
  /// meets every g-th tooth of the other gear, and the same one again only after N_i N_o / g meshes.
  func placeLines(shaft_Hz: Double?, _ body: (PlacedLine) -> Void) {
    if let shaft_Hz {
      for pair in gears { pair.placeLines(shaft_Hz: shaft_Hz, body) }
    }
    placeMotorLines(shaft_Hz: shaft_Hz, body)
    guard let shaft_Hz else { return }
    for belt in belts {
      if let rate = belt.rate_Hz(shaft_Hz: shaft_Hz) {
        body(PlacedLine(line: .beltRate, part: belt.name, expected_Hz: rate))
      }
    }
    if let vaneCount, vaneCount > 0 {
      body(
        PlacedLine(
          line: .vanePass, part: "impeller", expected_Hz: Double(vaneCount) * shaft_Hz,
          first: Modulation(by: "shaft", spacing_Hz: shaft_Hz)))
    }
  }

  /// What the pole pass does to the lines of the motor; nil where the speed is not that of such a motor.
  func polePass(shaft_Hz: Double?) -> Modulation? {
    guard let shaft_Hz, let poleCount, let lineFrequency_Hz else { return nil }
    return MotorSlip(poleCount: poleCount, lineFrequency_Hz: lineFrequency_Hz, shaft_Hz: shaft_Hz)
      .map { Modulation(by: "pole pass", spacing_Hz: $0.polePass_Hz) }
  }

  private func placeMotorLines(shaft_Hz: Double?, _ body: (PlacedLine) -> Void) {
    guard let mains = lineFrequency_Hz, mains > 0 else { return }
    let passing = polePass(shaft_Hz: shaft_Hz)
    body(PlacedLine(line: .twiceLine, part: "motor", expected_Hz: 2 * mains, first: passing))
    guard let shaft_Hz else { return }
    if passing != nil {
      body(PlacedLine(line: .polePass, part: "motor", expected_Hz: shaft_Hz, first: passing))
      body(PlacedLine(line: .currentPolePass, part: "motor", expected_Hz: mains, first: passing))
    }
    if let bars = rotorBarCount, bars > 0 {
      body(
        PlacedLine(
          line: .barPass, part: "motor", expected_Hz: Double(bars) * shaft_Hz,
          first: Modulation(by: "twice the line", spacing_Hz: 2 * mains)))
    }
  }
}

extension BeltDrive {
  /// Turns of the belt a second; nil where its length or its pulley is not known.
  fileprivate func rate_Hz(shaft_Hz: Double) -> Double? {
    guard let length_mm, let pulleyDiameter_mm, length_mm > 0, pulleyDiameter_mm > 0 else { return nil }
    return .pi * pulleyDiameter_mm / length_mm * shaft_Hz
  }
}

extension GearPair {
  /// Turns of the driver's shaft a second and its teeth; nil where one is not known.
  func driver(shaft_Hz: Double) -> (rate_Hz: Double, teeth: Int)? {
    guard let driverTeeth, driverTeeth > 0, shaftRatio.isFinite, shaftRatio > 0 else { return nil }
    return (shaftRatio * shaft_Hz, driverTeeth)
  }

  fileprivate func placeLines(shaft_Hz: Double, _ body: (PlacedLine) -> Void) {
    guard let (input, teeth) = driver(shaft_Hz: shaft_Hz) else { return }
    let mesh = Double(teeth) * input
    let driven = drivenTeeth.flatMap { $0 > 0 ? $0 : nil }
    func place(_ line: PartLine, _ frequency_Hz: Double) {
      body(PlacedLine(line: line, part: name, expected_Hz: frequency_Hz))
    }
    body(
      PlacedLine(
        line: .gearMesh, part: name, expected_Hz: mesh,
        first: Modulation(by: "driver's shaft", spacing_Hz: input),
        second: driven.map { Modulation(by: "driven shaft", spacing_Hz: mesh / Double($0)) }))
    place(.driverShaft, input)
    guard let driven else { return }
    let common = greatestCommonDivisor(teeth, driven)
    place(.drivenShaft, mesh / Double(driven))
    place(.assemblyPhase, mesh / Double(common))
    place(.huntingTooth, mesh * Double(common) / (Double(teeth) * Double(driven)))
  }
}

/// Euclid's algorithm on two counts above 0.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b > 0 { (a, b) = (b, a % b) }
  return a
}
