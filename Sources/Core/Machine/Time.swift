// SPDX-License-Identifier: Apache-2.0

/// A point on the wall clock: nanoseconds since 1970-01-01T00:00:00Z. It may jump; intervals are never
/// taken from it.
public struct WallTime: Hashable, Comparable, Sendable, Codable {
  public var nanoseconds: Int64
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public init(seconds: Double) { nanoseconds = Int64((seconds * 1e9).rounded()) }
  public var seconds: Double { Double(nanoseconds) / 1e9 }
  public static func < (a: WallTime, b: WallTime) -> Bool { a.nanoseconds < b.nanoseconds }
}

/// A point on the clock that never goes back, in nanoseconds since an arbitrary start (the boot of the
/// gateway when live, zero in a replay).
public struct MonotonicTime: Hashable, Comparable, Sendable, Codable {
  public var nanoseconds: Int64
  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  public init(seconds: Double) { nanoseconds = Int64((seconds * 1e9).rounded()) }
  public var seconds: Double { Double(nanoseconds) / 1e9 }
  public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Seconds from `earlier` to this time.
  public func seconds(since earlier: MonotonicTime) -> Double {
    Double(nanoseconds - earlier.nanoseconds) / 1e9
  }
  public func advanced(bySeconds s: Double) -> MonotonicTime {
    MonotonicTime(nanoseconds: nanoseconds + Int64((s * 1e9).rounded()))
  }
}

/// When something was measured, and when it reached us.
public struct Stamp: Hashable, Sendable, Codable {
  /// The source's own time, where it sends one.
  public var source: WallTime?
  public var received: WallTime
  public var monotonic: MonotonicTime

  public init(source: WallTime? = nil, received: WallTime, monotonic: MonotonicTime) {
    self.source = source
    self.received = received
    self.monotonic = monotonic
  }

  /// The best wall time known: the source's, else the time of receipt.
  public var wall: WallTime { source ?? received }
}
