// SPDX-License-Identifier: Apache-2.0

import Machine

/// How often a fault must be seen before it is named: in `k` of the last `n` looks, which are at least
/// `spacing_s` apart. It stays named until fewer than `k` remain.
struct Quota: Sendable {
  var k: Int
  var n: Int
  var spacing_s: Double

  /// Each new waveform is one look.
  static let waveforms = Quota(k: 3, n: 5, spacing_s: 0)
  /// Scalar readings come every second; looks are 10 s apart, so that a disturbance of 20 s names nothing.
  static let readings = Quota(k: 3, n: 5, spacing_s: 10)
  /// Temperatures move and strainers fill slowly: five of six minutes.
  static let slow = Quota(k: 5, n: 6, spacing_s: 60)
  /// A model's opinion weighs less than a signature.
  static let scores = Quota(k: 4, n: 6, spacing_s: 0)
  /// Sensors are told quickly, so that nobody trusts them.
  static let sensors = Quota(k: 2, n: 3, spacing_s: 5)
}

/// The memory of diagnosis: what was seen of each fault at each place in the last looks. Bounded by the number
/// of faults times places.
struct Persistence: Sendable {
  struct Key: Hashable {
    var fault: Fault
    var place: String
  }

  private struct Memory {
    var looks: [Bool] = []
    var lastLook: MonotonicTime?
    var newest: Finding?
  }
  private var memories: [Key: Memory] = [:]

  /// Takes one look into account and returns the finding if the fault is named.
  /// - Parameter time: when the newest data behind the look were measured; older or equal data do not count again.
  mutating func record(
    _ finding: Finding?, _ key: Key, at time: MonotonicTime, quota: Quota
  ) -> Finding? {
    var memory = memories[key] ?? Memory()
    let wait = memory.lastLook.map { time.seconds(since: $0) } ?? .infinity
    if wait > 0, wait >= quota.spacing_s {
      memory.looks = (memory.looks + [finding != nil]).suffix(quota.n)
      memory.lastLook = time
    }
    if var finding {
      // The place of a standing fault does not wander between points that show it equally well.
      if let known = memory.newest { finding.point = known.point }
      memory.newest = finding
    }
    let isNamed = memory.looks.count(where: \.self) >= quota.k
    if !memory.looks.contains(true), finding == nil { memory.newest = nil }
    memories[key] = memory
    return isNamed ? memory.newest : nil
  }

  /// Whether anything was ever seen or looked for under this key.
  func isKnown(_ key: Key) -> Bool { memories[key] != nil }

  /// The finding that stands without a new look.
  func standing(_ key: Key, quota: Quota) -> Finding? {
    guard let memory = memories[key], memory.looks.count(where: \.self) >= quota.k else { return nil }
    return memory.newest
  }

  /// Sensors with a remembered defect: they need a look in every window, to be forgotten in time.
  var sensorKeys: [Key] {
    memories.filter { $0.key.fault.isSensorFault && $0.value.newest != nil }.map(\.key)
      .sorted { ($0.place, $0.fault.rawValue) < ($1.place, $1.fault.rawValue) }
  }
}
