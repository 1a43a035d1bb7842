// SPDX-License-Identifier: Apache-2.0

import Recordings

/// The arrays of an .npz file: a zip of .npy files, stored or deflated (numpy.lib.format, versions 1 and 2;
/// PKWARE APPNOTE 6.3, without zip64). One-dimensional arrays and scalars of the types that recordings use.
struct NumpyArchive {
  private let path: String
  private var arrays: [String: [Double]] = [:]

  init(path: String) throws(FirmwareError) {
    self.path = path
    let file = try contents(of: path)
    for (name, data) in try NumpyArchive.entries(of: file, path: path) where name.hasSuffix(".npy") {
      guard let values = NumpyArchive.values(of: data) else {
        throw .badRecording(path: path, reason: "\(name) is not an array of i2, i4, i8, f4 or f8")
      }
      arrays[String(name.dropLast(4))] = values
    }
  }

  /// The values of one array.
  func array(_ name: String) throws(FirmwareError) -> [Double] {
    guard let values = arrays[name] else { throw .badRecording(path: path, reason: "has no array \(name)") }
    return values
  }

  /// The only value of a scalar.
  func scalar(_ name: String) throws(FirmwareError) -> Double {
    let values = try array(name)
    guard values.count == 1 else { throw .badRecording(path: path, reason: "\(name) is not a scalar") }
    return values[0]
  }

  /// Walks the central directory, which stands at the end and is right where local headers may not be.
  private static func entries(
    of file: [UInt8], path: String
  ) throws(FirmwareError) -> [(name: String, data: [UInt8])] {
    func damaged() -> FirmwareError { .badRecording(path: path, reason: "is not a whole zip file") }
    func u16(_ at: Int) -> Int { Int(file[at]) | Int(file[at + 1]) << 8 }
    func u32(_ at: Int) -> Int { u16(at) | u16(at + 2) << 16 }
    guard file.count >= 22,
      let end = stride(from: file.count - 22, through: max(0, file.count - 65_557), by: -1)
        .first(where: { u32($0) == 0x0605_4B50 })
    else { throw damaged() }
    var result: [(String, [UInt8])] = []
    var place = u32(end + 16)
    for _ in 0..<u16(end + 10) {
      guard place + 46 <= file.count, u32(place) == 0x0201_4B50 else { throw damaged() }
      let nameEnd = place + 46 + u16(place + 28)
      let local = u32(place + 42)
      guard nameEnd <= file.count, local + 30 <= file.count, u32(local) == 0x0403_4B50 else {
        throw damaged()
      }
      let start = local + 30 + u16(local + 26) + u16(local + 28)
      let size = u32(place + 20)
      guard start + size <= file.count else { throw damaged() }
      let packed = file[start..<(start + size)]
      let data = u16(place + 10) == 0 ? Array(packed) : inflate(packed, .raw, limit: contentLimit)
      guard let data, data.count == u32(place + 24) else { throw damaged() }
      result.append((String(decoding: file[(place + 46)..<nameEnd], as: UTF8.self), data))
      place = nameEnd + u16(place + 30) + u16(place + 32)
    }
    return result
  }

  private static func values(of data: [UInt8]) -> [Double]? {
    guard data.count >= 12, Array(data[0..<6]) == [0x93] + Array("NUMPY".utf8) else { return nil }
    let isFirst = data[6] == 1
    let length = Int(data[8]) | Int(data[9]) << 8 | (isFirst ? 0 : Int(data[10]) << 16 | Int(data[11]) << 24)
    let start = (isFirst ? 10 : 12) + length
    guard start <= data.count else { return nil }
    let header = String(decoding: data[(isFirst ? 10 : 12)..<start], as: UTF8.self)
    let body = data[start...]
    func word(_ at: Int, _ size: Int) -> UInt64 {
      (0..<size).reversed().reduce(0) { $0 << 8 | UInt64(body[at + $1]) }
    }
    func each(_ size: Int, _ convert: (UInt64) -> Double) -> [Double] {
      stride(from: body.startIndex, through: body.endIndex - size, by: size).map { convert(word($0, size)) }
    }
    if header.contains("'<i2'") { return each(2) { Double(Int16(truncatingIfNeeded: $0)) } }
    if header.contains("'<i4'") { return each(4) { Double(Int32(truncatingIfNeeded: $0)) } }
    if header.contains("'<i8'") { return each(8) { Double(Int64(bitPattern: $0)) } }
    if header.contains("'<f4'") { return each(4) { Double(Float(bitPattern: UInt32($0))) } }
    if header.contains("'<f8'") { return each(8) { Double(bitPattern: $0) } }
    return nil
  }
}
