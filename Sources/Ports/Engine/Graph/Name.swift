// SPDX-License-Identifier: Apache-2.0

/// The name of a tensor with its number in the graph, so that what belongs to a name is found without hashing its text.
struct Name: Hashable, Sendable, CustomStringConvertible {
  let text: String
  /// Counted by graph; 0 is "", which stands for an input or output that is left out.
  let number: Int

  static let none = Name(text: "", number: 0)

  var isEmpty: Bool { number == 0 }
  var description: String { text }

  static func == (one: Name, other: Name) -> Bool { one.number == other.number }
  func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// Constants of a graph by their names, in the order of the file.
struct Constants: Sendable {
  private(set) var all: [(name: Name, tensor: Tensor)] = []
  /// By number of the name: the place in `all`.
  private var places: [Int?] = []

  subscript(name: Name) -> Tensor? {
    name.number < places.count ? places[name.number].map { all[$0].tensor } : nil
  }

  /// Adds a constant; there is none of this name.
  mutating func append(_ name: Name, _ tensor: Tensor) {
    if name.number >= places.count {
      places.append(contentsOf: repeatElement(nil, count: name.number + 1 - places.count))
    }
    places[name.number] = all.count
    all.append((name, tensor))
  }
}
