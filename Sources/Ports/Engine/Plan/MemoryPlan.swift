// SPDX-License-Identifier: Apache-2.0

/// Gives every value its place: constants one after the other, the others in one arena, where values that are
/// never needed at the same time share room.
struct MemoryPlan {
  /// The result.
  struct Layout: Sendable {
    /// As `Memory.places`.
    var places: [Int]
    var arenaBytes: Int
    var constants: AlignedBytes
    var constantBytes: Int
  }

  private let values: Values
  /// First and last step that touches a value with room in the arena.
  private var lives: [ValueID: ClosedRange<Int>] = [:]
  /// Offsets of values that a stream carries.
  private var states: [ValueID: Int] = [:]
  /// Constants that a step reads.
  private var wanted: Set<ValueID> = []

  init(_ values: Values) { self.values = values }

  /// Notes that step `time` touches these values.
  mutating func touch(_ ids: [ValueID], at time: Int) {
    for id in ids {
      let root = values.root(id)
      switch values[root].home {
      case .constant: wanted.insert(root)
      case .state(let offset): states[root] = offset
      default:
        let life = lives[root] ?? time...time
        lives[root] = min(life.lowerBound, time)...max(life.upperBound, time)
      }
    }
  }

  /// Largest first, each at the lowest place that is free during its life.
  func lay() -> Layout {
    var places = Array(repeating: 0, count: values.count)
    var laid: [(life: ClosedRange<Int>, from: Int, to: Int)] = []
    var arena = 0
    let order = lives.sorted {
      (values[$1.key].byteCount, $0.key) < (values[$0.key].byteCount, $1.key)
    }
    for (id, life) in order {
      let size = MemoryPlan.rounded(values[id].byteCount)
      var at = 0
      for other in laid where other.life.overlaps(life) {
        if at + size <= other.from { break }
        at = max(at, other.to)
      }
      places[id] = at
      laid.append((life, at, at + size))
      laid.sort { $0.from < $1.from }
      arena = max(arena, at + size)
    }
    var offset = 0
    var offsets: [Int: Int] = [:]
    for id in wanted.sorted() {
      guard case .constant(let index) = values[id].home else { continue }
      let place = offsets[index] ?? offset
      if offsets.updateValue(place, forKey: index) == nil {
        offset += MemoryPlan.rounded(values.constants[index].bytes.count)
      }
      places[id] = ~place
    }
    var blob = AlignedBytes(count: offset)
    // SAFETY: each tensor is copied to the room that was reckoned for it above.
    unsafe blob.withUnsafeMutableBytes { blob in
      for (index, at) in offsets {
        unsafe UnsafeMutableRawBufferPointer(rebasing: blob[at...]).copyBytes(
          from: values.constants[index].bytes)
      }
    }
    for (id, offset) in states { places[id] = unsafe Memory.stateBase + offset }
    for id in 0..<values.count where places[id] == 0 { places[id] = places[values.root(id)] }
    return Layout(places: places, arenaBytes: arena, constants: blob, constantBytes: offset)
  }

  /// Whole cache lines, and one more that a kernel may read behind the end.
  private static func rounded(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 + 64 }
}
