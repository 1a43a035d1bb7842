// SPDX-License-Identifier: Apache-2.0

/// What can go wrong with a simulated machine or with a sensor on it, by the product's fault ids.
public enum FaultKind: String, CaseIterable, Sendable, Codable {
  // Rotor and structure.
  case unbalance
  case overhungUnbalance = "overhung-unbalance"
  case parallelMisalignment = "parallel-misalignment"
  case angularMisalignment = "angular-misalignment"
  case bentShaft = "bent-shaft"
  case softFoot = "soft-foot"
  case structuralLooseness = "structural-looseness"
  case rotatingLooseness = "rotating-looseness"
  case resonance, rub
  case oilWhirl = "oil-whirl"
  case foundationDecay = "foundation-decay"
  // Rolling bearings and their grease.
  case bearingEarlyDamage = "bearing-early-damage"
  case bearingOuterRace = "bearing-outer-race"
  case bearingInnerRace = "bearing-inner-race"
  case bearingRollingElement = "bearing-rolling-element"
  case bearingCage = "bearing-cage"
  case bearingLateStage = "bearing-late-stage"
  case underLubrication = "under-lubrication"
  case overGreasing = "over-greasing"
  case bearingFluting = "bearing-fluting"
  case falseBrinelling = "false-brinelling"
  // Gears, belts, couplings.
  case gearWear = "gear-wear"
  case gearToothCrack = "gear-tooth-crack"
  case gearEccentricity = "gear-eccentricity"
  case gearMisalignment = "gear-misalignment"
  case gearHuntingTooth = "gear-hunting-tooth"
  case beltWear = "belt-wear"
  case sheaveFault = "sheave-fault"
  case couplingWear = "coupling-wear"
  // Motors.
  case statorFault = "stator-fault"
  case eccentricAirGap = "eccentric-air-gap"
  case brokenRotorBar = "broken-rotor-bar"
  case looseRotorBars = "loose-rotor-bars"
  case phaseLoss = "phase-loss"
  case motorOverload = "motor-overload"
  case coolingLoss = "cooling-loss"
  case inverterInduced = "inverter-induced"
  // Pumps.
  case cavitation
  case airEntrainment = "air-entrainment"
  case offDesignFlow = "off-design-flow"
  case deadHeading = "dead-heading"
  case dryRunning = "dry-running"
  case impellerWear = "impeller-wear"
  case internalLeakage = "internal-leakage"
  case sealFailure = "seal-failure"
  case waterHammer = "water-hammer"
  case blockedStrainer = "blocked-strainer"
  case vanePass = "vane-pass"
  // Fans.
  case fanFouling = "fan-fouling"
  case fanStall = "fan-stall"
  // Compressors.
  case compressorValveLeak = "compressor-valve-leak"
  case compressorPackingWear = "compressor-packing-wear"
  case screwHighDischargeTemperature = "screw-high-discharge-temperature"
  case screwRotorContact = "screw-rotor-contact"
  case separatorBlocked = "separator-blocked"
  case compressorSurge = "compressor-surge"
  /// Not a fault: the process asks for something else, and everything follows.
  case processInduced = "process-induced"
  // Sensors.
  case sensorStuck = "sensor-stuck"
  case sensorBias = "sensor-bias"
  case sensorClipped = "sensor-clipped"
  case sensorDropout = "sensor-dropout"
  case sensorLooseMount = "sensor-loose-mount"
  case sensorNoData = "sensor-no-data"

  /// True when the machine is well and only its sensor is not.
  public var isSensorFault: Bool {
    switch self {
    case .sensorStuck, .sensorBias, .sensorClipped, .sensorDropout, .sensorLooseMount, .sensorNoData: true
    default: false
    }
  }
}
