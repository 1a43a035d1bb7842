// SPDX-License-Identifier: Apache-2.0

import Machine

/// An `Observable` of one machine: what to read, by number.
struct Probe: Sendable {
  enum Source: Sendable, Hashable {
    case feature(Int)
    case featureRatio(Int, Int)
    /// Points of one role.
    case reading([Int])
    case difference([Int], [Int])
    case ratio([Int], [Int])
    case line(Int, Observable.LineFact)
    case anomalousPoints
    /// A line that no catalogue has.
    case unknown
  }

  let observable: Observable
  let source: Source
  /// Where the rings of this probe begin; one follows the other by vibration point or by scalar point.
  var rings = -1
  /// Whether the value is held against its baseline.
  let isRelative: Bool
  /// Whether the fault shows in a low value, so that of several points the lowest is asked.
  let isDownward: Bool
  /// Whether a machine's temperature is read alone: then a warmer ambient explains part of it.
  let isTemperature: Bool

  init(_ symptom: SymptomModel, _ layout: Layout) {
    observable = symptom.see
    let tests = [symptom.supports, symptom.opposes].compactMap(\.self)
    isRelative =
      tests.contains(where: \.needsBaseline)
      || [.timesBaseline, .sigmas, .change].contains(symptom.see.form)
    isDownward = symptom.supports.map(\.isDownward) ?? (symptom.opposes.map { !$0.isDownward } ?? false)
    var isTemperature = false
    switch symptom.see.quantity {
    case .feature(let feature): source = .feature(feature.index)
    case .featureRatio(let a, let b): source = .featureRatio(a.index, b.index)
    case .reading(let role):
      source = .reading(layout.points(role))
      isTemperature = role.isMachineTemperature
    case .readingDifference(let a, let b): source = .difference(layout.points(a), layout.points(b))
    case .readingRatio(let a, let b): source = .ratio(layout.points(a), layout.points(b))
    case .line(let name, let fact): source = LineNames.index(name).map { .line($0, fact) } ?? .unknown
    case .anomalousPoints: source = .anomalousPoints
    }
    self.isTemperature = isTemperature
  }

  /// A probe of the present value.
  init(observable: Observable, source: Source, isTemperature: Bool) {
    self.observable = observable
    self.source = source
    self.isTemperature = isTemperature
    isRelative = false
    isDownward = false
  }

  /// What must be remembered for it; nil where the window alone tells.
  var purpose: Ring.Purpose? {
    switch observable.form {
    case .slope: .slope
    case .unrest: .unrest
    case .speedExponent: .speedExponent
    default: nil
    }
  }

  var isVibration: Bool {
    switch source {
    case .feature, .featureRatio, .line, .unknown: true
    case .reading, .difference, .ratio, .anomalousPoints: false
    }
  }

  /// Rings that it needs: one for each point that it may read.
  func ringCount(_ layout: Layout) -> Int {
    guard purpose != nil else { return 0 }
    switch source {
    case .feature, .featureRatio: return layout.vibration.count
    case .reading(let points): return points.count
    case .difference, .ratio: return 1
    case .line, .anomalousPoints, .unknown: return 0
    }
  }
}

/// What a probe reads in one window.
struct Look: Sendable {
  /// What a limit is held against.
  var value: Double
  /// What was measured, beside its baseline (NaN where none is learned).
  var deviation: Deviation
  /// Index of the point that shows it; -1 where it is no single one.
  var point = -1
  /// Index of the waveform that shows it; -1 where it is none.
  var row = -1
  /// A temperature that still falls belongs to the load before.
  var isFalling = false
  /// The line that was read.
  var line: Scene.Line?
}

extension SymptomModel.Test {
  var needsBaseline: Bool {
    switch self {
    case .raised, .risen, .fallen, .usual: true
    case .atLeast, .below, .within: false
    }
  }

  /// Whether what meets it is something that healthy machines do not show.
  var isDeparture: Bool {
    switch self {
    case .raised, .risen, .fallen, .atLeast: true
    case .usual, .below, .within: false
    }
  }

  var isDownward: Bool {
    switch self {
    case .below, .fallen: true
    case .atLeast, .within, .raised, .risen, .usual: false
    }
  }
}

extension PointRole {
  /// A temperature that the machine makes, above that of its surroundings.
  var isMachineTemperature: Bool { isTemperature && self != .ambientTemperature }
  var isTemperature: Bool {
    switch self {
    case .bearingTemperature, .windingTemperature, .casingTemperature, .ambientTemperature,
      .dischargeTemperature, .valveTemperature, .ventTemperature, .sealTemperature, .oilTemperature,
      .couplingTemperature:
      true
    default: false
    }
  }
}
