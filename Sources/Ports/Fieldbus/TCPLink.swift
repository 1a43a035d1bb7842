// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Modbus TCP. The transaction number tells late replies from the one that is awaited; a stream that can no
/// longer be split into frames is given up with its connection.
///
/// Requests are framed here and not by libmodbus 3.1.6, whose raw requests all carry number 0.
final class TCPLink: Link {
  private let endpoint: Endpoint
  private let host: String
  private let port: UInt16
  private var socket: TCPSocket?
  private var lookup: NameLookup?
  private var intake = Intake()
  private var number: UInt16 = 0
  private var unansweredInRow = 0

  /// After so many requests in a row without a reply the connection itself is suspected: a peer that was
  /// switched off and on again does not know it any more, and TCP alone would find out after minutes.
  private static let suspicion = 3
  private static let headerLength = 6

  init(host: String, port: UInt16) {
    endpoint = .tcp(host: host, port: port)
    self.host = host
    self.port = port
  }

  func disconnect() { socket = nil }

  func transact(
    _ query: Query, by deadline: Deadline, timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    let wasOpen = socket != nil
    do {
      return try exchange(query, by: deadline, timeout_s: timeout_s)
    } catch .connectionLost where wasOpen && !query.isWrite {
      // Peers drop idle connections; the loss shows at the next request. A read may be asked twice.
      return try exchange(query, by: deadline, timeout_s: timeout_s)
    }
  }

  private func exchange(
    _ query: Query, by deadline: Deadline, timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    let socket = try connected(by: deadline)
    number &+= 1
    try send(query, over: socket)
    while true {
      while let length = try frameLength(query) {
        let isOurs = word(intake.storage.span, at: 0) == number
        defer { intake.drop(length) }
        if isOurs { return try settle(query, length: length) }
      }
      switch wait(for: POLLIN, on: socket.descriptor, until: deadline) {
      case .ready: try receive(from: socket)
      case .failed(let code): throw lost(text(ofErrno: code))
      case .deadlinePassed:
        unansweredInRow += 1
        if !intake.isEmpty || unansweredInRow >= TCPLink.suspicion { giveUp() }
        throw .timeout(query.request, after_s: timeout_s)
      }
    }
  }

  private func connected(by deadline: Deadline) throws(FieldbusError) -> TCPSocket {
    if let socket { return socket }
    let made = try TCPSocket.connect(to: addresses(by: deadline), of: endpoint, by: deadline)
    socket = made
    intake.empty()
    unansweredInRow = 0
    return made
  }

  private func addresses(by deadline: Deadline) throws(FieldbusError) -> [SocketAddress] {
    if case .found(let numeric) = NameLookup.resolve(host: host, port: port, numericOnly: true) {
      return numeric
    }
    let looking = lookup ?? NameLookup(host: host, port: port)
    lookup = looking
    switch looking.result(by: deadline) {
    case .none: throw .unreachable(endpoint, reason: "the name lookup takes longer than the request may")
    case .found(let found):
      lookup = nil
      return found
    case .failed(let reason):
      lookup = nil
      throw .unreachable(endpoint, reason: reason)
    }
  }

  private func send(_ query: Query, over socket: TCPSocket) throws(FieldbusError) {
    let pdu = query.bytes
    let frame = [UInt8(number >> 8), UInt8(number & 0xFF), 0, 0, 0, UInt8(pdu.count)] + pdu
    // SAFETY: send(2) reads the bytes of this array. MSG_NOSIGNAL: a closed peer is an error, not a signal.
    let sent = unsafe frame.withUnsafeBytes { bytes in
      unsafe Glibc.send(socket.descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
    if sent != frame.count { throw lost(sent < 0 ? text(ofErrno: errno) : "the peer takes no data") }
  }

  private func receive(from socket: TCPSocket) throws(FieldbusError) {
    let got = intake.fill(from: socket.descriptor)
    if got == 0 { throw lost("closed by the peer") }
    if got < 0, errno != EAGAIN, errno != EINTR { throw lost(text(ofErrno: errno)) }
    unansweredInRow = 0
  }

  /// The length of the whole frame that stands first, or nil until it is complete.
  private func frameLength(_ query: Query) throws(FieldbusError) -> Int? {
    guard intake.count >= TCPLink.headerLength else { return nil }
    let body = Int(word(intake.storage.span, at: 4))
    guard word(intake.storage.span, at: 2) == 0, (3...254).contains(body) else {
      giveUp()
      throw .invalidReply(query.request, reason: "no Modbus TCP header where a frame should begin")
    }
    let length = TCPLink.headerLength + body
    return intake.count >= length ? length : nil
  }

  /// Judges the frame that carries the number of this query.
  private func settle(_ query: Query, length: Int) throws(FieldbusError) -> [UInt16] {
    let bytes = intake.storage
    let body = bytes.span.extracting(TCPLink.headerLength..<length)
    if body[0] == query.unit, let reply = Reply(unitAndPDU: body) {
      switch reply {
      case .answer(query.shape): return items(body, of: query)
      case .exception(query.function, let code): throw .exception(query.request, code: code)
      default: break
      }
    }
    let seen = "unit \(body[0]) function \(body[1]) with \(body.count - 2) bytes"
    giveUp()
    throw .invalidReply(query.request, reason: "the reply with this transaction number is of \(seen)")
  }

  private func giveUp() {
    socket?.abort()
    socket = nil
  }

  private func lost(_ reason: String) -> FieldbusError {
    socket = nil
    return .connectionLost(endpoint, reason: reason)
  }
}
