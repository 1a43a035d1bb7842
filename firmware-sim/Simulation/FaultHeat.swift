// SPDX-License-Identifier: Apache-2.0

// Heat that vibration faults make, for the thermal model: shares of the normal rise at severity 1. A fault on a part
// that the machine does not have makes none.
extension MachineSpec {
  /// Friction in bearings that comes on top, as a share of the normal rise above ambient.
  func addedFriction(_ faults: [FaultPlan], at t: Double) -> Double {
    var sum = 0.0
    for plan in faults {
      let s = plan.severity(at: t)
      guard s > 0, canSuffer(plan.kind) else { continue }
      switch plan.kind {
      case .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage: sum += 0.9 * s * s
      case .bearingLateStage: sum += 0.5 * s + 1.2 * s * s
      // Grease gives out before the metal warms: late and steep.
      case .underLubrication: sum += 1.1 * s * s
      // Churning: hot for hours after the grease gun, then the surplus has found its way out.
      case .overGreasing: sum += s * (0.15 + 1.1 * exponential(-(t - plan.onset_s) / 21_600))
      case .bearingFluting: sum += 0.35 * s * s
      case .falseBrinelling: sum += 0.15 * s
      case .rub: sum += 0.9 * s * s
      case .oilWhirl: sum += 0.2 * s
      case .rotatingLooseness: sum += 0.3 * s * s
      case .parallelMisalignment, .angularMisalignment: sum += 0.2 * s
      case .bentShaft, .sheaveFault: sum += 0.15 * s
      case .gearWear, .gearMisalignment: sum += 0.25 * s
      case .screwRotorContact: sum += 0.8 * s * s
      default: break
      }
    }
    return sum
  }

  /// Loss in the windings that comes on top, as a share of the normal rise above ambient.
  func addedWindingLoss(_ faults: [FaultPlan], at t: Double) -> Double {
    var sum = 0.0
    for plan in faults {
      let s = plan.severity(at: t)
      guard s > 0, canSuffer(plan.kind) else { continue }
      switch plan.kind {
      case .statorFault: sum += 0.5 * s
      case .phaseLoss: sum += 1.5 * s
      case .brokenRotorBar: sum += 0.2 * s
      case .eccentricAirGap: sum += 0.06 * s
      case .inverterInduced: sum += 0.2 * s
      default: break
      }
    }
    return sum
  }
}
