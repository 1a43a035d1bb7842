// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Glibc
import Machine

/// The moment by which a call ends.
struct Deadline {
  let clock: any Timekeeper
  let time: MonotonicTime

  init(_ clock: any Timekeeper, after_s seconds: Double) {
    self.clock = clock
    time = clock.monotonic().advanced(bySeconds: seconds)
  }

  init(_ clock: any Timekeeper, at time: MonotonicTime) {
    self.clock = clock
    self.time = time
  }

  var now: MonotonicTime { clock.monotonic() }
  var left_s: Double { time.seconds(since: now) }
}

/// What came of waiting for a descriptor.
enum Readiness {
  case ready, deadlinePassed
  case failed(errno: Int32)
}

/// Waits with poll(2), which knows no highest descriptor; select(2), as libmodbus uses it, aborts the process
/// at descriptor 1024.
func wait(for events: Int32, on descriptor: Int32, until deadline: Deadline) -> Readiness {
  while true {
    let left_ns = deadline.time.nanoseconds - deadline.now.nanoseconds
    if left_ns <= 0 { return .deadlinePassed }
    var entry = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    let left_ms = Int32(clamping: (left_ns + 999_999) / 1_000_000)
    // SAFETY: one pollfd, on this frame.
    let found = unsafe poll(&entry, 1, left_ms)
    if found > 0 { return .ready }
    if found < 0, errno != EINTR { return .failed(errno: errno) }
  }
}

/// True when the descriptor has something to say now.
func isReadable(_ descriptor: Int32) -> Bool {
  var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  // SAFETY: one pollfd, on this frame.
  return unsafe poll(&entry, 1, 0) > 0
}

/// Bytes received and not yet understood. Holds more than two of the longest frames, so that a filled intake
/// means a sender that does not stop.
struct Intake {
  /// The first `count` bytes are here, oldest first.
  private(set) var storage = [UInt8](repeating: 0, count: 1024)
  private(set) var count = 0

  var isEmpty: Bool { count == 0 }

  /// Takes in what the descriptor has. Returns the result of read(2): 0 at the end of the stream, -1 with
  /// errno on failure. A full intake is emptied first.
  mutating func fill(from descriptor: Int32) -> Int {
    if count == storage.count { count = 0 }
    // SAFETY: read(2) writes at most the bytes between count and the end of this array.
    let got = unsafe storage.withUnsafeMutableBytes { all in
      unsafe Glibc.read(descriptor, all.baseAddress?.advanced(by: count), all.count - count)
    }
    if got > 0 { count += got }
    return got
  }

  mutating func drop(_ length: Int) {
    let rest = count - length
    for i in 0..<rest { storage[i] = storage[i + length] }
    count = rest
  }

  mutating func empty() { count = 0 }
}

/// The system's words for an error number.
func text(ofErrno code: Int32) -> String {
  // SAFETY: strerror returns a string that lives until the next call on this thread; it is copied at once.
  unsafe String(cString: strerror(code))
}
