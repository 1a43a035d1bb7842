// SPDX-License-Identifier: Apache-2.0

import Clockwork

/// Work that computes or blocks for seconds, on a thread of its own: Swift's pool has as many threads as there are
/// cores, and the tests beside it need them.
public actor OwnThread {
  /// All trials take turns on one thread.
  public static let lab = OwnThread("lab")

  private let thread: DedicatedThread
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

  public init(_ name: String) { thread = DedicatedThread(name: name) }

  /// Runs `body` on this thread.
  public func run<T: Sendable>(_ body: @Sendable () throws -> T) rethrows -> T { try body() }
}
