// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// A function of one real number.
enum RealFunction: Sendable {
  case absolute, negative, sign, ceiling, floor, round, squareRoot, reciprocal
  case exponential, logarithm, sine, cosine, tangent, arcSine, arcCosine, arcTangent
  case hyperbolicSine, hyperbolicCosine, areaSine, areaCosine, areaTangent, hyperbolicTangent, error
  case relu, softplus, softsign, hardSwish, mish, gelu, geluByTangent
  case leakyRelu(Float)
  case thresholdedRelu(Float)
  /// gamma * x above 0, gamma * alpha * (exp(x / scale) - 1) below.
  case elu(alpha: Float, gamma: Float, scale: Float)
  case sigmoid
  /// x * sigmoid(alpha * x)
  case swish(Float)
  /// clamp(alpha * x + beta, 0, 1)
  case hardSigmoid(alpha: Float, beta: Float)
  case clip(low: Float, high: Float)
  case shrink(bias: Float, lambda: Float)
  /// x, or 0 where x is infinite.
  case finite
}

/// y = f(x), element by element, on floats or doubles.
struct RealStep: Step {
  let label: String
  let function: RealFunction
  let type: ElementType
  let x: ValueID
  let y: ValueID
  let count: Int
  let path: Int32

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    if type == .float {
      unsafe run(memory.floats(x), memory.floats(y))
    } else {
      let (x, y): (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) =
        unsafe (memory.pointer(x), memory.pointer(y))
      unsafe run(x, y)
    }
  }

  private func run<T: VectorReal>(_ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>) {
    switch function {
    case .absolute: unsafe map(x, y) { $0.magnitude }
    case .negative: unsafe map(x, y) { -$0 }
    case .sign: unsafe map(x, y) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    case .ceiling: unsafe map(x, y) { $0.rounded(.up) }
    case .floor: unsafe map(x, y) { $0.rounded(.down) }
    case .round: unsafe map(x, y) { $0.rounded(.toNearestOrEven) }
    case .squareRoot: unsafe map(x, y) { $0.squareRoot() }
    case .reciprocal: unsafe map(x, y) { 1 / $0 }
    case .logarithm: unsafe map(x, y) { T.log($0) }
    case .sine: unsafe map(x, y) { T.sin($0) }
    case .cosine: unsafe map(x, y) { T.cos($0) }
    case .tangent: unsafe map(x, y) { T.tan($0) }
    case .arcSine: unsafe map(x, y) { T.asin($0) }
    case .arcCosine: unsafe map(x, y) { T.acos($0) }
    case .arcTangent: unsafe map(x, y) { T.atan($0) }
    case .hyperbolicSine: unsafe map(x, y) { T.sinh($0) }
    case .hyperbolicCosine: unsafe map(x, y) { T.cosh($0) }
    case .areaSine: unsafe map(x, y) { T.asinh($0) }
    case .areaCosine: unsafe map(x, y) { T.acosh($0) }
    case .areaTangent: unsafe map(x, y) { T.atanh($0) }
    case .relu: unsafe map(x, y) { T.larger($0, 0) }
    case .softsign: unsafe map(x, y) { $0 / (1 + $0.magnitude) }
    case .hardSwish: unsafe map(x, y) { $0 * T.smaller(T.larger($0 + 3, 0), 6) / 6 }
    case .leakyRelu(let alpha):
      let alpha = T(alpha)
      unsafe map(x, y) { $0 < 0 ? alpha * $0 : $0 }
    case .thresholdedRelu(let alpha):
      let alpha = T(alpha)
      unsafe map(x, y) { $0 > alpha ? $0 : 0 }
    case .hardSigmoid(let alpha, let beta):
      let (alpha, beta) = (T(alpha), T(beta))
      unsafe map(x, y) { T.smaller(T.larger(alpha * $0 + beta, 0), 1) }
    case .clip(let low, let high):
      let (low, high) = (T(low), T(high))
      unsafe map(x, y) { T.smaller(T.larger($0, low), high) }
    case .shrink(let bias, let lambda):
      let (bias, lambda) = (T(bias), T(lambda))
      unsafe map(x, y) { $0 < -lambda ? $0 + bias : $0 > lambda ? $0 - bias : 0 }
    case .finite: unsafe map(x, y) { $0.isInfinite ? 0 : $0 }
    case .exponential: unsafe T.exp(path, x, count, y)
    case .sigmoid: unsafe T.sigmoid(path, x, count, y)
    case .hyperbolicTangent: unsafe T.tanh(path, x, count, y)
    case .error: unsafe T.erf(path, x, count, y)
    case .gelu:
      let scale = T(0.5).squareRoot()
      unsafe through(T.erf, x, y, { $0 * scale }) { 0.5 * $0 * (1 + $1) }
    case .geluByTangent:
      let scale = T(2 / Double.pi).squareRoot()
      unsafe through(T.tanh, x, y, { scale * ($0 + 0.044715 * $0 * $0 * $0) }) { 0.5 * $0 * (1 + $1) }
    case .swish(let alpha):
      let alpha = T(alpha)
      unsafe through(T.sigmoid, x, y, { alpha * $0 }) { $0 * $1 }
    case .softplus: unsafe through(T.exp, x, y, { -$0.magnitude }) { T.larger($0, 0) + T.log1p($1) }
    case .mish:  // tanh(log(1 + e)) without its logarithm, where e squared is finite
      unsafe through(T.exp, x, y, { T.smaller($0, 20) }) { x, e in
        let product = e * (e + 2)
        return x * (product / (product + 2))
      }
    case .elu(let alpha, let gamma, let scale):
      let (below, gamma, inverse) = (T(alpha * gamma), T(gamma), 1 / T(scale))
      unsafe through(T.exp, x, y, { T.smaller($0 * inverse, 0) }) { x, e in
        x > 0 ? gamma * x : below * (e - 1)
      }
    }
  }

  @inline(__always)
  private func map<T>(_ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ f: (T) -> T) {
    for i in 0..<count { unsafe y[i] = f(x[i]) }
  }

  /// y = after(x, kernel(before(x))), in pieces that stay in the first cache.
  @inline(__always)
  private func through<T: VectorReal>(
    _ kernel: (Int32, UnsafePointer<T>, Int, UnsafeMutablePointer<T>) -> Void, _ x: UnsafeMutablePointer<T>,
    _ y: UnsafeMutablePointer<T>,
    _ before: (T) -> T, _ after: (T, T) -> T
  ) {
    let piece = 128
    unsafe withUnsafeTemporaryAllocation(of: T.self, capacity: piece) { room in
      guard let t = room.baseAddress else { return }
      for start in stride(from: 0, to: count, by: piece) {
        let n = min(piece, count - start)
        let (x, y) = unsafe (x + start, y + start)
        for i in 0..<n { unsafe t[i] = before(x[i]) }
        unsafe kernel(path, t, n, y)
        for i in 0..<n { unsafe y[i] = after(x[i], y[i]) }
      }
    }
  }
}
