// SPDX-License-Identifier: Apache-2.0

import CModbus
import Glibc

/// A serial device that libmodbus has opened and set up, and through which it frames and sends requests.
/// Replies are not received through libmodbus: it waits with select(2), byte by byte, and takes the next
/// valid frame for the reply.
@safe final class SerialPort {
  // SAFETY: made in init, freed in deinit, never handed out.
  private let context: OpaquePointer
  let descriptor: Int32

  /// Opens and locks the device. Two programs on one line would take each other's replies.
  init(_ endpoint: Endpoint, device: String, baud: Int, parity: Endpoint.Parity, stopBits: Int)
    throws(FieldbusError)
  {
    // SAFETY: libmodbus copies the name; the context is freed on every way out of here and in deinit.
    guard
      let context = unsafe modbus_new_rtu(
        device, Int32(clamping: baud), CChar(parity.letter.asciiValue ?? 0), 8, Int32(clamping: stopBits))
    else { throw .unreachable(endpoint, reason: text(ofErrno: errno)) }
    guard unsafe modbus_connect(context) == 0 else {
      let code = errno
      unsafe modbus_free(context)
      if code == EMFILE || code == ENFILE { throw .descriptorsExhausted(endpoint) }
      throw .unreachable(endpoint, reason: text(ofErrno: code))
    }
    descriptor = unsafe modbus_get_socket(context)
    unsafe self.context = unsafe context
    // From here on deinit closes and frees.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw .unreachable(endpoint, reason: "another program uses the device")
    }
    guard speedIsSet(to: baud) else {
      throw .unreachable(endpoint, reason: "the device does not take \(baud) baud")
    }
  }

  deinit {
    unsafe modbus_close(context)
    unsafe modbus_free(context)
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
