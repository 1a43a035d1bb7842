// SPDX-License-Identifier: Apache-2.0

/// A complex number in the layout that Fourier transforms read and write: real part, imaginary part.
@frozen public struct ComplexFloat: Sendable, Equatable {
  /// Real part.
  public var real: Float
  /// Imaginary part.
  public var imaginary: Float
  /// real + i imaginary.
  @inlinable public init(_ real: Float, _ imaginary: Float) {
    self.real = real
    self.imaginary = imaginary
  }
  /// Squared magnitude.
  @inlinable public var power: Float { real * real + imaginary * imaginary }
}

/// The instructions that transforms use; all give the same bits.
public enum TransformForm: String, CaseIterable, Sendable {
  /// Those that every processor of the architecture has.
  case base
  /// The best that this processor has.
  case best
  var number: Int32 { self == .base ? 0 : 1 }
}

/// Fourier transforms of one length, planned once, in single precision.
///
/// ```swift
/// let transform = FourierTransform(count: 16_384)
/// transform.forward(samples.span, into: &bins)   // 16 384 Float in, 8 193 ComplexFloat out
/// ```
/// All directions are unscaled: forward then inverse gives `count` times the signal. Every length takes O(n log n) time:
/// those without prime factors above 5 directly, others as a convolution of twice their length or more, which takes about
/// six times as long. Nothing is allocated after the first transform of a kind. A plan keeps scratch of its own, so
/// one task at a time transforms with it.
@safe public final class FourierTransform {
  // SAFETY: every public method checks the lengths of what it lends to the plans; a ComplexFloat is two floats, in order;
  // an output cannot be the input's memory, because it is exclusive; all buffers outlive the call.

  /// Length of the signal.
  public let count: Int
  /// Length of the one-sided spectrum, from 0 to the Nyquist frequency inclusive.
  public var binCount: Int { count / 2 + 1 }

  private let form: TransformForm
  /// Of half the length where that is whole: neighbouring real samples make a complex one.
  private let realPlan: ComplexPlan
  private lazy var complexPlan = ComplexPlan(count: count, form: form)
  private let roots: [ComplexFloat]
  private var input: [ComplexFloat]
  private var output: [ComplexFloat]

  /// Plans transforms of `count` samples, 1 at least.
  public init(count: Int, form: TransformForm = .best) {
    precondition(count >= 1 && count <= 1 << 28, "no plan for \(count) samples")
    self.count = count
    self.form = form
    let isEven = count.isMultiple(of: 2)
    realPlan = ComplexPlan(count: isEven ? count / 2 : count, form: form)
    roots = isEven ? RealStep.roots(count: count) : []
    input = Array(repeating: ComplexFloat(0, 0), count: isEven ? count / 2 : count)
    output = isEven ? [] : input
  }

  /// Transforms `count` real samples into `binCount` bins: bin k is the sum of x[n] exp(-2 pi i k n / count).
  public func forward(_ signal: Span<Float>, into bins: inout MutableSpan<ComplexFloat>) {
    precondition(signal.count == count && bins.count == binCount, "buffers do not fit the plan")
    guard count.isMultiple(of: 2) else { return forwardOdd(signal, into: &bins) }
    unsafe signal.withUnsafeBytes { from in
      unsafe bins.withUnsafeMutableBufferPointer { to in
        guard let from = from.baseAddress, let bins = to.baseAddress else { return }
        unsafe realPlan.run(backwards: false, from, into: bins)
        unsafe RealStep.unpack(count: count, form: form, roots, bins)
      }
    }
  }

  /// Transforms a one-sided spectrum of `binCount` bins back to `count` real samples; imaginary parts at 0 Hz, and
  /// at the Nyquist frequency of an even length, are ignored.
  public func inverse(_ bins: Span<ComplexFloat>, into signal: inout MutableSpan<Float>) {
    precondition(signal.count == count && bins.count == binCount, "buffers do not fit the plan")
    guard count.isMultiple(of: 2) else { return inverseOdd(bins, into: &signal) }
    unsafe bins.withUnsafeBufferPointer { from in
      unsafe signal.withUnsafeMutableBytes { to in
        unsafe input.withUnsafeMutableBufferPointer { pairs in
          guard let from = from.baseAddress, let to = to.baseAddress, let pairs = pairs.baseAddress else {
            return
          }
          unsafe RealStep.pack(count: count, form: form, roots, from, into: pairs)
          unsafe realPlan.run(backwards: true, pairs, into: to)
        }
      }
    }
  }

  /// Transforms `count` complex samples into `count` bins.
  public func forward(_ signal: Span<ComplexFloat>, into spectrum: inout MutableSpan<ComplexFloat>) {
    transform(backwards: false, signal, into: &spectrum)
  }

  /// Transforms a two-sided spectrum of `count` bins back to `count` complex samples. A spectrum whose upper
  /// half is zero gives the analytic signal, whose magnitude is the envelope.
  public func inverse(_ spectrum: Span<ComplexFloat>, into signal: inout MutableSpan<ComplexFloat>) {
    transform(backwards: true, spectrum, into: &signal)
  }

  private func transform(
    backwards: Bool, _ input: Span<ComplexFloat>, into output: inout MutableSpan<ComplexFloat>
  ) {
    precondition(input.count == count && output.count == count, "buffers do not fit the plan")
    let plan = complexPlan
    unsafe input.withUnsafeBytes { from in
      unsafe output.withUnsafeMutableBytes { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        unsafe plan.run(backwards: backwards, from, into: to)
      }
    }
  }

  private func forwardOdd(_ signal: Span<Float>, into bins: inout MutableSpan<ComplexFloat>) {
    for n in 0..<count { input[n] = ComplexFloat(signal[n], 0) }
    turnOdd(backwards: false)
    for k in 0..<bins.count { bins[k] = output[k] }
  }

  private func inverseOdd(_ bins: Span<ComplexFloat>, into signal: inout MutableSpan<Float>) {
    input[0] = ComplexFloat(bins[0].real, 0)
    for k in 1..<max(1, bins.count) {
      input[k] = bins[k]
      input[count - k] = ComplexFloat(bins[k].real, -bins[k].imaginary)
    }
    turnOdd(backwards: true)
    for n in 0..<count { signal[n] = output[n].real }
  }

  private func turnOdd(backwards: Bool) {
    unsafe input.withUnsafeBytes { from in
      unsafe output.withUnsafeMutableBytes { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        unsafe realPlan.run(backwards: backwards, from, into: to)
      }
    }
  }

  /// The largest even length up to `limit` without prime factors above 5; 0 when `limit` is below 2.
  public static func fastCount(upTo limit: Int) -> Int {
    var best = 0
    var fives = 2
    while fives <= limit {
      var threes = fives
      while threes <= limit {
        var twos = threes
        while twos <= limit / 2 { twos *= 2 }
        best = max(best, twos)
        threes *= 3
      }
      fives *= 5
    }
    return best
  }
}

/// The same over arrays, for owners of several: two fields of one value may not lend spans side by side.
extension FourierTransform {
  /// `forward` from and into whole arrays of the planned lengths.
  public func forward(_ signal: [Float], into bins: inout [ComplexFloat]) {
    var output = bins.mutableSpan
    forward(signal.span, into: &output)
  }

  /// `inverse` from and into whole arrays of the planned length.
  public func inverse(_ spectrum: [ComplexFloat], into signal: inout [ComplexFloat]) {
    var output = signal.mutableSpan
    inverse(spectrum.span, into: &output)
  }

  /// `inverse` to real samples from and into whole arrays of the planned lengths.
  public func inverse(_ bins: [ComplexFloat], into signal: inout [Float]) {
    var output = signal.mutableSpan
    inverse(bins.span, into: &output)
  }

  /// `forward` of complex samples from and into whole arrays of the planned length.
  public func forward(_ signal: [ComplexFloat], into spectrum: inout [ComplexFloat]) {
    var output = spectrum.mutableSpan
    forward(signal.span, into: &output)
  }
}
