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

/// What was seen of one fault at one place in the last looks.
struct Looks: Sendable {
  /// The newest look is the lowest bit.
  private var bits: UInt8 = 0
  private var last: MonotonicTime?
  private(set) var newest: Finding?
  /// When it was first seen of late: the oldest of the looks that led to what is seen now.
  private(set) var onset: MonotonicTime?

  /// Whether a look was ever taken.
  var isKnown: Bool { last != nil }

  /// Whether the fault is named.
  func isStanding(_ quota: Quota) -> Bool { bits.nonzeroBitCount >= quota.k && newest != nil }

  /// The finding that stands without a new look.
  func standing(_ quota: Quota) -> Finding? { isStanding(quota) ? newest : nil }

  /// Takes one look into account and returns the finding if the fault is named.
  /// - Parameter time: when the newest data behind the look were measured; older or equal data do not count again.
  @discardableResult
  mutating func record(_ finding: Finding?, at time: MonotonicTime, _ quota: Quota) -> Finding? {
    let wait = last.map { time.seconds(since: $0) } ?? .infinity
    if wait > 0, wait >= quota.spacing_s {
      bits = (bits << 1 | (finding == nil ? 0 : 1)) & (1 << UInt8(quota.n) - 1)
      last = time
    }
    if var finding {
      // The place of a standing fault does not wander between points that show it equally well.
      if let known = newest { finding.point = known.point }
      newest = finding
      onset = onset ?? time
    } else if bits == 0 {
      newest = nil
      onset = nil
    }
    return standing(quota)
  }
}

extension Looks {
  /// What outlives a restart: monotonic time does not, so the onset is told by its age.
  struct Kept: Sendable, Codable, Equatable {
    var bits: UInt8
    var newest: Finding
    var onsetAge_s: Double
  }

  /// Nil where nothing was seen.
  func kept(at now: MonotonicTime) -> Kept? {
    guard let newest, let onset else { return nil }
    return Kept(bits: bits, newest: newest, onsetAge_s: now.seconds(since: onset))
  }

  init(_ kept: Kept, at now: MonotonicTime) {
    bits = kept.bits
    newest = kept.newest
    onset = now.advanced(bySeconds: -kept.onsetAge_s)
  }
}
