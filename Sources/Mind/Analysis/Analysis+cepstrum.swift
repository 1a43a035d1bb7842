// SPDX-License-Identifier: Apache-2.0

import Features
import Machine
import Signal

extension Analysis {
  /// A family of equally spaced lines of the machine as a peak of the cepstrum, with its rahmonics.
  public struct Rahmonics: Sendable, Encodable {
    /// What repeats at this distance, like `driven shaft`.
    public var name: String
    public var part: String
    public var expected_Hz: Double
    /// Distance of the lines, from the place of the peak; nil when none stands.
    public var found_Hz: Double?
    public var quefrency_ms: Double?
    /// Height of the first peak over the spread of the cepstrum about it.
    public var prominence: Double?
    /// Peaks at multiples of the quefrency that stand without a gap, the first included.
    public var count: Int

    /// Prominence from which a peak stands: Gaussian noise reaches it once in 15 000 values.
    static let least = 4.0
    /// Multiples looked for.
    static let most = 5
    /// Longest part of a record that is looked at, from its first sample on.
    static let sampleMaximum = 1 << 20
  }

  /// Looks for the families that the machine's bearings and gears make; nil where it has none, or no speed is known.
  static func rahmonics(_ samples: [Float], rate_Hz: Double, of machine: Machine, shaft_Hz: Double?)
    -> [Rahmonics]?
  {
    guard let shaft_Hz, !machine.bearings.isEmpty || !machine.gears.isEmpty else { return nil }
    let length = min(samples.count, Rahmonics.sampleMaximum)
    // A multiple of 1024 has a fast transform.
    let count = length < 8192 ? length : length - length % 1024
    guard count >= 64 else { return nil }
    let plan = CepstrumPlan(count: count, sampleRate_Hz: rate_Hz)
    var scratch = SignalScratch(count: count)
    var cepstrum = [Float](repeating: 0, count: count)
    var output = cepstrum.mutableSpan
    guard plan.measure(samples.span.extracting(first: count), into: &output, scratch: &scratch) else {
      return nil
    }
    var families = [("shaft", machine.name, shaft_Hz, MachineLine.exact)]
    for bearing in machine.bearings {
      for line in [BearingLine.outerRace, .innerRace] {
        families.append((line.rawValue, bearing.name, bearing.order(of: line) * shaft_Hz, MachineLine.slip))
      }
    }
    let lines = LineCatalogue(of: machine, shaft_Hz: shaft_Hz).lines
    for line in lines where line.name == "1x driver" || line.name == "1x driven" {
      let name = line.name == "1x driver" ? "driver's shaft" : "driven shaft"
      families.append((name, line.part, line.expected_Hz, MachineLine.exact))
    }
    return families.map { name, part, expected_Hz, tolerance in
      var row = Rahmonics(name: name, part: part, expected_Hz: expected_Hz, count: 0)
      row.find(in: cepstrum, rate_Hz: rate_Hz, tolerance: tolerance)
      return row
    }
  }
}

extension Analysis.Rahmonics {
  /// Looks for the peaks at multiples of the expected quefrency; the second half of a cepstrum mirrors the first.
  mutating func find(in cepstrum: [Float], rate_Hz: Double, tolerance: Double) {
    var turn = rate_Hz / expected_Hz
    let first = Int(turn / 2)
    let last = min(cepstrum.count / 2 - 2, Int((Double(Self.most) + 0.5) * turn))
    guard first >= 2, last > first + 16, Double(last) > turn else { return }
    let magnitudes = cepstrum[first...last].map(abs).sorted()
    let spread = 1.4826 * Double(magnitudes[magnitudes.count / 2])
    guard spread > 0 else { return }
    for k in 1...Self.most {
      let centre = Double(k) * turn
      let reach = max(1, (k == 1 ? tolerance : LineLimits.harmonicSlip) * centre)
      let low = max(1, Int((centre - reach).rounded(.down)))
      let high = min(last, Int((centre + reach).rounded(.up)))
      guard low <= high, let top = (low...high).max(by: { cepstrum[$0] < cepstrum[$1] }),
        cepstrum[top] >= cepstrum[top - 1], cepstrum[top] >= cepstrum[top + 1],
        Double(cepstrum[top]) >= Self.least * spread
      else { return }
      count = k
      guard k == 1 else { continue }
      turn = Double(top)
      found_Hz = rate_Hz / turn
      quefrency_ms = 1000 * turn / rate_Hz
      prominence = Double(cepstrum[top]) / spread
    }
  }

  /// The cells of its line in a table.
  var cells: [String] {
    [
      name, part, digits(expected_Hz), found_Hz.map { digits($0) } ?? "-",
      quefrency_ms.map { digits($0, 4) } ?? "-", count == 0 ? "-" : "\(count)",
      prominence.map { digits($0, 3) } ?? "-",
    ]
  }
}
