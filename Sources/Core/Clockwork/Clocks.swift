// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Machine

/// Time, injected: live code reads `SystemClock`, replays and tests a `ManualClock`.
public protocol Timekeeper: Sendable {
  func wall() -> WallTime
  func monotonic() -> MonotonicTime
}

extension Timekeeper {
  /// Both clocks at this moment.
  public func stamp(source: WallTime? = nil) -> Stamp {
    Stamp(source: source, received: wall(), monotonic: monotonic())
  }
}

/// The gateway's own clocks; the monotonic one goes on while the gateway sleeps (CLOCK_BOOTTIME).
public struct SystemClock: Timekeeper {
  public init() {}
  public func wall() -> WallTime { WallTime(nanoseconds: SystemClock.read(CLOCK_REALTIME)) }
  public func monotonic() -> MonotonicTime { MonotonicTime(nanoseconds: SystemClock.read(CLOCK_BOOTTIME)) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var t = timespec()
    // SAFETY: writes one timespec that lives on this stack frame; the clocks named above always exist.
    _ = unsafe clock_gettime(clock, &t)
    return Int64(t.tv_sec) * 1_000_000_000 + Int64(t.tv_nsec)
  }
}
