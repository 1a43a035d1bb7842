// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Glibc
import Synchronization

/// What the registers of the test slave hold: a function of unit, table, address and epoch, so that a value
/// from another request or from an earlier time is recognised.
func truth(unit: UInt8, function: UInt8, address: UInt16, epoch: Int) -> UInt16 {
  var x = UInt64(unit) << 56 ^ UInt64(function) << 48 ^ UInt64(address) << 32 ^ UInt64(epoch & 0xFFFF_FFFF)
  // The finaliser of SplitMix64.
  x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
  x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
  x ^= x >> 31
  return function <= 2 ? UInt16(truncatingIfNeeded: x & 1) : UInt16(truncatingIfNeeded: x)
}

/// The request as the slave reads it: unit, function, address, operand.
struct Asked {
  var unit: UInt8
  var function: UInt8
  var address: UInt16
  var operand: UInt16

  init(_ b: ArraySlice<UInt8>) {
    let b = Array(b)
    unit = b[0]
    function = b[1]
    address = UInt16(b[2]) << 8 | UInt16(b[3])
    operand = UInt16(b[4]) << 8 | UInt16(b[5])
  }

  /// Unit and protocol data unit of the right reply.
  func answer(epoch: Int) -> [UInt8] {
    func word(_ i: Int) -> UInt16 {
      truth(unit: unit, function: function, address: address &+ UInt16(i), epoch: epoch)
    }
    let count = Int(operand)
    switch function {
    case 1, 2:
      var packed = [UInt8](repeating: 0, count: (count + 7) / 8)
      for i in 0..<count { packed[i / 8] |= UInt8(word(i)) << (i % 8) }
      return [unit, function, UInt8(packed.count)] + packed
    case 3, 4:
      return [unit, function, UInt8(2 * count)]
        + (0..<count).flatMap { [UInt8(word($0) >> 8), UInt8(word($0) & 0xFF)] }
    default:
      return [
        unit, function, UInt8(address >> 8), UInt8(address & 0xFF), UInt8(operand >> 8),
        UInt8(operand & 0xFF),
      ]
    }
  }
}

/// CRC-16/MODBUS bit by bit, written apart from the one under test.
func slowChecksum(_ bytes: [UInt8]) -> [UInt8] {
  var crc: UInt32 = 0xFFFF
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc % 2 == 1 ? (crc / 2) ^ 0xA001 : crc / 2 }
  }
  return [UInt8(crc % 256), UInt8(crc / 256)]
}

/// A slave on a thread of its own, on a loopback TCP socket or on a pseudo terminal. It answers requests one
/// by one, in order, by what `respond` does with them.
final class Slave: Sendable {
  enum Wire: String, CaseIterable, Sendable { case tcp, pty }

  /// The way back to the master while one request is served.
  struct Line {
    let descriptor: Int32
    let wire: Wire
    /// The first four bytes of the Modbus TCP header of the request.
    let header: [UInt8]

    /// The whole frame around unit and protocol data unit.
    func frame(_ body: [UInt8]) -> [UInt8] {
      wire == .pty
        ? body + slowChecksum(body)
        : header + [UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }
    func send(_ bytes: [UInt8]) {
      _ = unsafe bytes.withUnsafeBytes { b in
        wire == .tcp
          ? unsafe Glibc.send(descriptor, b.baseAddress, b.count, Int32(MSG_NOSIGNAL))
          : unsafe Glibc.write(descriptor, b.baseAddress, b.count)
      }
    }
    func pause(ms: Double) { usleep(UInt32(ms * 1000)) }
  }

  typealias Respond = @Sendable (Asked, Line) -> Bool

  let wire: Wire
  let endpoint: Endpoint
  private let listener: Int32
  /// Our own hold on the slave side: without it the master side reads errors while nobody has it open.
  private let held: Int32
  private let respond: Respond
  private let stopped = Atomic<Bool>(false)

  /// Begins to serve; `respond` returns false to close the connection.
  init(_ wire: Wire, baud: Int = 115_200, respond: @escaping Respond) {
    self.wire = wire
    self.respond = respond
    switch wire {
    case .tcp:
      listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      held = -1
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let socket = listener
      unsafe withUnsafeMutablePointer(to: &address) { p in
        unsafe p.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
          precondition(unsafe bind(socket, raw, size) == 0 && listen(socket, 16) == 0)
          unsafe getsockname(socket, raw, &size)
        }
      }
      endpoint = .tcp(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
    case .pty:
      listener = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
      var locked: Int32 = 0
      var number: Int32 = 0
      // TIOCSPTLCK and TIOCGPTN; Swift sees neither their names nor posix_openpt.
      precondition(unsafe ioctl(listener, 0x4004_5431, &locked) == 0)
      precondition(unsafe ioctl(listener, 0x8004_5430, &number) == 0)
      let path = "/dev/pts/\(number)"
      held = unsafe open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
      var settings = termios()
      unsafe tcgetattr(held, &settings)
      unsafe cfmakeraw(&settings)
      unsafe tcsetattr(held, TCSANOW, &settings)
      endpoint = .rtu(device: path, baud: baud, parity: .none, stopBits: 1)
    }
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(self)
    let made = unsafe pthread_create(
      &thread, nil,
      { raw in
        if let raw = unsafe raw { unsafe Unmanaged<Slave>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    precondition(made == 0)
    pthread_detach(thread)
  }

  func stop() { stopped.store(true, ordering: .sequentiallyConsistent) }

  private func run() {
    if wire == .pty {
      serve(listener)
    } else {
      while readable(listener) {
        let connection = accept(listener, nil, nil)
        if connection < 0 { continue }
        var on: Int32 = 1
        unsafe setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        serve(connection)
        close(connection)
      }
    }
    close(listener)
    if held >= 0 { close(held) }
  }

  /// Waits for input; false once stopped.
  private func readable(_ descriptor: Int32) -> Bool {
    while !stopped.load(ordering: .sequentiallyConsistent) {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&entry, 1, 20) > 0 { return true }
    }
    return false
  }

  private func serve(_ descriptor: Int32) {
    let (prefix, length) = wire == .tcp ? (6, 12) : (0, 8)
    var buffer: [UInt8] = []
    while readable(descriptor) {
      var chunk = [UInt8](repeating: 0, count: 4096)
      let got = unsafe read(descriptor, &chunk, chunk.count)
      if got <= 0 { return }
      buffer += chunk[..<got]
      while buffer.count >= length {
        let header = Array(buffer[..<min(prefix, 4)])
        let asked = Asked(buffer[prefix..<prefix + 6])
        buffer.removeFirst(length)
        if !respond(asked, Line(descriptor: descriptor, wire: wire, header: header)) { return }
      }
    }
  }
}
