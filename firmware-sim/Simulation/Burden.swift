// SPDX-License-Identifier: Apache-2.0

/// What the faults of rotor, bearings, gears and motor cost at one moment in heat, current and speed.
struct Burden {
  /// Friction heat of the drive-end bearing over that of the sound one.
  var friction = 0.0
  /// Friction heat in the oil over that of the sound machine.
  var oilFriction = 0.0
  /// Rise of the winding over that of the sound motor at the same current.
  var winding = 0.0
  /// Worse cooling: share by which the winding's and the bearing's rise grow.
  var cooling = 0.0
  var coupling_K = 0.0
  var seal_K = 0.0
  /// Share of the barrier pressure that is lost.
  var barrier = 0.0
  /// Share of the oil pressure that is lost.
  var oilPressure = 0.0
  /// On top of the healthy imbalance, %.
  var imbalance_pct = 0.0
  /// Times the torque that the process needs.
  var torque = 1.0
  /// Times the current for that torque.
  var current = 1.0
  /// Times the slip.
  var slip = 1.0
  /// Share by which torque swings at the pole-pass frequency.
  var hunting = 0.0
}

extension MachineSpec {
  /// What the faults cost at time `t`, on the parts that the machine has; and new grease, which is churned until it has
  /// spread.
  func burden(_ faults: [FaultPlan], at t: Double) -> Burden {
    var burden = Burden()
    for plan in faults {
      let s = plan.severity(at: t)
      if s > 0, canSuffer(plan.kind) { burden.add(plan, s, age_s: t - plan.onset_s) }
    }
    if bearings == .rolling {
      for time in plan.greasings_s where t >= time && t < time + 3 * OperatingPlan.day_s {
        burden.friction += 0.25 * exponential(-(t - time) / (8 * 3600))
      }
    }
    return burden
  }
}

extension Burden {
  fileprivate mutating func add(_ plan: FaultPlan, _ s: Double, age_s: Double) {
    // The bearing thermometer sits at the drive end.
    let near = plan.place == "NDE" ? 0.15 : 1.0
    switch plan.kind {
    case .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage:
      friction += 0.9 * s * s * near
    case .bearingLateStage: friction += (0.4 * s + 2 * s * s) * near
    case .bearingEarlyDamage: friction += 0.02 * s
    case .underLubrication: friction += 1.1 * s * s * near
    case .overGreasing:
      // Churned grease heats at once and settles over a day as it is pushed aside; a little stays.
      friction += s * (0.15 + 1.1 * exponential(-age_s / (6 * 3600))) * near
    case .bearingFluting: friction += 0.35 * s * s * near
    case .falseBrinelling: friction += 0.15 * s * near
    case .rotatingLooseness: friction += 0.3 * s * s * near
    case .parallelMisalignment:
      friction += 0.15 * s
      coupling_K += 26 * s
    case .angularMisalignment:
      friction += 0.18 * s
      coupling_K += 20 * s
    case .couplingWear: coupling_K += 14 * s
    case .bentShaft, .sheaveFault: friction += 0.15 * s
    case .rub: friction += 0.9 * s * s
    case .oilWhirl:
      oilPressure += 0.3 * s
      friction += 0.1 * s
    default: addDrive(plan.kind, s)
    }
  }

  private mutating func addDrive(_ kind: FaultKind, _ s: Double) {
    switch kind {
    case .gearWear, .gearMisalignment:
      oilFriction += 0.35 * s
      friction += 0.15 * s
    case .gearToothCrack, .gearHuntingTooth: oilFriction += 0.1 * s
    case .beltWear: slip += 1.2 * s
    case .statorFault:
      winding += 0.5 * s
      imbalance_pct += 9 * s
      current += 0.04 * s
    case .phaseLoss:
      // Towards single phasing, in which the two phases left carry 1.73 times the current.
      winding += 1.0 * s
      imbalance_pct += 50 * s
      current += 0.38 * s
      slip += 1.2 * s
    case .eccentricAirGap:
      winding += 0.06 * s
      imbalance_pct += 1.2 * s
    case .brokenRotorBar:
      winding += 0.14 * s
      slip += 0.6 * s
      hunting += 0.06 * s
    case .looseRotorBars: winding += 0.04 * s
    case .inverterInduced: winding += 0.12 * s
    case .motorOverload: torque += 0.42 * s
    case .coolingLoss: cooling += s
    case .sealFailure:
      seal_K += 38 * s
      barrier += 0.65 * s
    case .screwRotorContact: friction += 0.8 * s * s
    default: break
    }
  }
}
