// SPDX-License-Identifier: Apache-2.0

import Machine

/// How lines are looked for.
///
/// What the fixed band shows on the 12 kHz drive-end records of the Case Western Reserve University bearing data centre,
/// all loads, in windows of 16 384 samples (1.37 s). Prominence of the line named in the column, smallest to largest
/// window; harmonics, smallest to largest:
///
///     records             windows  BPFO         BPFI         2xBSF     FTF
///     OR007 @3 @6 @12     84       16-183 h2-5  1-5   h0-2   0-13      0-40 h0-4
///     OR021 @3 @6 @12     84       15-49  h3-5  1-5   h0-4   0-5       1-20 h0-3
///     OR014 @6            28       1-5    h0-3  2-8   h0-3   1-4       0-8
///     IR007, IR021        56       1-5    h0-1  30-82 h4-5   0-7       0-8
///     IR014               28       1-6    h0-3  17-39 h2-5   0-3       0-10
///     B007, B014          56       0-9    h0-2  1-10  h0-2   1-6       0-7
///     B021                28       1-4    h0-1  3-13  h0-3   1-5       0-4
///     normal              27       1-3    h0    1-3   h0     1-3       0-3
///
/// What a found line is worth stands in `LineThresholds` of `Diagnose`. Prominence grows with the square root of the
/// window's length, so these numbers belong to windows of 1 to 2 seconds.
public enum LineLimits {
  /// Real lines lie 0.3 to 1.4 % beside the kinematic ones because elements slip.
  public static let slip = 0.02
  /// Once the first harmonic is found the others must be its multiples.
  public static let harmonicSlip = 0.005
  /// Bins on either side of a multiple of shaft speed that belong to the shaft.
  public static let orderReach_bins = 1.25
  /// A line is looked for when the window holds at least so many of its periods: the lobes of its harmonics
  /// are then apart.
  public static let periods = 8.0
  /// Harmonics looked for, the first included.
  public static let harmonics = 5
  /// Bins on either side of a line whose median is its floor: one shaft frequency, within these limits.
  public static let floorReach_bins = 12...512
  /// Amplitude over the median floor from which a peak is a line: noise reaches it once in 60 000 bins.
  public static let found: Double = 4
}

/// A search for lines in one spectrum of peak amplitudes (Hann window).
struct LineSearch {
  let amplitudes: [Float]
  let resolution_Hz: Double
  /// Its multiples are the shaft's own lines; nil when the speed is not known.
  let shaft_Hz: Double?

  struct Peak {
    var frequency_Hz: Double
    var amplitude: Double
    var floor: Double
    var prominence: Double { amplitude / floor }
    var isLine: Bool { prominence >= LineLimits.found }
  }

  /// Looks for one line of a bearing; nil when this window cannot show it: too short for eight periods, above
  /// the spectrum, or nearer to a multiple of shaft speed than the resolution can part.
  func match(_ line: BearingLine, of bearing: Bearing) -> LineMatch? {
    guard let shaft_Hz else { return nil }
    let expected = bearing.order(of: line) * shaft_Hz
    guard obstacle(to: expected, tolerance: LineLimits.slip, isApartFromShaft: true) == nil else {
      return nil
    }
    let first = peak(near: expected, tolerance: LineLimits.slip, isApartFromShaft: true)
    var result = LineMatch(
      bearing: bearing.name, line: line, expected_Hz: expected, found_Hz: nil,
      prominence: first?.prominence ?? 0, harmonics: 0, sidebands: false)
    guard let first, first.isLine else { return result }
    result.found_Hz = first.frequency_Hz
    result.harmonics = 1
    while result.harmonics < LineLimits.harmonics,
      peak(
        near: first.frequency_Hz * Double(result.harmonics + 1), tolerance: LineLimits.harmonicSlip,
        isApartFromShaft: true)?.isLine == true
    { result.harmonics += 1 }
    if let spacing = sidebandSpacing(line, bearing, shaft_Hz) {
      result.sidebands = [-spacing, spacing].allSatisfy {
        peak(
          near: first.frequency_Hz + $0, tolerance: LineLimits.harmonicSlip, isApartFromShaft: true)?.isLine
          == true
      }
    }
    return result
  }

  /// What modulates a line: the shaft carries an inner-race defect through the load zone, the cage an element.
  private func sidebandSpacing(_ line: BearingLine, _ bearing: Bearing, _ shaft_Hz: Double) -> Double? {
    switch line {
    case .innerRace: shaft_Hz
    case .rollingElement: bearing.order(of: .cage) * shaft_Hz
    case .outerRace, .cage: nil
    }
  }

  /// Why a line cannot be told in this spectrum, in words; nil when it can.
  func obstacle(to expected_Hz: Double, tolerance: Double, isApartFromShaft: Bool) -> String? {
    guard expected_Hz >= LineLimits.periods * resolution_Hz else {
      return "the record holds fewer than eight of its periods"
    }
    guard expected_Hz * (1 + tolerance) < Double(amplitudes.count - 2) * resolution_Hz else {
      return "it lies above the spectrum"
    }
    guard !isApartFromShaft || distanceToOrder(expected_Hz) > LineLimits.orderReach_bins else {
      return "it lies nearer to a multiple of shaft speed than the resolution can part"
    }
    return nil
  }

  /// Bins between a frequency and the nearest multiple of shaft speed.
  private func distanceToOrder(_ frequency_Hz: Double) -> Double {
    guard let shaft_Hz else { return .infinity }
    let order = (frequency_Hz / shaft_Hz).rounded()
    return order < 1 ? .infinity : abs(frequency_Hz - order * shaft_Hz) / resolution_Hz
  }

  /// The highest local maximum within `tolerance` (one bin at least); not the shaft's own where lines are apart
  /// from it.
  func peak(
    near frequency_Hz: Double, tolerance: Double, isApartFromShaft: Bool
  ) -> Peak? {
    let reach = max(tolerance * frequency_Hz, resolution_Hz)
    let first = max(1, Int(((frequency_Hz - reach) / resolution_Hz).rounded(.up)))
    let last = Int(((frequency_Hz + reach) / resolution_Hz).rounded(.down))
    guard first <= last, last < amplitudes.count - 1 else { return nil }
    var best: (bin: Int, frequency_Hz: Double)?
    for k in first...last
    where amplitudes[k] >= amplitudes[k - 1] && amplitudes[k] >= amplitudes[k + 1] {
      if let best, amplitudes[k] <= amplitudes[best.bin] { continue }
      let exact = (Double(k) + Hann.offset(of: k, in: amplitudes.span)) * resolution_Hz
      if !isApartFromShaft || distanceToOrder(exact) > LineLimits.orderReach_bins { best = (k, exact) }
    }
    guard let best else { return nil }
    let floor = self.floor(around: best.bin)
    guard floor > 0 else { return nil }
    return Peak(
      frequency_Hz: best.frequency_Hz, amplitude: Double(amplitudes[best.bin]), floor: Double(floor))
  }

  /// Median amplitude within one shaft frequency (`floorReach_bins` at least and at most) on each side of a bin.
  private func floor(around bin: Int) -> Float {
    let limits = LineLimits.floorReach_bins
    let turns = shaft_Hz.map { $0 / resolution_Hz } ?? Double(limits.lowerBound)
    let reach = Int(min(max(turns, Double(limits.lowerBound)), Double(limits.upperBound)))
    let first = max(2, bin - reach)
    let last = min(amplitudes.count - 2, bin + reach)
    guard first <= last else { return 0 }
    return median(of: amplitudes.span.extracting(first..<(last + 1)))
  }
}
