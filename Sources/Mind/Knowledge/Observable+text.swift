// SPDX-License-Identifier: Apache-2.0

public import Machine
internal import Settings

// What a symptom looks at, as fault files write it:
//
//   see: order-2x / order-1x                          a feature, or one over another of the same window
//   see: discharge-temperature - ambient-temperature  a reading, one less another, or one over another
//   see: line GMF prominence                          a fact about a line of the machine's parts
//   see: anomalous-points                             how many points a model finds unusual
//
// A word that is both a feature and a reading (`velocity-rms`) means the feature; `reading velocity-rms` asks for the
// sensor's own value.

extension Observable.Quantity {
  /// The expression that a fault file writes for it.
  public var expression: String {
    switch self {
    case .feature(let feature): feature.word
    case .featureRatio(let a, let b): "\(a.word) / \(b.word)"
    case .reading(let role): role.word
    case .readingDifference(let a, let b): "\(a.word) - \(b.word)"
    case .readingRatio(let a, let b): "\(a.word) / \(b.word)"
    case .line(let name, let fact): "line \(name) \(fact.rawValue)"
    case .anomalousPoints: "anomalous-points"
    }
  }

  /// Reads the expression under `see`.
  init(_ setting: Setting) throws(SettingsError) {
    let words = try setting.string().split(separator: " ").map(String.init)
    if words.first == "line" {
      self = try .line(of: words, setting)
      return
    }
    if words == ["anomalous-points"] {
      self = .anomalousPoints
      return
    }
    guard let sign = words.firstIndex(where: { $0 == "/" || $0 == "-" }) else {
      switch try Operand(words, setting) {
      case .feature(let feature): self = .feature(feature)
      case .reading(let role): self = .reading(role)
      }
      return
    }
    let left = try Operand(Array(words[..<sign]), setting)
    let right = try Operand(Array(words[(sign + 1)...]), setting)
    switch (left, words[sign], right) {
    case (.feature(let a), "/", .feature(let b)): self = .featureRatio(a, b)
    case (.reading(let a), "/", .reading(let b)): self = .readingRatio(a, b)
    case (.reading(let a), "-", .reading(let b)): self = .readingDifference(a, b)
    case (.feature, _, .feature):
      throw setting.fail("'/' between two features of a window; a difference is of two readings")
    default:
      throw setting.fail("two features or two readings, found one of each (`reading WORD` names a reading)")
    }
  }

  private static func line(of words: [String], _ setting: Setting) throws(SettingsError) -> Self {
    let facts = Observable.LineFact.allCases.map(\.rawValue)
    guard words.count >= 3, let last = words.last else {
      throw setting.fail("line NAME FACT, like 'line GMF prominence'")
    }
    guard let fact = Observable.LineFact(rawValue: last) else {
      throw setting.unknown("fact of a line", last, among: facts)
    }
    let name = words.dropFirst().dropLast().joined(separator: " ")
    guard NamedLine.named(name) != nil else {
      throw setting.unknown("line", name, among: NamedLine.all.map(\.name))
    }
    return .line(name, fact)
  }

  /// Whether the value is read from waveforms of vibration.
  var isFeature: Bool {
    switch self {
    case .feature, .featureRatio: true
    default: false
    }
  }

  package var isReading: Bool {
    switch self {
    case .reading, .readingDifference, .readingRatio: true
    default: false
    }
  }

  var line: NamedLine? {
    if case .line(let name, _) = self { NamedLine.named(name) } else { nil }
  }
}

/// One side of an expression.
private enum Operand {
  case feature(Feature)
  case reading(PointRole)

  init(_ words: [String], _ setting: Setting) throws(SettingsError) {
    let roles = PointRole.allCases.map(\.rawValue)
    if words.count == 2, words[0] == "reading" {
      guard let role = PointRole(rawValue: words[1]) else {
        throw setting.unknown("reading", words[1], among: roles)
      }
      self = .reading(role)
    } else if words.count == 1, let feature = Feature(word: words[0]) {
      self = .feature(feature)
    } else if words.count == 1, let role = PointRole(rawValue: words[0]) {
      self = .reading(role)
    } else {
      let known = Feature.allCases.map(\.word) + roles + ["anomalous-points"]
      throw setting.unknown("feature or reading", words.joined(separator: " "), among: known)
    }
  }
}

extension PointRole {
  /// Its name in an expression, told apart from a feature of the same name.
  fileprivate var word: String { Feature(word: rawValue) == nil ? rawValue : "reading \(rawValue)" }
}

extension Setting {
  /// A word that is not in the vocabulary, with the nearest that is.
  func unknown(_ kind: String, _ word: String, among known: [String]) -> SettingsError {
    let hint =
      nearest(to: word, among: known).map { "; did you mean '\($0)'?" }
      ?? (known.count > 16 ? "" : "; known: \(known.joined(separator: ", "))")
    return fail("a \(kind), found '\(word)'\(hint)")
  }
}
