// SPDX-License-Identifier: Apache-2.0

import Machine

// Reading one observable off one window.

extension Scene {
  /// What the probe shows; nil where something that it needs is missing.
  /// - Parameter anomalous: how many points the model finds anomalous; nil where it has no opinion.
  func look(_ probe: Probe, at place: Place, _ rings: [Ring], anomalous: Int?) -> Look? {
    switch probe.source {
    case .feature, .featureRatio: return vibration(probe, place, rings)
    case .reading(let points): return reading(probe, points, place, rings)
    case .difference(let a, let b): return pair(probe, a, b, rings) { $0 - $1 }
    case .ratio(let a, let b): return pair(probe, a, b, rings) { $1 == 0 ? .nan : $0 / $1 }
    case .line(let name, let fact): return line(name, fact, probe, place)
    case .anomalousPoints:
      guard let anomalous, probe.observable.form == .value else { return nil }
      return Look(value: Double(anomalous), deviation: .none)
    case .unknown: return nil
    }
  }

  // MARK: waveforms

  private func vibration(_ probe: Probe, _ place: Place, _ rings: [Ring]) -> Look? {
    switch probe.observable.form {
    case .axialShare: return axialShare(probe, place)
    case .directionRatio, .endRatio: return comparison(probe, place)
    case .value, .timesBaseline, .sigmas, .change: return strongest(probe, probe.observable.point, place)
    case .slope, .unrest, .speedExponent: return remembered(probe, place, rings)
    }
  }

  /// One waveform's value of a feature, or of one over another, beside its baseline.
  func measured(_ probe: Probe, _ row: Int) -> Deviation {
    switch probe.source {
    case .feature(let i): return feature(i, row)
    case .featureRatio(let a, let b):
      let (top, bottom) = (feature(a, row), feature(b, row))
      guard bottom.value > 0 else { return .none }
      return top.over(bottom, value: top.value / bottom.value)
    default: return .none
    }
  }

  /// Of the waveforms that are asked, the one with the largest value; where the baseline matters, the one furthest
  /// above its own.
  private func strongest(_ probe: Probe, _ point: Observable.Point, _ place: Place) -> Look? {
    let form = probe.observable.form
    var best: Look?
    var key = -Double.infinity
    var isLearned = false
    for row in heard.indices where isAsked(row, point, place) {
      let deviation = measured(probe, row)
      guard !deviation.value.isNaN else { continue }
      let own = probe.isRelative && deviation.isLearned
      if form != .value, !deviation.isLearned { continue }
      let order = own ? deviation.sigmas : deviation.value
      guard best == nil || (own && !isLearned) || (own == isLearned && order > key) else { continue }
      isLearned = own
      key = order
      best = Look(
        value: deviation.formed(form), deviation: deviation, point: heard[row].point, row: row)
    }
    return best
  }

  /// Whether the waveform is one of those that a symptom asks for.
  func isAsked(_ row: Int, _ point: Observable.Point, _ place: Place) -> Bool {
    let index = heard[row].point
    if place.point >= 0, index != place.point { return false }
    switch point {
    case .anywhere: return true
    case .radial: return !layout.isAxial(index)
    case .axial: return layout.isAxial(index)
    case .vertical: return layout.points[index].direction == .vertical
    case .horizontal: return layout.points[index].direction == .horizontal
    case .here:
      guard place.part >= 0, heard.contains(where: { layout.isNear($0.point, place.part) }) else {
        return true
      }
      return layout.isNear(index, place.part)
    }
  }

  private func axialShare(_ probe: Probe, _ place: Place) -> Look? {
    guard let axial = largest(probe, .axial, place), let radial = largest(probe, .radial, place),
      radial.value > 0
    else { return nil }
    return Look(value: axial.value / radial.value, deviation: .none, point: axial.point, row: axial.row)
  }

  private func largest(_ probe: Probe, _ point: Observable.Point, _ place: Place) -> Look? {
    var best: Look?
    for row in heard.indices where isAsked(row, point, place) {
      let deviation = measured(probe, row)
      guard !deviation.value.isNaN, deviation.value > best?.value ?? -.infinity else { continue }
      best = Look(value: deviation.value, deviation: deviation, point: heard[row].point, row: row)
    }
    return best
  }

  /// The largest over the second largest radial direction at one end, or the louder end over the next.
  private func comparison(_ probe: Probe, _ place: Place) -> Look? {
    let isByEnd = probe.observable.form == .endRatio
    var best: Look?
    var groups: [(end: Int, direction: Direction?, value: Double, point: Int, row: Int)] = []
    for row in heard.indices where isAsked(row, isByEnd ? probe.observable.point : .radial, place) {
      let (point, value) = (heard[row].point, measured(probe, row).value)
      let (end, direction) = (layout.ends[point], layout.points[point].direction)
      guard !value.isNaN, end >= 0 else { continue }
      let same = groups.firstIndex { $0.end == end && (isByEnd || $0.direction == direction) }
      guard let same else {
        groups.append((end, direction, value, point, row))
        continue
      }
      if value > groups[same].value { groups[same] = (end, direction, value, point, row) }
    }
    for group in groups {
      let others = groups.filter { $0.row != group.row && (isByEnd || $0.end == group.end) }
      guard let second = others.map(\.value).max(), second > 0, group.value >= second else { continue }
      let ratio = group.value / second
      if ratio > best?.value ?? 0 {
        best = Look(value: ratio, deviation: .none, point: group.point, row: group.row)
      }
    }
    return best
  }

  /// What the rings of the asked points say: the largest, or the lowest where the fault shows in that.
  private func remembered(_ probe: Probe, _ place: Place, _ rings: [Ring]) -> Look? {
    var best: Look?
    for (offset, point) in layout.vibration.enumerated() {
      guard probe.rings >= 0, let row = heard.firstIndex(where: { $0.point == point }),
        isAsked(row, probe.observable.point, place)
      else { continue }
      let deviation = measured(probe, row)
      let value = recalled(rings[probe.rings + offset], deviation)
      guard !value.isNaN, best.map({ probe.isDownward ? value < $0.value : value > $0.value }) ?? true
      else { continue }
      best = Look(value: value, deviation: deviation, point: point, row: row)
    }
    return best
  }

  func recalled(_ ring: Ring, _ deviation: Deviation) -> Double {
    guard ring.purpose == .unrest else { return ring.result }
    return deviation.isLearned ? ring.result / deviation.spread : .nan
  }

  // MARK: lines

  /// A fact of the strongest such line (one that stands up before one that does not) that the asked points hear of the place's part; of any part for the machine.
  private func line(_ name: Int, _ fact: Observable.LineFact, _ probe: Probe, _ place: Place) -> Look? {
    guard probe.observable.form == .value,
      let line = strongestLine(name, place, probe.observable.point)
    else { return nil }
    let value: Double =
      switch fact {
      case .prominence: line.strength
      case .harmonics: line.harmonics
      case .sidebands: line.sidebands
      case .amplitude: line.amplitude
      case .overtone: line.overtone
      }
    guard !value.isNaN else { return nil }
    return Look(
      value: value, deviation: .none, point: heard[line.heard].point, row: line.heard, line: line)
  }

  func strongestLine(_ name: Int, _ place: Place, _ point: Observable.Point = .here) -> Line? {
    var best: Line?
    for line in lines where line.name == name && (place.part < 0 || line.part == place.part) {
      guard isAsked(line.heard, point, place) else { continue }
      if let best, (best.isAccepted, best.strength) >= (line.isAccepted, line.strength) { continue }
      best = line
    }
    return best
  }
}

extension Deviation {
  static let none = Deviation(value: .nan, baselineMean: .nan, baselineSD: .nan)

  /// What a form makes of it.
  func formed(_ form: Observable.Form) -> Double {
    switch form {
    case .timesBaseline: ratio
    case .sigmas: sigmas
    case .change: change
    default: value
    }
  }

  /// The quotient of two, the relative spreads as the sides of a right angle.
  func over(_ other: Deviation, value: Double) -> Deviation {
    let mean = other.baselineMean > 0 ? baselineMean / other.baselineMean : .nan
    let (a, b) = (baselineSD / baselineMean, other.baselineSD / other.baselineMean)
    return Deviation(value: value, baselineMean: mean, baselineSD: mean * (a * a + b * b).squareRoot())
  }
}

/// False before true, then by size.
private func >= (a: (Bool, Double), b: (Bool, Double)) -> Bool { a.0 == b.0 ? a.1 >= b.1 : a.0 }
