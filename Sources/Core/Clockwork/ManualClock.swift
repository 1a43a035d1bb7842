// SPDX-License-Identifier: Apache-2.0

public import Machine
import Synchronization

/// A clock that moves only when told to; both of its faces move together.
public final class ManualClock: Timekeeper {
  private let elapsed = Atomic<Int64>(0)
  private let epoch: WallTime

  /// - Parameter start: wall time at monotonic zero.
  public init(start: WallTime = WallTime(seconds: 1_767_225_600)) { epoch = start }

  public func wall() -> WallTime {
    WallTime(nanoseconds: epoch.nanoseconds + elapsed.load(ordering: .sequentiallyConsistent))
  }
  public func monotonic() -> MonotonicTime {
    MonotonicTime(nanoseconds: elapsed.load(ordering: .sequentiallyConsistent))
  }
  public func advance(seconds: Double) {
    elapsed.add(Int64((seconds * 1e9).rounded()), ordering: .sequentiallyConsistent)
  }
}
