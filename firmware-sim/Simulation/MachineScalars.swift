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
  /// At the suction flange or the inlet, bar gauge.
  case suctionPressure = "suction-pressure"
  /// At the discharge flange, bar gauge; of a fan its static pressure.
  case dischargePressure = "discharge-pressure"
  /// Through the machine, m3/h.
  case flow
  /// Motor current, A.
  case current
  /// Shaft power, kW.
  case power
  /// At DE-H, 10-1000 Hz, mm/s.
  case velocityRMS = "velocity-rms"
  /// At DE-H, up to 5 kHz, m/s2.
  case accelerationRMS = "acceleration-rms"
  /// The largest phase current less the mean, over the mean, %.
  case currentImbalance = "current-imbalance"
  /// Of a pump's casing, degC.
  case casingTemperature = "casing-temperature"
  /// What leaves the machine, degC.
  case dischargeTemperature = "discharge-temperature"
  /// Between two compressor stages, bar gauge.
  case interstagePressure = "interstage-pressure"
  /// Over the strainer, inlet filter or oil separator, bar.
  case differentialPressure = "differential-pressure"
  /// The hottest valve pocket of a reciprocating compressor, degC.
  case valveTemperature = "valve-temperature"
  /// The vent of its packing, degC.
  case ventTemperature = "vent-temperature"
  /// Faces of the mechanical seal, degC.
  case sealTemperature = "seal-temperature"
  /// Its barrier liquid, bar gauge.
  case sealPressure = "seal-pressure"
  /// Oil in the sump, or before it is injected, degC.
  case oilTemperature = "oil-temperature"
  /// Behind the oil filter, bar gauge.
  case oilPressure = "oil-pressure"
  /// The coupling, degC.
  case couplingTemperature = "coupling-temperature"

  static let all = allCases

  /// The transmitter's noise: a share of the value, and a share of its range.
  var noise: (share: Double, ofRange: Double) {
    switch self {
    case .speed: (0.0002, 0)
    case .load, .current, .power, .flow: (0.004, 0.00004)
    case .bearingTemperature, .windingTemperature, .ambientTemperature, .casingTemperature,
      .dischargeTemperature, .valveTemperature, .ventTemperature, .sealTemperature, .oilTemperature,
      .couplingTemperature:
      (0, 0.0003)
    case .suctionPressure, .dischargePressure, .interstagePressure, .differentialPressure, .sealPressure,
      .oilPressure:
      (0.001, 0.0003)
    case .velocityRMS, .accelerationRMS: (0.015, 0.00002)
    case .currentImbalance: (0.04, 0.0004)
    }
  }

  /// How far the instrument may be off for its whole life, and how far it may wander within weeks, shares of its
  /// range or, for `ofValue`, of the value: resistance thermometers of class B (IEC 60751), transmitters of 0.25 %,
  /// current transformers of class 0.5, accelerometers of 5 %.
  var tolerance: (ofValue: Double, ofRange: Double) {
    switch self {
    case .speed, .load: (0, 0)
    case .current, .power: (0.005, 0)
    case .flow: (0.01, 0)
    case .velocityRMS, .accelerationRMS: (0.03, 0)
    case .currentImbalance: (0.05, 0)
    case .suctionPressure, .dischargePressure, .interstagePressure, .differentialPressure, .sealPressure,
      .oilPressure:
      (0, 0.0015)
    default: (0.003, 0.0015)
    }
  }

  /// The transmitter's upper range value on a pump, in the scalar's unit.
  public var rangeEnd: Double {
    switch self {
    case .speed: 6000
    case .load: 150
    case .ambientTemperature, .currentImbalance: 100
    case .bearingTemperature, .windingTemperature, .casingTemperature, .dischargeTemperature,
      .valveTemperature, .ventTemperature, .sealTemperature, .oilTemperature, .couplingTemperature:
      200
    case .suctionPressure, .interstagePressure, .oilPressure, .sealPressure: 10
    case .dischargePressure: 25
    case .differentialPressure: 2.5
    case .flow: 1000
    case .current, .power: 500
    case .velocityRMS: 100
    case .accelerationRMS: 160
    }
  }
}

extension MachineSpec {
  /// The scalars that this machine has; all others are NaN for ever. The imbalance of currents is NaN at rest.
  public var instruments: [Scalar] {
    var has: Set<Scalar> = [
      .speed, .load, .bearingTemperature, .windingTemperature, .ambientTemperature, .current, .power,
      .velocityRMS, .accelerationRMS, .currentImbalance,
    ]
    if hydraulics != nil || process.duct != nil || process.compressor != nil {
      has.formUnion([.suctionPressure, .dischargePressure, .flow, .differentialPressure])
    }
    if hydraulics != nil { has.insert(.casingTemperature) }
    if process.compressor != nil { has.insert(.dischargeTemperature) }
    if case .reciprocating = process.compressor {
      has.formUnion([.interstagePressure, .valveTemperature, .ventTemperature])
    }
    if process.seal != nil { has.formUnion([.sealTemperature, .sealPressure]) }
    if process.oil != nil { has.formUnion([.oilTemperature, .oilPressure]) }
    if process.hasCoupling { has.insert(.couplingTemperature) }
    return Scalar.all.filter(has.contains)
  }

  /// The upper range value of the transmitter that this machine has for `scalar`.
  public func rangeEnd(_ scalar: Scalar) -> Double {
    switch scalar {
    case .suctionPressure, .dischargePressure, .differentialPressure:
      if let duct = process.duct { return 2.5 * duct.ratedRise_bar }
      if process.compressor != nil, scalar == .differentialPressure { return 2 }
      if case .centrifugal = process.compressor { return 4 }
    case .flow:
      if let duct = process.duct { return 2 * duct.ratedFlow_m3h }
      switch process.compressor {
      case .reciprocating(let c): return 2 * c.ratedFlow_m3h
      case .screw(let c): return 2 * c.ratedFlow_m3h
      case .centrifugal(let c): return 2 * c.ratedFlow_m3h
      case nil: break
      }
    case .power: return max(scalar.rangeEnd, 1.5 * ratedPower_kW)
    case .current: return max(scalar.rangeEnd, 1.5 * ratedCurrent_A)
    default: break
    }
    return scalar.rangeEnd
  }
}

/// One reading of all scalars; NaN where the machine has no such sensor or the sensor gives no value.
public struct MachineScalars: Sendable {
  /// True while the shaft turns.
  public var isOn: Bool
  /// True while a sensor fault is present.
  public var hasSensorFault: Bool
  private var values = SIMD32<Double>(repeating: .nan)

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
