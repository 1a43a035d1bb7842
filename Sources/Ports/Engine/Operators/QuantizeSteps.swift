// SPDX-License-Identifier: Apache-2.0

// SAFETY, for all steps of this file: counts come from the shapes of the values that are read and written, and a
// grid reaches exactly the scales of the shape that it was read from.

internal import CKernels

/// y = x / scale + zero, divided truly, rounded half to even, saturated.
struct QuantizeGridStep: Step {
  let x: ValueID
  let scale: ValueID
  let zero: ValueID?
  let y: ValueID
  /// Of y.
  let type: ElementType
  let grid: QuantizationGrid

  var reads: [ValueID] { [x, scale] + (zero.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "QuantizeLinear", arithmetic: .move) }

  func run(_ memory: Memory) {
    switch type {
    case .uint8: unsafe run(memory, UInt8.self)
    case .int8: unsafe run(memory, Int8.self)
    case .uint16: unsafe run(memory, UInt16.self)
    default: unsafe run(memory, Int16.self)
    }
  }

  private func run<Element: FixedWidthInteger & BitwiseCopyable>(_ memory: Memory, _: Element.Type) {
    let (x, scale) = unsafe (memory.floats(x), memory.floats(scale))
    let y: UnsafeMutablePointer<Element> = unsafe memory.pointer(y)
    let zero: UnsafeMutablePointer<Element>? = unsafe zero.map { unsafe memory.pointer($0) }
    grid.forEach { i, s in
      let point = unsafe zero.map { unsafe Int32($0[s]) } ?? 0
      unsafe y[i] = quantized(x[i] / scale[s], zero: point)
    }
  }

  private func quantized<Element: FixedWidthInteger>(_ value: Float, zero: Int32) -> Element {
    let (low, high) = (Float(Int32(Element.min) - zero), Float(Int32(Element.max) - zero))
    guard value == value else { return Element(truncatingIfNeeded: zero) }
    return Element(truncatingIfNeeded: Int32(min(max(value, low), high).rounded(.toNearestOrEven)) + zero)
  }
}

/// y = (x - zero) * scale
struct DequantizeGridStep: Step {
  let x: ValueID
  let scale: ValueID
  let zero: ValueID?
  let y: ValueID
  /// Of x.
  let type: ElementType
  let grid: QuantizationGrid

  var reads: [ValueID] { [x, scale] + (zero.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "DequantizeLinear", arithmetic: .move) }

  func run(_ memory: Memory) {
    switch type {
    case .uint8: unsafe run(memory, UInt8.self)
    case .int8: unsafe run(memory, Int8.self)
    case .uint16: unsafe run(memory, UInt16.self)
    case .int16: unsafe run(memory, Int16.self)
    default: unsafe run(memory, Int32.self)
    }
  }

  private func run<Element: FixedWidthInteger & BitwiseCopyable>(_ memory: Memory, _: Element.Type) {
    let (scale, y) = unsafe (memory.floats(scale), memory.floats(y))
    let x: UnsafeMutablePointer<Element> = unsafe memory.pointer(x)
    let zero: UnsafeMutablePointer<Element>? = unsafe zero.map { unsafe memory.pointer($0) }
    grid.forEach { i, s in
      let point = unsafe zero.map { unsafe Int32(truncatingIfNeeded: $0[s]) } ?? 0
      unsafe y[i] = Float(Int32(truncatingIfNeeded: x[i]) &- point) * scale[s]
    }
  }
}

/// Scale and zero point from the range of x, which takes 0 in, and x quantized with them.
struct DynamicQuantizeStep: Step {
  let x: ValueID
  let y: ValueID
  let scale: ValueID
  let zero: ValueID
  let count: Int
  let path: Int32

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y, scale, zero] }
  var cost: StepCost { StepCost(label: "DynamicQuantizeLinear", arithmetic: .move) }

  func run(_ memory: Memory) { unsafe run(memory, rangeOf: count) }

  /// - Parameter counted: the range is that of the first `counted` elements.
  func run(_ memory: Memory, rangeOf counted: Int) {
    let range = unsafe DynamicRange(memory.floats(x), counted, path)
    unsafe memory.floats(scale)[0] = range.scale
    unsafe memory.bytes(zero)[0] = UInt8(range.zero)
    unsafe mw_q8_quantize(path, memory.floats(x), count, range.scale, range.zero, memory.bytes(y))
  }
}

/// The scale and zero point that ONNX derives from the values themselves.
struct DynamicRange {
  let scale: Float
  /// 0...255
  let zero: Int32

  init(_ x: UnsafePointer<Float>, _ count: Int, _ path: Int32) {
    var (low, high): (Float, Float) = (0, 0)
    if count > 0 { unsafe mw_f32_range(path, x, count, &low, &high) }
    let step = high == low ? 1 : (high - low) / 255
    let point = max(0, min(255, 0 - low / step))
    scale = step
    zero = point == point ? Int32(point.rounded(.toNearestOrEven)) : 0
  }
}
