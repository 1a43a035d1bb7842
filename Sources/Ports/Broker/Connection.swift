// SPDX-License-Identifier: Apache-2.0

import CMosquitto
import Clockwork
import Glibc
import Machine

/// One connection to a broker, from the first packet to the last: one libmosquitto handle, made and destroyed
/// here and used by one thread only.
///
/// libmosquitto calls back with the pointer given to `mosquitto_new`. That pointer is this object, not
/// retained: callbacks run only inside calls made by this object's own methods, on this thread, and `deinit`
/// removes them before the handle goes.
@safe final class Connection {
  let options: BrokerOptions
  let exchange: Exchange
  let clock: any Timekeeper
  // SAFETY: valid from init to deinit; never leaves this object.
  let handle: OpaquePointer
  private let opened: MonotonicTime
  /// The broker's answer to CONNECT: 0 accepted, else its reason; nil before the answer.
  var answer: Int32?
  /// Reason of the broker's own DISCONNECT (MQTT 5), or libmosquitto's.
  var farewell: Int32?
  /// The last error that libmosquitto logged: TLS failures say more there than in codes.
  var lastLog: String?
  /// Events handled; tells whether a read made progress.
  var events = 0
  /// Publications given to libmosquitto, by message id, until acknowledged.
  var inFlight: [Int32: Publication] = [:]
  /// Acknowledgements that came inside the call that sent: id and reason.
  var early: [Int32: Int32] = [:]
  /// Subscriptions not yet answered, by message id.
  var subscribing: [Int32: Subscription] = [:]
  private var isOpen = false
  private var shookHands = false
  private var moreToRead = false

  /// Makes the handle; nothing is sent yet.
  init(_ options: BrokerOptions, exchange: Exchange, clock: any Timekeeper) {
    self.options = options
    self.exchange = exchange
    self.clock = clock
    opened = clock.monotonic()
    _ = Connection.library
    guard let made = unsafe mosquitto_new(options.clientID, options.cleanStart, nil) else {
      preconditionFailure("mosquitto_new: \(Connection.systemText(errno))")  // out of memory: nothing to do
    }
    unsafe handle = unsafe made
    listen()
  }

  deinit {
    silence()
    unsafe mosquitto_destroy(handle)
  }

  var wasAccepted: Bool { answer == 0 }
  var age_s: Double { wasAccepted ? clock.monotonic().seconds(since: opened) : 0 }

  /// Connects, serves the connection until it ends, and tells the exchange why it ended. `onlyIPv4` passes
  /// over the other addresses of a host: libmosquitto, when it does not block, tries only the first that fits.
  func serve(onlyIPv4: Bool) {
    let ended: BrokerError
    do throws(BrokerError) {
      try open(onlyIPv4: onlyIPv4)
      ended = loop()
    } catch {
      ended = error
    }
    exchange.disconnected(ended)  // before callers hear, so that none of them still sees a connection
    exchange.count { [inFlight, wasAccepted] in
      $0.publishFailures += inFlight.count
      if !wasAccepted { $0.failedAttempts += 1 }
    }
    for publication in inFlight.values { publication.continuation.resume(returning: .failure(ended)) }
    for subscription in subscribing.values { subscription.continuation?.resume(returning: .success(())) }
  }

  private func open(onlyIPv4: Bool) throws(BrokerError) {
    try configure()
    let code = unsafe mosquitto_connect_bind_async(
      handle, options.host, Int32(options.port), Int32(options.keepAlive_s), onlyIPv4 ? "0.0.0.0" : nil)
    if code != 0 { throw error(code) }
  }

  private func loop() -> BrokerError {
    let deadline = opened.advanced(bySeconds: options.connectTimeout_s)
    var nextCheck = opened
    while true {
      if exchange.isStopped {
        if isOpen, let farewell = exchange.farewell { send(farewell) }
        unsafe mosquitto_disconnect(handle)
        return .stopped
      }
      // The handle is destroyed without DISCONNECT: to the broker a client that is gone.
      if exchange.takeCut() { return .connectionLost(endpoint: options.endpoint, reason: "cut on request") }
      if let ended = advance(deadline) { return ended }
      let now = clock.monotonic()
      if now >= nextCheck {
        let code = unsafe mosquitto_loop_misc(handle)
        if code != 0 { return error(code) }
        nextCheck = now.advanced(bySeconds: checkInterval_s)
      }
      var until = nextCheck
      if !isOpen { until = min(until, deadline) }
      if let ended = exchangePackets(wait_s: max(0, until.seconds(since: now))) { return ended }
    }
  }

  /// A quarter of the keep-alive keeps pings inside the 1.5 keep-alives that brokers allow.
  private var checkInterval_s: Double { Double(options.keepAlive_s) / 4 }

  /// Moves from connecting to accepted to open, and when open hands over what callers want sent.
  private func advance(_ deadline: MonotonicTime) -> BrokerError? {
    if isOpen {
      let requests = exchange.take(room: options.inFlightLimit - inFlight.count)
      for subscription in requests.subscriptions { send(subscription) }
      for publication in requests.publications { send(publication) }
      return nil
    }
    if let answer, answer != 0 {
      return .refused(endpoint: options.endpoint, reason: Connection.refusalText(answer, options.version))
    }
    if wasAccepted && subscribing.isEmpty {
      isOpen = true
      exchange.connected()
      return advance(deadline)
    }
    if clock.monotonic() >= deadline {
      let missing = wasAccepted ? "to the subscriptions" : "within \(Int(options.connectTimeout_s)) s"
      return .unreachable(endpoint: options.endpoint, reason: "no answer \(missing)")
    }
    return nil
  }

  /// Waits for the socket or for callers, then reads and writes.
  private func exchangePackets(wait_s: Double) -> BrokerError? {
    let socket = unsafe mosquitto_socket(handle)
    guard socket >= 0 else { return error(MOSQ_ERR_CONN_LOST.rawValue) }
    // During a TLS handshake libmosquitto always wants to write, even when it is the peer's turn; polling for
    // that would spin, so it is asked 20 times a second instead.
    let shaking = shookHands && answer == nil
    let wantsWrite = unsafe mosquitto_want_write(handle)
    let ready = wait(socket, forRoom: wantsWrite && !shaking, seconds: min(wait_s, shaking ? 0.05 : 3600))
    if answer == nil, ready & (POLLERR | POLLHUP) != 0, let reason = Connection.socketError(socket) {
      return .unreachable(endpoint: options.endpoint, reason: reason)
    }
    if moreToRead || ready & (POLLIN | POLLERR | POLLHUP) != 0, let ended = read() { return ended }
    // Both directions are down and nothing is left to read. libmosquitto does not notice when OpenSSL, in its
    // handshake, took the error off the socket: it would go on for ever.
    if ready & (POLLERR | POLLHUP) != 0, !moreToRead { return error(MOSQ_ERR_CONN_LOST.rawValue) }
    if ready & POLLOUT != 0 || (shaking && wantsWrite) {
      let code = unsafe mosquitto_loop_write(handle, 1)
      if code != 0 { return error(code) }
      shookHands = options.tls != nil
    }
    return nil
  }

  /// Sleeps until the socket is ready, a caller signals or the time is over; returns the socket's events.
  private func wait(_ socket: Int32, forRoom: Bool, seconds: Double) -> Int32 {
    var entries = (
      pollfd(fd: socket, events: Int16(forRoom ? POLLIN | POLLOUT : POLLIN), revents: 0),
      pollfd(fd: exchange.wakeup.descriptor, events: Int16(POLLIN), revents: 0)
    )
    let timeout_ms = moreToRead ? 0 : Int32((seconds * 1000).rounded(.up))
    // SAFETY: a tuple of two equal structs is laid out as an array of two; it lives on this frame.
    let count = unsafe withUnsafeMutableBytes(of: &entries) { bytes in
      unsafe poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, timeout_ms)
    }
    if count <= 0 { return 0 }  // time over, or a signal: the loop comes back
    if entries.1.revents != 0 { exchange.wakeup.clear() }
    return Int32(entries.0.revents)
  }

  /// Reads until nothing more happens, up to 256 packets so that a flood does not keep callers waiting.
  /// libmosquitto may stop while OpenSSL still holds decrypted bytes, which `poll` does not see.
  private func read() -> BrokerError? {
    for _ in 0..<256 {
      let before = events
      let code = unsafe mosquitto_loop_read(handle, 1)
      if code != 0 { return error(code) }
      if unsafe mosquitto_socket(handle) < 0 { return error(MOSQ_ERR_CONN_LOST.rawValue) }
      moreToRead = events != before
      if !moreToRead { break }
    }
    return nil
  }
}
