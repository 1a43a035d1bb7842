// SPDX-License-Identifier: Apache-2.0

/// A graph of operators, parsed and checked on its own: names are unique, nodes stand after what they read.
struct Graph: Sendable {
  var name: String
  var nodes: [Node] = []
  /// What the caller gives; constants that are listed among the inputs are not repeated here.
  var inputs: [Port] = []
  var outputs: [Port] = []
  var constants = Constants()
  /// What it takes from the graph around it, by its names here and there.
  var captures: [(here: Name, around: Name)] = []
  /// How many numbers its names have taken.
  var nameCount = 0

  /// A name that no other tensor of the graph has.
  mutating func makeName(_ text: String) -> Name {
    nameCount += 1
    return Name(text: text, number: nameCount - 1)
  }

  /// An input or output as the file declares it.
  struct Port: Sendable {
    var name: Name
    /// Nil where the file says nothing (outputs of subgraphs).
    var type: ElementType?
    /// Nil where the file says nothing.
    var shape: [Dimension]?
  }

  /// A length that the file fixes, or leaves to whoever loads it.
  enum Dimension: Sendable, Equatable {
    case fixed(Int)
    case open(String)
  }
}

/// A whole file.
package struct Model: Sendable {
  var graph: Graph
  /// `metadata_props`.
  var metadata: [String: String]
}
