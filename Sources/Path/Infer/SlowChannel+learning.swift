// SPDX-License-Identifier: Apache-2.0

import Glibc

extension SlowChannel {
  /// What a channel may do in health.
  struct Limits: Sendable, Codable, Equatable {
    /// Largest healthy distance of the fast from the slow mean, in the channel's unit.
    var level: Double
    /// Largest healthy change in `lag` samples, in the channel's unit.
    var change: Double
    /// A channel that drifted already while it was learned is judged by its change only.
    var drifts: Bool
    /// Mean time between samples, seconds.
    var period_s: Double
    /// Samples that it was learned from.
    var count: Int

    /// False for what no data give, as a damaged snapshot may hold.
    var isSound: Bool {
      level.isFinite && level >= 0 && change.isFinite && change >= 0 && period_s.isFinite && period_s >= 0
        && count > 0
    }
  }

  /// The learning time: blocks of samples, of which a robust spread each, and the largest excursions of all.
  struct Learning: Sendable {
    /// What the complete blocks say; this much outlives a restart.
    struct Sums: Sendable, Codable, Equatable {
      var blocks = 0
      var drifting = 0
      /// Since the first sample, stops included, and only from sample to sample.
      var time_s = 0.0
      var sampling_s = 0.0
      var intervals = 0
      var levelVariance = 0.0
      var changeVariance = 0.0
      var largestLevel = 0.0
      var largestChange = 0.0

      var isSound: Bool {
        [time_s, sampling_s, levelVariance, changeVariance, largestLevel, largestChange].allSatisfy {
          $0.isFinite && $0 >= 0
        } && (0...1_000_000).contains(blocks) && (0...blocks).contains(drifting)
          && intervals >= 0
      }

      /// Mean time between samples so far; nil before there is one.
      var period_s: Double? { intervals > 0 ? sampling_s / Double(intervals) : nil }
    }

    private(set) var sums: Sums
    /// Distances and changes of the open block.
    private var levels: [Double] = []
    private var changes: [Double] = []
    private var count = 0
    private var halves = (first: Moments(), second: Moments())
    private var steps = Moments()
    private var before: Double?

    init(_ sums: Sums = Sums()) {
      self.sums = sums
      levels.reserveCapacity(SlowDetector.Schedule.block)
      changes.reserveCapacity(SlowDetector.Schedule.block)
    }

    /// Takes note of the time from one sample to the next.
    mutating func step(_ elapsed_s: Double) {
      sums.time_s += elapsed_s
      sums.sampling_s += elapsed_s
      sums.intervals += 1
    }

    /// Takes note of a time without samples.
    mutating func pass(_ elapsed_s: Double) {
      sums.time_s += elapsed_s
      before = nil
    }

    /// What was learned in the blocks that are complete.
    var limits: Limits {
      let n = Double(max(sums.blocks, 1))
      return Limits(
        level: max(levelSigmas * (sums.levelVariance / n).squareRoot(), margin * sums.largestLevel),
        change: max(changeSigmas * (sums.changeVariance / n).squareRoot(), margin * sums.largestChange),
        drifts: 2 * sums.drifting > sums.blocks, period_s: sums.period_s ?? 0,
        count: sums.blocks * SlowDetector.Schedule.block)
    }

    /// Takes a healthy sample; true when the learning time is over.
    mutating func take(_ x: Double, _ means: Means, _ schedule: SlowDetector.Schedule) -> Bool {
      if count < SlowDetector.Schedule.block / 2 { halves.first.add(x) } else { halves.second.add(x) }
      count += 1
      if let before { steps.add(x - before) }
      before = x
      if means.isSettled { levels.append(means.level) }
      if let change = means.change { changes.append(change) }
      guard count == SlowDetector.Schedule.block else { return false }
      close()
      return sums.time_s >= schedule.learning_s
    }

    private mutating func close() {
      sums.blocks += 1
      // A moving machine's halves differ by more than one sample's noise.
      let noise = steps.deviation / 2.0.squareRoot()
      if abs(halves.first.mean - halves.second.mean) >= noise { sums.drifting += 1 }
      for x in levels { sums.largestLevel = max(sums.largestLevel, abs(x)) }
      for x in changes { sums.largestChange = max(sums.largestChange, abs(x)) }
      let level = Learning.spread(&levels)
      let change = Learning.spread(&changes)
      sums.levelVariance += level * level
      sums.changeVariance += change * change
      levels.removeAll(keepingCapacity: true)
      changes.removeAll(keepingCapacity: true)
      (halves.first, halves.second, steps) = (Moments(), Moments(), Moments())
      (count, before) = (0, nil)
    }

    /// Robust standard deviation: 1.4826 times the median distance from the median, and no less than 0.8 of the
    /// plain one.
    private static func spread(_ values: inout [Double]) -> Double {
      guard !values.isEmpty else { return 0 }
      var moments = Moments()
      for value in values { moments.add(value) }
      values.sort()
      let median = values[values.count / 2]
      for i in values.indices { values[i] = abs(values[i] - median) }
      values.sort()
      return max(1.4826 * values[values.count / 2], 0.8 * moments.deviation)
    }
  }
}
