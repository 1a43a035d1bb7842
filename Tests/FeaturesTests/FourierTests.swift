// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import Testing

@Suite struct FourierTransformTests {
  @Test(
    "Every length gives the sums that define the transform",
    arguments: [1, 2, 3, 4, 5, 6, 7, 9, 15, 101, 10, 14, 30, 64, 94, 202, 360, 1000, 1024, 2 * 509])
  func definition(count: Int) {
    var random = SplitMix(state: UInt64(count))
    let x = (0..<count).map { _ in random.uniform() }
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
