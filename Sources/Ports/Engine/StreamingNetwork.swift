// SPDX-License-Identifier: Apache-2.0

/// A causal model that takes a stream piece by piece: each run computes what is new, and convolutions and recurrent
/// operators go on where the run before has ended.
///
/// The outputs are those of the model over the whole stream so far, with its padding before the first position. Which
/// models can do that is not guessed from their operators alone: at load, three pieces are held against one long input,
/// and a model whose outputs differ is refused.
/// ```swift
/// let network = try StreamingNetwork(path: "tcn.int8.onnx", axis: 2, piece: 1)
/// var stream = network.makeStream()                        // one for each point
/// network.run(newest.span, into: &output.mutableSpan, on: &stream, scratch: &scratch)
/// ```
public struct StreamingNetwork: Sendable {
  /// What one point's stream carries from run to run.
  public struct Stream: Sendable {
    var state: AlignedBytes
  }

  /// The plan for one piece.
  public let network: Network

  /// Reads and plans the ONNX file at `path`, of one float input and one float output.
  ///
  /// - Parameters:
  ///   - axis: axis of the input along which the stream runs.
  ///   - piece: positions that each run takes.
  public init(path: String, axis: Int, piece: Int, kernels: KernelForm = .best) throws(ModelError) {
    try self.init(onnx: try ModelFile(path: path).bytes, axis: axis, piece: piece, kernels: kernels)
  }

  /// As above, from the bytes of a file.
  public init(onnx bytes: [UInt8], axis: Int, piece: Int, kernels: KernelForm = .best) throws(ModelError) {
    guard (1...(1 << 16)).contains(piece) else {
      throw .graph(reason: "pieces of \(piece) positions; 1 to 65536 expected")
    }
    var model = try Model(onnx: bytes)
    StreamingNetwork.countFromEnd(&model.graph, axis: axis)
    network = try Network(
      model, batch: 1, kernels: kernels, piece: (axis, piece), isStreaming: true)
    guard network.inputs.count == 1, network.outputs.count == 1, network.inputs[0].type == .float,
      network.outputs[0].type == .float
    else { throw .graph(reason: "a stream needs one float input and one float output") }
    let whole = try Network(model, batch: 1, kernels: kernels, piece: (axis, StreamingNetwork.pieces * piece))
    try check(against: whole, axis: axis)
  }

  /// A stream at its beginning.
  public func makeStream() -> Stream {
    var state = AlignedBytes(count: network.initialState.count)
    // SAFETY: the room is as long as what is copied.
    unsafe state.withUnsafeMutableBytes { unsafe $0.copyBytes(from: network.initialState) }
    return Stream(state: state)
  }

  /// Bytes that each stream takes.
  public var streamBytes: Int { network.initialState.count }

  /// Takes the next piece; allocates nothing.
  public func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, on stream: inout Stream,
    scratch: inout Scratch
  ) {
    precondition(stream.state.count >= network.initialState.count, "the stream is of another network")
    // SAFETY: the pointer does not leave the closure; the state is as long as the plan says.
    unsafe stream.state.withUnsafeMutableBytes { state in
      unsafe network.run(input, into: &output, scratch: &scratch, state: state.baseAddress)
    }
  }

  /// A slice of the last position of a window that the file fixes takes the last position of a piece.
  private static func countFromEnd(_ graph: inout Graph, axis: Int) {
    guard let shape = graph.inputs.first?.shape, shape.indices.contains(axis),
      case .fixed(let length) = shape[axis]
    else { return }
    for (index, node) in graph.nodes.enumerated() where node.op == "Slice" && node.inputs.count > 2 {
      guard graph.constants[node.inputs[1]]?.integers == [length - 1],
        let end = graph.constants[node.inputs[2]]?.integers, end.count == 1, end[0] >= length
      else { continue }
      for (input, bound) in [(1, Int64(-1)), (2, Int64.max)] {
        let name = graph.makeName("\(node.name) from the end \(input)")
        graph.constants.append(name, Tensor(.int64, [1], [bound]))
        graph.nodes[index].inputs[input] = name
      }
    }
  }

  // MARK: the check at load

  private static let pieces = 3

  /// Runs noise in pieces and in one, and compares what the last piece gave.
  private func check(against whole: Network, axis: Int) throws(ModelError) {
    let (part, all) = (network.inputs[0].shape, whole.inputs[0].shape)
    var noise: UInt32 = 1
    let input = (0..<whole.inputs[0].count).map { _ -> Float in
      noise = noise &* 1_664_525 &+ 1_013_904_223
      return Float(noise >> 8) / 8_388_608 - 1
    }
    let expected = try last(of: whole, input)
    var scratch = Scratch(for: [network])
    var stream = makeStream()
    var output = Array(repeating: Float.nan, count: network.outputs[0].count)
    for index in 0..<StreamingNetwork.pieces {
      let piece = StreamingNetwork.slice(input, all, axis: axis, from: index * part[axis], count: part[axis])
      var span = output.mutableSpan
      run(piece.span, into: &span, on: &stream, scratch: &scratch)
    }
    let largest = expected.reduce(0) { max($0, abs($1)) }
    guard expected.count == output.count,
      zip(expected, output).allSatisfy({ abs($0 - $1) <= 1e-5 * max(largest, 1e-3) })
    else {
      throw .graph(
        reason:
          "taken in pieces its outputs are not those of the whole: it looks ahead, or mixes all positions")
    }
  }

  /// What a network gives for the last piece: its whole output, or the end of it along the axis that grew.
  private func last(of whole: Network, _ input: [Float]) throws(ModelError) -> [Float] {
    var output = Array(repeating: Float.nan, count: whole.outputs[0].count)
    var scratch = Scratch(for: [whole])
    whole.run(input, into: &output, scratch: &scratch)
    let (part, all) = (network.outputs[0].shape, whole.outputs[0].shape)
    guard part != all else { return output }
    guard part.count == all.count, let axis = part.indices.first(where: { part[$0] != all[$0] }),
      part[axis] < all[axis], part.indices.allSatisfy({ $0 == axis || part[$0] == all[$0] })
    else { throw .graph(reason: "an output of \(part) for a piece and of \(all) for three is no stream") }
    return StreamingNetwork.slice(output, all, axis: axis, from: all[axis] - part[axis], count: part[axis])
  }

  private static func slice(_ values: [Float], _ shape: [Int], axis: Int, from: Int, count: Int) -> [Float] {
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    return (0..<outer).flatMap { (o: Int) -> ArraySlice<Float> in
      let start = (o * shape[axis] + from) * inner
      return values[start..<start + count * inner]
    }
  }
}
