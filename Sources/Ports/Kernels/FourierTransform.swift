// SPDX-License-Identifier: Apache-2.0

private import CKissFFT
import Glibc

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

/// Fourier transforms of one length, planned once (KissFFT, single precision).
///
/// ```swift
/// let transform = FourierTransform(count: 16_384)
/// transform.forward(samples.span, into: &bins)   // 16 384 Float in, 8 193 ComplexFloat out
/// ```
/// All directions are unscaled: forward then inverse gives `count` times the signal. A plan keeps scratch of its
/// own, so one task at a time transforms with it.
@safe public final class FourierTransform {
  /// Length of the signal.
  public let count: Int
  /// Length of the one-sided spectrum, from 0 to the Nyquist frequency inclusive.
  public var binCount: Int { count / 2 + 1 }

  // SAFETY: both plans are made in init, freed in deinit, never handed out. KissFFT only reads a plan while
  // it transforms.
  private let forwardPlan: kiss_fft_cfg
  private let inversePlan: kiss_fft_cfg
  private var input: [ComplexFloat]
  private var output: [ComplexFloat]

  /// Plans transforms of `count` samples, 1 at least.
  public init(count: Int) {
    precondition(count >= 1 && count <= 1 << 28, "no plan for \(count) samples")
    guard let forward = unsafe kiss_fft_alloc(Int32(count), 0, nil, nil),
      let inverse = unsafe kiss_fft_alloc(Int32(count), 1, nil, nil)
    else { preconditionFailure("no memory for a transform of \(count) samples") }
    self.count = count
    unsafe forwardPlan = forward
    unsafe inversePlan = inverse
    input = Array(repeating: ComplexFloat(0, 0), count: count)
    output = input
  }

  deinit {
    unsafe free(UnsafeMutableRawPointer(forwardPlan))
    unsafe free(UnsafeMutableRawPointer(inversePlan))
  }

  /// Transforms `count` real samples into `binCount` bins: bin k is the sum of x[n] exp(-2 pi i k n / count).
  public func forward(_ signal: Span<Float>, into bins: inout MutableSpan<ComplexFloat>) {
    precondition(signal.count == count && bins.count == binCount, "buffers do not fit the plan")
    for n in 0..<count { input[n] = ComplexFloat(signal[n], 0) }
    unsafe transform(forwardPlan, input, into: &output)
    for k in 0..<bins.count { bins[k] = output[k] }
  }

  /// Transforms a one-sided spectrum of `binCount` bins back to `count` real samples; imaginary parts at 0 Hz, and
  /// at the Nyquist frequency of an even length, are ignored.
  public func inverse(_ bins: Span<ComplexFloat>, into signal: inout MutableSpan<Float>) {
    precondition(signal.count == count && bins.count == binCount, "buffers do not fit the plan")
    input[0] = ComplexFloat(bins[0].real, 0)
    for k in 1..<bins.count {
      input[k] = bins[k]
      input[count - k] = ComplexFloat(bins[k].real, -bins[k].imaginary)
    }
    if count.isMultiple(of: 2) { input[count / 2] = ComplexFloat(bins[count / 2].real, 0) }
    unsafe transform(inversePlan, input, into: &output)
    for n in 0..<count { signal[n] = output[n].real }
  }

  /// Transforms `count` complex samples into `count` bins.
  public func forward(_ signal: Span<ComplexFloat>, into spectrum: inout MutableSpan<ComplexFloat>) {
    unsafe transform(forwardPlan, signal, into: &spectrum)
  }

  /// Transforms a two-sided spectrum of `count` bins back to `count` complex samples. A spectrum whose upper
  /// half is zero gives the analytic signal, whose magnitude is the envelope.
  public func inverse(_ spectrum: Span<ComplexFloat>, into signal: inout MutableSpan<ComplexFloat>) {
    unsafe transform(inversePlan, spectrum, into: &signal)
  }

  private func transform(_ plan: kiss_fft_cfg, _ from: [ComplexFloat], into to: inout [ComplexFloat]) {
    var output = to.mutableSpan
    unsafe transform(plan, from.span, into: &output)
  }

  private func transform(
    _ plan: kiss_fft_cfg, _ from: Span<ComplexFloat>, into to: inout MutableSpan<ComplexFloat>
  ) {
    precondition(from.count == count && to.count == count, "buffers do not fit the plan")
    // SAFETY: lengths are checked above; ComplexFloat has the layout of kiss_fft_cpx (two floats, in order),
    // both buffers outlive the call, and cannot be the same memory, because `to` is exclusive.
    unsafe from.withUnsafeBufferPointer { input in
      unsafe to.withUnsafeMutableBufferPointer { output in
        unsafe input.withMemoryRebound(to: kiss_fft_cpx.self) { from in
          unsafe output.withMemoryRebound(to: kiss_fft_cpx.self) { to in
            guard let from = from.baseAddress, let to = to.baseAddress else { return }
            unsafe kiss_fft(plan, from, to)
          }
        }
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
}
