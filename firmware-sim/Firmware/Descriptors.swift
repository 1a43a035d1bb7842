// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Unix seconds now.
func wallClock() -> Double { clock(CLOCK_REALTIME) }
/// Seconds on a clock that never goes back.
func steadyClock() -> Double { clock(CLOCK_MONOTONIC) }

private func clock(_ id: clockid_t) -> Double {
  var t = timespec()
  // SAFETY: writes one timespec on this frame; both clocks always exist.
  _ = unsafe clock_gettime(id, &t)
  return Double(t.tv_sec) + Double(t.tv_nsec) * 1e-9
}

/// What `errno` means.
func explain(_ code: Int32) -> String {
  // SAFETY: strerror returns a valid C string for every number; it is copied at once.
  unsafe String(cString: strerror(code))
}

/// Opens a listening socket on a loopback port; 0 lets the system choose. Returns it with its port.
func listenOnLoopback(_ port: UInt16) throws(FirmwareError) -> (descriptor: Int32, port: UInt16) {
  let s = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
  guard s >= 0 else { throw .cannotListen(port: port, errno: errno) }
  var yes: Int32 = 1
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  // SAFETY: option, address and size live on this frame and have the sizes that are passed.
  _ = unsafe setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
  let bound = unsafe withUnsafeMutableBytes(of: &address) { raw -> Bool in
    guard let generic = unsafe raw.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
    return unsafe bind(s, generic, size) == 0 && listen(s, 64) == 0 && getsockname(s, generic, &size) == 0
  }
  guard bound else {
    let code = errno
    close(s)
    throw .cannotListen(port: port, errno: code)
  }
  return (s, UInt16(bigEndian: address.sin_port))
}

/// The next waiting connection of a listening socket, or nil.
func acceptConnection(_ listener: Int32) -> Int32? {
  // Null address and size are what accept takes for "not wanted".
  let s = accept(listener, nil, nil)
  guard s >= 0 else { return nil }
  _ = fcntl(s, F_SETFL, O_NONBLOCK)
  _ = fcntl(s, F_SETFD, FD_CLOEXEC)
  var yes: Int32 = 1
  // SAFETY: the option lives on this frame and has the size that is passed.
  _ = unsafe setsockopt(s, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
  return s
}

/// A pseudo-terminal in raw mode. The far end is held open so that clients may come and go.
func openTerminal(link: String?) throws(FirmwareError) -> (near: Int32, far: Int32, path: String) {
  func fail() -> FirmwareError { .cannotOpenTerminal(link: link, errno: errno) }
  // The two requests of Linux (asm-generic/ioctls.h) behind unlockpt and ptsname, which Glibc does not show
  // to Swift; devpts grants access by itself.
  let lock: UInt = 0x4004_5431
  let number: UInt = 0x8004_5430
  let near = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  var unlocked: Int32 = 0
  var index: UInt32 = 0
  // SAFETY: open reads its path only; both requests read or write one 32-bit integer, which lives on this frame.
  guard near >= 0, unsafe ioctl(near, lock, &unlocked) == 0, unsafe ioctl(near, number, &index) == 0 else {
    throw fail()
  }
  let path = "/dev/pts/\(index)"
  // SAFETY: open, fcntl and termios calls on values that live on this frame.
  let far = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
  guard far >= 0 else { throw fail() }
  var settings = termios()
  guard unsafe tcgetattr(far, &settings) == 0 else { throw fail() }
  unsafe cfmakeraw(&settings)
  guard unsafe tcsetattr(far, TCSANOW, &settings) == 0 else { throw fail() }
  _ = fcntl(near, F_SETFL, O_NONBLOCK)
  guard let link else { return (near, far, path) }
  _ = unsafe unlink(link)
  guard unsafe symlink(path, link) == 0 else { throw fail() }
  return (near, far, link)
}

/// What has arrived on a descriptor: bytes, nothing yet, or the end.
enum Arrival {
  case bytes([UInt8])
  case nothing
  case end
}

/// Reads what is there without waiting.
func receive(_ descriptor: Int32) -> Arrival {
  var buffer = [UInt8](repeating: 0, count: 4096)
  // SAFETY: the buffer has the size that is passed.
  let n = unsafe read(descriptor, &buffer, buffer.count)
  if n > 0 { return .bytes(Array(buffer[0..<n])) }
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? .nothing : .end
}

/// Sends without waiting; what a full line does not take is lost, as on a real one.
func transmit(_ descriptor: Int32, _ bytes: [UInt8], isSocket: Bool) {
  // SAFETY: the array outlives the call and has the size that is passed. A client that went away must not
  // raise a signal here.
  _ = unsafe bytes.withUnsafeBytes { raw in
    unsafe isSocket
      ? send(descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
      : write(descriptor, raw.baseAddress, raw.count)
  }
}

/// Waits until one of the descriptors can be read, at most `timeout_ms`; the indices of those that can.
func waitForInput(_ descriptors: inout [pollfd], timeout_ms: Int32) -> [Int] {
  let count = nfds_t(descriptors.count)
  // SAFETY: the array has as many elements as are passed.
  guard unsafe poll(&descriptors, count, timeout_ms) > 0 else { return [] }
  return descriptors.indices.filter { descriptors[$0].revents != 0 }
}
