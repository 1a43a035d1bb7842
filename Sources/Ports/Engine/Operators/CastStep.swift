// SPDX-License-Identifier: Apache-2.0

/// The same numbers as another type. Integers keep their low bits; reals lose their fraction on the way to an
/// integer, beyond whose range ONNX leaves the result open: here it is the nearest one, and 0 for NaN.
struct CastStep: NumberStep {
  let x: ValueID
  let y: ValueID
  let count: Int
  /// Of x.
  let type: ElementType
  let target: ElementType

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "Cast", arithmetic: .move) }

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    let x: UnsafeMutablePointer<T> = unsafe memory.pointer(x)
    switch target {
    case .float: unsafe convert(x, memory.floats(y)) { $0.asFloat }
    case .double: unsafe convert(x, memory.pointer(y)) { $0.asDouble }
    case .int8: unsafe convert(x, memory.pointer(y)) { $0.asInteger(Int8.self) }
    case .int16: unsafe convert(x, memory.pointer(y)) { $0.asInteger(Int16.self) }
    case .int32: unsafe convert(x, memory.pointer(y)) { $0.asInteger(Int32.self) }
    case .int64: unsafe convert(x, memory.pointer(y)) { $0.asInteger(Int64.self) }
    case .uint8: unsafe convert(x, memory.pointer(y)) { $0.asInteger(UInt8.self) }
    case .uint16: unsafe convert(x, memory.pointer(y)) { $0.asInteger(UInt16.self) }
    case .uint32: unsafe convert(x, memory.pointer(y)) { $0.asInteger(UInt32.self) }
    case .uint64: unsafe convert(x, memory.pointer(y)) { $0.asInteger(UInt64.self) }
    case .bool: unsafe convert(x, memory.bytes(y)) { $0 == 0 ? 0 : 1 }
    }
  }

  /// SAFETY: both values have `count` elements.
  @inline(__always)
  private func convert<T, R>(_ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<R>, _ f: (T) -> R) {
    for i in 0..<count { unsafe y[i] = f(x[i]) }
  }
}
