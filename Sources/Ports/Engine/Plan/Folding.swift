// SPDX-License-Identifier: Apache-2.0

/// Runs steps at load, for constants; keeps the room for what they read from one time to the next.
struct Folding: Sendable {
  /// By value: where it lies while steps run; `nowhere` between two runs.
  private var places: [Int] = []
  private var operands = AlignedBytes(count: 0)
  private static let nowhere = Int.min

  /// Runs the steps, which read only what is known: afterwards it is known what they have written.
  /// - Parameter forKernels: whether the results lie where they will lie in the network.
  mutating func run(_ steps: ArraySlice<any Step>, _ values: inout Values, forKernels: Bool = false) {
    places.append(
      contentsOf: repeatElement(Folding.nowhere, count: max(0, values.count - places.count)))
    var placed: [ValueID] = []
    var (operandBytes, resultBytes) = (0, 0)
    for step in steps {
      for id in step.writes + step.reads {
        let root = values.root(id)
        for id in [root, id] where places[id] == Folding.nowhere { placed.append(id) }
        if places[root] == Folding.nowhere {
          let size = (values[root].byteCount + 127) / 64 * 64
          if values.isConstant(root) {
            places[root] = ~operandBytes
            operandBytes += size
          } else {
            places[root] = resultBytes
            resultBytes += size
          }
        }
        places[id] = places[root]
      }
    }
    if operands.count < operandBytes { operands = AlignedBytes(count: operandBytes) }
    copyOperands(placed, values)
    if forKernels {
      let offset = values.prepared.extend(by: resultBytes)
      unsafe values.prepared.withUnsafeMutableBytes { unsafe execute(steps, results: $0[offset...]) }
      for id in placed where places[id] >= 0 { values[id].home = .prepared(offset + places[id]) }
    } else {
      var results = [UInt8](repeating: 0, count: resultBytes + 64)
      unsafe results.withUnsafeMutableBytes { unsafe execute(steps, results: $0[...]) }
      for id in placed where places[id] >= 0 { values.define(id, results[places[id]...]) }
    }
    for id in placed { places[id] = Folding.nowhere }
  }

  private mutating func copyOperands(_ placed: [ValueID], _ values: Values) {
    // SAFETY: each constant is copied to the room that was reckoned for it.
    unsafe operands.withUnsafeMutableBytes { operands in
      for id in placed where places[id] < 0 && places[id] != Folding.nowhere {
        guard let bytes = values.constant(id)?.storage else { continue }
        unsafe UnsafeMutableRawBufferPointer(rebasing: operands[(~places[id])...]).copyBytes(from: bytes)
      }
    }
  }

  private func execute(_ steps: ArraySlice<any Step>, results: Slice<UnsafeMutableRawBufferPointer>) {
    // SAFETY: each value of these steps has a place of its own among the operands or the results.
    unsafe places.withUnsafeBufferPointer { places in
      unsafe operands.withUnsafeBytes { operands in
        guard let from = operands.baseAddress, let table = places.baseAddress,
          let to = unsafe UnsafeMutableRawBufferPointer(rebasing: results).baseAddress
        else { return }
        let memory = unsafe Memory(arena: to, constants: from, state: to, places: table)
        for step in steps { unsafe step.run(memory) }
      }
    }
  }
}
