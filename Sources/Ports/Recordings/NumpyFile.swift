// SPDX-License-Identifier: Apache-2.0

/// NumPy's `.npy`, and `.npz`, a zip of them (numpy.lib.format, versions 1 to 3; PKWARE APPNOTE 6.3 without zip64,
/// which begins at 4 GiB).
package enum NumpyFile {
  private static let entryLimit = 4096

  static func parse(
    archive file: [UInt8], _ selection: Recording.Selection
  ) throws(RecordingError) -> Contents {
    try Contents.arrays(try arrays(of: file), format: "npz", selection)
  }

  /// All arrays of real numbers in an `.npz`; not empty.
  package static func arrays(of file: [UInt8]) throws(RecordingError) -> [NumberArray] {
    let zip = Bytes(all: file, format: "npz")
    var arrays: [NumberArray] = []
    var held: [String] = []
    var room = Recording.byteLimit
    for entry in try entries(zip) {
      held.append(entry.name)
      guard entry.name.hasSuffix(".npy") else { continue }
      let content = try content(entry, zip, room)
      room -= content.count
      if let array = try array(String(entry.name.dropLast(4)), content) { arrays.append(array) }
    }
    guard !arrays.isEmpty else { throw .noVector(format: "npz", holds: held.joined(separator: ", ")) }
    return arrays
  }

  static func parse(single file: [UInt8], _ selection: Recording.Selection) throws(RecordingError) -> Contents
  {
    guard let array = try array("array", file) else {
      throw .noVector(format: "npy", holds: "objects or complex numbers")
    }
    return try Contents.arrays([array], format: "npy", selection)
  }

  private struct Entry {
    var name: String
    var method, checksum, packedSize, size, header: Int
  }

  /// Walks the central directory, which stands at the end and is right where local headers may not be.
  private static func entries(_ zip: Bytes) throws(RecordingError) -> [Entry] {
    try zip.check(0, 22, "the end of the directory")
    let end = stride(from: zip.count - 22, through: max(0, zip.count - 65_557), by: -1)
      .first { word(zip.all, $0, 4, big: false) == 0x0605_4B50 }
    guard let end else { throw zip.damaged("no directory at the end; it is not whole", at: zip.count) }
    var result: [Entry] = []
    let count = try zip.u16(end + 10, "the number of entries")
    var place = try zip.u32(end + 16, "the place of the directory")
    guard count <= entryLimit else { throw zip.damaged("\(count) entries", at: end) }
    for _ in 0..<count {
      guard try zip.u32(place, "a directory entry") == 0x0201_4B50 else {
        throw zip.damaged("no directory entry", at: place)
      }
      let nameLength = try zip.u16(place + 28, "a name")
      result.append(
        Entry(
          name: try zip.text(place + 46, nameLength, "a name"), method: try zip.u16(place + 10, "a method"),
          checksum: try zip.u32(place + 16, "a checksum"), packedSize: try zip.u32(place + 20, "a size"),
          size: try zip.u32(place + 24, "a size"), header: try zip.u32(place + 42, "an offset")))
      place += try 46 + nameLength + zip.u16(place + 30, "a length") + zip.u16(place + 32, "a length")
    }
    return result
  }

  private static func content(_ entry: Entry, _ zip: Bytes, _ room: Int) throws(RecordingError) -> [UInt8] {
    guard entry.size <= room else { throw .tooLarge(bytes: entry.size, limit: room) }
    guard try zip.u32(entry.header, entry.name) == 0x0403_4B50 else {
      throw zip.damaged("\(entry.name) does not begin here", at: entry.header)
    }
    let start =
      try entry.header + 30 + zip.u16(entry.header + 26, entry.name) + zip.u16(entry.header + 28, entry.name)
    let packed = try zip.slice(start, entry.packedSize, entry.name)
    let content: [UInt8]?
    switch entry.method {
    case 0: content = Array(packed)
    case 8: content = inflate(packed, .raw, limit: entry.size)
    default:
      throw .unsupported(
        format: "npz", what: "\(entry.name) is packed by method \(entry.method)",
        advice: "Save it with numpy.savez or numpy.savez_compressed")
    }
    guard let content, content.count == entry.size, crc32(content[...]) == entry.checksum else {
      throw zip.damaged("\(entry.name) does not match its checksum", at: start)
    }
    return content
  }

  /// One array; nil when it holds something other than real numbers.
  private static func array(_ name: String, _ file: [UInt8]) throws(RecordingError) -> NumberArray? {
    let bytes = Bytes(all: file, format: name + ".npy")
    try bytes.check(0, 10, "the header")
    guard file.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw bytes.damaged("does not begin with NUMPY", at: 0)
    }
    let isShort = file[6] == 1
    let length = isShort ? try bytes.u16(8, "the header's length") : try bytes.u32(8, "the header's length")
    let start = isShort ? 10 : 12
    let header = try bytes.text(start, length, "the header")
    guard let type = quoted(after: "'descr':", in: header), let shape = shape(in: header) else {
      throw bytes.damaged("a header without descr or shape", at: start)
    }
    guard let format = format(type) else { return nil }
    var numbers = bytes
    numbers.isBigEndian = type.first == ">"
    var array = try NumberArray(name, shape: shape, format: format, in: numbers, at: start + length)
    array.isColumnMajor = header.contains("'fortran_order': True")
    return array
  }

  private static func format(_ type: String) -> NumberFormat? {
    switch type.dropFirst() {
    case "i1": .i8
    case "u1": .u8
    case "i2": .i16
    case "u2": .u16
    case "i4": .i32
    case "u4": .u32
    case "i8": .i64
    case "u8": .u64
    case "f4": .f32
    case "f8": .f64
    default: nil
    }
  }

  private static func quoted(after key: String, in header: String) -> String? {
    guard let place = header.firstRange(of: key) else { return nil }
    let parts = header[place.upperBound...].split(separator: "'", omittingEmptySubsequences: false)
    return parts.count > 2 && parts[0].allSatisfy { $0 == " " } ? String(parts[1]) : nil
  }

  /// `(1402, 2560, 2)`, `(3,)` or `()`.
  private static func shape(in header: String) -> [Int]? {
    guard let key = header.firstRange(of: "'shape':"),
      let open = header[key.upperBound...].firstIndex(of: "("),
      let close = header[open...].firstIndex(of: ")")
    else { return nil }
    let numbers = header[open..<close].dropFirst().split(separator: ",").map {
      $0.filter { $0 != " " }
    }.filter { !$0.isEmpty }
    let lengths = numbers.compactMap { Int($0) }
    return lengths.count == numbers.count && lengths.count <= 32 ? lengths : nil
  }
}
