// SPDX-License-Identifier: Apache-2.0

private import CFourier
import Glibc

/// Transforms of a fixed number of complex values, for lengths without prime factors above 5.
@safe final class SmoothPlan {
  let count: Int
  // SAFETY: the plan is made in init and freed in deinit; the C side only reads it. Whoever calls `run` has checked the
  // lengths, and lends an output that is not the input; a complex value is two floats, in order.
  private let plan: OpaquePointer
  private var scratch: [Float]

  static func accepts(_ count: Int) -> Bool { mw_fourier_is_smooth(count) != 0 }

  init(count: Int, form: TransformForm) {
    guard let plan = unsafe mw_fourier_make(count, form.number) else {
      preconditionFailure("no memory for a transform of \(count) values")
    }
    self.count = count
    unsafe self.plan = plan
    scratch = Array(repeating: 0, count: 4 * count)
  }

  deinit { unsafe mw_fourier_free(plan) }

  /// `input` and `output` are `count` complex values.
  func run(backwards: Bool, _ input: UnsafeRawPointer, into output: UnsafeMutableRawPointer) {
    unsafe scratch.withUnsafeMutableBufferPointer { scratch in
      unsafe mw_fourier_run(
        plan, backwards ? 1 : 0, input.assumingMemoryBound(to: Float.self),
        output.assumingMemoryBound(to: Float.self), scratch.baseAddress)
    }
  }
}

/// Transforms of a length with larger prime factors, as a convolution with a chirp (Bluestein, IEEE Trans. AU-18, 1970):
/// X[k] = c[k] sum over n of x[n] c[n] / c[k - n], where c[n] = exp(-i pi n^2 / count).
final class ChirpPlan {
  let count: Int
  private let plan: SmoothPlan
  /// c[n], as pairs.
  private let chirp: [Float]
  /// Transform of 1 / c[n], wrapped around the padded length and divided by it.
  private let kernel: [Float]
  private var padded: [Float]
  private var spectrum: [Float]

  init(count: Int, form: TransformForm) {
    self.count = count
    var length = 64
    while length < 2 * count - 1 { length *= 2 }
    // A length a quarter or three eighths shorter often does.
    length = [5, 6, 8].map { length / 8 * $0 }.first { $0 >= 2 * count - 1 } ?? length
    plan = SmoothPlan(count: length, form: form)
    chirp = (0..<count).flatMap { n -> [Float] in
      // The square is reduced as an integer, so that the angle stays exact.
      let angle = Double.pi * Double(n * n % (2 * count)) / Double(count)
      return [Float(cos(angle)), Float(-sin(angle))]
    }
    padded = Array(repeating: 0, count: 2 * length)
    spectrum = padded
    for n in 0..<count {
      for place in [n, (length - n) % length] {
        padded[2 * place] = chirp[2 * n] / Float(length)
        padded[2 * place + 1] = -chirp[2 * n + 1] / Float(length)
      }
    }
    ChirpPlan.turn(plan, backwards: false, padded, into: &spectrum)
    kernel = spectrum
  }

  /// `input` and `output` are `count` complex values.
  func run(backwards: Bool, _ input: UnsafeRawPointer, into output: UnsafeMutableRawPointer) {
    // SAFETY: the caller lends `count` pairs of floats on both sides.
    let input = unsafe UnsafeBufferPointer(start: input.assumingMemoryBound(to: Float.self), count: 2 * count)
    let output = unsafe UnsafeMutableBufferPointer(
      start: output.assumingMemoryBound(to: Float.self), count: 2 * count)
    // With real and imaginary parts exchanged on both sides a transform runs backwards.
    let (real, imaginary) = backwards ? (1, 0) : (0, 1)
    for n in 0..<count {
      let (a, b) = unsafe (input[2 * n + real], input[2 * n + imaginary])
      padded[2 * n] = a * chirp[2 * n] - b * chirp[2 * n + 1]
      padded[2 * n + 1] = a * chirp[2 * n + 1] + b * chirp[2 * n]
    }
    for place in (2 * count)..<padded.count { padded[place] = 0 }
    ChirpPlan.turn(plan, backwards: false, padded, into: &spectrum)
    for k in 0..<plan.count {
      let (a, b) = (spectrum[2 * k], spectrum[2 * k + 1])
      spectrum[2 * k] = a * kernel[2 * k] - b * kernel[2 * k + 1]
      spectrum[2 * k + 1] = a * kernel[2 * k + 1] + b * kernel[2 * k]
    }
    ChirpPlan.turn(plan, backwards: true, spectrum, into: &padded)
    for k in 0..<count {
      let (a, b) = (padded[2 * k], padded[2 * k + 1])
      unsafe output[2 * k + real] = a * chirp[2 * k] - b * chirp[2 * k + 1]
      unsafe output[2 * k + imaginary] = a * chirp[2 * k + 1] + b * chirp[2 * k]
    }
  }

  private static func turn(_ plan: SmoothPlan, backwards: Bool, _ input: [Float], into output: inout [Float])
  {
    unsafe input.withUnsafeBytes { from in
      unsafe output.withUnsafeMutableBytes { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        unsafe plan.run(backwards: backwards, from, into: to)
      }
    }
  }
}

/// The plan that a length asks for.
enum ComplexPlan {
  case smooth(SmoothPlan)
  case chirp(ChirpPlan)

  init(count: Int, form: TransformForm) {
    self =
      SmoothPlan.accepts(count)
      ? .smooth(SmoothPlan(count: count, form: form)) : .chirp(ChirpPlan(count: count, form: form))
  }

  /// `input` and `output` are as many complex values as were planned, and do not overlap.
  func run(backwards: Bool, _ input: UnsafeRawPointer, into output: UnsafeMutableRawPointer) {
    switch self {
    case .smooth(let plan): unsafe plan.run(backwards: backwards, input, into: output)
    case .chirp(let plan): unsafe plan.run(backwards: backwards, input, into: output)
    }
  }
}
