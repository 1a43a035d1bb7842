// SPDX-License-Identifier: Apache-2.0

/// The bytes of one file of a named format; every access is checked, and one beyond the end says so.
struct Bytes {
  let all: [UInt8]
  let format: String
  var isBigEndian = false
  var count: Int { all.count }

  /// Makes sure that `count` bytes of `what` stand at `at`.
  func check(_ at: Int, _ count: Int, _ what: String) throws(RecordingError) {
    guard at >= 0, count >= 0, at <= all.count, count <= all.count - at else {
      throw .cut(format: format, what: what, at: at, size: all.count)
    }
  }

  func u8(_ at: Int, _ what: String) throws(RecordingError) -> Int {
    try check(at, 1, what)
    return Int(all[at])
  }
  func u16(_ at: Int, _ what: String) throws(RecordingError) -> Int {
    try check(at, 2, what)
    return Int(word(all, at, 2, big: isBigEndian))
  }
  func u32(_ at: Int, _ what: String) throws(RecordingError) -> Int {
    try check(at, 4, what)
    return Int(word(all, at, 4, big: isBigEndian))
  }
  func slice(_ at: Int, _ count: Int, _ what: String) throws(RecordingError) -> ArraySlice<UInt8> {
    try check(at, count, what)
    return all[at..<(at + count)]
  }
  /// Text up to the first zero byte; what is not UTF-8 is replaced.
  func text(_ at: Int, _ count: Int, _ what: String) throws(RecordingError) -> String {
    String(decoding: try slice(at, count, what).prefix { $0 != 0 }, as: UTF8.self)
  }
  func begins(with mark: String, at: Int = 0) -> Bool { all.dropFirst(at).starts(with: mark.utf8) }

  func damaged(_ what: String, at: Int) -> RecordingError { .damaged(format: format, what: what, at: at) }
}

/// `size` bytes as an unsigned number; the caller has checked the bounds.
@inline(__always) func word(_ bytes: [UInt8], _ at: Int, _ size: Int, big: Bool) -> UInt64 {
  var value: UInt64 = 0
  if big {
    for i in 0..<size { value = value << 8 | UInt64(bytes[at + i]) }
  } else {
    for i in 0..<size { value |= UInt64(bytes[at + i]) << UInt64(8 * i) }
  }
  return value
}

/// The number formats of samples in files.
enum NumberFormat {
  case u8, i8, u16, i16, i24, u32, i32, u64, i64, f32, f64

  /// Bytes of one number.
  var size: Int {
    switch self {
    case .u8, .i8: 1
    case .u16, .i16: 2
    case .i24: 3
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    }
  }

  @inline(__always) func value(_ word: UInt64) -> Double {
    switch self {
    case .u8, .u16, .u32, .u64: Double(word)
    case .i8: Double(Int8(truncatingIfNeeded: word))
    case .i16: Double(Int16(truncatingIfNeeded: word))
    case .i24: Double(Int32(truncatingIfNeeded: word << 8) >> 8)
    case .i32: Double(Int32(truncatingIfNeeded: word))
    case .i64: Double(Int64(bitPattern: word))
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
    case .f64: Double(bitPattern: word)
    }
  }
}
