// SPDX-License-Identifier: Apache-2.0

/// A tensor of the plan: what is known of it at load.
struct Value: Sendable {
  /// Name in the graph, for messages and inspection.
  var name: String
  var type: ElementType
  /// Lengths of the axes as the graph sees them.
  var shape: [Int]
  var home: Home
  /// How the elements follow each other. Convolutions work with the channels last; everything else is row-major.
  var layout = Layout.rowMajor
  /// Whether an int8 tensor lies as uint8 with each sign bit turned, which is how the kernels want it.
  var isFlipped = false

  enum Home: Sendable {
    /// Known at load: number in the plan's constants.
    case constant(Int)
    /// Known at load: offset among what was prepared for the kernels.
    case prepared(Int)
    /// In the arena while it is needed.
    case arena
    /// Carried from one run to the next: offset in the state of a stream.
    case state(Int)
    /// The same bytes as another value.
    case alias(ValueID)
  }

  enum Layout: Sendable {
    case rowMajor
    /// [batch][positions...][channels] of a tensor whose graph shape is [batch, channels, positions...].
    case channelsLast
  }

  var count: Int { shape.reduce(1, *) }
  var byteCount: Int { count * type.size }
}
