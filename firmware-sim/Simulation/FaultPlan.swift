// SPDX-License-Identifier: Apache-2.0

/// One fault with its course: nothing before `onset_s`, then severity grows by its law to `ceiling` within `growth_s`,
/// and stays until a repair at `end_s`.
public struct FaultPlan: Sendable, Hashable {
  /// How severity grows with the share u of the time that has passed.
  public enum Law: Sendable, Hashable {
    /// As u.
    case linear
    /// Damage that feeds itself: (exp 3u - 1) / (exp 3 - 1).
    case accelerating
    /// In six jumps with rest between them, as lumps of dirt come off.
    case steps
  }

  /// What goes wrong.
  public var kind: FaultKind
  /// When it begins, seconds on the machine's time axis.
  public var onset_s: Double
  /// From nothing to `ceiling`, seconds; zero is a step.
  public var growth_s: Double
  /// When it is repaired, if it is.
  public var end_s: Double?
  /// The largest severity, 0...1.
  public var ceiling: Double
  /// Where: a bearing (`DE`, `NDE`) for a bearing fault; a channel (`DE-H`) or a scalar
  /// (`bearing-temperature`) for a sensor fault. Without it: the drive end, `DE-H`.
  public var place: String?
  /// By which law it grows.
  public var law = Law.linear
  /// How far severity wanders about the law on its way, share; nothing at its two ends.
  public var ripple = 0.0
  /// Of that wandering.
  public var rippleSeed: UInt64 = 0

  /// A fault of this kind; see the properties for units.
  public init(
    _ kind: FaultKind, onset_s: Double, growth_s: Double, end_s: Double? = nil, ceiling: Double = 1,
    place: String? = nil
  ) {
    self.kind = kind
    self.onset_s = onset_s
    self.growth_s = growth_s
    self.end_s = end_s
    self.ceiling = ceiling
    self.place = place
  }

  /// Severity at time `t`, 0...1.
  public func severity(at t: Double) -> Double {
    guard t >= onset_s, t < end_s ?? .infinity else { return 0 }
    let u = growth_s > 0 ? min(1, (t - onset_s) / growth_s) : 1
    guard u < 1 else { return ceiling }
    var share: Double
    switch law {
    case .linear: share = u
    case .accelerating: share = (exponential(3 * u) - 1) / (exponential(3) - 1)
    case .steps:
      let jump = (6 * u).rounded(.down)
      share = (jump + smoothStep(6 * u - jump, from: 0, to: 0.15)) / 6
    }
    if ripple > 0 {
      share *= 1 + ripple * 4 * u * (1 - u) * drift(rippleSeed, stream: 0, at: t, period_s: growth_s / 15)
    }
    return ceiling * min(max(share, 0), 1)
  }

  /// When severity first reaches `severity` by the law, without its wandering, seconds.
  public func moment(ofSeverity severity: Double) -> Double {
    let share = min(severity / ceiling, 1)
    let u =
      switch law {
      case .linear: share
      case .accelerating: logarithm(1 + share * (exponential(3) - 1)) / 3
      case .steps: ((6 * share).rounded(.up) - 1 + 0.15) / 6
      }
    return onset_s + max(u, 0) * growth_s
  }
}

extension [FaultPlan] {
  /// The worst severity of `kind` at time `t`.
  func severity(_ kind: FaultKind, at t: Double) -> Double {
    var worst = 0.0
    for plan in self where plan.kind == kind { worst = Swift.max(worst, plan.severity(at: t)) }
    return worst
  }
}
