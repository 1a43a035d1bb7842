// SPDX-License-Identifier: Apache-2.0

private import CFourier

/// Parts complex signals into two or three bands of a half or a third of their rate, by a real low-pass that is turned to
/// each band's middle.
///
/// ```swift
/// let bank = FilterBank(halves: taps17, thirds: taps25)
/// bank.part(signal.span, isReal: true, into: 2, scratch: &scratch, bands: &bands)   // one after the other
/// let low = bank.moments(of: bands.span.extracting(first: signal.count))
/// ```
/// A signal of n samples is planar: n real parts, then n imaginary parts; a real one has no second half. Nothing is allocated.
public struct FilterBank: Sendable {
  // SAFETY: every method checks the lengths of what it lends to the C functions; an output cannot be the input's memory,
  // because it is exclusive; all buffers outlive the call.

  /// Shortest signal that is parted.
  public static let minimum = Int(MW_BANK_MINIMUM)
  private let halves: [Float]
  private let thirds: [Float]
  private let form: TransformForm

  /// Mean square about the mean, and mean of the fourth powers.
  public struct Moments: Sendable, Equatable {
    /// Mean of |c|^2.
    public let second: Double
    /// Mean of |c|^4.
    public let fourth: Double
  }

  /// A bank of two symmetric prototypes, of 17 and of 25 taps.
  public init(halves: [Float], thirds: [Float], form: TransformForm = .best) {
    precondition(
      halves.count == Int(MW_BANK_HALF_TAPS) && thirds.count == Int(MW_BANK_THIRD_TAPS),
      "prototypes of 17 and 25 taps")
    self.halves = halves
    self.thirds = thirds
    self.form = form
  }

  /// Floats of scratch for signals of `count` samples.
  public static func scratchCount(_ count: Int) -> Int { 2 * count + Int(MW_BANK_MARGIN) }

  /// Parts a signal of n samples into `parts` planar bands of n / parts by frequency, 2 or 3. Of two the upper one comes
  /// down to 0 Hz.
  public func part(
    _ signal: Span<Float>, isReal: Bool, into parts: Int, scratch: inout MutableSpan<Float>,
    bands: inout MutableSpan<Float>
  ) {
    let length = FilterBank.length(signal, isReal: isReal)
    precondition(parts == 2 || parts == 3, "no bank of \(parts) bands")
    precondition(
      scratch.count >= FilterBank.scratchCount(length) && bands.count == 2 * parts * (length / parts),
      "buffers do not fit the signal")
    unsafe signal.withUnsafeBufferPointer { signal in
      unsafe scratch.withUnsafeMutableBufferPointer { scratch in
        unsafe bands.withUnsafeMutableBufferPointer { bands in
          if parts == 2 {
            unsafe mw_bank_halves(
              form.number, halves, isReal ? 1 : 0, length, signal.baseAddress, scratch.baseAddress,
              bands.baseAddress)
          } else {
            unsafe mw_bank_thirds(
              form.number, thirds, isReal ? 1 : 0, length, signal.baseAddress, scratch.baseAddress,
              bands.baseAddress)
          }
        }
      }
    }
  }

  private static func length(_ signal: Span<Float>, isReal: Bool) -> Int {
    precondition(isReal || signal.count.isMultiple(of: 2), "as many imaginary parts as real ones")
    let length = isReal ? signal.count : signal.count / 2
    precondition(length >= minimum, "no bands of \(length) samples")
    return length
  }

  /// The moments of a planar signal of n samples without its first `dropped`; squares are multiplied by `scale`.
  public func moments(
    of signal: Span<Float>, isReal: Bool = false, dropping dropped: Int = 0, scale: Float = 1
  ) -> Moments {
    let length = isReal ? signal.count : signal.count / 2
    precondition(dropped >= 0 && dropped < length, "no moments of nothing")
    var found = (0.0, 0.0)
    unsafe signal.withUnsafeBufferPointer { signal in
      guard let real = signal.baseAddress else { return }
      let imaginary = unsafe isReal ? nil : real + length + dropped
      unsafe withUnsafeMutableBytes(of: &found) {
        unsafe mw_bank_moments(
          form.number, length - dropped, real + dropped, imaginary, scale,
          $0.assumingMemoryBound(to: Double.self).baseAddress)
      }
    }
    return Moments(second: found.0, fourth: found.1)
  }
}
