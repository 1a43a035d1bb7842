// SPDX-License-Identifier: Apache-2.0

/// Runs steps at load, for constants; keeps its room from one time to the next.
struct Folding: Sendable {
  private var places: [Int] = []
  private var room = AlignedBytes(count: 0)

  /// What each value that the steps write holds afterwards.
  mutating func run(_ steps: ArraySlice<any Step>, _ values: Values) -> [ValueID: [UInt8]] {
    let written = Set(steps.flatMap(\.writes))
    let ids = written.union(steps.flatMap(\.reads))
    places.append(contentsOf: repeatElement(0, count: max(0, values.count - places.count)))
    var roots: [ValueID: Int] = [:]
    var end = 0
    for id in ids {
      let root = values.root(id)
      if let place = roots[root] {
        places[id] = place
        continue
      }
      roots[root] = end
      places[id] = end
      end += (values[root].byteCount + 127) / 64 * 64
    }
    if room.count < end { room = AlignedBytes(count: end) }
    var results: [ValueID: [UInt8]] = [:]
    // SAFETY: each value of these steps has a place of its own in the room, constants are copied to theirs.
    unsafe places.withUnsafeBufferPointer { places in
      unsafe room.withUnsafeMutableBytes { room in
        guard let base = room.baseAddress, let table = places.baseAddress else { return }
        for (root, at) in roots {
          guard case .constant(let index) = values[root].home else { continue }
          unsafe UnsafeMutableRawBufferPointer(rebasing: room[at...]).copyBytes(
            from: values.constants[index].bytes)
        }
        let memory = unsafe Memory(
          arena: base, constants: UnsafeRawPointer(base), state: base, places: table)
        for step in steps { unsafe step.run(memory) }
        for id in written {
          results[id] = unsafe Array(
            UnsafeRawBufferPointer(start: memory[id], count: values[id].byteCount))
        }
      }
    }
    return results
  }
}
