// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connected socket that does not block; closed when released.
final class TCPSocket {
  let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }
  deinit { Glibc.close(descriptor) }

  /// Connects to the first address that answers before the deadline. The addresses share the time that is
  /// left, so that a silent first one leaves some for the second.
  static func connect(
    to addresses: [SocketAddress], of endpoint: Endpoint, by deadline: Deadline
  ) throws(FieldbusError) -> TCPSocket {
    var reason = "the name has no address"
    for (index, address) in addresses.enumerated() {
      let share_s = deadline.left_s / Double(addresses.count - index)
      guard share_s > 0 else { break }
      switch attempt(address, by: Deadline(deadline.clock, after_s: share_s)) {
      case .connected(let socket): return socket
      case .noDescriptor: throw .descriptorsExhausted(endpoint)
      case .failed(let why): reason = why
      }
    }
    throw .unreachable(endpoint, reason: reason)
  }

  private enum Attempt {
    case connected(TCPSocket)
    case noDescriptor
    case failed(String)
  }

  private static func attempt(_ address: SocketAddress, by deadline: Deadline) -> Attempt {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Glibc.socket(address.family, flags, 0)
    guard descriptor >= 0 else {
      return errno == EMFILE || errno == ENFILE ? .noDescriptor : .failed(text(ofErrno: errno))
    }
    let socket = TCPSocket(descriptor)
    // SAFETY: the bytes are a sockaddr of this length, made by getaddrinfo.
    let begun = unsafe address.bytes.withUnsafeBytes { bytes in
      unsafe Glibc.connect(
        descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    if begun != 0 {
      guard errno == EINPROGRESS else { return .failed(text(ofErrno: errno)) }
      switch wait(for: POLLOUT, on: descriptor, until: deadline) {
      case .deadlinePassed: return .failed("no answer to the connection request")
      case .failed(let code): return .failed(text(ofErrno: code))
      case .ready: break
      }
      var code: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      // SAFETY: SO_ERROR fills one Int32 on this frame.
      unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
      guard code == 0 else { return .failed(text(ofErrno: code)) }
    }
    var on: Int32 = 1
    // SAFETY: both options read one Int32 on this frame.
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, socklen_t(MemoryLayout<Int32>.size))
    return .connected(socket)
  }

  /// Makes the coming close abortive: the peer hears of it at once and may use the slot again.
  func abort() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    // SAFETY: the option reads one linger structure on this frame.
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
  }
}
