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
  /// What the lines of the motor lack; `Machine.placeLines` places them.
  mutating func addMissingMotor(_ machine: Machine) {
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
    if machine.polePass(shaft_Hz: shaft_Hz) == nil {
      let field = poles.map { "a speed below and near the field's \(120 * mains / Double(max($0, 1))) r/min" }
      let needed = missing([("pole count", poles != nil), (field ?? "", shaft_Hz == nil || field == nil)])
      unplaced.append(UnplacedLine("pole pass", .motor, part: "motor", missing: needed))
    }
    if shaft_Hz == nil || bars ?? 0 <= 0 {
      let needed = missing([("rotor bar count", (bars ?? 0) > 0)])
      unplaced.append(UnplacedLine("bar pass", .motor, part: "motor", missing: needed))
    }
  }
}
