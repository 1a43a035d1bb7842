// SPDX-License-Identifier: Apache-2.0

extension MachineSpec {
  /// True when the machine has the part that fails, so that the fault does something to it.
  public func canSuffer(_ fault: FaultKind) -> Bool {
    switch fault {
    case .overhungUnbalance: rotor == .overhung
    case .parallelMisalignment, .angularMisalignment, .couplingWear: couplingJaws != nil
    case .oilWhirl: bearings == .sleeve
    case .bearingEarlyDamage, .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage,
      .bearingLateStage, .underLubrication, .overGreasing, .falseBrinelling:
      bearings == .rolling
    case .bearingFluting: bearings == .rolling && drive == .inverter
    case .gearWear, .gearToothCrack, .gearEccentricity, .gearMisalignment, .gearHuntingTooth: gear != nil
    case .beltWear, .sheaveFault: belt != nil
    // What the motor does to itself is heard where the motor is measured.
    case .statorFault, .eccentricAirGap, .phaseLoss: kind == .motor
    case .brokenRotorBar, .looseRotorBars: kind == .motor && rotorBars != nil
    case .inverterInduced: kind == .motor && drive == .inverter
    case .cavitation, .airEntrainment, .offDesignFlow, .deadHeading, .dryRunning, .impellerWear,
      .internalLeakage, .sealFailure, .waterHammer:
      hydraulics != nil
    case .blockedStrainer: hydraulics != nil || process.duct != nil
    case .processInduced: hydraulics != nil || process.duct != nil
    case .vanePass: vanes != nil
    case .fanFouling, .fanStall: kind == .fan
    case .compressorValveLeak, .compressorPackingWear: kind == .reciprocatingCompressor
    case .screwHighDischargeTemperature, .separatorBlocked: kind == .screwCompressor
    case .screwRotorContact: lobes != nil
    case .compressorSurge: kind == .compressor
    case .unbalance, .bentShaft, .softFoot, .structuralLooseness, .rotatingLooseness, .resonance, .rub,
      .foundationDecay, .motorOverload, .coolingLoss, .sensorStuck, .sensorBias,
      .sensorClipped, .sensorDropout, .sensorLooseMount, .sensorNoData:
      true
    }
  }
}
