// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Real numbers with functions over many of them: kernels for Float, plain loops for Double.
protocol VectorReal: Real {
  static func exp(_ path: Int32, _ x: UnsafePointer<Self>, _ count: Int, _ y: UnsafeMutablePointer<Self>)
  static func sigmoid(_ path: Int32, _ x: UnsafePointer<Self>, _ count: Int, _ y: UnsafeMutablePointer<Self>)
  static func tanh(_ path: Int32, _ x: UnsafePointer<Self>, _ count: Int, _ y: UnsafeMutablePointer<Self>)
  static func erf(_ path: Int32, _ x: UnsafePointer<Self>, _ count: Int, _ y: UnsafeMutablePointer<Self>)
}

extension Float: VectorReal {
  static func exp(_ path: Int32, _ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>) {
    unsafe mw_f32_exp(path, x, count, y)
  }
  static func sigmoid(
    _ path: Int32, _ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>
  ) {
    unsafe mw_f32_sigmoid(path, x, count, y)
  }
  static func tanh(_ path: Int32, _ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>) {
    unsafe mw_f32_tanh(path, x, count, y)
  }
  static func erf(_ path: Int32, _ x: UnsafePointer<Float>, _ count: Int, _ y: UnsafeMutablePointer<Float>) {
    unsafe mw_f32_erf(path, x, count, y)
  }
}

extension Double: VectorReal {
  static func exp(_: Int32, _ x: UnsafePointer<Double>, _ count: Int, _ y: UnsafeMutablePointer<Double>) {
    for i in 0..<count { unsafe y[i] = exp(x[i]) }
  }
  static func sigmoid(_: Int32, _ x: UnsafePointer<Double>, _ count: Int, _ y: UnsafeMutablePointer<Double>) {
    for i in 0..<count { unsafe y[i] = 1 / (1 + exp(-x[i])) }
  }
  static func tanh(_: Int32, _ x: UnsafePointer<Double>, _ count: Int, _ y: UnsafeMutablePointer<Double>) {
    for i in 0..<count { unsafe y[i] = tanh(x[i]) }
  }
  static func erf(_: Int32, _ x: UnsafePointer<Double>, _ count: Int, _ y: UnsafeMutablePointer<Double>) {
    for i in 0..<count { unsafe y[i] = erf(x[i]) }
  }
}
