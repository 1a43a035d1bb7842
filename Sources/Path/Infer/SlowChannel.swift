// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// One slow signal of one machine in one operating state: what it does when healthy, and how far it has left that.
///
/// A fast mean stands against a slow one that follows the day's drift, but not a fault: it is frozen while the
/// channel exceeds. How far the two part in health is learned first. Times are counted in samples, so that they are
/// seconds for a source of one sample a second and minutes for one of one a minute; a missing sample counts nothing.
/// The constants were set on the odd-numbered files of SKAB valve1 (see `scripts/bench_slow.py`), the margin on the
/// simulator's healthy weeks.
struct SlowChannel: Sendable {
  /// Memory of the fast and of the slow exponential mean, samples.
  static let fast = 5.0, slow = 150.0
  /// The change is the fast mean less itself this many samples ago.
  static let lag = 35
  /// Samples before the means say something, after a start and after a long gap.
  static let settling = 60
  /// Limits in robust standard deviations of healthy data, and above the largest healthy excursion.
  static let levelSigmas = 5.0, changeSigmas = 4.0, margin = 1.5
  /// Share of the limit above which the slow mean is frozen.
  static let freezing = 0.7
  /// Samples in a row above the limit before it counts, samples that it then stands, and that a change stands.
  static let onDelay = 3, offDelay = 30, changeDelay = 10
  /// A gap of this many periods ends what the means remember.
  static let gap = slow

  // State machine: learning -(a whole block, and the time is over)-> watching. Watching, a channel exceeds from the
  // third sample in a row above its limit until thirty samples after the last; its slow mean stands still meanwhile.

  /// Nil while learning.
  private(set) var limits: Limits?
  private(set) var learning: Learning?
  private(set) var means = Means()
  private var above = 0
  private var hold = 0
  /// The excess that stands through the off-delay.
  private var held = 0.0
  private var changeHold = 0
  /// The last level over its limit.
  private(set) var level = 0.0
  /// The last change over its limit.
  private(set) var change = 0.0
  private(set) var last: MonotonicTime?

  /// A channel that learns, or goes on learning.
  init(learning sums: Learning.Sums = Learning.Sums()) { learning = Learning(sums) }

  /// A channel that has learned; `frozen` is the slow mean that it was held against when it exceeded.
  init(limits: Limits, frozen: Double?) {
    self.limits = limits
    guard let frozen else { return }
    means.resume(at: frozen)
    (hold, held) = (SlowChannel.offDelay, 1 + 1e-9)
  }

  /// Whether the level has left what is healthy, on-delay and off-delay counted.
  var isExceeding: Bool { hold > 0 }
  /// Whether the channel is on its way from one level to another.
  var isChanging: Bool { changeHold > 0 }
  /// Slow mean that a channel is held against while it exceeds.
  var frozen: Double? { isExceeding ? means.slow : nil }

  /// Distance from health over its limit: above 1 exactly while the channel exceeds.
  var excess: Double { isExceeding ? max(held, level) : min(level, 1) }

  /// Takes a sample. `floor` is the smallest excursion that anybody would act on, in the channel's unit.
  mutating func observe(
    _ x: Double, at now: MonotonicTime, floor: Double, learn: Bool, schedule: SlowDetector.Schedule
  ) {
    let elapsed_s = last.map { now.seconds(since: $0) }
    if let elapsed_s, elapsed_s < schedule.spacing_s { return }
    if let elapsed_s, let period_s = limits?.period_s ?? learning?.sums.period_s,
      elapsed_s > SlowChannel.gap * period_s
    {
      interrupt()
      learning?.pass(elapsed_s)
    } else if let elapsed_s {
      learning?.step(elapsed_s)
    }
    last = now
    means.follow(x)
    guard let limits else {
      means.settle(x)
      guard learn, learning?.take(x, means, schedule) == true else { return }
      self.limits = learning?.limits
      learning = nil
      return
    }
    let isSettled = means.isSettled
    level = isSettled && !limits.drifts ? abs(means.level) / max(limits.level, floor) : 0
    change = means.change.map { abs($0) / max(limits.change, floor) } ?? 0
    if level <= SlowChannel.freezing { means.settle(x) }
    judge()
  }

  private mutating func judge() {
    above = level > 1 ? above + 1 : 0
    if above >= SlowChannel.onDelay {
      (hold, held) = (SlowChannel.offDelay, level)
    } else if hold > 0 {
      hold -= 1
    }
    if change > 1 {
      changeHold = SlowChannel.changeDelay
    } else if changeHold > 0 {
      changeHold -= 1
    }
  }

  /// After a long gap there is nothing to compare with, unless the channel exceeded: then it still does.
  private mutating func interrupt() {
    let frozen = frozen
    means = Means()
    (above, changeHold, level, change) = (0, 0, 0, 0)
    if let frozen { means.resume(at: frozen) }
  }
}

extension SlowChannel {
  /// The two means, and the fast one's recent past.
  struct Means: Sendable {
    private(set) var fast = 0.0
    private(set) var slow = 0.0
    private var past: [Double] = []
    private var place = 0
    private var count = 0
    private var slowCount = 0

    init() { past.reserveCapacity(SlowChannel.lag) }

    var isSettled: Bool { slowCount >= SlowChannel.settling }
    /// Fast mean less slow mean.
    var level: Double { fast - slow }
    /// Fast mean less itself `lag` samples ago; nil before it is that old.
    private(set) var change: Double?

    /// Moves the fast mean.
    mutating func follow(_ x: Double) {
      count += 1
      // A running mean first, so that no single sample is a level.
      fast += (x - fast) / min(Double(count), SlowChannel.fast)
      if past.count < SlowChannel.lag {
        past.append(fast)
      } else {
        change = count > SlowChannel.settling ? fast - past[place] : nil
        past[place] = fast
        place = (place + 1) % SlowChannel.lag
      }
    }

    /// Moves the slow mean.
    mutating func settle(_ x: Double) {
      slowCount += 1
      slow += (x - slow) / min(Double(slowCount), SlowChannel.slow)
    }

    /// Goes on with a slow mean of earlier.
    mutating func resume(at slow: Double) {
      self.slow = slow
      slowCount = Int(SlowChannel.slow)
    }
  }
}
