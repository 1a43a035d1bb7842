// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Glibc

/// The signals that steer the daemon, as a stream: SIGTERM and SIGINT stop, SIGHUP reloads.
enum Steering: Sendable, Equatable {
  case stop, reload

  /// Takes over the three signals for the life of the process; SIGPIPE is ignored, a closed peer is an
  /// error of the write. A signal that comes after this has returned is not lost.
  static func signals() -> AsyncStream<Steering> {
    AsyncStream(bufferingPolicy: .bufferingNewest(8)) { continuation in
      _ = signal(SIGPIPE, SIG_IGN)
      // Sources are installed by another thread: until then their signals are ignored.
      let installed = DispatchGroup()
      // SAFETY: dispatch objects may be used from any thread; Swift's overlay does not say so yet.
      nonisolated(unsafe) let sources = [(SIGTERM, Steering.stop), (SIGINT, .stop), (SIGHUP, .reload)].map {
        number, meaning in
        _ = signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { continuation.yield(meaning) }
        installed.enter()
        source.setRegistrationHandler { installed.leave() }
        source.activate()
        return source
      }
      installed.wait()
      continuation.onTermination = { _ in unsafe sources.forEach { $0.cancel() } }
    }
  }
}
