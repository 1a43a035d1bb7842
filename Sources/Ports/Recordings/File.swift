// SPDX-License-Identifier: Apache-2.0

import CZlib
import Foundation

/// Files and their packing.
package enum File {
  /// All bytes of a regular file of at most `Recording.byteLimit`.
  package static func contents(of path: String) throws(RecordingError) -> [UInt8] {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      let about = try FileManager.default.attributesOfItem(atPath: url.path)
      guard about[.type] as? FileAttributeType == .typeRegular else {
        throw RecordingError.unreadable("not a file. Name the recording itself")
      }
      let size = (about[.size] as? NSNumber)?.intValue ?? 0
      guard size <= Recording.byteLimit else {
        throw RecordingError.tooLarge(bytes: size, limit: Recording.byteLimit)
      }
      return Array(try Data(contentsOf: url))
    } catch let error as RecordingError {
      throw error
    } catch {
      throw .unreadable("cannot be read: \(error.localizedDescription)")
    }
  }

  /// What follows the last dot of the file's name, in lower case; that of the packed file for `.gz`.
  static func `extension`(of path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    let parts = name.lowercased().split(separator: ".").map(String.init)
    let inner = parts.last == "gz" ? parts.dropLast() : parts[...]
    return inner.count > 1 ? inner.last ?? "" : ""
  }
}

/// The wrappings of deflated data, as zlib numbers them.
package enum Deflated: Int32 {
  /// An entry of a zip file.
  case raw = -15
  /// An element of a .mat file.
  case zlib = 15
  /// A .gz file.
  case gzip = 31
}

/// Inflates `data`, or nil when it is damaged or longer than `limit` bytes.
package func inflate(_ data: ArraySlice<UInt8>, _ wrapping: Deflated, limit: Int) -> [UInt8]? {
  var stream = unsafe z_stream()
  // SAFETY: zlib reads and writes only the buffers given to it for the length of one call; the stream lives on this
  // frame and is ended on every path.
  guard
    unsafe inflateInit2_(&stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { unsafe inflateEnd(&stream) }
  var result: [UInt8] = []
  var input = Array(data)
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
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
      guard result.count <= limit else { return nil }
      if code == Z_STREAM_END { return result }
      guard code == Z_OK else { return nil }
    }
  }
}

/// The checksum that zip files carry.
func crc32(_ data: ArraySlice<UInt8>) -> Int {
  // SAFETY: zlib reads as many bytes as the slice has, during the call; counts are below 2^32 (`byteLimit`).
  unsafe data.withUnsafeBufferPointer { unsafe Int(CZlib.crc32(0, $0.baseAddress, UInt32($0.count))) }
}
