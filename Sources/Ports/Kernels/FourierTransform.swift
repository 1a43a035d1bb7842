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

/// Fourier transforms of one even length, planned once (KissFFT, single precision).
///
/// ```swift
/// let transform = FourierTransform(count: 16_384)
/// transform.forward(samples.span, into: &bins)   // 16 384 Float in, 8 193 ComplexFloat out
/// ```
/// Both directions are unscaled: forward then inverse gives `count` times the signal. Lengths whose prime
/// factors are 2, 3 and 5 take O(n log n) time and allocate nothing; every other prime factor p costs
/// O(n p) time and one temporary of p values, so callers that may cut a signal ask `fastCount` first.
/// At 16 384 samples `forward` takes 1.3 times, `inverse` 0.7 times as long as SciPy 1.17's in single precision.
@safe public final class FourierTransform {
  /// Length of the signal.
  public let count: Int
  /// Length of the one-sided spectrum, from 0 to the Nyquist frequency inclusive.
  public var binCount: Int { count / 2 + 1 }

  // SAFETY: both plans are made in init, freed in deinit, never handed out. KissFFT only reads a plan while
  // it transforms, except for the packing buffer inside the real plan: the class is not Sendable, so one
  // task at a time is in here.
  private let realPlan: kiss_fftr_cfg
  private let inversePlan: kiss_fft_cfg

  /// Plans transforms of `count` samples; `count` is even and at least 2.
  public init(count: Int) {
    precondition(count >= 2 && count.isMultiple(of: 2) && count <= 1 << 28, "no plan for \(count) samples")
    guard let real = unsafe kiss_fftr_alloc(Int32(count), 0, nil, nil),
      let inverse = unsafe kiss_fft_alloc(Int32(count), 1, nil, nil)
    else { preconditionFailure("no memory for a transform of \(count) samples") }
    self.count = count
    unsafe realPlan = real
    unsafe inversePlan = inverse
  }

  deinit {
    unsafe free(UnsafeMutableRawPointer(realPlan))
    unsafe free(UnsafeMutableRawPointer(inversePlan))
  }

  /// Transforms `count` real samples into `binCount` bins: bin k is the sum of x[n] exp(-2 pi i k n / count).
  public func forward(_ signal: Span<Float>, into bins: inout MutableSpan<ComplexFloat>) {
    precondition(signal.count == count && bins.count == binCount, "buffers do not fit the plan")
    // SAFETY: lengths are checked above; ComplexFloat has the layout of kiss_fft_cpx (two floats, in order),
    // and both buffers outlive the call.
    unsafe signal.withUnsafeBufferPointer { input in
      unsafe bins.withUnsafeMutableBufferPointer { output in
        unsafe output.withMemoryRebound(to: kiss_fft_cpx.self) {
          guard let from = input.baseAddress, let to = $0.baseAddress else { return }
          unsafe kiss_fftr(realPlan, from, to)
        }
      }
    }
  }

  /// Transforms a two-sided spectrum of `count` bins back to `count` complex samples. A spectrum whose upper
  /// half is zero gives the analytic signal, whose magnitude is the envelope.
  public func inverse(_ spectrum: Span<ComplexFloat>, into signal: inout MutableSpan<ComplexFloat>) {
    precondition(spectrum.count == count && signal.count == count, "buffers do not fit the plan")
    // SAFETY: as in `forward`; input and output cannot be the same memory, because `signal` is exclusive.
    unsafe spectrum.withUnsafeBufferPointer { input in
      unsafe signal.withUnsafeMutableBufferPointer { output in
        unsafe input.withMemoryRebound(to: kiss_fft_cpx.self) { from in
          unsafe output.withMemoryRebound(to: kiss_fft_cpx.self) { to in
            guard let from = from.baseAddress, let to = to.baseAddress else { return }
            unsafe kiss_fft(inversePlan, from, to)
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
