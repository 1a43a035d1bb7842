// SPDX-License-Identifier: Apache-2.0

import Machine

/// What one symptom is worth in one window.
struct Worth: Sendable {
  enum Stance: Sendable { case speaksFor, speaksAgainst, silent }
  var stance: Stance
  /// Part of the confidence that it adds; below zero where it takes away.
  var gain = 0.0
  /// Whether a necessary symptom may pass: it shows, or is nearer to showing than to its opposite.
  var holds = false
  /// Set where an absolute level stood in for a baseline.
  var standIn: StandIn?
  var look: Look

  static func silent(_ look: Look) -> Worth { Worth(stance: .silent, look: look) }
}

/// An absolute level that is used where the machine's own is not learned, or in case a bad machine was learned.
struct StandIn: Sendable {
  var subject: String
  var value: Double
  var limit: Double
  var unit: String
  var source: String
}

extension Symptom {
  /// Holds a look against the bounds; nil where what a bound needs is missing.
  func worth(_ look: Look, in scene: Scene) -> Worth? {
    var standIn: StandIn?
    var supported: Bool?
    if let supports = model.supports {
      supported = isMet(supports, look)
      if let line = look.line, let family = family(line, supports, supported) {
        supported = line.isAccepted
        if case .line(_, .prominence) = model.see.quantity { standIn = family }
      }
      if [.raised, .risen].contains(supports), supported != true, let level = scene.standIn(for: look, self) {
        supported = level.value > level.limit
        standIn = level
      }
      if supported == nil { return nil }
    }
    // A temperature that falls belongs to the load before: it speaks for nothing that heats.
    if supported == true, look.isFalling, model.supports?.isDownward == false { return .silent(look) }
    if supported == true {
      return Worth(stance: .speaksFor, gain: model.weight, holds: true, standIn: standIn, look: look)
    }
    guard let opposes = model.opposes else {
      return Worth(stance: .silent, standIn: standIn, look: look)
    }
    if let standIn, opposes.needsBaseline, !look.deviation.isLearned {
      return Worth(stance: .speaksAgainst, gain: -model.against, standIn: standIn, look: look)
    }
    guard let opposed = isMet(opposes, look) else { return nil }
    if opposed { return Worth(stance: .speaksAgainst, gain: -model.against, look: look) }
    guard let share = share(look.value) else { return .silent(look) }
    let gain = share * model.weight - (1 - share) * model.against
    return Worth(
      stance: gain > 0 ? .speaksFor : .speaksAgainst, gain: gain, holds: share >= 0.5, look: look)
  }

  /// Policy on bearing lines: where the window has a verdict of its own, that decides; and a lower line with a longer
  /// family counts as the calibration says (`LineThresholds`). A site that asks for more than the calibration is heard.
  private func family(_ line: Scene.Line, _ test: SymptomModel.Test, _ isMet: Bool?) -> StandIn? {
    guard model.isNecessary, case .line(let name, let fact) = model.see.quantity,
      let bearing = BearingLine(rawValue: name), case .atLeast(let limit) = test
    else { return nil }
    let usual = LineThresholds.of(bearing)
    switch fact {
    case .prominence where limit <= usual.prominence: break
    case .harmonics where limit <= Double(usual.harmonics): break
    case .sidebands where limit <= 1 && line.isVerdict: break
    default: return nil
    }
    guard line.isVerdict || (line.isAccepted && isMet != true) else { return nil }
    let words =
      line.isVerdict ? "Family of \(name) over its floor" : "\(name) over the floor, with its harmonics"
    return StandIn(
      subject: words, value: line.decided, limit: line.needed, unit: line.isVerdict ? "dB" : "",
      source: model.source.isEmpty ? "calibration on the CWRU bearing records" : model.source)
  }

  /// How far a value is on its way from the opposing to the supporting bound; nil where they leave no straight line.
  private func share(_ value: Double) -> Double? {
    guard let supports = model.supports, let opposes = model.opposes else { return nil }
    let (from, to): (Double, Double)
    switch (opposes, supports) {
    case (.below(let low), .atLeast(let high)): (from, to) = (low, high)
    case (.atLeast(let high), .below(let low)): (from, to) = (high, low)
    case (.below(let low), .within(let edge, _)) where value < edge: (from, to) = (low, edge)
    case (.atLeast(let high), .within(_, let edge)) where value > edge: (from, to) = (high, edge)
    default: return nil
    }
    guard from != to else { return nil }
    return min(1, max(0, (value - from) / (to - from)))
  }

  private func isMet(_ test: SymptomModel.Test, _ look: Look) -> Bool? {
    let own = look.deviation
    switch test {
    case .atLeast(let limit): return look.value >= limit
    case .below(let limit): return look.value < limit
    case .within(let low, let high): return look.value >= low && look.value <= high
    case .raised:
      guard own.isLearned else { return nil }
      return own.ratio >= GeneralLimits.advise_ratio && own.sigmas >= Deviation.significance
        && own.value >= floor
    case .risen:
      guard own.isLearned else { return nil }
      return own.sigmas >= Deviation.significance && own.change >= step(own)
    case .fallen:
      guard own.isLearned else { return nil }
      return own.sigmas <= -Deviation.significance && own.change <= -step(own)
    case .usual:
      guard own.isLearned else { return nil }
      let isNear = probe.isVibration && (0.8...1.25).contains(own.ratio)
      return abs(own.sigmas) < 2 || isNear
    }
  }

  /// A small spread alone makes no news: a change counts from a tenth of the mean, or from five kelvins.
  private func step(_ own: Deviation) -> Double {
    probe.isTemperature ? Symptom.warmth_K : 0.1 * abs(own.baselineMean)
  }
  static let warmth_K = 5.0

  /// General practice: a line of 0.5 mm/s is no news on any machine.
  static let lineFloor_mm_s = 0.5
}

extension Scene {
  /// What stands in for a baseline under `raised` and `risen`: the limit of the overall velocity for all that is
  /// measured in mm/s; for broadband acceleration and for bearing and casing temperatures, where no baseline is learned,
  /// what only damage reaches.
  func standIn(for look: Look, _ symptom: Symptom) -> StandIn? {
    switch symptom.model.see.quantity {
    case .feature where symptom.isVelocity && look.row >= 0:
      let overall = feature(Feature.velocityRMS.index, look.row).value
      let limit = absoluteVelocityLimit
      return StandIn(
        subject: "Overall velocity", value: overall.isNaN ? look.deviation.value : overall,
        limit: limit.value, unit: "mm/s", source: limit.source)
    case .feature(.broadbandRMS) where !look.deviation.isLearned:
      return StandIn(
        subject: "Broadband acceleration", value: look.deviation.value, limit: Scene.loudPump_m_s2,
        unit: "m/s2", source: "field report: 0.3 g rising to 0.8 to 1.5 g")
    case .reading(.bearingTemperature) where !look.deviation.isLearned,
      .reading(.casingTemperature) where !look.deviation.isLearned:
      return StandIn(
        subject: "Temperature", value: look.deviation.value, limit: GeneralLimits.maintain_degC,
        unit: "degC", source: GeneralLimits.source)
    default: return nil
    }
  }
  private static let loudPump_m_s2 = 0.8 * 9.80665
}
