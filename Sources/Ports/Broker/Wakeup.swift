// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Glibc

/// Ends a thread's sleep in `poll` from another thread (an eventfd).
final class Wakeup: Sendable {
  let descriptor: Int32

  init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    precondition(descriptor >= 0, "no descriptor left: eventfd failed with errno \(errno)")
  }

  deinit { close(descriptor) }

  func signal() { _ = eventfd_write(descriptor, 1) }

  func clear() {
    var count: eventfd_t = 0
    // SAFETY: writes one counter that lives on this frame.
    _ = unsafe eventfd_read(descriptor, &count)
  }

  /// Sleeps until signalled or until the time is over, whichever comes first.
  func wait(seconds: Double) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // SAFETY: one entry that lives on this frame.
    if unsafe poll(&entry, 1, Int32((seconds * 1000).rounded(.up))) > 0 { clear() }
  }
}
