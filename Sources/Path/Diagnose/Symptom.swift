// SPDX-License-Identifier: Apache-2.0

import Machine

/// One line of a fault's signature, made ready for one machine.
struct Symptom: Sendable {
  let model: SymptomModel
  var probe: Probe
  /// Whether a consequence of the fault shows in the same quantity: once the fault is named, that does not speak
  /// against it.
  var isEchoed = false
  /// Source of its reference.
  let source: String
  /// Whether it is one feature in mm/s: then the limits of the overall velocity stand in for its baseline.
  let isVelocity: Bool
  /// Below this value no ratio counts.
  let floor: Double

  init(_ model: SymptomModel, of fault: FaultModel, _ layout: Layout) {
    self.model = model
    probe = Probe(model, layout)
    if case .feature(let feature) = model.see.quantity, feature.unit == "mm/s" {
      isVelocity = true
      floor =
        [.velocityRMS, .order1].contains(feature) ? GeneralLimits.floor_mm_s : Symptom.lineFloor_mm_s
    } else {
      isVelocity = false
      floor = 0
    }
    let own = model.supports.map(\.needsBaseline) ?? model.opposes.map(\.needsBaseline) ?? false
    source = model.source.isEmpty ? (own ? ownBaseline : fault.source) : model.source
  }

  /// The fact behind a worth, in words.
  func evidence(_ worth: Worth, in scene: Scene) -> Evidence {
    let look = worth.look
    let point = look.point >= 0 ? scene.layout.points[look.point].id.name : ""
    let quantity = model.see.quantity.identifier
    if let level = worth.standIn {
      return .of(
        "\(level.subject) at \(point)", quantity: quantity, level.value, "limit", level.limit,
        unit: level.unit, source: level.source, weight: abs(worth.gain))
    }
    let isFor = worth.stance == .speaksFor
    let unit = unit(in: scene, look)
    guard let test = isFor ? model.supports : model.opposes else {
      return .of(
        model.see.subject(at: point), quantity: quantity, look.value, "", nil, unit: unit, source: source,
        weight: abs(worth.gain))
    }
    let (comparison, reference) = test.reference(isFor: isFor, look)
    let isOwn = test.needsBaseline
    let what = isOwn ? Observable(model.see.quantity, at: model.see.point) : model.see
    return .of(
      what.subject(at: subjectPlace(point, look, scene)), quantity: quantity,
      isOwn ? look.deviation.value : look.value, comparison, reference,
      unit: isOwn ? self.unit(of: model.see.quantity, in: scene, look) : unit,
      source: isOwn ? ownBaseline : source, weight: abs(worth.gain))
  }

  private func subjectPlace(_ point: String, _ look: Look, _ scene: Scene) -> String {
    guard let line = look.line else { return point }
    return "\(point) (\(scene.layout.parts[line.part]))"
  }

  private func unit(in scene: Scene, _ look: Look) -> String {
    switch model.see.form {
    case .value: unit(of: model.see.quantity, in: scene, look)
    case .change:
      unit(of: model.see.quantity, in: scene, look) == "degC"
        ? "K" : unit(of: model.see.quantity, in: scene, look)
    case .slope: unit(of: model.see.quantity, in: scene, look) + "/h"
    default: ""
    }
  }

  private func unit(of quantity: Observable.Quantity, in scene: Scene, _ look: Look) -> String {
    switch quantity {
    case .feature(let feature): return feature.unit
    case .reading, .readingDifference:
      guard look.point >= 0 else { return "" }
      let symbol = scene.layout.points[look.point].quantity.canonicalUnit.symbol
      return symbol == "1" ? "" : symbol
    case .featureRatio, .readingRatio, .line, .anomalousPoints: return ""
    }
  }
}

extension SymptomModel.Test {
  /// What a value was held against, in words, and the number.
  fileprivate func reference(isFor: Bool, _ look: Look) -> (String, Double) {
    let own = look.deviation.baselineMean
    switch self {
    case .atLeast(let limit): return (isFor ? "expected at least" : "against the fault from", limit)
    case .below(let limit): return (isFor ? "expected below" : "against the fault below", limit)
    case .within(let low, let high):
      return look.value - low <= high - look.value
        ? (isFor ? "expected from" : "against the fault from", low)
        : (isFor ? "expected up to" : "against the fault up to", high)
    case .raised, .risen, .fallen, .usual: return ("baseline", own)
    }
  }
}

extension Evidence {
  /// A sentence of what was measured, what it was held against, and where that comes from.
  static func of(
    _ subject: String, quantity: String, _ value: Double, _ comparison: String, _ reference: Double?,
    unit: String = "", source: String, weight: Double
  ) -> Evidence {
    let suffix = unit.isEmpty ? "" : " \(unit)"
    let compared = reference.map { ", \(comparison) \(plain($0))\(suffix)" } ?? ""
    return Evidence(
      "\(subject) is \(plain(value))\(suffix)\(compared)", quantity: quantity, value: value,
      reference: reference, unit: unit, source: source, weight: weight)
  }
}
