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
    for b in 0..<batch {
      let x = unsafe x + b * windows.inputCount * channels
      windows.forEachPlace { place in
        unsafe out.update(repeating: .lowest, count: channels)
        windows.forEachElement(of: place) { position, _ in
          let from = unsafe x + position * channels
          for c in 0..<channels { unsafe out[c] = from[c] > out[c] ? from[c] : out[c] }
        }
        unsafe out += channels
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
    for plane in 0..<planes {
      let first = plane * windows.inputCount
      windows.forEachPlace { place in
        unsafe out.pointee = Int64(first + largest(x + first, place))
        unsafe out += 1
      }
    }
  }

  private func largest<Element: PoolElement>(_ x: UnsafeMutablePointer<Element>, _ place: Windows.Place)
    -> Int
  {
    var best: (value: Element, at: Int)?
    windows.forEachElement(of: place) { position, _ in
      let value = unsafe x[position]
      if let best, !(value > best.value) { return }
      best = (value, position)
    }
    guard let at = best?.at else { return 0 }
    guard columnMajor else { return at }
    let w = windows
    let (line, ix) = at.quotientAndRemainder(dividingBy: w.x.input)
    let (iz, iy) = line.quotientAndRemainder(dividingBy: w.y.input)
    return (ix * w.y.input + iy) * w.z.input + iz
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
    for b in 0..<batch {
      let x = unsafe x + b * windows.inputCount * channels
      windows.forEachPlace { place in
        unsafe out.update(repeating: 0, count: channels)
        windows.forEachElement(of: place) { position, _ in unsafe add(x + position * channels, to: out) }
        unsafe finish(out, place)
        unsafe out += channels
      }
    }
  }

  private func add(_ from: UnsafeMutablePointer<Float>, to out: UnsafeMutablePointer<Float>) {
    switch kind {
    case .mean: for c in 0..<channels { unsafe out[c] += from[c] }
    case .norm(1): for c in 0..<channels { unsafe out[c] += abs(from[c]) }
    case .norm(2): for c in 0..<channels { unsafe out[c] += from[c] * from[c] }
    case .norm(let p): for c in 0..<channels { unsafe out[c] += Float.power(abs(from[c]), p) }
    }
  }

  private func finish(_ out: UnsafeMutablePointer<Float>, _ place: Windows.Place) {
    switch kind {
    case .mean(let countsPadding):
      let count = Float(countsPadding ? windows.countPadded(place) : windows.countInside(place))
      for c in 0..<channels { unsafe out[c] /= count }
    case .norm(1): break
    case .norm(2): for c in 0..<channels { unsafe out[c] = out[c].squareRoot() }
    case .norm(let p): for c in 0..<channels { unsafe out[c] = Float.power(out[c], 1 / p) }
    }
  }
}
