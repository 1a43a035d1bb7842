// SPDX-License-Identifier: Apache-2.0

/// MATLAB's level 5 MAT-files, as MathWorks' "MAT-File Format" (R2019b) lays them out: numeric arrays, packed or not,
/// and those in the fields of 1 x 1 structures.
///
/// Read here over zlib and not through libmatio: linked, that brings HDF5 and 34 more libraries, 6.0 MB of resident
/// memory and 5.8 ms of start into a daemon that reads no such file (Debian 12, x86-64), and its parser of this very
/// format has a long list of heap overflows, CVE-2019-9026 to 9038 the first.
enum MatlabFile {
  private static let depthLimit = 4
  private static let arrayLimit = 10_000

  static func parse(_ file: [UInt8], _ selection: Recording.Selection) throws(RecordingError) -> Contents {
    var bytes = Bytes(all: file, format: "MATLAB")
    try bytes.check(0, 128, "the header")
    // The characters "MI" as one 16-bit word, read back in this machine's order or the other.
    switch (file[126], file[127]) {
    case (0x49, 0x4D): break
    case (0x4D, 0x49): bytes.isBigEndian = true
    default:
      throw .unsupported(
        format: "MATLAB", what: "the header is not that of a v5 file",
        advice: "Save it with -v6 or -v7 in MATLAB or scipy.io.savemat")
    }
    guard try bytes.u16(124, "the version") == 0x0100 else {
      throw .unsupported(
        format: "MATLAB", what: "v7.3 files are HDF5 and are not read",
        advice: "Save it with -v7 in MATLAB or scipy.io.savemat")
    }
    var walk = Walk()
    var place = 128
    while place < bytes.count { place = try walk.element(bytes, at: place, depth: 0) }
    guard !walk.arrays.isEmpty else {
      throw .noVector(format: "MATLAB", holds: walk.held.joined(separator: ", "))
    }
    return try Contents.arrays(walk.arrays, format: "MATLAB", selection)
  }

  /// The tag in front of every element.
  private struct Tag {
    var type: Int
    var size: Int
    /// Where the data stands, and where the next element does.
    var start, next: Int

    init(_ bytes: Bytes, at place: Int, _ what: String) throws(RecordingError) {
      let first = try bytes.u32(place, what)
      if first >> 16 != 0 {
        // Up to four bytes of data stand in the tag itself.
        (type, size, start, next) = (first & 0xFFFF, first >> 16, place + 4, place + 8)
        guard size <= 4 else { throw bytes.damaged("a small element of \(size) bytes", at: place) }
      } else {
        (type, size, start) = (first, try bytes.u32(place + 4, what), place + 8)
        // All but packed elements fill up to eight bytes.
        next = start + (type == packed ? size : (size + 7) / 8 * 8)
      }
      try bytes.check(start, size, what)
    }
  }

  private static let matrix = 14
  private static let packed = 15
  private static let structure = 2
  private static let numeric = 6...15

  /// What was met on the way through a file.
  private struct Walk {
    var arrays: [NumberArray] = []
    /// Names of what is no array of real numbers.
    var held: [String] = []
    private var room = Recording.byteLimit
    private var met = 0

    /// Reads one element; returns where the next begins.
    mutating func element(
      _ bytes: Bytes, at place: Int, depth: Int, as name: String? = nil
    ) throws(RecordingError) -> Int {
      met += 1
      guard met <= arrayLimit else { throw bytes.damaged("more than \(arrayLimit) arrays", at: place) }
      let tag = try Tag(bytes, at: place, "an element")
      switch tag.type {
      case packed where depth == 0:
        let data = try bytes.slice(tag.start, tag.size, "a packed element")
        guard let content = inflate(data, .zlib, limit: room) else {
          throw bytes.damaged("a packed element that is not whole, or too large", at: tag.start)
        }
        room -= content.count
        var inner = Bytes(all: content, format: bytes.format)
        inner.isBigEndian = bytes.isBigEndian
        _ = try element(inner, at: 0, depth: 1)
      case matrix where tag.size > 0:
        try array(bytes, tag, depth: depth, as: name)
      default: break
      }
      return tag.next
    }

    /// Flags, dimensions, name and data, in this order.
    private mutating func array(
      _ bytes: Bytes, _ tag: Tag, depth: Int, as field: String?
    ) throws(RecordingError) {
      let flags = try Tag(bytes, at: tag.start, "array flags")
      let word = try bytes.u32(flags.start, "array flags")
      let isComplex = word & 0x0800 != 0
      let kind = word & 0xFF
      let dimensions = try Tag(bytes, at: flags.next, "dimensions")
      guard dimensions.size <= 128 else {
        throw bytes.damaged("\(dimensions.size / 4) dimensions", at: dimensions.start)
      }
      var shape: [Int] = []
      for i in 0..<(dimensions.size / 4) {
        shape.append(try bytes.u32(dimensions.start + 4 * i, "dimensions"))
      }
      let nameTag = try Tag(bytes, at: dimensions.next, "a name")
      let own = try bytes.text(nameTag.start, min(nameTag.size, 256), "a name")
      let name = field ?? own
      if kind == structure, NumberArray.count(of: shape) == 1, depth < depthLimit {
        try fields(bytes, at: nameTag.next, of: name, depth: depth)
      } else if numeric.contains(kind), !isComplex, NumberArray.count(of: shape) ?? 0 > 0 {
        let data = try Tag(bytes, at: nameTag.next, name)
        guard let format = MatlabFile.format(data.type) else {
          throw bytes.damaged("\(name) has numbers of type \(data.type)", at: nameTag.next)
        }
        var array = try NumberArray(name, shape: shape, format: format, in: bytes, at: data.start)
        array.isColumnMajor = true
        arrays.append(array)
      } else {
        held.append(isComplex ? "\(name) (complex)" : "\(name) (class \(kind))")
      }
    }

    /// The fields of a 1 x 1 structure, by the names STRUCTURE.FIELD.
    private mutating func fields(
      _ bytes: Bytes, at place: Int, of name: String, depth: Int
    ) throws(RecordingError) {
      let lengthTag = try Tag(bytes, at: place, "a field name's length")
      let length = try bytes.u32(lengthTag.start, "a field name's length")
      let names = try Tag(bytes, at: lengthTag.next, "field names")
      guard (1...1024).contains(length) else {
        throw bytes.damaged("field names of \(length) bytes", at: lengthTag.start)
      }
      var next = names.next
      for i in 0..<(names.size / length) {
        let field = try bytes.text(names.start + i * length, length, "a field name")
        next = try element(bytes, at: next, depth: depth + 1, as: "\(name).\(field)")
      }
    }
  }

  private static func format(_ type: Int) -> NumberFormat? {
    switch type {
    case 1: .i8
    case 2: .u8
    case 3: .i16
    case 4: .u16
    case 5: .i32
    case 6: .u32
    case 7: .f32
    case 9: .f64
    case 12: .i64
    case 13: .u64
    default: nil
    }
  }
}
