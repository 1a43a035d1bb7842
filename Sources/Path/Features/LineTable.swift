// SPDX-License-Identifier: Apache-2.0

public import Machine

/// One line that stands in a spectrum.
public struct SpectrumLine: Sendable, Codable, Equatable {
  public var frequency_Hz: Double
  /// Peak amplitude of the highest bin, in the spectrum's unit.
  public var amplitude: Double
  /// Amplitude over the median of its neighbourhood: signal to floor.
  public var prominence: Double
}

/// What stands beside a line at one distance and its multiples.
public struct SidebandMatch: Sendable, Codable, Equatable {
  public var modulation: Modulation
  /// Pairs that stand on both sides, counted from the line outwards; nil where the resolution cannot part them.
  public var pairs: Int?
  /// The highest sideband, on either side.
  public var highest: SpectrumLine?
}

/// One row of a table of lines: what is expected, and what was found there.
public struct LineRow: Sendable, Codable, Equatable {
  public var line: MachineLine
  /// Nil when nothing stands above the floor within the line's tolerance.
  public var found: SpectrumLine?
  /// The harmonics that stand without a gap, `found` the first.
  public var harmonics: [SpectrumLine]
  public var sidebands: [SidebandMatch]
  /// Why this spectrum cannot show the line, in words; nil when it can.
  public var obstacle: String?

  /// Found less expected, as a share of expected.
  public var difference: Double? { found.map { $0.frequency_Hz / line.expected_Hz - 1 } }
}

/// The lines of one machine in the spectra of one measurement: expected, found, difference, harmonics.
///
/// ```swift
/// let table = LineTable(catalogue, in: [.envelope: spectra.envelope, .velocity: spectra.velocity])
/// for row in table.rows { print(row.line.name, row.line.expected_Hz, row.found?.frequency_Hz ?? .nan) }
/// ```
/// Spectra hold peak amplitudes with the Hann window. A line stands when it is `LineLimits.found` times the median
/// of its neighbourhood, one shaft frequency on each side; its harmonics and sidebands are looked for at multiples of
/// where it was found.
public struct LineTable: Sendable, Codable, Equatable {
  public private(set) var rows: [LineRow]
  public private(set) var unplaced: [UnplacedLine]

  /// Sidebands looked for on each side of a line.
  public static let sidebandPairs = 3

  /// Looks for the lines of a catalogue; those of a spectrum that is not given are left out.
  public init(_ catalogue: LineCatalogue, in spectra: [LineSpectrum: Spectrum]) {
    rows = catalogue.lines.compactMap { line in
      guard let spectrum = spectra[line.spectrum] else { return nil }
      let search = LineSearch(
        amplitudes: spectrum.amplitudes, resolution_Hz: spectrum.resolution_Hz, shaft_Hz: catalogue.shaft_Hz)
      return search.row(of: line)
    }
    unplaced = catalogue.unplaced
  }
}

extension LineSearch {
  /// Looks for a line with its harmonics and sidebands.
  func row(of line: MachineLine) -> LineRow {
    var row = LineRow(line: line, found: nil, harmonics: [], sidebands: [], obstacle: nil)
    guard resolution_Hz > 0, resolution_Hz.isFinite else {
      row.obstacle = "the spectrum has no resolution"
      return row
    }
    row.obstacle = obstacle(
      to: line.expected_Hz, tolerance: line.tolerance, isApartFromShaft: line.isApartFromShaft)
    guard row.obstacle == nil,
      let first = standing(near: line.expected_Hz, line.tolerance, line.isApartFromShaft)
    else { return row }
    row.found = first
    row.harmonics = [first]
    while row.harmonics.count < line.harmonics {
      let next = first.frequency_Hz * Double(row.harmonics.count + 1)
      guard let harmonic = standing(near: next, LineLimits.harmonicSlip, line.isApartFromShaft) else {
        break
      }
      row.harmonics.append(harmonic)
    }
    row.sidebands = line.modulations.map { sidebands($0, of: first, line.isApartFromShaft) }
    return row
  }

  /// The same of a part's line, without allocating; nil where the spectrum cannot show it.
  func match(_ placed: PlacedLine) -> PartMatch? {
    let (line, isApart) = (placed.line, placed.line.isApartFromShaft)
    guard resolution_Hz > 0, resolution_Hz.isFinite,
      obstacle(to: placed.expected_Hz, tolerance: line.tolerance, isApartFromShaft: isApart) == nil
    else { return nil }
    var match = PartMatch(part: placed.part, line: line, expected_Hz: placed.expected_Hz)
    guard let first = standing(near: placed.expected_Hz, line.tolerance, isApart) else { return match }
    match.found_Hz = first.frequency_Hz
    match.amplitude = first.amplitude
    match.prominence = first.prominence
    match.harmonics = 1
    if line.harmonics > 1 {
      var highest = 0.0
      for k in 2...line.harmonics {
        guard let harmonic = standing(near: first.frequency_Hz * Double(k), LineLimits.harmonicSlip, isApart)
        else { continue }
        if match.harmonics == k - 1 { match.harmonics = k }
        highest = max(highest, harmonic.amplitude)
      }
      match.overtone = highest / first.amplitude
    }
    func beside(_ modulation: Modulation?) -> PartSidebands? {
      guard let modulation else { return nil }
      let found = sidebands(modulation, of: first, isApart)
      return PartSidebands(
        modulation: modulation, pairs: found.pairs, amplitude: found.highest?.amplitude ?? 0)
    }
    match.sidebands = beside(placed.first)
    match.otherSidebands = beside(placed.second)
    return match
  }

  private func standing(
    near frequency_Hz: Double, _ tolerance: Double, _ isApartFromShaft: Bool
  ) -> SpectrumLine? {
    let found = peak(near: frequency_Hz, tolerance: tolerance, isApartFromShaft: isApartFromShaft)
    guard let found, found.isLine else { return nil }
    return SpectrumLine(
      frequency_Hz: found.frequency_Hz, amplitude: found.amplitude, prominence: found.prominence)
  }

  private func sidebands(
    _ modulation: Modulation, of carrier: SpectrumLine, _ isApartFromShaft: Bool
  ) -> SidebandMatch {
    var match = SidebandMatch(modulation: modulation, pairs: nil, highest: nil)
    // Three bins part two lines of the Hann window.
    guard modulation.spacing_Hz >= 3 * resolution_Hz else { return match }
    match.pairs = 0
    for k in 1...LineTable.sidebandPairs {
      let distance = Double(k) * modulation.spacing_Hz
      // A sideband lies as exactly as its distance does; half of the distance keeps to this one.
      let reach = min(LineLimits.harmonicSlip * distance, modulation.spacing_Hz / 2)
      func side(_ centre: Double) -> SpectrumLine? {
        centre > 0 ? standing(near: centre, reach / centre, isApartFromShaft) : nil
      }
      let (below, above) = (side(carrier.frequency_Hz - distance), side(carrier.frequency_Hz + distance))
      if let below, below.amplitude > match.highest?.amplitude ?? 0 { match.highest = below }
      if let above, above.amplitude > match.highest?.amplitude ?? 0 { match.highest = above }
      if below != nil, above != nil, match.pairs == k - 1 { match.pairs = k }
    }
    return match
  }
}
