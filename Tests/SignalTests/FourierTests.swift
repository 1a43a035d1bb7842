// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import TestData
import Testing

@Suite struct FourierTransformTests {
  @Test(
    "Every length gives the sums that define the transform",
    arguments: [
      1, 2, 3, 4, 5, 6, 7, 9, 15, 101, 10, 14, 30, 64, 94, 128, 144, 160, 202, 360, 1000, 1024, 1999, 2 * 509,
      2400,
    ])
  func definition(count: Int) {
    var random = Noise(UInt64(count))
    let x = (0..<count).map { _ in random.centred() }
    let transform = FourierTransform(count: count)
    var bins = Array(repeating: ComplexFloat(0, 0), count: transform.binCount)
    transform.forward(x, into: &bins)
    let scale = Double(count).squareRoot()
    for k in 0..<transform.binCount {
      var (real, imaginary) = (0.0, 0.0)
      for n in 0..<count {
        // The angle is reduced as an integer, so that the reference stays exact.
        let angle = 2 * Double.pi * Double((k * n) % count) / Double(count)
        real += Double(x[n]) * cos(angle)
        imaginary -= Double(x[n]) * sin(angle)
      }
      #expect(abs(Double(bins[k].real) - real) < 2e-6 * scale)
      #expect(abs(Double(bins[k].imaginary) - imaginary) < 2e-6 * scale)
    }
  }

  @Test(
    "Forwards and back is the signal, times its length",
    arguments: [1, 2, 3, 5, 7, 16, 37, 128, 2000, 2003, 2026])
  func roundTrip(count: Int) {
    var random = Noise(UInt64(count))
    let x = (0..<count).map { _ in random.centred() }
    let transform = FourierTransform(count: count)
    var bins = Array(repeating: ComplexFloat(0, 0), count: transform.binCount)
    transform.forward(x, into: &bins)
    var back = x
    transform.inverse(bins, into: &back)
    for n in 0..<count { #expect(abs(back[n] / Float(count) - x[n]) < 1e-6) }
    // The complex directions, on the same signal with another as imaginary part.
    let z = x.map { ComplexFloat($0, 1 - $0 * $0) }
    var spectrum = z
    transform.forward(z, into: &spectrum)
    var zBack = z
    transform.inverse(spectrum, into: &zBack)
    for n in 0..<count {
      #expect(abs(zBack[n].real / Float(count) - z[n].real) < 2e-6)
      #expect(abs(zBack[n].imaginary / Float(count) - z[n].imaginary) < 2e-6)
    }
  }

  @Test(
    "Every form gives the same bits",
    arguments: [64, 120, 128, 136 * 8, 144, 200, 2 * 72, 2 * 125 * 8, 4096, 25_600, 25_000, 2 * 8209])
  func forms(count: Int) {
    var random = Noise(UInt64(count))
    let x = (0..<count).map { _ in Float(random.normal()) }
    let plans = TransformForm.allCases.map { FourierTransform(count: count, form: $0) }
    let bins = plans.map { plan in
      var bins = Array(repeating: ComplexFloat(0, 0), count: plan.binCount)
      plan.forward(x, into: &bins)
      return bins
    }
    #expect(bins[0] == bins[1])
    let back = plans.map { plan in
      var back = x
      plan.inverse(bins[0], into: &back)
      return back
    }
    #expect(back[0] == back[1])
  }

  @Test("The inverse of a one-sided spectrum is the analytic signal: a cosine's envelope is its amplitude")
  func analytic() {
    let count = 360
    let transform = FourierTransform(count: count)
    var bins = Array(repeating: ComplexFloat(0, 0), count: transform.binCount)
    let x = (0..<count).map { Float(3 * cos(2 * .pi * 17 * Double($0) / Double(count))) }
    transform.forward(x, into: &bins)
    var spectrum = Array(repeating: ComplexFloat(0, 0), count: count)
    for k in 1..<(count / 2) {
      spectrum[k] = ComplexFloat(bins[k].real * 2 / Float(count), bins[k].imaginary * 2 / Float(count))
    }
    var signal = spectrum
    transform.inverse(spectrum, into: &signal)
    for n in 0..<count {
      #expect(abs(signal[n].real - x[n]) < 1e-5)
      #expect(abs(signal[n].power.squareRoot() - 3) < 1e-5)
    }
  }

  @Test(
    "The fast length is the largest even one without factors above five",
    arguments: [
      (0, 0), (1, 0), (2, 2), (3, 2), (7, 6), (16_384, 16_384), (16_383, 16_200), (15_361, 15_360),
      (122, 120),
    ]
  )
  func fastLengths(limit: Int, expected: Int) {
    #expect(FourierTransform.fastCount(upTo: limit) == expected)
  }

  @Test("A plan for nothing is a programmer's error")
  func nothing() async {
    await #expect(processExitsWith: .failure) { _ = FourierTransform(count: 0) }
  }
}
