// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Poles of the analogue prototype, moved to the band and through the bilinear transform.
struct ButterworthDesign {
  private(set) var sections: [Biquad] = []

  /// Designs the sections; the edges lie between 0 and half the sample rate.
  init(order: Int, _ response: FilterResponse, sampleRate_Hz: Double) {
    func warped(_ f: Double) -> Double { tan(.pi * f / sampleRate_Hz) }
    // The prototype's poles come in conjugate pairs: the upper one stands for both. An odd order has a real one.
    for index in 0..<(order + 1) / 2 {
      let angle = Double.pi * Double(2 * index + 1 + order) / Double(2 * order)
      let isReal = 2 * index + 1 == order
      let pole = Complex(real: cos(angle), imaginary: isReal ? 0 : sin(angle))
      switch response {
      case .lowPass(let edge): add(pole * warped(edge), isReal, zeros: -1)
      case .highPass(let edge): add(pole.reciprocal * warped(edge), isReal, zeros: 1)
      case .bandPass(let low, let high):
        let half = pole * ((warped(high) - warped(low)) / 2)
        let root = (half * half - warped(low) * warped(high)).squareRoot
        if isReal {
          addBand(half + root, half - root, low: warped(low), high: warped(high))
        } else {
          for place in [half + root, half - root] {
            addBand(place, place.conjugate, low: warped(low), high: warped(high))
          }
        }
      }
    }
  }

  /// A section, of one real pole or a conjugate pair, with all zeros at z = `zeros`; gain 1 opposite to them.
  private mutating func add(_ pole: Complex, _ isReal: Bool, zeros: Double) {
    let z = pole.bilinear
    let (a1, a2) = isReal ? (-z.real, 0) : (-2 * z.real, z.norm)
    // At z = -zeros: numerator 2 or 4, denominator as the poles have it.
    let gain = isReal ? (1 - zeros * a1) / 2 : (1 - zeros * a1 + a2) / 4
    sections.append(
      isReal
        ? Biquad(b0: gain, b1: -zeros * gain, b2: 0, a1: a1, a2: 0)
        : Biquad(b0: gain, b1: -2 * zeros * gain, b2: gain, a1: a1, a2: a2))
  }

  /// A section of two poles, conjugate or both real, with zeros at 0 Hz and at the Nyquist frequency; gain 1 at the
  /// band's centre.
  private mutating func addBand(_ one: Complex, _ other: Complex, low: Double, high: Double) {
    let (p, q) = (one.bilinear, other.bilinear)
    let a1 = -(p + q).real
    let a2 = (p * q).real
    let z = Complex(real: 0, imaginary: (low * high).squareRoot()).bilinear
    let numerator = z * z - 1
    let denominator = z * z + z * a1 + Complex(real: a2, imaginary: 0)
    let gain = (denominator.norm / numerator.norm).squareRoot()
    sections.append(Biquad(b0: gain, b1: 0, b2: -gain, a1: a1, a2: a2))
  }
}

/// As much of the complex numbers as a filter's poles need.
private struct Complex {
  var real: Double
  var imaginary: Double

  var norm: Double { real * real + imaginary * imaginary }
  var conjugate: Complex { Complex(real: real, imaginary: -imaginary) }
  var reciprocal: Complex { conjugate * (1 / norm) }
  var squareRoot: Complex {
    let magnitude = norm.squareRoot()
    let half = Complex(
      real: max(0, (magnitude + real) / 2).squareRoot(),
      imaginary: max(0, (magnitude - real) / 2).squareRoot())
    return imaginary < 0 ? half.conjugate : half
  }
  /// (1 + s) / (1 - s).
  var bilinear: Complex {
    Complex(real: 1 + real, imaginary: imaginary) * Complex(real: 1 - real, imaginary: -imaginary).reciprocal
  }
  static func + (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }
  static func - (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }
  static func - (a: Complex, b: Double) -> Complex { Complex(real: a.real - b, imaginary: a.imaginary) }
  static func * (a: Complex, b: Double) -> Complex { Complex(real: a.real * b, imaginary: a.imaginary * b) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      real: a.real * b.real - a.imaginary * b.imaginary,
      imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }
}
