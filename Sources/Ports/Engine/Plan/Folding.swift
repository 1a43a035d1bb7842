// SPDX-License-Identifier: Apache-2.0

/// Runs steps at load, for constants.
enum Folding {
  /// What each value that the steps write holds afterwards.
  static func run(_ steps: [any Step], values: [Value], constants: [Tensor]) -> [ValueID: [UInt8]] {
    var plan = MemoryPlan(values: values, constants: constants)
    for step in steps { plan.keep(step.reads + step.writes) }
    let layout = plan.lay()
    var arena = AlignedBytes(count: layout.arenaBytes)
    let blob = layout.constants
    var results: [ValueID: [UInt8]] = [:]
    // SAFETY: the layout gave each value of these steps a place of its own in the arena.
    unsafe layout.places.withUnsafeBufferPointer { places in
      unsafe blob.withUnsafeBytes { blob in
        unsafe arena.withUnsafeMutableBytes { arena in
          let memory = unsafe Memory(
            arena: arena.baseAddress!, constants: blob.baseAddress!, places: places.baseAddress!)
          for step in steps { unsafe step.run(memory) }
          for id in Set(steps.flatMap(\.writes)) {
            results[id] = unsafe Array(
              UnsafeRawBufferPointer(start: memory[id], count: values[id].byteCount))
          }
        }
      }
    }
    return results
  }
}
