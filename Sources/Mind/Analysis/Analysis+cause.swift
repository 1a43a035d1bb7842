// SPDX-License-Identifier: Apache-2.0

extension Analysis {
  /// The alarm that a stored waveform is the evidence of: what it said, and how the point came there.
  public struct Cause: Sendable, Encodable {
    public var title: String
    /// What spoke for it, in words.
    public var reasons: [String]
    public var action: String
    public var trend: Trend?

    public init(title: String, reasons: [String], action: String, trend: Trend?) {
      self.title = title
      self.reasons = reasons
      self.action = action
      self.trend = trend
    }
  }

  /// One stored feature over the time before and after the waveform.
  public struct Trend: Sendable, Encodable {
    /// The feature as people call it, like `Envelope RMS`.
    public var name: String
    /// Symbol of its unit; empty for a ratio.
    public var unit: String
    /// Seconds after the waveform; negative before it, rising.
    public var times_s: [Double]
    public var values: [Double]
    /// The learned mean that the alarm held it against.
    public var baseline: Double?

    public init(name: String, unit: String, times_s: [Double], values: [Double], baseline: Double?) {
      self.name = name
      self.unit = unit
      self.times_s = times_s
      self.values = values
      self.baseline = baseline
    }
  }

  /// Why the alarm was raised, below the trend that led to it.
  func drawCause(_ cause: Cause, at top: Double, on page: inout Drawing) -> Double {
    var y = top
    if let trend = cause.trend { y = drawTrend(trend, at: y, on: &page) }
    page.text(PageLayout.left, y, "The alarm said: \(cause.title)", size: 13, Ink.mark, isBold: true)
    for line in (cause.reasons + [cause.action]).flatMap({ TextPage(width: 140).wrapped($0, indent: 0) }) {
      y += 18
      page.text(PageLayout.left, y, line, size: 13)
    }
    return y + 46
  }

  private func drawTrend(_ trend: Trend, at top: Double, on page: inout Drawing) -> Double {
    guard let first = trend.times_s.first, let last = trend.times_s.last, first < last,
      let highest = trend.values.max(), highest > 0
    else { return top }
    let (unit, name) = Analysis.timeUnit(last - first)
    let plot = Plot(
      left: PageLayout.left, top: top, width: PageLayout.width, height: 110,
      x: (first / unit)...(last / unit),
      y: 0...max(highest, trend.baseline ?? 0) * 1.15)
    let symbol = trend.unit.isEmpty ? "" : ", \(PageLayout.symbol(trend.unit))"
    plot.drawAxes(trend.name + symbol, xName: "\(name) from this waveform", on: &page)
    if let baseline = trend.baseline {
      page.line(
        plot.left, plot.down(baseline), plot.left + plot.width, plot.down(baseline), Ink.side, dash: "5 4")
      page.text(
        plot.left + 8, plot.down(baseline) - 6, "learned baseline \(digits(baseline, 3))", size: 11, Ink.side)
    }
    page.trace(zip(trend.times_s, trend.values).map { (plot.across($0 / unit), plot.down($1)) })
    if (first...last).contains(0) {
      page.line(plot.across(0), top, plot.across(0), top + plot.height, Ink.mark, dash: "2 3")
      page.text(plot.across(0) - 6, top + 11, "this waveform", size: 11, Ink.mark, .end)
    }
    return top + plot.height + PageLayout.gap - 14
  }

  /// Seconds in the unit in which a length of time is read best, and its name.
  private static func timeUnit(_ span_s: Double) -> (seconds: Double, name: String) {
    switch span_s {
    case ..<180: (1, "seconds")
    case ..<10_800: (60, "minutes")
    case ..<259_200: (3600, "hours")
    default: (86_400, "days")
    }
  }
}
