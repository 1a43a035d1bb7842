// SPDX-License-Identifier: Apache-2.0

import Kernels
import Testing

@Suite("Integer kernels") struct Int8KernelTests {
  static let vectorPaths = Int8Path.allCases.filter { $0.isAvailable && $0 != .scalar }

  @Test("every vector form gives the scalar form's sums, at every tail length", arguments: vectorPaths)
  func denseTails(path: Int8Path) throws {
    var noise = Noise(1)
    for outputs in [1, 2, 7, 8, 9, 31, 32, 33, 63, 64, 65, 97] {
      for inputs in [1, 2, 3, 15, 16, 17, 31, 32, 33, 64, 127] {
        // Extremes among them: -128 and +-255 reach what vpmaddubsw would saturate.
        let weights = (0..<inputs * outputs).map { _ in
          noise.next() % 4 == 0 ? Int8.min : Int8.random(in: -128...127, using: &noise)
        }
        let bias = (0..<outputs).map { _ in Int32.random(in: -1_000_000...1_000_000, using: &noise) }
        let dense = try #require(
          Int8Dense(weights: weights, inputs: inputs, outputs: outputs, bias: bias))
        var x = (0..<dense.paddedInputs).map { _ in
          noise.next() % 4 == 0 ? Int16(255) : Int16.random(in: -255...255, using: &noise)
        }
        if dense.paddedInputs > inputs { x[inputs] = 0 }
        let expected = (0..<outputs).map { n in
          (0..<inputs).reduce(bias[n]) { $0 + Int32(x[$1]) * Int32(weights[n * inputs + $1]) }
        }
        for form in [Int8Path.scalar, path] {
          var acc = [Int32](repeating: -1, count: dense.paddedOutputs)
          var span = acc.mutableSpan
          dense.accumulate(x.span, into: &span, path: form)
          #expect(Array(acc[..<outputs]) == expected, "\(form) \(inputs)x\(outputs)")
          #expect(acc[outputs...].allSatisfy { $0 == 0 })
        }
      }
    }
  }

  @Test(
    "every vector form quantizes and requantizes as the scalar form, ties, NaN and infinities included",
    arguments: vectorPaths)
  func roundingTails(path: Int8Path) {
    var noise = Noise(2)
    let special: [Float] = [
      .nan, .infinity, -.infinity, 0.5, 1.5, 2.5, -0.5, -1.5, -0.0, 1e30, .leastNonzeroMagnitude,
    ]
    let range = Int8Quantize.Range(low: -100, high: 155)
    for count in 0...67 {
      let x = (0..<count).map { _ in
        noise.next() % 3 == 0 ? special[Int(noise.next() % 11)] : Float.random(in: -300...300, using: &noise)
      }
      let acc = (0..<count).map { _ in Int32.random(in: -2_000_000...2_000_000, using: &noise) }
      // A power of two makes exact ties.
      let scale = (0..<count).map { _ in Float([0.5, 0.25, 1e-4, 0.00013].randomElement(using: &noise) ?? 1) }
      var results: [[Int16]] = []
      for form in [Int8Path.scalar, path] {
        var a = [Int16](repeating: 99, count: count + 1)
        var span = a.mutableSpan
        Int8Quantize.quantize(x.span, scale: 1, range: range, into: &span, path: form)
        var b = [Int16](repeating: 99, count: count + 1)
        var second = b.mutableSpan
        Int8Quantize.requantize(acc.span, scale: scale.span, range: range, into: &second, path: form)
        #expect(a.last == 99 && b.last == 99, "nothing is written beyond the end")
        results.append(a + b)
      }
      #expect(results[0] == results[1], "\(count) values")
    }
  }

  @Test("rounds halves to even, clamps, and takes NaN for the low end (IEEE 754, roundTiesToEven)")
  func rounding() {
    let x: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, 126.5, 127.6, -500, .nan]
    var out = [Int16](repeating: 0, count: x.count)
    var span = out.mutableSpan
    Int8Quantize.quantize(
      x.span, scale: 1, range: .init(low: -128, high: 127), into: &span, path: .scalar)
    #expect(out == [0, 2, 2, 0, -2, 126, 127, -128, -128])
  }

  @Test("weights whose sum could leave int32 are not packed")
  func overflow() {
    // 65,793 * 128 * 255 = 2^31 - 128: the last count that fits; one more product is 32,640.
    let weights = [Int8](repeating: -128, count: 65_794)
    #expect(Int8Dense(weights: Array(weights.dropLast()), inputs: 65_793, outputs: 1, bias: [127]) != nil)
    #expect(Int8Dense(weights: Array(weights.dropLast()), inputs: 65_793, outputs: 1, bias: [-128]) == nil)
    #expect(Int8Dense(weights: weights, inputs: 65_794, outputs: 1, bias: [0]) == nil)
  }
}
