// SPDX-License-Identifier: Apache-2.0

/// Gives every value its place: constants one after the other, the others in one arena, where values that are
/// never needed at the same time share room.
struct MemoryPlan {
  /// The result.
  struct Layout: Sendable {
    /// As `Memory.places`.
    var places: [Int]
    var arenaBytes: Int
  }

  private let values: Values
  /// By value with room in the arena: the first and last step that touches it.
  private var lives: [ClosedRange<Int>?]
  /// By value: whether it is a constant that a step reads.
  private var isWanted: [Bool]

  init(_ values: Values) {
    self.values = values
    lives = Array(repeating: nil, count: values.count)
    isWanted = Array(repeating: false, count: values.count)
  }

  /// Notes that step `time` touches these values.
  mutating func touch(_ ids: [ValueID], at time: Int) {
    for id in ids {
      let root = values.root(id)
      switch values[root].home {
      case .constant: isWanted[root] = true
      case .prepared, .state: break
      default: lives[root] = (lives[root]?.lowerBound ?? time)...time
      }
    }
  }

  /// - Parameter constants: what was prepared; the other constants come behind it.
  func lay(_ constants: inout AlignedBytes) -> Layout {
    var places = Array(repeating: 0, count: values.count)
    let arena = layArena(&places)
    layConstants(&places, &constants)
    for id in 0..<values.count {
      let root = values.root(id)
      switch values[root].home {
      case .state(let offset): places[id] = unsafe Memory.stateBase + offset
      case .prepared(let offset): places[id] = ~offset
      default: places[id] = places[root]
      }
    }
    return Layout(places: places, arenaBytes: arena)
  }

  /// Largest first, each at the lowest place that is free during its life.
  /// - Returns: the length of the arena.
  private func layArena(_ places: inout [Int]) -> Int {
    let order = lives.indices.compactMap { id in
      lives[id].map { (id: id, life: $0, size: MemoryPlan.rounded(values[id].byteCount)) }
    }.sorted { ($1.size, $0.id) < ($0.size, $1.id) }
    var laid: [(life: ClosedRange<Int>, from: Int, to: Int)] = []  // in the order of places
    var arena = 0
    for (id, life, size) in order {
      var at = 0
      for other in laid where other.life.overlaps(life) {
        if at + size <= other.from { break }
        at = max(at, other.to)
      }
      places[id] = at
      laid.insert((life, at, at + size), at: laid.firstIndex { $0.from > at } ?? laid.count)
      arena = max(arena, at + size)
    }
    return arena
  }

  /// One after the other, those of the same bytes together.
  private func layConstants(_ places: inout [Int], _ constants: inout AlignedBytes) {
    var offsets: [Int?] = Array(repeating: nil, count: values.constants.count)
    for id in isWanted.indices where isWanted[id] {
      guard case .constant(let index) = values[id].home else { continue }
      let bytes = values.constants[index].storage
      let offset = offsets[index] ?? constants.append(bytes)
      offsets[index] = offset
      places[id] = ~offset
    }
  }

  /// Whole cache lines, and one more that a kernel may read behind the end.
  private static func rounded(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 + 64 }
}
