// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Rounding between floats and centred integers: `q - zeroPoint`, held as Int16.
public enum Int8Quantize {
  /// The limits of `q - zeroPoint`, both exact in Float.
  public struct Range: Sendable, Equatable {
    /// Smallest value of `q - zeroPoint`.
    public var low: Float
    /// Largest value of `q - zeroPoint`.
    public var high: Float
    /// Traps when the limits do not fit Int16 or are the wrong way round.
    public init(low: Float, high: Float) {
      precondition(low <= high && low >= -32768 && high <= 32767, "the range does not fit Int16")
      self.low = low
      self.high = high
    }
  }

  /// `out[i] = rne(clamp(x[i] / scale))`; a NaN becomes the low end. `out` is at least as long as `x`.
  public static func quantize(
    _ x: Span<Float>, scale: Float, range: Range, into out: inout MutableSpan<Int16>, path: Int8Path = .best
  ) {
    precondition(out.count >= x.count && path.isAvailable)
    unsafe x.withUnsafeBufferPointer { x in
      unsafe out.withUnsafeMutableBufferPointer { out in
        guard let from = x.baseAddress, let to = out.baseAddress else { return }
        // SAFETY: both buffers hold at least x.count elements, checked above; the call keeps no pointer.
        unsafe mw_int8_quantize(path.code, from, x.count, scale, range.low, range.high, to)
      }
    }
  }

  /// `out[i] = rne(clamp(Float(acc[i]) * scale[i]))`, one scale for each value.
  public static func requantize(
    _ acc: Span<Int32>, scale: Span<Float>, range: Range, into out: inout MutableSpan<Int16>,
    path: Int8Path = .best
  ) {
    precondition(acc.count >= scale.count && out.count >= scale.count && path.isAvailable)
    unsafe acc.withUnsafeBufferPointer { acc in
      unsafe scale.withUnsafeBufferPointer { scale in
        unsafe out.withUnsafeMutableBufferPointer { out in
          guard let from = acc.baseAddress, let by = scale.baseAddress, let to = out.baseAddress else {
            return
          }
          // SAFETY: all three buffers hold at least scale.count elements, checked above.
          unsafe mw_int8_requantize(path.code, from, by, scale.count, range.low, range.high, to)
        }
      }
    }
  }
}
