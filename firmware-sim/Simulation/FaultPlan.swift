// SPDX-License-Identifier: Apache-2.0

/// One fault with its course: nothing before `onset_s`, then severity grows in a straight line to `ceiling`
/// within `growth_s`, and stays until a repair at `end_s`.
public struct FaultPlan: Sendable, Hashable {
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
    return growth_s > 0 ? ceiling * min(1, (t - onset_s) / growth_s) : ceiling
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
