// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import Signal
import Testing

private let python = ProcessInfo.processInfo.environment["MILLWRIGHT_PYTHON"]

/// A signal and what SciPy makes of it; nil of a signal that is not finite.
private struct ScipyCase {
  var samples: [Float] = []
  var filter = 0
  var results: Results?

  struct Results {
    var kurtosis, skewness: Double
    var density, amplitude, welch, envelope, filtered: [Double]
  }

  /// Takes one case off the front of what Tests/golden/signal_cases.py wrote.
  init(_ data: inout Data.SubSequence) {
    func take<Element: BitwiseCopyable>(_ count: Int, _ zero: Element) -> [Element] {
      let size = count * MemoryLayout<Element>.stride
      var values = Array(repeating: zero, count: count)
      _ = unsafe values.withUnsafeMutableBytes { unsafe data.prefix(size).copyBytes(to: $0) }
      data = data.dropFirst(size)
      return values
    }
    let head = take(2, Int32(0)).map(Int.init)
    let n = head[0]
    filter = head[1]
    samples = take(n, Float(0))
    guard samples.allSatisfy(\.isFinite) else { return }
    let moments = take(2, 0.0)
    let bins = n / 2 + 1
    results = Results(
      kurtosis: moments[0], skewness: moments[1], density: take(bins, 0), amplitude: take(bins, 0),
      welch: take(min(n, 256) / 2 + 1, 0), envelope: take(n, 0), filtered: take(n, 0))
  }
}

/// 1,000 random and adversarial signals of 1 to 65,536 samples: primes, constants, NaN, offsets, denormals, huge values.
@Suite(
  "Against SciPy",
  .enabled(
    if: python != nil, "needs SciPy: MILLWRIGHT_PYTHON names a Python that has it; scripts/test sets it"))
struct SciPyAgreementTests {
  static let rate = 12_800.0
  static let filters: [(Int, FilterResponse)] = [
    (4, .bandPass(2000, 5000)), (3, .highPass(1000)), (5, .lowPass(500)), (1, .lowPass(3000)),
    (2, .highPass(10)), (3, .bandPass(300, 330)), (3, .bandPass(100, 6000)),
  ]

  private static func cases() throws -> [ScipyCase] {
    let file = FileManager.default.temporaryDirectory.appending(path: "signal-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    let script = #filePath.replacing("SignalTests/SciPyAgreementTests.swift", with: "golden/signal_cases.py")
    process.arguments = [script, file.path]
    try process.run()
    process.waitUntilExit()
    var data = try Data(contentsOf: file)[...]
    var cases: [ScipyCase] = []
    while !data.isEmpty { cases.append(ScipyCase(&data)) }
    return cases
  }

  @Test(
    "Spectrum, Welch, Hilbert envelope, Butterworth filter and moments are SciPy's to 1e-5 on 1,000 signals")
  func agreement() throws {
    let cases = try Self.cases()
    #expect(cases.count == 1000)
    let filters = try Self.filters.map {
      try #require(ButterworthFilter(order: $0.0, $0.1, sampleRate_Hz: Self.rate))
    }
    var scratch = SignalScratch(count: 65_536)
    var worst: [String: Double] = [:]
    for (index, item) in cases.enumerated() {
      var ours = Ours(item.samples, filter: filters[item.filter], scratch: &scratch)
      let place = "case \(index), \(item.samples.count) samples"
      guard let results = item.results else {
        #expect(ours.isRefused, "\(place)")
        continue
      }
      ours.compare(results, place, &worst)
    }
    print("largest errors beside SciPy:", worst.sorted { $0.key < $1.key })
  }

  /// What Signal makes of a signal.
  private struct Ours {
    let peak: Double
    let statistics: TimeStatistics?
    var density, amplitude, welch, envelope, filtered: [Float]
    private var successes: [Bool] = []

    /// Every part says that the signal is not finite, and leaves only zeros.
    var isRefused: Bool {
      statistics == nil && successes == [false, false, false, false, false]
        && [density, amplitude, welch, envelope, filtered].allSatisfy { $0.allSatisfy { $0 == 0 } }
    }

    init(_ x: [Float], filter: ButterworthFilter, scratch: inout SignalScratch) {
      let plan = SpectrumPlan(count: x.count, sampleRate_Hz: SciPyAgreementTests.rate)
      let tones = SpectrumPlan(plan.transform, sampleRate_Hz: SciPyAgreementTests.rate, window: .flatTop)
      let averages = WelchPlan(segment: min(x.count, 256), sampleRate_Hz: SciPyAgreementTests.rate)
      peak = x.reduce(0) { max($0, abs(Double($1))) }
      statistics = SignalTests.statistics(x)
      (density, amplitude) = (
        [Float](repeating: .nan, count: plan.binCount), [Float](repeating: .nan, count: plan.binCount)
      )
      welch = [Float](repeating: .nan, count: averages.binCount)
      (envelope, filtered) = (x, x)
      successes = [
        plan.measure(x, as: .density, into: &density, scratch: &scratch),
        tones.measure(x, removingMean: false, as: .amplitude, into: &amplitude, scratch: &scratch),
        averages.measure(x, into: &welch, scratch: &scratch),
        EnvelopePlan(plan.transform).measure(x, into: &envelope, scratch: &scratch),
        filter.apply(to: x, into: &filtered, scratch: &scratch),
      ]
    }

    mutating func compare(_ results: ScipyCase.Results, _ place: String, _ worst: inout [String: Double]) {
      #expect(successes == [true, true, true, true, true], "\(place)")
      // Where SciPy has only the rounding of its own sums: a constant less its mean.
      let dust = 1e-12 * peak
      for (name, found, expected, floor) in [
        ("density", density, results.density, dust * dust), ("amplitude", amplitude, results.amplitude, dust),
        ("Welch", welch, results.welch, dust * dust), ("envelope", envelope, results.envelope, dust),
        ("filter", filtered, results.filtered, dust),
      ] {
        let largest = expected.reduce(0) { max($0, abs($1)) }
        // Below the normal range a Float has fewer digits.
        let tolerance = 1e-5 * largest + floor + Double(Float.leastNormalMagnitude)
        let errors = zip(found, expected).map {
          $1 > Double(Float.greatestFiniteMagnitude) && $0 == .infinity ? 0 : abs(Double($0) - $1)
        }
        let error = errors.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
        #expect(
          found.count == expected.count && error <= tolerance, "\(name), \(place): \(error) of \(largest)")
        if tolerance < 2e-5 * largest { worst[name] = max(worst[name] ?? 0, error / largest) }
      }
      for (name, found, expected) in [
        ("kurtosis", statistics?.kurtosis, results.kurtosis),
        ("skewness", statistics?.skewness, results.skewness),
      ] {
        guard let found else {
          #expect(expected.isNaN, "\(name), \(place)")
          continue
        }
        #expect(
          abs(found - expected) <= 1e-9 * max(1, abs(expected)),
          "\(name), \(place): \(found), not \(expected)")
      }
    }
  }
}
