// SPDX-License-Identifier: Apache-2.0

/// Elements of which a pooling takes the largest.
protocol PoolElement: BitwiseCopyable, Comparable, Sendable { static var lowest: Self { get } }
extension Float: PoolElement { static var lowest: Float { -.greatestFiniteMagnitude } }
extension Double: PoolElement { static var lowest: Double { -.greatestFiniteMagnitude } }
extension UInt8: PoolElement { static var lowest: UInt8 { .min } }
extension Int8: PoolElement { static var lowest: Int8 { .min } }

/// The largest element of each window, channels last.
///
/// SAFETY: windows are cut where they leave the input.
struct MaxPoolStep: Step {
  let x: ValueID
  let y: ValueID
  let type: ElementType
  let windows: Windows
  let batch: Int
  let channels: Int

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "MaxPool", arithmetic: type.size == 1 ? .int8 : .float) }

  func run(_ memory: Memory) {
    switch type {
    case .double: unsafe run(memory, Double.self)
    case .uint8: unsafe run(memory, UInt8.self)
    case .int8: unsafe run(memory, Int8.self)
    default: unsafe run(memory, Float.self)
    }
  }

  private func run<Element: PoolElement>(_ memory: Memory, _: Element.Type) {
    let x: UnsafeMutablePointer<Element> = unsafe memory.pointer(x)
    var out: UnsafeMutablePointer<Element> = unsafe memory.pointer(y)
    let w = windows
    for b in 0..<batch {
      let x = unsafe x + b * w.inputCount * channels
      for oz in 0..<w.z.output {
        for oy in 0..<w.y.output {
          for ox in 0..<w.x.output {
            for c in 0..<channels { unsafe out[c] = .lowest }
            unsafe raise(out, to: x, (oz, oy, ox))
            unsafe out += channels
          }
        }
      }
    }
  }

  private func raise<Element: PoolElement>(
    _ out: UnsafeMutablePointer<Element>, to x: UnsafeMutablePointer<Element>, _ place: (Int, Int, Int)
  ) {
    let w = windows
    for kz in w.z.inside(place.0) {
      for ky in w.y.inside(place.1) {
        let line = (w.z.at(place.0, kz) * w.y.input + w.y.at(place.1, ky)) * w.x.input
        for kx in w.x.inside(place.2) {
          let from = unsafe x + (line + w.x.at(place.2, kx)) * channels
          for c in 0..<channels { unsafe out[c] = from[c] > out[c] ? from[c] : out[c] }
        }
      }
    }
  }
}

/// Where the largest element of each window lies in the row-major input, all batches and channels counted.
///
/// SAFETY: windows are cut where they leave the input.
struct MaxPoolIndicesStep: Step {
  /// Row-major, as `indices`.
  let x: ValueID
  let indices: ValueID
  let type: ElementType
  let windows: Windows
  /// Batch times channels.
  let planes: Int
  /// Counts the axes of the input from the first to the last (`storage_order`).
  let columnMajor: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [indices] }
  var cost: StepCost { StepCost(label: "MaxPool", arithmetic: .move) }

  func run(_ memory: Memory) {
    switch type {
    case .double: unsafe run(memory, Double.self)
    case .uint8: unsafe run(memory, UInt8.self)
    case .int8: unsafe run(memory, Int8.self)
    default: unsafe run(memory, Float.self)
    }
  }

  private func run<Element: PoolElement>(_ memory: Memory, _: Element.Type) {
    let x: UnsafeMutablePointer<Element> = unsafe memory.pointer(x)
    var out: UnsafeMutablePointer<Int64> = unsafe memory.pointer(indices)
    let w = windows
    for plane in 0..<planes {
      let x = unsafe x + plane * w.inputCount
      for oz in 0..<w.z.output {
        for oy in 0..<w.y.output {
          for ox in 0..<w.x.output {
            unsafe out.pointee = Int64(plane * w.inputCount + largest(x, (oz, oy, ox)))
            unsafe out += 1
          }
        }
      }
    }
  }

  private func largest<Element: PoolElement>(_ x: UnsafeMutablePointer<Element>, _ place: (Int, Int, Int))
    -> Int
  {
    let w = windows
    var (best, at) = (Element.lowest, 0)
    var isFirst = true
    for kz in w.z.inside(place.0) {
      for ky in w.y.inside(place.1) {
        for kx in w.x.inside(place.2) {
          let (iz, iy, ix) = (w.z.at(place.0, kz), w.y.at(place.1, ky), w.x.at(place.2, kx))
          let value = unsafe x[(iz * w.y.input + iy) * w.x.input + ix]
          guard isFirst || value > best else { continue }
          (best, isFirst) = (value, false)
          at =
            columnMajor
            ? (ix * w.y.input + iy) * w.z.input + iz : (iz * w.y.input + iy) * w.x.input + ix
        }
      }
    }
    return at
  }
}

/// The mean, or the p-norm, of each window, channels last.
///
/// SAFETY: windows are cut where they leave the input.
struct SumPoolStep: Step {
  enum Kind: Sendable, Equatable {
    case mean(countsPadding: Bool)
    case norm(Float)
  }

  let label: String
  let kind: Kind
  let x: ValueID
  let y: ValueID
  let windows: Windows
  let batch: Int
  let channels: Int

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    let x = unsafe memory.floats(x)
    var out = unsafe memory.floats(y)
    let w = windows
    for b in 0..<batch {
      let x = unsafe x + b * w.inputCount * channels
      for oz in 0..<w.z.output {
        for oy in 0..<w.y.output {
          for ox in 0..<w.x.output {
            unsafe out.update(repeating: 0, count: channels)
            unsafe add(x, (oz, oy, ox), to: out)
            unsafe finish(out, (oz, oy, ox))
            unsafe out += channels
          }
        }
      }
    }
  }

  private func add(
    _ x: UnsafeMutablePointer<Float>, _ place: (Int, Int, Int), to out: UnsafeMutablePointer<Float>
  ) {
    let w = windows
    for kz in w.z.inside(place.0) {
      for ky in w.y.inside(place.1) {
        let line = (w.z.at(place.0, kz) * w.y.input + w.y.at(place.1, ky)) * w.x.input
        for kx in w.x.inside(place.2) {
          let from = unsafe x + (line + w.x.at(place.2, kx)) * channels
          switch kind {
          case .mean: for c in 0..<channels { unsafe out[c] += from[c] }
          case .norm(1): for c in 0..<channels { unsafe out[c] += abs(from[c]) }
          case .norm(2): for c in 0..<channels { unsafe out[c] += from[c] * from[c] }
          case .norm(let p): for c in 0..<channels { unsafe out[c] += power(abs(from[c]), p) }
          }
        }
      }
    }
  }

  private func finish(_ out: UnsafeMutablePointer<Float>, _ place: (Int, Int, Int)) {
    let w = windows
    switch kind {
    case .mean(let all):
      let count = w.z.count(place.0, all) * w.y.count(place.1, all) * w.x.count(place.2, all)
      for c in 0..<channels { unsafe out[c] /= Float(count) }
    case .norm(1): break
    case .norm(2): for c in 0..<channels { unsafe out[c] = out[c].squareRoot() }
    case .norm(let p): for c in 0..<channels { unsafe out[c] = power(out[c], 1 / p) }
    }
  }
}

extension Window {
  /// How many elements of window `place` lie in the input, or in the padded input.
  fileprivate func count(_ place: Int, _ countsPadding: Bool) -> Int {
    guard countsPadding else { return inside(place).count }
    let room = input + behind - (place * stride - before)
    return min(size, (room + dilation - 1) / dilation)
  }
}
