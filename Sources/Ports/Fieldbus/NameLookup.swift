// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Glibc
import Synchronization

/// The address of one host, as connect(2) takes it: a sockaddr.
struct SocketAddress: Sendable {
  let family: Int32
  let bytes: [UInt8]
}

/// A name lookup on a thread of its own. getaddrinfo(3) takes no deadline and may block for a minute when the
/// name server is gone; the bus waits for it only as long as its own call may last, and looks again at the
/// next call.
final class NameLookup: Sendable {
  enum Outcome: Sendable {
    case found([SocketAddress])
    case failed(reason: String)
  }

  private let outcome = Mutex<Outcome?>(nil)
  private let host: String
  private let port: UInt16

  /// Begins to look.
  init(host: String, port: UInt16) {
    self.host = host
    self.port = port
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self)
    // SAFETY: the thread takes over the reference that `context` holds.
    let made = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        let lookup = unsafe Unmanaged<NameLookup>.fromOpaque(raw).takeRetainedValue()
        let found = NameLookup.resolve(host: lookup.host, port: lookup.port, numericOnly: false)
        lookup.outcome.withLock { $0 = found }
        return nil
      }, context.toOpaque())
    if made == 0 {
      pthread_detach(thread)
    } else {
      unsafe context.release()
      outcome.withLock { $0 = .failed(reason: "no thread for the name lookup: \(text(ofErrno: made))") }
    }
  }

  /// What was found, or nil when the deadline comes first; then the lookup goes on.
  func result(by deadline: Deadline) -> Outcome? {
    while true {
      if let done = outcome.withLock({ $0 }) { return done }
      if deadline.left_s <= 0 { return nil }
      usleep(1000)
    }
  }

  /// Asks getaddrinfo(3). With `numericOnly` no server is asked and the call does not block.
  static func resolve(host: String, port: UInt16, numericOnly: Bool) -> Outcome {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | (numericOnly ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, String(port), &hints, &list)
    guard code == 0 else { return .failed(reason: unsafe String(cString: gai_strerror(code))) }
    defer { unsafe freeaddrinfo(list) }
    var found: [SocketAddress] = []
    // SAFETY: the list is getaddrinfo's own, walked before it is freed; each ai_addr holds ai_addrlen bytes.
    var next = unsafe list
    while let entry = unsafe next?.pointee {
      let bytes = unsafe UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
      found.append(SocketAddress(family: unsafe entry.ai_family, bytes: unsafe Array(bytes)))
      unsafe next = entry.ai_next
    }
    return .found(found)
  }
}
