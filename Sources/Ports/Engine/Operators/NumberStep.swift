// SPDX-License-Identifier: Apache-2.0

/// A step whose loops are the same for every type of number; Bools are taken for bytes of 0 and 1.
protocol NumberStep: Step {
  var type: ElementType { get }
  func run<T: Number>(_ memory: Memory, _: T.Type)
}

extension NumberStep {
  func run(_ memory: Memory) {
    switch type {
    case .float: unsafe run(memory, Float.self)
    case .double: unsafe run(memory, Double.self)
    case .int8: unsafe run(memory, Int8.self)
    case .int16: unsafe run(memory, Int16.self)
    case .int32: unsafe run(memory, Int32.self)
    case .int64: unsafe run(memory, Int64.self)
    case .uint8, .bool: unsafe run(memory, UInt8.self)
    case .uint16: unsafe run(memory, UInt16.self)
    case .uint32: unsafe run(memory, UInt32.self)
    case .uint64: unsafe run(memory, UInt64.self)
    }
  }
}
