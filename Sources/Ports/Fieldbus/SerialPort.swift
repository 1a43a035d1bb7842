// SPDX-License-Identifier: Apache-2.0

import CModbus
import Glibc

/// A serial device that libmodbus has opened and set up, and through which it frames and sends requests.
/// Replies are not received through libmodbus: it waits with select(2), byte by byte, and takes the next
/// valid frame for the reply.
@safe final class SerialPort {
  // SAFETY: made in init, freed in deinit, never handed out.
  private let context: OpaquePointer
  private let lock: DeviceLock
  let descriptor: Int32

  /// Opens the device, once it is ours alone.
  init(_ endpoint: Endpoint, device: String, baud: Int, parity: Endpoint.Parity, stopBits: Int)
    throws(FieldbusError)
  {
    lock = try DeviceLock(device, endpoint)
    // SAFETY: libmodbus copies the name; the context is freed on every way out of here and in deinit.
    guard
      let context = unsafe modbus_new_rtu(
        device, Int32(clamping: baud), CChar(parity.letter.asciiValue ?? 0), 8, Int32(clamping: stopBits))
    else { throw .unreachable(endpoint, reason: text(ofErrno: errno)) }
    guard unsafe modbus_connect(context) == 0 else {
      let code = errno
      unsafe modbus_free(context)
      throw SerialPort.error(code, endpoint)
    }
    descriptor = unsafe modbus_get_socket(context)
    unsafe self.context = unsafe context
    // From here on deinit closes and frees.
    guard speedIsSet(to: baud) else {
      throw .unreachable(endpoint, reason: "the device does not take \(baud) baud")
    }
  }

  deinit {
    unsafe modbus_close(context)
    unsafe modbus_free(context)
  }

  fileprivate static func error(_ code: Int32, _ endpoint: Endpoint) -> FieldbusError {
    code == EMFILE || code == ENFILE
      ? .descriptorsExhausted(endpoint) : .unreachable(endpoint, reason: text(ofErrno: code))
  }

  /// libmodbus goes on with 9600 baud where it does not know the speed.
  private func speedIsSet(to baud: Int) -> Bool {
    var settings = termios()
    // SAFETY: fills one termios on this frame.
    guard unsafe tcgetattr(descriptor, &settings) == 0 else { return false }
    let speed = unsafe cfgetospeed(&settings)
    return baud == 9600 || speed != speed_t(B9600)
  }

  /// Sends unit and protocol data unit with their checksum; false, with errno, when the device did not take
  /// the whole frame.
  func send(_ query: Query) -> Bool {
    let bytes = query.bytes
    // SAFETY: libmodbus reads the six bytes of this array.
    return unsafe modbus_send_raw_request(context, bytes, Int32(bytes.count)) == bytes.count + 2
  }
}

/// The right to use a serial device: two programs on one line would take each other's replies. Taken before
/// the device is set up, on a descriptor of its own, so that one who comes second does not disturb the line.
/// The lock is the one that pyserial's `exclusive` and others take.
private final class DeviceLock {
  private let descriptor: Int32

  init(_ device: String, _ endpoint: Endpoint) throws(FieldbusError) {
    descriptor = unsafe Glibc.open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SerialPort.error(errno, endpoint) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .unreachable(endpoint, reason: "another program uses the device")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}
