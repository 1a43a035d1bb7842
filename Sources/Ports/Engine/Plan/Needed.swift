// SPDX-License-Identifier: Apache-2.0

/// Places of an array: `count` of them, `step` apart.
struct Places: Sendable, Equatable {
  var first: Int
  var step: Int
  var count: Int

  var last: Int { first + (count - 1) * step }

  static func all(_ count: Int) -> Places { Places(first: 0, step: 1, count: count) }

  /// From `first` to `last`; a step of 0 stands for a single place.
  init(_ first: Int, through last: Int, step: Int) {
    self.init(first: first, step: max(step, 1), count: step == 0 ? 1 : (last - first) / step + 1)
  }

  init(first: Int, step: Int, count: Int) { (self.first, self.step, self.count) = (first, step, count) }

  /// The places of both, and what lies between them at the same distances.
  func union(_ other: Places) -> Places {
    let steps = [count > 1 ? step : 0, other.count > 1 ? other.step : 0, abs(first - other.first)]
    return Places(
      min(first, other.first), through: max(last, other.last), step: steps.reduce(0, greatestCommonDivisor))
  }
}

/// What is read of a value at all: rows of so many elements.
struct Needed: Sendable {
  var row: Int
  var rows: Places

  /// The same or more, in rows of another length.
  func inRows(of row: Int) -> Places {
    guard row != self.row else { return rows }
    let end = (rows.last + 1) * self.row - 1
    return Places(rows.first * self.row / row, through: end / row, step: 1)
  }

  /// What is in either, in the longer rows.
  func union(_ other: Needed) -> Needed {
    let row = max(row, other.row)
    return Needed(row: row, rows: inRows(of: row).union(other.inRows(of: row)))
  }
}

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

extension Step {
  mutating func narrow(to needed: Needed) -> [ValueID: Needed]? { nil }
}

extension [any Step] {
  /// Takes from the steps what nobody reads in the end: a network that answers with the last position of its
  /// convolutions needs few of the others, the fewer the further the taps lie apart.
  ///
  /// - Parameters:
  ///   - results: values that are read as wholes.
  ///   - root: the value whose bytes a value is.
  mutating func narrow(results: [ValueID], root: (ValueID) -> ValueID) {
    var wholes = Set(results.map(root))
    var needs: [ValueID: Needed] = [:]
    for index in indices.reversed() {
      var parts: [ValueID: Needed] = [:]
      if let id = self[index].writes.first.map(root), !wholes.contains(id), let needed = needs[id] {
        parts = self[index].narrow(to: needed) ?? [:]
      } else if let copy = self[index] as? CopyStep {
        parts = copy.needed
      }
      for id in self[index].reads where parts[id] == nil { wholes.insert(root(id)) }
      for (id, part) in parts { needs[root(id)] = needs[root(id)]?.union(part) ?? part }
    }
  }
}
