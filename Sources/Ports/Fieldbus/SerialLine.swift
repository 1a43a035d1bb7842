// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// An open serial line, split into frames. A frame is looked for only where one may begin: after silence, or
/// right behind another good frame. So register values that happen to look like a frame are never taken for
/// one after noise.
final class SerialLine {
  /// What came in.
  enum Arrival {
    /// Unit and protocol data unit of a frame with a right checksum.
    case frame([UInt8])
    /// Bytes that are no frame, described for a person; everything up to the next silence goes with them.
    case noise(String)
  }

  private let endpoint: Endpoint
  private let port: SerialPort
  private let silence_s: Double
  private var intake = Intake()
  private var inNoise = false
  private var lastByte: MonotonicTime
  private let listenUntil: MonotonicTime

  /// A request that an earlier process left behind may still be answered; so long a new line is only listened
  /// to, in seconds (at most half of the time that the first call has).
  private static let listening_s = 0.3

  init(_ endpoint: Endpoint, port: SerialPort, silence_s: Double, by deadline: Deadline) {
    self.endpoint = endpoint
    self.port = port
    self.silence_s = silence_s
    lastByte = deadline.now
    listenUntil = lastByte.advanced(bySeconds: min(SerialLine.listening_s, deadline.left_s / 2))
  }

  /// Waits until the line has been silent as long as the standard asks between frames. Returns the frames
  /// that nobody waits for any more: behind the last reply, or come since.
  func becomeSilent(
    before request: FieldbusError.Request, by deadline: Deadline
  ) throws(FieldbusError) -> [[UInt8]] {
    var unasked: [[UInt8]] = []
    while deadline.left_s > 0 {
      while !inNoise, let arrival = arrival() {
        if case .frame(let frame) = arrival { unasked.append(frame) }
      }
      let silentFrom = max(lastByte.advanced(bySeconds: silence_s), listenUntil)
      let isDue = silentFrom <= deadline.now
      if isDue, !isReadable(port.descriptor) {
        intake.empty()
        inNoise = false
        return unasked
      }
      let wake = isDue ? deadline.time : min(silentFrom, deadline.time)
      _ = try receive(by: Deadline(deadline.clock, at: wake))
    }
    throw .outOfStep(request, reason: "no silence on the line in which to ask")
  }

  func send(_ query: Query) throws(FieldbusError) {
    if !port.send(query) { throw .connectionLost(endpoint, reason: text(ofErrno: errno)) }
  }

  /// The next thing that comes in, or nil at the deadline.
  func next(by deadline: Deadline) throws(FieldbusError) -> Arrival? {
    while true {
      if !inNoise, let arrival = arrival() { return arrival }
      let silentFrom = lastByte.advanced(bySeconds: silence_s)
      let wake = inNoise ? min(silentFrom, deadline.time) : deadline.time
      if try receive(by: Deadline(deadline.clock, at: wake)) {
        if inNoise { intake.empty() }
      } else if inNoise, wake == silentFrom {
        inNoise = false
      } else {
        return nil
      }
    }
  }

  /// Bytes of a frame that has begun and not ended.
  var torn: Int { intake.count }

  /// What stands first in the bytes received, taken out of them.
  private func arrival() -> Arrival? {
    switch RTUFrame.scan(intake.storage.span.extracting(first: intake.count)) {
    case .incomplete: return nil
    case .frame(let length):
      let frame = [UInt8](copying: intake.storage.span.extracting(first: length - 2))
      intake.drop(length)
      return .frame(frame)
    case .garbage:
      let start = [UInt8](copying: intake.storage.span.extracting(first: min(intake.count, 8)))
      inNoise = true
      intake.empty()
      return .noise("no frame with a right checksum: \(hexadecimal(start))")
    }
  }

  /// Takes in what comes before `deadline`; false when nothing does.
  private func receive(by deadline: Deadline) throws(FieldbusError) -> Bool {
    switch wait(for: POLLIN, on: port.descriptor, until: deadline) {
    case .deadlinePassed: return false
    case .failed(let code): throw .connectionLost(endpoint, reason: text(ofErrno: code))
    case .ready: break
    }
    switch intake.fill(from: port.descriptor) {
    case 1...: lastByte = deadline.now
    case 0: throw .connectionLost(endpoint, reason: "the device is gone")
    default:
      let code = errno
      if code != EAGAIN && code != EINTR { throw .connectionLost(endpoint, reason: text(ofErrno: code)) }
    }
    return true
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}

extension [UInt8] {
  init(copying span: borrowing Span<UInt8>) {
    self.init()
    reserveCapacity(span.count)
    for i in 0..<span.count { append(span[i]) }
  }
}
