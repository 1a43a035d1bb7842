// SPDX-License-Identifier: Apache-2.0

import Features
public import Machine

extension Analysis {
  /// One line of the machine: where it is expected, and what stands there.
  public struct Row: Sendable, Encodable {
    /// What is to be said of a line.
    public enum Verdict: String, Sendable, Encodable {
      /// The damage that it tells is named.
      case named
      /// It stands above the floor; that alone names nothing.
      case stands
      /// Nothing stands there.
      case absent
      /// The spectrum cannot show it.
      case hidden
    }
    public var name: String
    /// The part that makes it.
    public var part: String
    /// The spectrum in which it is looked for.
    public var spectrum: LineSpectrum
    public var expected_Hz: Double
    public var formula: String
    public var source: String
    public var found_Hz: Double?
    /// Found less expected, in percent of expected.
    public var difference_percent: Double?
    /// Peak amplitude in the unit of its spectrum.
    public var amplitude: Double?
    /// Amplitude over the median of its neighbourhood.
    public var prominence: Double?
    /// The harmonics that stand without a gap, the first included.
    public var harmonics_Hz: [Double]
    public var sidebands: [Sidebands]
    public var verdict: Verdict
    /// Why the spectrum cannot show it.
    public var obstacle: String?

    /// Sidebands at one distance from a line.
    public struct Sidebands: Sendable, Encodable {
      public var by: String
      public var spacing_Hz: Double
      /// Pairs that stand on both sides; nil where the resolution cannot part them.
      public var pairs: Int?
    }

    init(_ row: LineRow, _ named: NamedLine?) {
      name = row.line.name
      part = row.line.part
      spectrum = row.line.spectrum
      expected_Hz = row.line.expected_Hz
      formula = row.line.formula
      source = row.line.source
      found_Hz = row.found?.frequency_Hz
      difference_percent = row.difference.map { 100 * $0 }
      amplitude = row.found?.amplitude
      prominence = row.found?.prominence
      harmonics_Hz = row.harmonics.map(\.frequency_Hz)
      sidebands = row.sidebands.map {
        Sidebands(by: $0.modulation.by, spacing_Hz: $0.modulation.spacing_Hz, pairs: $0.pairs)
      }
      obstacle = row.obstacle
      if let named, named.bearing == part, named.line.rawValue == name {
        verdict = .named
      } else if obstacle != nil {
        verdict = .hidden
      } else {
        verdict = row.found == nil ? .absent : .stands
      }
    }
  }
}
