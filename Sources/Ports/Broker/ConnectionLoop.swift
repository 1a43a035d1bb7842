// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Glibc
import Machine

/// The thread that connects, serves the connection, and waits before it tries again.
actor ConnectionLoop {
  private let thread: DedicatedThread
  private let options: BrokerOptions
  private let exchange: Exchange
  private let clock: any Timekeeper

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

  /// A connection that lived this long was a good one: the next failure counts as the first.
  private static let settled_s = 1.0

  init(options: BrokerOptions, exchange: Exchange, clock: any Timekeeper) {
    self.options = options
    self.exchange = exchange
    self.clock = clock
    thread = DedicatedThread(name: "mqtt-\(options.clientID)")
  }

  /// Blocks its thread until the exchange is stopped.
  func serve() {
    ConnectionLoop.ignoreBrokenPipes()
    var failures = 0
    var onlyIPv4 = false
    while !exchange.isStopped {
      let connection = Connection(options, exchange: exchange, clock: clock)
      connection.serve(onlyIPv4: onlyIPv4)
      if connection.age_s >= ConnectionLoop.settled_s { failures = 0 }
      if !connection.wasAccepted { onlyIPv4.toggle() }
      if exchange.isStopped { break }
      failures += 1
      pause(options.backoff.delay_s(failures: failures, chance: .random(in: 0..<1)))
    }
    exchange.finish()
  }

  private func pause(_ seconds: Double) {
    let end = clock.monotonic().advanced(bySeconds: seconds)
    while !exchange.isStopped {
      let left = end.seconds(since: clock.monotonic())
      if left <= 0 { return }
      exchange.wakeup.wait(seconds: left)
    }
  }

  /// OpenSSL writes with `write`, which raises SIGPIPE when the peer is gone, and that kills a process by
  /// default. The signal is sent to the writing thread, so this thread blocks it and no other is touched.
  private static func ignoreBrokenPipes() {
    var signals = sigset_t()
    // SAFETY: the set lives on this frame during the three calls.
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
