// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// An ONNX model, planned: shapes known, constants folded, weights packed, memory laid out.
///
/// Running it allocates nothing and takes no lock. What it reads and computes is said in the target's catalog.
/// ```swift
/// let network = try Network(path: "models/anomaly.int8.onnx")
/// var scratch = Scratch(for: [network])
/// network.run(input.span, into: &output.mutableSpan, scratch: &scratch)
/// ```
public struct Network: Sendable {
  /// An input or output.
  public struct Port: Sendable, Equatable {
    public let name: String
    public let type: ElementType
    public let shape: [Int]
    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }
    let value: ValueID
  }

  public let inputs: [Port]
  public let outputs: [Port]
  /// What the model's maker wrote into the file beside the graph (`metadata_props`).
  public let metadata: [String: String]

  let steps: [any Step]
  let memory: MemoryPlan.Layout
  /// Packed weights and other constants.
  private let constants: AlignedBytes
  /// What a stream begins with; empty for a network that takes whole windows.
  let initialState: [UInt8]
  /// By step: bytes of what it writes, for inspection.
  let writtenBytes: [Int]

  /// Reads and plans the ONNX file at `path`.
  public init(path: String, batch: Int = 1, kernels: KernelForm = .best) throws(ModelError) {
    try self.init(try ModelFile(path: path), batch: batch, kernels: kernels)
  }

  /// Plans an ONNX model.
  ///
  /// - Parameters:
  ///   - batch: what stands for every length that the file leaves open.
  ///   - kernels: the form of the kernels.
  public init(_ file: ModelFile, batch: Int = 1, kernels: KernelForm = .best) throws(ModelError) {
    try self.init(onnx: file.bytes, batch: batch, kernels: kernels)
  }

  /// Plans an ONNX model from its bytes.
  public init(onnx bytes: [UInt8], batch: Int = 1, kernels: KernelForm = .best) throws(ModelError) {
    let model = try Model(onnx: bytes)
    try self.init(model, batch: batch, kernels: kernels)
  }

  /// - Parameter piece: replaces the length of one axis of the inputs; with `isStreaming` the past is carried.
  init(
    _ model: Model, batch: Int, kernels: KernelForm, piece: (axis: Int, length: Int)? = nil,
    isStreaming: Bool = false
  ) throws(ModelError) {
    var shapes: [(type: ElementType, shape: [Int])] = []
    for port in model.graph.inputs {
      let name = port.name.text
      guard let type = port.type, let dimensions = port.shape else {
        throw .tensor(name, reason: "the graph's input has no type or no shape")
      }
      var shape = dimensions.map { if case .fixed(let length) = $0 { length } else { batch } }
      if let piece {
        guard shape.indices.contains(piece.axis) else {
          throw .tensor(name, reason: "axis \(piece.axis) of a tensor of rank \(shape.count)")
        }
        shape[piece.axis] = piece.length
      }
      shapes.append((type, shape))
    }
    var planner = Planner(path: kernels.code, isStreaming: isStreaming)
    planner.values.prepared.reserve(
      model.graph.constants.all.reduce(0) { $0 + $1.tensor.storage.count } * 3 / 2)
    let ids = try planner.plan(Fusion.rewrite(model.graph), inputs: shapes)
    var steps = planner.steps
    // A stream takes each position once, and carries some.
    if !isStreaming { steps.narrow(results: ids.outputs) { [values = planner.values] in values.root($0) } }
    self.steps = steps
    // Taken out, so that adding to it copies nothing.
    var constants = AlignedBytes(count: 0)
    swap(&constants, &planner.values.prepared)
    var plan = MemoryPlan(planner.values)
    plan.touch(ids.inputs, at: 0)
    for (time, step) in steps.enumerated() { plan.touch(step.reads + step.writes, at: time) }
    plan.touch(ids.outputs, at: steps.count)
    memory = plan.lay(&constants)
    self.constants = constants
    initialState = planner.initialState
    let port = { [planner] (declared: Graph.Port, id: ValueID) in
      Port(name: declared.name.text, type: planner[id].type, shape: planner[id].shape, value: id)
    }
    inputs = zip(model.graph.inputs, ids.inputs).map(port)
    outputs = zip(model.graph.outputs, ids.outputs).map(port)
    writtenBytes = steps.map { step in step.writes.reduce(0) { $0 + planner[$1].byteCount } }
    metadata = model.metadata
  }

  /// Bytes of the arena that a run takes.
  public var arenaBytes: Int { memory.arenaBytes }
  /// Bytes of packed weights and other constants.
  public var constantBytes: Int { constants.count }

  /// Runs a model of one float input and one float output.
  ///
  /// - Parameters:
  ///   - input: as many values as the input's shape asks for.
  ///   - output: room for those of the output.
  ///   - scratch: made for this network, or for several of which this is one.
  public func run(_ input: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout Scratch) {
    unsafe run(input, into: &output, scratch: &scratch, state: nil)
  }

  /// - Parameter state: what a stream carries; nil where nothing is.
  func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout Scratch,
    state: UnsafeMutableRawPointer?
  ) {
    precondition(inputs.count == 1 && outputs.count == 1)
    precondition(inputs[0].type == .float && outputs[0].type == .float)
    precondition(input.count == inputs[0].count && output.count >= outputs[0].count)
    unsafe execute(&scratch, state) { memory in
      let (from, to) = unsafe (memory.floats(inputs[0].value), memory.floats(outputs[0].value))
      let (given, wanted) = (inputs[0].count, outputs[0].count)
      unsafe input.withUnsafeBufferPointer {
        unsafe from.update(from: $0.baseAddress ?? UnsafePointer(from), count: given)
      }
      unsafe runSteps(memory)
      unsafe output.withUnsafeMutableBufferPointer { unsafe $0.baseAddress?.update(from: to, count: wanted) }
    }
  }

  /// As above, on arrays; allocates nothing either.
  public func run(_ input: [Float], into output: inout [Float], scratch: inout Scratch) {
    var span = output.mutableSpan
    run(input.span, into: &span, scratch: &scratch)
  }

  /// Runs a model of any inputs and outputs; allocates the results.
  /// - Parameter given: a tensor for each of `inputs`, of its type and shape.
  public func run(_ given: [Tensor], scratch: inout Scratch) throws(ModelError) -> [Tensor] {
    guard given.count == inputs.count else {
      throw .graph(reason: "\(inputs.count) inputs expected, \(given.count) given")
    }
    for (port, tensor) in zip(inputs, given) where tensor.type != port.type || tensor.shape != port.shape {
      throw .tensor(
        port.name, reason: "\(port.type) \(port.shape) expected, \(tensor.type) \(tensor.shape) given")
    }
    var results: [Tensor] = []
    unsafe execute(&scratch, nil) { memory in
      for (port, tensor) in zip(inputs, given) {
        let place = unsafe UnsafeMutableRawBufferPointer(
          start: memory[port.value], count: tensor.storage.count)
        unsafe place.copyBytes(from: tensor.storage)
      }
      unsafe runSteps(memory)
      results = outputs.map { port in
        let bytes = unsafe UnsafeRawBufferPointer(
          start: memory[port.value], count: port.count * port.type.size)
        return unsafe Tensor(type: port.type, shape: port.shape, bytes: Array(bytes))
      }
    }
    return results
  }

  /// By index: a step that is borrowed from the array is neither copied nor retained.
  private func runSteps(_ memory: Memory) {
    for i in steps.indices { unsafe steps[i].run(memory) }
  }

  private func execute(_ scratch: inout Scratch, _ state: UnsafeMutableRawPointer?, _ body: (Memory) -> Void)
  {
    precondition(scratch.bytes >= memory.arenaBytes, "the scratch was not made for this network")
    // SAFETY: the arena is long enough, and the pointers do not leave these closures.
    unsafe memory.places.withUnsafeBufferPointer { places in
      unsafe constants.withUnsafeBytes { constants in
        unsafe scratch.arena.withUnsafeMutableBytes { arena in
          // A network without constants or places still has the room that AlignedBytes keeps behind its end.
          guard let room = arena.baseAddress, let constants = constants.baseAddress,
            let places = places.baseAddress
          else { return }
          unsafe body(Memory(arena: room, constants: constants, state: state ?? room, places: places))
        }
      }
    }
  }
}

/// The memory in which networks run; one may serve many networks, one at a time.
public struct Scratch: Sendable {
  var arena: AlignedBytes

  /// Room for the largest of `networks`.
  public init(for networks: [Network]) {
    arena = AlignedBytes(count: networks.map(\.arenaBytes).max() ?? 0)
  }

  /// Its size in bytes.
  public var bytes: Int { arena.count }
}
