// SPDX-License-Identifier: Apache-2.0

/// The slow measurements of a machine, by the names that registers and telemetry use.
public enum Scalar: String, CaseIterable, Sendable {
  /// Shaft speed, r/min.
  case speed
  /// Shaft power over rated power, %.
  case load
  /// Bearing metal at the drive end, degC.
  case bearingTemperature = "bearing-temperature"
  /// Motor winding, degC.
  case windingTemperature = "winding-temperature"
  /// Air around, degC.
  case ambientTemperature = "ambient-temperature"
  /// At the pump's suction flange, bar gauge.
  case suctionPressure = "suction-pressure"
  /// At the pump's discharge flange, bar gauge.
  case dischargePressure = "discharge-pressure"
  /// Through the pump, m3/h.
  case flow
  /// Motor current, A.
  case current
  /// Shaft power, kW.
  case power
  /// At DE-H, 10-1000 Hz, mm/s.
  case velocityRMS = "velocity-rms"
  /// At DE-H, up to 5 kHz, m/s2.
  case accelerationRMS = "acceleration-rms"

  /// The transmitter's noise: a share of the value, and an absolute part in the scalar's unit.
  var noise: (share: Double, absolute: Double) {
    switch self {
    case .speed: (0.0002, 0)
    case .load, .current, .power, .flow: (0.004, 0.02)
    case .bearingTemperature, .windingTemperature, .ambientTemperature: (0, 0.06)
    case .suctionPressure, .dischargePressure: (0.001, 0.004)
    case .velocityRMS, .accelerationRMS: (0.015, 0.002)
    }
  }

  /// The transmitter's upper range value, in the scalar's unit.
  public var rangeEnd: Double {
    switch self {
    case .speed: 6000
    case .load: 150
    case .bearingTemperature, .windingTemperature: 200
    case .ambientTemperature: 100
    case .suctionPressure: 10
    case .dischargePressure: 25
    case .flow: 1000
    case .current, .power: 500
    case .velocityRMS: 100
    case .accelerationRMS: 160
    }
  }
}

/// One reading of all scalars; NaN where the machine has no such sensor or the sensor gives no value.
public struct MachineScalars: Sendable {
  /// True while the shaft turns.
  public var isOn: Bool
  /// True while a sensor fault is present.
  public var hasSensorFault: Bool
  private var values = [Double](repeating: .nan, count: Scalar.allCases.count)

  /// A reading of nothing: every scalar NaN.
  public init(isOn: Bool, hasSensorFault: Bool = false) {
    self.isOn = isOn
    self.hasSensorFault = hasSensorFault
  }

  /// The value of `scalar` in the unit that its case names, or NaN.
  public subscript(scalar: Scalar) -> Double {
    get { values[MachineScalars.place[scalar, default: 0]] }
    set { values[MachineScalars.place[scalar, default: 0]] = newValue }
  }

  private static let place = Dictionary(
    uniqueKeysWithValues: Scalar.allCases.enumerated().map { ($1, $0) })
}
