// SPDX-License-Identifier: Apache-2.0

import Machine

// Unbalance, misalignment, looseness. A healthy rotor has the same shapes in small, so each rule first asks
// whether the level is raised: over the machine's own baseline, or over an absolute limit where none is learned.

extension Rule {
  static let unbalance = Rule(
    fault: .unbalance, basis: .vibration, needs: { scene, _ in scene.missingForOrders },
    symptoms: [
      raised(.order1, "1x velocity", floor_mm_s: 1.27, weight: 0.3),
      share(
        "1x of the overall velocity", of: .order1, in: .velocityRMS, at: .order1, least: 0.8, weight: 0.35,
        isNecessary: true),
      Symptom(input: "velocity at 2x shaft speed", weight: 0.2, against: 0.4) { scene, _ in
        guard let w = scene.leader(.order1), let ratio = w.ratio(.order2, to: .order1) else { return nil }
        return Observation(
          ratio <= 0.3 ? .speaksFor : ratio >= 0.5 ? .speaksAgainst : .silent,
          "2x over 1x at \(w.point.name)", quantity: "order_2x_ratio", value: ratio, "unbalance stays below",
          0.3,
          source: symptomTable)
      },
      Symptom(input: "an axial vibration point", weight: 0.15, against: 0.3) { scene, _ in
        guard let ratio = scene.axialRatio(.order1) else { return nil }
        return Observation(
          ratio <= 0.5 ? .speaksFor : ratio >= 1 ? .speaksAgainst : .silent, "Axial over radial 1x",
          quantity: "axial_ratio", value: ratio, "unbalance stays below", 0.5, source: symptomTable)
      },
    ], severity: { scene, _ in max(.warning, scene.velocitySeverity ?? .notice) })

  static let misalignment = Rule(
    fault: .misalignment, basis: .vibration, needs: { scene, _ in scene.missingForOrders },
    symptoms: [
      raised(.order2, "2x velocity", floor_mm_s: 0.5, weight: 0.3),
      share("2x over 1x", of: .order2, in: .order1, at: .order2, least: 0.5, weight: 0.35, isNecessary: true),
      Symptom(input: "an axial vibration point", weight: 0.2, against: 0.1) { scene, _ in
        guard let ratio = scene.axialRatio(.velocityRMS) else { return nil }
        return Observation(
          ratio >= 0.5 ? .speaksFor : ratio < 0.25 ? .speaksAgainst : .silent,
          "Axial over radial overall velocity", quantity: "axial_ratio", value: ratio, "misalignment reaches",
          0.5,
          source: symptomTable)
      },
      Symptom(input: "velocity at 4x to 10x shaft speed", weight: 0.15, against: 0.5) { scene, _ in
        guard let w = scene.leader(.order2), let ratio = w.ratio(.orders4to10, to: .order2) else {
          return nil
        }
        return Observation(
          ratio <= 0.5 ? .speaksFor : ratio >= 0.8 ? .speaksAgainst : .silent,
          "4x to 10x over 2x at \(w.point.name)", quantity: "harmonics_ratio", value: ratio,
          "misalignment stays below", 0.5, source: symptomTable)
      },
      Symptom(input: "line frequency", weight: 0, against: 0.15) { scene, _ in
        guard let w = scene.leader(.order2), let speed = w.values[.shaftSpeed] else { return nil }
        guard let mains = scene.machine.lineFrequency_Hz else { return nil }
        let twice = 2 * speed / 60
        return Observation(
          abs(twice - 2 * mains) < 0.03 * 2 * mains ? .speaksAgainst : .silent,
          "2x shaft speed", quantity: "order_2x", value: twice,
          "twice the line frequency, which a stator fault drives, is",
          2 * mains, unit: "Hz", source: symptomTable)
      },
    ], severity: { scene, _ in max(.warning, scene.velocitySeverity ?? .notice) })

  static let looseness = Rule(
    fault: .looseness, basis: .vibration, needs: { scene, _ in scene.missingForOrders },
    symptoms: [
      raised(.orders4to10, "4x to 10x velocity", floor_mm_s: 0.5, weight: 0.3),
      share(
        "4x to 10x over 1x", of: .orders4to10, in: .order1, at: .orders4to10, least: 0.4, weight: 0.35,
        isNecessary: true),
      Symptom(input: "velocity at half shaft speed", weight: 0.25) { scene, _ in
        guard let w = scene.leader(.orders4to10), let ratio = w.ratio(.orderHalf, to: .order1) else {
          return nil
        }
        return Observation(
          ratio >= 0.1 ? .speaksFor : .silent, "Half order over 1x at \(w.point.name)",
          quantity: "half_order_ratio", value: ratio, "looseness reaches", 0.1, source: symptomTable)
      },
      Symptom(input: "velocity at 3x shaft speed", weight: 0.1, against: 0.2) { scene, _ in
        guard let w = scene.leader(.orders4to10), let ratio = w.ratio(.order3, to: .order1) else {
          return nil
        }
        return Observation(
          ratio >= 0.2 ? .speaksFor : ratio < 0.05 ? .speaksAgainst : .silent,
          "3x over 1x at \(w.point.name)",
          quantity: "order_3x_ratio", value: ratio, "looseness reaches", 0.2, source: symptomTable)
      },
    ], severity: { scene, _ in max(.warning, scene.velocitySeverity ?? .notice) })
}

/// Source of the shape limits: the symptom tables that the standard's annexes give in words, with the usual figures.
let symptomTable = "ISO 13373-3 symptom tables, figures of general practice"

/// The level of one feature is well above healthy: over twice its baseline, or with the overall velocity beyond
/// an absolute limit.
private func raised(_ feature: Feature, _ name: String, floor_mm_s: Double, weight: Double) -> Symptom {
  Symptom(input: "shaft speed with a vibration waveform", weight: weight, isNecessary: true) { scene, _ in
    guard let w = scene.leader(feature), let value = w.values[feature] else { return nil }
    if let own = scene.deviation(feature, at: w.point), own.isRaised, value >= floor_mm_s {
      return Observation(
        .speaksFor, "\(name) at \(w.point.name)", quantity: feature.rawValue, value: value, "baseline",
        own.baselineMean, unit: "mm/s", source: ownBaseline)
    }
    let overall = w.values[.velocityRMS] ?? value
    let limit = scene.absoluteVelocityLimit
    return Observation(
      overall > limit.value ? .speaksFor : .speaksAgainst, "Overall velocity at \(w.point.name)",
      quantity: Feature.velocityRMS.rawValue, value: overall, "limit", limit.value, unit: "mm/s",
      source: limit.source)
  }
}

/// One feature is a large part of another, at the radial point where `leader` is largest.
private func share(
  _ name: String, of part: Feature, in whole: Feature, at leader: Feature, least: Double, weight: Double,
  isNecessary: Bool
) -> Symptom {
  Symptom(input: "shaft speed with a vibration waveform", weight: weight, isNecessary: isNecessary) {
    scene, _ in
    guard let w = scene.leader(leader), let ratio = w.ratio(part, to: whole) else { return nil }
    return Observation(
      ratio >= least ? .speaksFor : .speaksAgainst, "\(name) at \(w.point.name)",
      quantity: "\(part.rawValue)/\(whole.rawValue)", value: ratio, "expected at least", least,
      source: symptomTable)
  }
}

let ownBaseline = "this machine's baseline in the same operating state"

extension FeatureWindow {
  /// One feature over another; nil when either is missing or the second is zero.
  func ratio(_ part: Feature, to whole: Feature) -> Double? {
    guard let a = values[part], let b = values[whole], b > 0 else { return nil }
    return a / b
  }
}

extension Scene {
  /// The largest axial over the largest radial value of a feature.
  func axialRatio(_ feature: Feature) -> Double? {
    guard let a = axial(feature)?.values[feature], let r = leader(feature)?.values[feature], r > 0 else {
      return nil
    }
    return a / r
  }

  /// From where on an overall velocity is too high even without a baseline.
  var absoluteVelocityLimit: (value: Double, source: String) {
    switch limits {
    case .success(let zones): (zones.velocity.bc, "\(zones.source), boundary B/C")
    case .failure: (GeneralLimits.advise_mm_s, GeneralLimits.source)
    }
  }
}
