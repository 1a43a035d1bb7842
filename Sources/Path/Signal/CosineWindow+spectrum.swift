// SPDX-License-Identifier: Apache-2.0

import Kernels

extension CosineWindow {
  /// Writes |Y[k]|^2 of the windowed signal, from the one-sided bins of the signal itself.
  ///
  /// A term of cosines moves the spectrum by its number of bins: Y[k] = a[0] X[k] + sum over j of
  /// (-1)^j a[j]/2 (X[k-j] + X[k+j]).
  func powers(of bins: Span<ComplexFloat>, count: Int, into powers: inout MutableSpan<Float>) {
    let terms = count == 1 ? CosineWindow.rectangular.coefficients : coefficients
    let reach = terms.count - 1
    let last = bins.count - 1
    guard last > 2 * reach else {
      for k in 0...last { powers[k] = bin(k, of: bins, count: count, terms).power }
      return
    }
    for k in 0..<reach { powers[k] = bin(k, of: bins, count: count, terms).power }
    for k in (last - reach + 1)..<bins.count { powers[k] = bin(k, of: bins, count: count, terms).power }
    if reach == 1 {
      let (middle, side) = (Float(terms[0]), Float(-terms[1] / 2))
      for k in 1..<last {
        let real = middle * bins[k].real + side * (bins[k - 1].real + bins[k + 1].real)
        let imaginary = middle * bins[k].imaginary + side * (bins[k - 1].imaginary + bins[k + 1].imaginary)
        powers[k] = real * real + imaginary * imaginary
      }
      return
    }
    for k in reach...(last - reach) {
      var sum = ComplexFloat(Float(terms[0]) * bins[k].real, Float(terms[0]) * bins[k].imaginary)
      var sign: Float = -0.5
      for j in 1..<terms.count {
        let side = sign * Float(terms[j])
        sum.real += side * (bins[k - j].real + bins[k + j].real)
        sum.imaginary += side * (bins[k - j].imaginary + bins[k + j].imaginary)
        sign = -sign
      }
      powers[k] = sum.power
    }
  }

  /// One windowed bin, near an end: the spectrum of a real signal is periodic and mirrored.
  private func bin(_ k: Int, of bins: Span<ComplexFloat>, count: Int, _ terms: [Double]) -> ComplexFloat {
    var sum = ComplexFloat(Float(terms[0]) * bins[k].real, Float(terms[0]) * bins[k].imaginary)
    for j in 1..<max(1, terms.count) {
      let side = Float(j.isMultiple(of: 2) ? terms[j] / 2 : -terms[j] / 2)
      for neighbour in [k - j, k + j] {
        let index = ((neighbour % count) + count) % count
        let isMirrored = index >= bins.count
        let value = bins[isMirrored ? count - index : index]
        sum.real += side * value.real
        sum.imaginary += side * (isMirrored ? -value.imaginary : value.imaginary)
      }
    }
    return sum
  }
}
