// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Tells systemd how the service fares (sd_notify(3)): one datagram to the socket in `NOTIFY_SOCKET`.
///
/// Without that variable nothing happens. Both path and abstract sockets are served.
struct ServiceNotice {
  private let address: [UInt8]

  init?(environment: [String: String]) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"),
      path.utf8.count < 108
    else { return nil }
    var bytes = Array(path.utf8)
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
    address = bytes
  }

  /// Sends states such as `READY=1`, `RELOADING=1` or `STOPPING=1`; a full or absent socket is ignored,
  /// for nothing could be done about it here.
  func send(_ state: String) {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &name.sun_path) { path in
      unsafe path.copyBytes(from: address)
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + address.count)
    let message = Array(state.utf8)
    // SAFETY: both buffers live for the call; `length` covers the family and the bytes copied above.
    _ = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe message.withUnsafeBytes { bytes in
          unsafe sendto(
            descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), address, length)
        }
      }
    }
  }
}
