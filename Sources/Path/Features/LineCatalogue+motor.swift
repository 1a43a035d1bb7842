// SPDX-License-Identifier: Apache-2.0

import Machine

/// How far an induction motor falls behind its field.
public struct MotorSlip: Sendable, Codable, Equatable {
  /// Speed of the field, 120 f_L / P.
  public var synchronous_rpm: Double
  /// Share of the synchronous speed by which the rotor is slower.
  public var slip: Double
  /// Slip times the synchronous speed, in Hz.
  public var slip_Hz: Double
  /// Rate at which the poles of the field pass a bar of the rotor: P times the slip frequency, equal to 2 s f_L.
  public var polePass_Hz: Double

  /// Slip above which a speed is not that of such a motor on such a line (general practice: the softest designs reach
  /// 13 %).
  public static let maximum = 0.15

  /// Nil when the speed is above the field's or so far below it that poles, line or speed must be wrong.
  public init?(poleCount: Int, lineFrequency_Hz: Double, shaft_Hz: Double) {
    guard poleCount >= 2, poleCount.isMultiple(of: 2), lineFrequency_Hz > 0, shaft_Hz > 0 else { return nil }
    let field_Hz = 2 * lineFrequency_Hz / Double(poleCount)
    synchronous_rpm = 60 * field_Hz
    slip_Hz = field_Hz - shaft_Hz
    slip = slip_Hz / field_Hz
    polePass_Hz = Double(poleCount) * slip_Hz
    guard (0...MotorSlip.maximum).contains(slip) else { return nil }
  }
}

extension LineCatalogue {
  mutating func addMotor(_ machine: Machine) {
    let (poles, bars) = (machine.poleCount, machine.rotorBarCount)
    guard machine.kind == .motor || machine.lineFrequency_Hz != nil || poles != nil || bars != nil else {
      return
    }
    guard let mains = machine.lineFrequency_Hz, mains > 0 else {
      unplaced += ["2x line", "pole pass", "bar pass"].map {
        UnplacedLine($0, .motor, part: "motor", missing: missing([("line frequency", false)]))
      }
      return
    }
    let slip = shaft_Hz.flatMap { shaft in
      poles.flatMap { MotorSlip(poleCount: $0, lineFrequency_Hz: mains, shaft_Hz: shaft) }
    }
    let passing = slip.map { [Modulation(by: "pole pass", spacing_Hz: $0.polePass_Hz)] } ?? []
    lines.append(
      motor(
        "2x line", 2 * mains, "2 f_L", harmonics: 1, .velocity, passing, isApartFromShaft: true))
    addPolePass(poles, mains, passing)
    guard let shaft_Hz, let bars, bars > 0 else {
      let needed = missing([("rotor bar count", (bars ?? 0) > 0)])
      unplaced.append(UnplacedLine("bar pass", .motor, part: "motor", missing: needed))
      return
    }
    lines.append(
      motor(
        "bar pass", Double(bars) * shaft_Hz, "N_b f_r", harmonics: 2, .acceleration,
        [Modulation(by: "twice the line", spacing_Hz: 2 * mains)], isApartFromShaft: false))
  }

  /// Broken bars: sidebands of the shaft's line in vibration, and of the line frequency in current.
  private mutating func addPolePass(_ poles: Int?, _ mains: Double, _ passing: [Modulation]) {
    guard let shaft_Hz, !passing.isEmpty else {
      let field = poles.map { "a speed below and near the field's \(120 * mains / Double(max($0, 1))) r/min" }
      let needed = missing([("pole count", poles != nil), (field ?? "", shaft_Hz == nil || field == nil)])
      unplaced.append(UnplacedLine("pole pass", .motor, part: "motor", missing: needed))
      return
    }
    lines.append(
      motor(
        "1x with pole pass", shaft_Hz, "f_r, F_p = P (2 f_L / P - f_r)", harmonics: 3, .velocity, passing,
        isApartFromShaft: false))
    lines.append(
      motor(
        "line with pole pass", mains, "f_L, F_p = 2 s f_L", harmonics: 1, .current, passing,
        isApartFromShaft: false))
  }

  private func motor(
    _ name: String, _ frequency_Hz: Double, _ formula: String, harmonics: Int, _ spectrum: LineSpectrum,
    _ modulations: [Modulation], isApartFromShaft: Bool
  ) -> MachineLine {
    MachineLine(
      name, .motor, part: "motor", expected_Hz: frequency_Hz, formula: formula,
      source: "N_s = 120 f_L / P; bars at (1 +- 2 k s) f_L, Pons-Llinares et al.",
      harmonics: harmonics, modulations: modulations, spectrum: spectrum, tolerance: MachineLine.exact,
      isApartFromShaft: isApartFromShaft)
  }
}
