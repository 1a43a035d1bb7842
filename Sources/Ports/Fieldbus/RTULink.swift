// SPDX-License-Identifier: Apache-2.0

import Machine

/// Modbus RTU: requests and replies kept in step as `Unanswered` says, over a `SerialLine`.
final class RTULink: Link {
  private let endpoint: Endpoint
  private let open: () throws(FieldbusError) -> SerialPort
  private let silence_s: Double
  private var line: SerialLine?
  /// Outlives the line: a reply may come after the device has been opened again.
  private var units: [UInt8: Unanswered] = [:]

  init(_ endpoint: Endpoint, device: String, baud: Int, parity: Endpoint.Parity, stopBits: Int) {
    self.endpoint = endpoint
    open = { () throws(FieldbusError) in
      try SerialPort(endpoint, device: device, baud: baud, parity: parity, stopBits: stopBits)
    }
    // 3.5 characters of 11 bits; a fixed time above 19200 baud (Modbus over Serial Line 1.02, 2.5.1.1).
    silence_s = max(3.5 * 11 / Double(baud), 0.00175)
  }

  func disconnect() { line = nil }

  func transact(
    _ query: Query, by deadline: Deadline, timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    units[query.unit, default: Unanswered()].forget(at: deadline.now)
    if !isSettled(query.unit) { try getIntoStep(for: query, by: deadline, timeout_s: timeout_s) }
    let words = try exchange(query, for: query.request, by: deadline, timeout_s: timeout_s)
    units[query.unit]?.proved(query)
    return words
  }

  private func isSettled(_ unit: UInt8) -> Bool { units[unit]?.isSettled ?? true }

  /// Sends a canary, whose reply settles all that is older.
  private func getIntoStep(
    for query: Query, by deadline: Deadline, timeout_s: Double
  ) throws(FieldbusError) {
    let begun_s = deadline.left_s
    do {
      let canary = units[query.unit, default: Unanswered()].canary(before: query)
      _ = try exchange(canary, for: query.request, by: deadline, timeout_s: timeout_s)
    } catch .exception {
      // A refusal keeps the order as well as a value does.
    }
    guard isSettled(query.unit) else {
      throw .outOfStep(query.request, reason: "a reply to an earlier request may still come")
    }
    // Otherwise a unit that takes more than half of the time would time out here every time.
    if deadline.left_s < begun_s / 2 {
      throw .outOfStep(query.request, reason: "no time left after a late reply; the next call may ask")
    }
  }

  /// One query and its reply, on behalf of the request that errors name.
  private func exchange(
    _ query: Query, for request: FieldbusError.Request, by deadline: Deadline, timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    do throws(FieldbusError) {
      let line = try opened(by: deadline)
      for frame in try line.becomeSilent(before: request, by: deadline) {
        guard let reply = Reply(unitAndPDU: frame.span) else { continue }
        units[frame[0]]?.repeated(reply, at: deadline.now)
      }
      units[query.unit, default: Unanswered()].sent(query, at: deadline.now)
      try line.send(query)
      return try reply(to: query, for: request, on: line, by: deadline, timeout_s: timeout_s)
    } catch {
      if case .connectionLost = error { line = nil }
      throw error
    }
  }

  private func opened(by deadline: Deadline) throws(FieldbusError) -> SerialLine {
    if let line { return line }
    let made = SerialLine(endpoint, port: try open(), silence_s: silence_s, by: deadline)
    line = made
    return made
  }

  /// Waits for the reply to the newest request, whatever else comes in before it.
  private func reply(
    to query: Query, for request: FieldbusError.Request, on line: SerialLine, by deadline: Deadline,
    timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    var oddity: String?
    while true {
      let isAlone = units[query.unit]?.isAlone ?? false
      switch try line.next(by: deadline) {
      case .none:
        if line.torn > 0 { oddity = "the frame ends after \(line.torn) bytes" }
        if let oddity { throw .invalidReply(request, reason: oddity) }
        throw .timeout(request, after_s: timeout_s)
      case .noise(let what):
        // With no older reply under way these bytes were ours, spoilt; there is nothing to wait for.
        if isAlone { throw .invalidReply(request, reason: what) }
        oddity = what
      case .frame(let frame):
        guard frame[0] == query.unit else {
          oddity = "a reply of unit \(frame[0])"
          continue
        }
        guard let reply = Reply(unitAndPDU: frame.span), query.isWrite || frame != query.bytes else {
          throw .invalidReply(request, reason: "the request itself came back; does the adapter echo?")
        }
        switch units[query.unit, default: Unanswered()].judge(reply) {
        case .late: continue
        case .answer:
          if case .exception(_, let code) = reply { throw .exception(request, code: code) }
          return items(frame.span, of: query)
        case .stranger:
          oddity = "function \(frame[1]) with \(frame.count - 2) bytes"
          if isAlone { throw .invalidReply(request, reason: oddity ?? "") }
        }
      }
    }
  }
}
