// SPDX-License-Identifier: Apache-2.0

import Machine

// Reading scalar points off one window.

extension Scene {
  /// A scalar beside its baseline; of a machine's temperature, less what a warmer ambient explains, and of a winding's
  /// also less what more load within the state explains.
  func scalar(_ point: Int, of probe: Probe) -> Deviation {
    var deviation = scalar(point)
    if probe.isTemperature, deviation.isLearned {
      let usual = deviation.baselineMean
      deviation.baselineMean += ambientRise
      if layout.points[point].role == .windingTemperature {
        deviation.baselineMean += Scene.loadHeat * max(0, usual - (ambientMean ?? 25)) * lossRise
      }
    }
    if probe.isTemperature { deviation.baselineSD = max(deviation.baselineSD, 0.5) }
    return deviation
  }

  /// Part of a winding's heat that follows the square of the load; the rest are core and friction.
  private static let loadHeat = 0.8

  /// By which share the losses exceed those of the state's baseline: they go with the square of the current, where
  /// that is not measured of the power.
  private var lossRise: Double {
    let loads = layout.points(.current) + layout.points(.power)
    let ratio = loads.lazy.map { scalar($0).ratio }.first { $0.isFinite } ?? 1
    return max(0, ratio * ratio - 1)
  }

  private var ambientMean: Double? {
    layout.points(.ambientTemperature).lazy.map { scalar($0).baselineMean }.first { !$0.isNaN }
  }

  func reading(_ probe: Probe, _ points: [Int], _ place: Place, _ rings: [Ring]) -> Look? {
    var best: Look?
    var key = -Double.infinity
    var isLearned = false
    let near = points.contains { layout.isNear($0, place.part) && !scalar($0).value.isNaN }
    let asksNear = near && probe.observable.point == .here
    for (offset, point) in points.enumerated() {
      if asksNear, !layout.isNear(point, place.part) { continue }
      let deviation = scalar(point, of: probe)
      guard !deviation.value.isNaN else { continue }
      let own = probe.isRelative && deviation.isLearned
      let value: Double
      switch probe.observable.form {
      case .value: value = deviation.value
      case .timesBaseline, .sigmas, .change:
        guard deviation.isLearned else { continue }
        value = deviation.formed(probe.observable.form)
      case .slope, .unrest, .speedExponent:
        value = probe.rings < 0 ? .nan : recalled(rings[probe.rings + offset], deviation)
        if value.isNaN { continue }
      case .axialShare, .directionRatio, .endRatio: return nil
      }
      let order = (own && probe.purpose == nil ? deviation.sigmas : value) * (probe.isDownward ? -1 : 1)
      guard best == nil || (own && !isLearned) || (own == isLearned && order > key) else { continue }
      isLearned = own
      key = order
      best = Look(
        value: value, deviation: deviation, point: point, isFalling: probe.isTemperature && falling[point])
    }
    return best
  }

  /// Two scalars made into one; its baseline is that of both.
  func paired(_ a: [Int], _ b: [Int], _ join: (Double, Double) -> Double) -> (Deviation, Int)? {
    guard let first = a.first(where: { !scalar($0).value.isNaN }),
      let second = b.first(where: { !scalar($0).value.isNaN })
    else { return nil }
    let (x, y) = (scalar(first), scalar(second))
    let value = join(x.value, y.value)
    guard value.isFinite else { return nil }
    let mean = join(x.baselineMean, y.baselineMean)
    // Each spread alone, carried through the join, and the two as the sides of a right angle.
    let byFirst = join(x.baselineMean + x.baselineSD, y.baselineMean) - mean
    let bySecond = join(x.baselineMean, y.baselineMean + y.baselineSD) - mean
    let spread = (byFirst * byFirst + bySecond * bySecond).squareRoot()
    return (Deviation(value: value, baselineMean: mean, baselineSD: spread), first)
  }

  func pair(
    _ probe: Probe, _ a: [Int], _ b: [Int], _ rings: [Ring], _ join: (Double, Double) -> Double
  ) -> Look? {
    guard let (deviation, point) = paired(a, b, join) else { return nil }
    let isFalling = falling[point] && layout.points[point].role.isMachineTemperature
    var look = Look(value: deviation.value, deviation: deviation, point: point, isFalling: isFalling)
    switch probe.observable.form {
    case .value: break
    case .timesBaseline, .sigmas, .change:
      guard deviation.isLearned else { return nil }
      look.value = deviation.formed(probe.observable.form)
    case .slope, .unrest, .speedExponent:
      look.value = probe.rings < 0 ? .nan : recalled(rings[probe.rings], deviation)
      if look.value.isNaN { return nil }
    case .axialShare, .directionRatio, .endRatio: return nil
    }
    return look
  }
}
