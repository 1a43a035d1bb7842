// SPDX-License-Identifier: Apache-2.0

/// Numbers in a block of bytes, with the shape that the file gives them: what all binary formats come down to.
package struct NumberArray {
  package var name: String
  package var shape: [Int]
  /// Whether the first index runs fastest (MATLAB, Fortran) and not the last (C, WAV).
  var isColumnMajor = false
  var format: NumberFormat
  var isBigEndian = false
  var bytes: [UInt8]
  /// Where the first number stands.
  var offset: Int
  /// value = (number - zero) * scale
  var scale = 1.0
  var zero = 0.0

  /// Product of the shape, or nil where it is negative or larger than what memory addresses.
  static func count(of shape: [Int]) -> Int? {
    var product = 1
    for length in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }

  /// An array whose numbers are all there; throws where the bytes end before.
  init(
    _ name: String, shape: [Int], format: NumberFormat, in bytes: Bytes, at offset: Int
  ) throws(RecordingError) {
    guard let count = NumberArray.count(of: shape), count <= Recording.byteLimit else {
      throw bytes.damaged("\(name) claims the shape \(shape)", at: offset)
    }
    try bytes.check(offset, count * format.size, name)
    self.name = name
    self.shape = shape
    self.format = format
    self.bytes = bytes.all
    isBigEndian = bytes.isBigEndian
    self.offset = offset
  }

  var count: Int { NumberArray.count(of: shape) ?? 0 }

  /// The only number of a scalar.
  package var scalar: Double? { count == 1 ? number(0) : nil }

  private func number(_ index: Int) -> Double {
    let bits = word(bytes, offset + index * format.size, format.size, big: isBigEndian)
    return (format.value(bits) - zero) * scale
  }

  /// Axes longer than one, without which a row vector and a column vector are the same.
  private var axes: [(length: Int, stride: Int)] {
    var strides = Array(repeating: 1, count: shape.count)
    if isColumnMajor {
      for i in shape.indices.dropFirst() { strides[i] = strides[i - 1] * shape[i - 1] }
    } else {
      for i in shape.indices.dropLast().reversed() { strides[i] = strides[i + 1] * shape[i + 1] }
    }
    return zip(shape, strides).filter { $0.0 > 1 }.map { (length: $0.0, stride: $0.1) }
  }

  /// Whether there is a line of at least two numbers in it, along at most three axes.
  var isVector: Bool { count > 1 && (1...3).contains(axes.count) }

  /// Values along the time axis: the only one, the longer of two, the middle of three [row, time, column].
  /// Places on the others are counted from 1; the first where nothing is said.
  func vector(column: Int?, row: Int?) throws(RecordingError) -> [Float] {
    let axes = self.axes
    var start = 0
    func move(_ axis: String, _ wanted: Int?, _ place: (length: Int, stride: Int)) throws(RecordingError) {
      let index = wanted ?? 1
      guard (1...place.length).contains(index) else {
        throw .noPlace(axis: axis, index: index, count: place.length, array: name)
      }
      start += (index - 1) * place.stride
    }
    let time: (length: Int, stride: Int)
    switch axes.count {
    case 0, 1:
      if let column, column != 1 { throw .noPlace(axis: "column", index: column, count: 1, array: name) }
      time = axes.first ?? (count, 1)
    case 2:
      let isFirst = axes[0].length >= axes[1].length
      time = isFirst ? axes[0] : axes[1]
      try move("column", column, isFirst ? axes[1] : axes[0])
    case 3:
      time = axes[1]
      try move("row", row, axes[0])
      try move("column", column, axes[2])
    default: throw .unsupported(format: name, what: "has \(axes.count) axes", advice: "Save one of them")
    }
    return try strided(count: time.length, by: time.stride, from: start)
  }

  /// Every `stride`-th number from `start` on; the shape holds them all.
  package func strided(count: Int, by stride: Int, from start: Int = 0) throws(RecordingError) -> [Float] {
    guard count <= Recording.sampleLimit else {
      throw .tooLarge(bytes: count * format.size, limit: Recording.sampleLimit * format.size)
    }
    return (0..<count).map { Float(number(start + $0 * stride)) }
  }
}
