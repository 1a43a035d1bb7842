// SPDX-License-Identifier: Apache-2.0

private import CFourier

/// The step between the transform of pairs of real samples and that of the samples.
enum RealStep {
  // SAFETY: `FourierTransform` has checked the lengths, `roots` is what `roots(count:)` made; a ComplexFloat is two
  // floats, in order.

  /// The table for `count` samples.
  static func roots(count: Int) -> [ComplexFloat] {
    var roots = Array(repeating: ComplexFloat(0, 0), count: count / 4 + 1)
    unsafe roots.withUnsafeMutableBytes {
      unsafe mw_fourier_roots(count, $0.assumingMemoryBound(to: Float.self).baseAddress)
    }
    return roots
  }

  /// Makes bins of pairs, in place.
  static func unpack(
    count: Int, form: TransformForm, _ roots: [ComplexFloat], _ bins: UnsafeMutablePointer<ComplexFloat>
  ) {
    unsafe roots.withUnsafeBytes {
      unsafe mw_fourier_unpack(
        form.number, count, $0.assumingMemoryBound(to: Float.self).baseAddress,
        UnsafeMutableRawPointer(bins).assumingMemoryBound(to: Float.self))
    }
  }

  /// Makes pairs of bins.
  static func pack(
    count: Int, form: TransformForm, _ roots: [ComplexFloat], _ bins: UnsafePointer<ComplexFloat>,
    into pairs: UnsafeMutablePointer<ComplexFloat>
  ) {
    unsafe roots.withUnsafeBytes {
      unsafe mw_fourier_pack(
        form.number, count, $0.assumingMemoryBound(to: Float.self).baseAddress,
        UnsafeRawPointer(bins).assumingMemoryBound(to: Float.self),
        UnsafeMutableRawPointer(pairs).assumingMemoryBound(to: Float.self))
    }
  }
}
