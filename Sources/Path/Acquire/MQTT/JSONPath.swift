// SPDX-License-Identifier: Apache-2.0

/// The way to one value inside a JSON text: keys joined by dots, positions in brackets, like
/// `values.speed` or `bearings[0].temperature`. A dot inside a key is written `\.`.
public struct JSONPath: Sendable, Equatable, CustomStringConvertible {
  enum Step: Sendable, Equatable {
    case key(String)
    case index(Int)
  }
  let steps: [Step]
  public let description: String

  /// Nil when the text is not a path.
  public init?(_ text: String) {
    var steps: [Step] = []
    var key: String? = ""
    var rest = text[...]
    func closed(_ key: String?) -> Bool { key == nil || key?.isEmpty == false }
    while let character = rest.popFirst() {
      switch character {
      case "\\":
        guard key != nil, let next = rest.popFirst() else { return nil }
        key?.append(next)
      case ".":
        guard closed(key) else { return nil }
        if let key { steps.append(.key(key)) }
        key = ""
      case "[":
        if let key, !key.isEmpty {
          steps.append(.key(key))
        } else if key != nil && !steps.isEmpty {
          return nil
        }
        guard let end = rest.firstIndex(of: "]"), let index = Int(rest[..<end]), (0...65_535).contains(index)
        else { return nil }
        steps.append(.index(index))
        rest = rest[rest.index(after: end)...]
        key = nil
      default:
        guard key != nil else { return nil }
        key?.append(character)
      }
    }
    if let key {
      guard !key.isEmpty else { return nil }
      steps.append(.key(key))
    }
    self.steps = steps
    description = text
  }

  /// The value at the end of the way; nil when the way leads nowhere.
  func find(in root: JSONValue) -> JSONValue? {
    var value = root
    for step in steps {
      switch (step, value) {
      case (.key(let key), .object(let entries)):
        guard let next = entries[key] else { return nil }
        value = next
      case (.index(let index), .array(let entries)):
        guard index < entries.count else { return nil }
        value = entries[index]
      default: return nil
      }
    }
    return value
  }
}
