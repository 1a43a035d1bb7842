// SPDX-License-Identifier: Apache-2.0

import CZlib
import Foundation

/// The two wrappings of deflated data that recordings come in.
enum Deflated: Int32 {
  /// An entry of a zip file.
  case raw = -15
  /// A .gz file.
  case gzip = 31
}

/// Inflates `data`, or nil when it is damaged or longer than `limit` bytes.
func inflate(_ data: ArraySlice<UInt8>, _ wrapping: Deflated, limit: Int = 64 << 20) -> [UInt8]? {
  var stream = unsafe z_stream()
  // SAFETY: zlib reads and writes only the buffers given to it for the length of one call; the stream lives
  // on this frame and is ended on every path.
  guard
    unsafe inflateInit2_(&stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { unsafe inflateEnd(&stream) }
  var result: [UInt8] = []
  var input = Array(data)
  var chunk = [UInt8](repeating: 0, count: 1 << 18)
  return unsafe input.withUnsafeMutableBufferPointer { source -> [UInt8]? in
    unsafe stream.next_in = source.baseAddress
    unsafe stream.avail_in = UInt32(source.count)
    while true {
      let code = unsafe chunk.withUnsafeMutableBufferPointer { target -> Int32 in
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        return unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
      }
      result += unsafe chunk[0..<(chunk.count - Int(stream.avail_out))]
      if code == Z_STREAM_END { return result }
      guard code == Z_OK, result.count <= limit else { return nil }
    }
  }
}

/// All bytes of a file.
func contents(of path: String) throws(FirmwareError) -> [UInt8] {
  do {
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    throw .badRecording(path: path, reason: "cannot be read: \(error.localizedDescription)")
  }
}
