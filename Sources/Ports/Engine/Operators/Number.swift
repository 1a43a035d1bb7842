// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Elements that operators reckon with. Nothing here traps: integers wrap, and what is divided by 0 gives 0.
protocol Number: BitwiseCopyable, Comparable, Sendable, ExpressibleByIntegerLiteral {
  static func sum(_ a: Self, _ b: Self) -> Self
  static func difference(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
  static func quotient(_ a: Self, _ b: Self) -> Self
  /// What is left of the division, with the sign of `b`.
  static func modulo(_ a: Self, _ b: Self) -> Self
  /// What is left of the division, with the sign of `a`.
  static func remainder(_ a: Self, _ b: Self) -> Self
  static func power(_ a: Self, _ b: Self) -> Self
  /// The larger one, or NaN when one is NaN.
  static func larger(_ a: Self, _ b: Self) -> Self
  /// The smaller one, or NaN when one is NaN.
  static func smaller(_ a: Self, _ b: Self) -> Self
  static var smallest: Self { get }
  static var largest: Self { get }
  /// As `CastStep` converts.
  init(converting x: Double)
  var asFloat: Float { get }
  var asDouble: Double { get }
  func asInteger<T: FixedWidthInteger>(_: T.Type) -> T
}

extension Number where Self: FixedWidthInteger {
  @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
  @inline(__always) static func difference(_ a: Self, _ b: Self) -> Self { a &- b }
  @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a &* b }
  @inline(__always) static func quotient(_ a: Self, _ b: Self) -> Self {
    b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
  }
  @inline(__always) static func remainder(_ a: Self, _ b: Self) -> Self {
    b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
  }
  @inline(__always) static func modulo(_ a: Self, _ b: Self) -> Self {
    let left = remainder(a, b)
    return left != 0 && (left < 0) != (b < 0) ? left &+ b : left
  }
  static func power(_ a: Self, _ b: Self) -> Self {
    guard b >= 0 else { return a == 1 ? 1 : a == 0 &- 1 ? (b & 1 == 0 ? 1 : a) : 0 }
    var (result, square, left) = (1 as Self, a, b)
    while left != 0 {
      if left & 1 == 1 { result = result &* square }
      square = square &* square
      left >>= 1
    }
    return result
  }
  @inline(__always) static func larger(_ a: Self, _ b: Self) -> Self { Swift.max(a, b) }
  @inline(__always) static func smaller(_ a: Self, _ b: Self) -> Self { Swift.min(a, b) }
  static var smallest: Self { min }
  static var largest: Self { max }
  init(converting x: Double) { self = x.asInteger(Self.self) }
  @inline(__always) var asFloat: Float { Float(self) }
  @inline(__always) var asDouble: Double { Double(self) }
  @inline(__always) func asInteger<T: FixedWidthInteger>(_: T.Type) -> T { T(truncatingIfNeeded: self) }
}

extension Int8: Number {}
extension Int16: Number {}
extension Int32: Number {}
extension Int64: Number {}
extension UInt8: Number {}
extension UInt16: Number {}
extension UInt32: Number {}
extension UInt64: Number {}

/// Float and Double.
protocol Real: Number, BinaryFloatingPoint {
  /// Without its fraction; the nearest one beyond the range, 0 for NaN.
  var whole: Int64 { get }
  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func tan(_ x: Self) -> Self
  static func asin(_ x: Self) -> Self
  static func acos(_ x: Self) -> Self
  static func atan(_ x: Self) -> Self
  static func sinh(_ x: Self) -> Self
  static func cosh(_ x: Self) -> Self
  static func asinh(_ x: Self) -> Self
  static func acosh(_ x: Self) -> Self
  static func atanh(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
}

extension Number where Self: Real {
  @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a + b }
  @inline(__always) static func difference(_ a: Self, _ b: Self) -> Self { a - b }
  @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a * b }
  @inline(__always) static func quotient(_ a: Self, _ b: Self) -> Self { a / b }
  @inline(__always) static func remainder(_ a: Self, _ b: Self) -> Self {
    a.truncatingRemainder(dividingBy: b)
  }
  @inline(__always) static func modulo(_ a: Self, _ b: Self) -> Self {
    let left = remainder(a, b)
    return left != 0 && (left < 0) != (b < 0) ? left + b : left
  }
  @inline(__always) static func larger(_ a: Self, _ b: Self) -> Self { a > b || a != a ? a : b }
  @inline(__always) static func smaller(_ a: Self, _ b: Self) -> Self { a < b || a != a ? a : b }
  static var smallest: Self { -.infinity }
  static var largest: Self { .infinity }
  init(converting x: Double) { self.init(x) }
  @inline(__always) var asFloat: Float { Float(self) }
  @inline(__always) var asDouble: Double { Double(self) }
  @inline(__always) func asInteger<T: FixedWidthInteger>(_: T.Type) -> T {
    if T.self == UInt64.self, self >= 0x1p63 { return T(clamping: (self * 0.5).whole) &* 2 }
    return T(clamping: whole)
  }
}

extension Float: Real {
  @inline(__always) var whole: Int64 {
    self >= 0x1p63 ? .max : self >= -0x1p63 ? Int64(self) : self < 0 ? .min : 0
  }
  static func power(_ a: Float, _ b: Float) -> Float { powf(a, b) }
  static func exp(_ x: Float) -> Float { expf(x) }
  static func log(_ x: Float) -> Float { logf(x) }
  static func log1p(_ x: Float) -> Float { log1pf(x) }
  static func sin(_ x: Float) -> Float { sinf(x) }
  static func cos(_ x: Float) -> Float { cosf(x) }
  static func tan(_ x: Float) -> Float { tanf(x) }
  static func asin(_ x: Float) -> Float { asinf(x) }
  static func acos(_ x: Float) -> Float { acosf(x) }
  static func atan(_ x: Float) -> Float { atanf(x) }
  static func sinh(_ x: Float) -> Float { sinhf(x) }
  static func cosh(_ x: Float) -> Float { coshf(x) }
  static func asinh(_ x: Float) -> Float { asinhf(x) }
  static func acosh(_ x: Float) -> Float { acoshf(x) }
  static func atanh(_ x: Float) -> Float { atanhf(x) }
  static func tanh(_ x: Float) -> Float { tanhf(x) }
  static func erf(_ x: Float) -> Float { erff(x) }
}

extension Double: Real {
  @inline(__always) var whole: Int64 {
    self >= 0x1p63 ? .max : self >= -0x1p63 ? Int64(self) : self < 0 ? .min : 0
  }
  static func power(_ a: Double, _ b: Double) -> Double { pow(a, b) }
  static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  static func log(_ x: Double) -> Double { Foundation.log(x) }
  static func log1p(_ x: Double) -> Double { Foundation.log1p(x) }
  static func sin(_ x: Double) -> Double { Foundation.sin(x) }
  static func cos(_ x: Double) -> Double { Foundation.cos(x) }
  static func tan(_ x: Double) -> Double { Foundation.tan(x) }
  static func asin(_ x: Double) -> Double { Foundation.asin(x) }
  static func acos(_ x: Double) -> Double { Foundation.acos(x) }
  static func atan(_ x: Double) -> Double { Foundation.atan(x) }
  static func sinh(_ x: Double) -> Double { Foundation.sinh(x) }
  static func cosh(_ x: Double) -> Double { Foundation.cosh(x) }
  static func asinh(_ x: Double) -> Double { Foundation.asinh(x) }
  static func acosh(_ x: Double) -> Double { Foundation.acosh(x) }
  static func atanh(_ x: Double) -> Double { Foundation.atanh(x) }
  static func tanh(_ x: Double) -> Double { Foundation.tanh(x) }
  static func erf(_ x: Double) -> Double { Foundation.erf(x) }
}
