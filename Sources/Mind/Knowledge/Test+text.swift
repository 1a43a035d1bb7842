// SPDX-License-Identifier: Apache-2.0

public import Machine
internal import Settings

extension SymptomModel.Test {
  /// As fault files write it: `>= 0.8`, `< 0.3`, `0.38..0.48`, `raised`, `risen`, `fallen`, `usual`.
  public var expression: String {
    switch self {
    case .atLeast(let limit): ">= \(plain(limit))"
    case .below(let limit): "< \(plain(limit))"
    case .within(let low, let high): "\(plain(low))..\(plain(high))"
    case .raised: "raised"
    case .risen: "risen"
    case .fallen: "fallen"
    case .usual: "usual"
    }
  }

  init(_ setting: Setting) throws(SettingsError) {
    let text = try setting.string()
    let words = ["raised": Self.raised, "risen": .risen, "fallen": .fallen, "usual": .usual]
    if let word = words[text] {
      self = word
    } else if text.hasPrefix(">="), let limit = number(text.dropFirst(2)) {
      self = .atLeast(limit)
    } else if text.hasPrefix("<"), let limit = number(text.dropFirst()) {
      self = .below(limit)
    } else if let dots = text.firstRange(of: ".."), let low = number(text[..<dots.lowerBound]),
      let high = number(text[dots.upperBound...])
    {
      guard low < high else { throw setting.fail("a range whose first number is the lower, found '\(text)'") }
      self = .within(low, high)
    } else {
      let hint = nearest(to: text, among: words.keys.sorted()).map { "; did you mean '\($0)'?" } ?? ""
      throw setting.fail(
        "'>= 0.8', '< 0.3', '0.38..0.48', raised, risen, fallen or usual, found '\(text)'\(hint)")
    }
  }

  /// Whether it asks for the healthy state, which has to be learned.
  var needsBaseline: Bool {
    switch self {
    case .raised, .risen, .fallen, .usual: true
    case .atLeast, .below, .within: false
    }
  }

  /// Whether one value can pass both.
  package func overlaps(_ other: Self) -> Bool {
    if let a = interval, let b = other.interval { return a.low < b.high && b.low < a.high }
    switch (self, other) {
    case (.raised, .raised), (.raised, .risen), (.risen, .raised), (.risen, .risen), (.fallen, .fallen),
      (.usual, .usual):
      return true
    default: return false
    }
  }

  private var interval: (low: Double, high: Double)? {
    switch self {
    case .atLeast(let limit): (limit, .infinity)
    case .below(let limit): (-.infinity, limit)
    case .within(let low, let high): (low, high)
    case .raised, .risen, .fallen, .usual: nil
    }
  }
}

private func number(_ text: Substring) -> Double? {
  let trimmed = String(text).split(separator: " ").joined(separator: " ")
  guard let value = Double(trimmed), value.isFinite else { return nil }
  return value
}

/// A number without a needless fraction.
private func plain(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)"
}
