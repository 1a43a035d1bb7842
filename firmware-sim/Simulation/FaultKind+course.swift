// SPDX-License-Identifier: Apache-2.0

/// How a fault usually grows.
public struct FaultCourse: Sendable, Hashable {
  /// From the first trace to failure, seconds.
  public var growth_s: ClosedRange<Double>
  /// By which law.
  public var law: FaultPlan.Law
}

extension FaultKind {
  /// The usual course from nothing to failure: minutes for a closed valve, hours for surge and a lost phase, days for
  /// dirt, weeks for wear. Wear that feeds itself accelerates.
  public var course: FaultCourse {
    let (minute, hour, day) = (60.0, 3600.0, 86_400.0)
    switch self {
    case .deadHeading, .dryRunning: return FaultCourse(growth_s: 40 * minute...3 * hour, law: .linear)
    case .phaseLoss: return FaultCourse(growth_s: 2 * hour...10 * hour, law: .linear)
    case .fanStall, .compressorSurge, .airEntrainment, .offDesignFlow, .cavitation, .motorOverload:
      return FaultCourse(growth_s: 8 * hour...3 * day, law: .linear)
    case .overGreasing: return FaultCourse(growth_s: 1 * hour...2 * hour, law: .linear)
    case .processInduced: return FaultCourse(growth_s: 0.5 * hour...1 * hour, law: .linear)
    case .falseBrinelling: return FaultCourse(growth_s: 1 * day...4 * day, law: .linear)
    case .rub, .oilWhirl, .resonance, .screwRotorContact, .gearToothCrack, .bearingLateStage, .sealFailure:
      return FaultCourse(growth_s: 1 * day...5 * day, law: .accelerating)
    case .blockedStrainer, .screwHighDischargeTemperature, .compressorValveLeak, .coolingLoss, .statorFault,
      .waterHammer, .structuralLooseness, .softFoot, .sheaveFault, .inverterInduced:
      return FaultCourse(growth_s: 2 * day...8 * day, law: .linear)
    case .unbalance, .overhungUnbalance, .brokenRotorBar, .rotatingLooseness:
      return FaultCourse(growth_s: 2 * day...8 * day, law: .steps)
    case .bearingEarlyDamage, .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage,
      .bearingFluting, .underLubrication, .beltWear, .couplingWear, .impellerWear, .internalLeakage:
      return FaultCourse(growth_s: 4 * day...14 * day, law: .accelerating)
    case .sensorStuck, .sensorBias, .sensorClipped, .sensorDropout, .sensorLooseMount, .sensorNoData:
      return FaultCourse(growth_s: 0...10 * minute, law: .linear)
    default: return FaultCourse(growth_s: 3 * day...12 * day, law: .linear)
    }
  }
}
