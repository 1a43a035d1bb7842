// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestData
import Testing

/// What `KurtogramTests` compares with NumPy is made by one form; here the forms are compared with each other.
@Suite("Filter bank")
struct FilterBankTests {
  static let prototypes = [17, 25].map { count in
    (0..<count).map { Float(1 + min($0, count - 1 - $0)) / 100 }
  }

  @Test("Every form parts signals of every tail length alike, bit by bit", arguments: [2, 3], [true, false])
  func forms(parts: Int, isReal: Bool) {
    var random = Noise(3)
    for length in FilterBank.minimum..<(FilterBank.minimum + 60) {
      let signal = (0..<(isReal ? length : 2 * length)).map { _ in Float(random.normal()) }
      let found = TransformForm.allCases.map { form in
        let bank = FilterBank(halves: Self.prototypes[0], thirds: Self.prototypes[1], form: form)
        var scratch = [Float](repeating: .nan, count: FilterBank.scratchCount(length))
        var bands = [Float](repeating: .nan, count: 2 * parts * (length / parts))
        var room = scratch.mutableSpan
        var output = bands.mutableSpan
        bank.part(signal.span, isReal: isReal, into: parts, scratch: &room, bands: &output)
        return (bands, bank.moments(of: bands.span.extracting(first: 2 * (length / parts)), dropping: 3))
      }
      #expect(found[0].0 == found[1].0 && found[0].1 == found[1].1, "\(length) samples")
    }
  }

  @Test("Buffers that do not fit are a programmer's error")
  func misfit() async {
    await #expect(processExitsWith: .failure) {
      let bank = FilterBank(
        halves: [Float](repeating: 0, count: 17), thirds: [Float](repeating: 0, count: 25))
      var scratch = [Float](repeating: 0, count: 10)
      var bands = scratch
      let signal = [Float](repeating: 0, count: 100)
      var room = scratch.mutableSpan
      var output = bands.mutableSpan
      bank.part(signal.span, isReal: true, into: 2, scratch: &room, bands: &output)
    }
  }
}
