// SPDX-License-Identifier: Apache-2.0

/// The scalar features of one vibration window. The raw value names the unit; RMS and line amplitudes of
/// velocity are RMS values; kurtosis is Pearson's (a Gaussian signal has 3).
public enum Feature: String, CaseIterable, Sendable, Codable {
  /// Overall velocity, 10-1000 Hz (2-1000 Hz below 600 r/min), ISO 20816-1.
  case velocityRMS = "velocity_rms_mm_s"
  case accelerationRMS = "acceleration_rms_m_s2"
  case accelerationPeak = "acceleration_peak_m_s2"
  case crestFactor = "crest_factor"
  case kurtosis
  /// RMS of the envelope of the band-passed signal, its mean removed.
  case envelopeRMS = "envelope_rms_m_s2"
  /// RMS acceleration from 1 kHz to the band limit.
  case highFrequencyRMS = "high_frequency_rms_m_s2"
  /// Velocity at half shaft speed, and at 1x, 2x, 3x; needs the shaft speed.
  case orderHalf = "order_half_mm_s"
  case order1 = "order_1x_mm_s"
  case order2 = "order_2x_mm_s"
  case order3 = "order_3x_mm_s"
  /// Root sum of squares of the 4x to 10x lines.
  case orders4to10 = "orders_4x_10x_mm_s"
  /// Velocity at vane pass; needs the shaft speed and the vane count.
  case vanePass = "vane_pass_mm_s"
  /// RMS acceleration that no line explains, above 10x shaft speed up to 1 kHz and beyond: cavitation, rub, flow.
  case broadbandRMS = "broadband_rms_m_s2"
  /// Kurtosis of the envelope band, tells impacts from noise.
  case envelopeKurtosis = "envelope_kurtosis"
  /// Shaft speed that the features above used.
  case shaftSpeed = "shaft_speed_rpm"
  /// Overall displacement in the band of `velocityRMS`, ISO 20816-1.
  case displacementRMS = "displacement_rms_um"
  case peakToPeak = "acceleration_peak_to_peak_m_s2"
  case skewness
  /// RMS over mean magnitude.
  case shapeFactor = "shape_factor"
  /// Peak over mean magnitude.
  case impulseFactor = "impulse_factor"
  /// Peak over the squared mean root of the magnitude.
  case clearanceFactor = "clearance_factor"
  /// Changes of sign about the mean, a second.
  case zeroCrossings = "zero_crossings_hz"
  /// Velocity by band: below the ISO band, and where the shaft's own lines, its subsynchronous ones, its harmonics and
  /// what lies above them stand; needs the shaft speed but for the first.
  case velocity2to10Hz = "velocity_2_10_hz_mm_s"
  case velocitySubsynchronous = "velocity_0.3x_0.8x_mm_s"
  case velocityAround1x = "velocity_0.8x_1.2x_mm_s"
  case velocityAround2x = "velocity_1.8x_2.2x_mm_s"
  case velocity3to10x = "velocity_3x_10x_mm_s"
  case velocityAbove10x = "velocity_10x_1000_hz_mm_s"
  /// Acceleration by band; the upper one ends at the band limit where that is below 20 kHz.
  case acceleration1to4kHz = "acceleration_1_4_khz_m_s2"
  case acceleration5to20kHz = "acceleration_5_20_khz_m_s2"
  /// Highest kurtosis of a band's complex envelope in the kurtogram (0 for Gaussian noise), where that band stands, and the
  /// RMS of its envelope, the mean removed.
  case spectralKurtosis = "spectral_kurtosis"
  case impulsiveBandCentre = "impulsive_band_hz"
  case impulsiveBandEnvelopeRMS = "impulsive_band_envelope_rms_m_s2"
  /// Largest magnitude of a sample above 1 kHz, which averages would hide: impacts, as PeakVue trends them.
  case impactMaximum = "impact_maximum_m_s2"
  /// Confidence (0.35 to 1) of a `shaftSpeed` that was read from the spectrum itself; missing where the speed was measured.
  case shaftSpeedConfidence = "shaft_speed_confidence"
  /// Middle of the band that shows the lines of the machine's own bearings best, and the RMS of its envelope, the mean
  /// removed; needs the shaft speed and the bearings.
  case defectBandCentre = "defect_band_hz"
  case defectBandEnvelopeRMS = "defect_band_envelope_rms_m_s2"
  /// Peak acceleration of the highest line of a mesh, and of the highest sideband of one; needs the shaft speed and teeth.
  case gearMesh = "gear_mesh_m_s2"
  case gearSidebands = "gear_sidebands_m_s2"
  /// The highest metric of any gear (see `GearMatch`); needs the shaft speed, teeth and eight turns.
  case gearFM0 = "gear_fm0"
  case gearFM4 = "gear_fm4"
  case gearNA4 = "gear_na4"
  case gearER = "gear_er"
  /// Peak velocity at twice the mains' frequency; needs that frequency.
  case twiceLine = "twice_line_mm_s"
  /// Highest sideband (peak velocity) of the pole pass about the motor's shaft: rotor bars; needs speed, mains and poles.
  case polePassSidebands = "pole_pass_sidebands_mm_s"
  /// Peak acceleration where bars of the rotor pass; needs speed, mains and the number of bars.
  case barPass = "bar_pass_m_s2"
  /// Peak velocity of the highest belt's line; needs the shaft speed and the belt's length.
  case beltRate = "belt_rate_mm_s"
}

/// Values by feature; NaN inside is "missing" and reads as nil.
public struct FeatureValues: Sendable, Equatable {
  /// Room for features; `Feature.allCases` fits.
  private var storage = InlineArray<48, Double>(repeating: .nan)

  public init() { assert(Feature.allCases.count <= 48) }

  public subscript(feature: Feature) -> Double? {
    get {
      let value = storage[feature.index]
      return value.isNaN ? nil : value
    }
    set { storage[feature.index] = newValue ?? .nan }
  }

  /// Missing equals missing.
  public static func == (a: FeatureValues, b: FeatureValues) -> Bool {
    Feature.allCases.allSatisfy { a[$0] == b[$0] }
  }
}

extension Feature {
  /// Position in `allCases`.
  public var index: Int { Feature.indices[self] ?? 0 }
  private static let indices = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}

/// The families of bearing lines (ISO 13373-3 terms).
public enum BearingLine: String, CaseIterable, Sendable, Codable {
  case outerRace = "BPFO"
  case innerRace = "BPFI"
  /// Twice the spin frequency: one element strikes both races in a turn.
  case rollingElement = "2xBSF"
  case cage = "FTF"
}

/// The band of a signal whose envelope is looked at.
public enum EnvelopeChoice: String, CaseIterable, Sendable, Codable {
  /// The same for all signals of one sample rate.
  case fixed
  /// That in which the machine's own bearing lines stand highest.
  case defect
  /// That of the highest spectral kurtosis (`Feature.impulsiveBandCentre`).
  case impulsive
}

/// Who says how fast a shaft turns.
public enum SpeedOrigin: String, CaseIterable, Sendable, Codable {
  /// A sensor, or the sender of the waveform.
  case measured
  /// The waveform's own spectrum, near the rated speed.
  case estimated
}

/// What was found in the envelope spectrum where a bearing line is expected.
public struct LineMatch: Sendable, Codable, Equatable {
  public var bearing: String
  public var line: BearingLine
  public var expected_Hz: Double
  /// Frequency of the line found within slip tolerance, nil when nothing stands above the floor.
  public var found_Hz: Double?
  /// Amplitude over the median floor of the envelope spectrum.
  public var prominence: Double
  /// How many harmonics, the first included, stand above the floor.
  public var harmonics: Int
  /// Whether sidebands (shaft speed on BPFI, cage on 2xBSF) stand beside the line.
  public var sidebands: Bool
  /// The band whose envelope shows it so.
  public var band: EnvelopeChoice
  public init(
    bearing: String, line: BearingLine, expected_Hz: Double, found_Hz: Double?, prominence: Double,
    harmonics: Int, sidebands: Bool, band: EnvelopeChoice = .fixed
  ) {
    self.bearing = bearing
    self.line = line
    self.expected_Hz = expected_Hz
    self.found_Hz = found_Hz
    self.prominence = prominence
    self.harmonics = harmonics
    self.sidebands = sidebands
    self.band = band
  }
}

/// What a window of 100 turns of the shaft or more says about its bearings as a whole. It is stronger than single matches, whose
/// limits belong to windows of 1 to 2 s, and decides where there is one.
public struct BearingVerdict: Sendable, Codable, Equatable {
  /// The bearing that is damaged, and the line of its damaged part; nil where none is named.
  public var bearing: String?
  public var line: BearingLine?
  /// Level over the floor of the strongest family of lines, and the level from which one is named.
  public var level_dB: Double
  public var needed_dB: Double
  public init(bearing: String? = nil, line: BearingLine? = nil, level_dB: Double, needed_dB: Double) {
    self.bearing = bearing
    self.line = line
    self.level_dB = level_dB
    self.needed_dB = needed_dB
  }
}

/// A one-sided spectrum of peak amplitudes at equal steps from 0 Hz.
public struct Spectrum: Sendable, Codable, Equatable {
  public var resolution_Hz: Double
  /// Peak amplitude of a sine that would stand at each bin.
  public var amplitudes: [Float]
  public var unit: String
  public init(resolution_Hz: Double, amplitudes: [Float], unit: String) {
    self.resolution_Hz = resolution_Hz
    self.amplitudes = amplitudes
    self.unit = unit
  }
}

/// Whether a machine runs, and in which bin of speed and load. Nothing is compared across states.
public struct OperatingState: Hashable, Sendable, Codable, CustomStringConvertible {
  public enum Motion: String, Sendable, Codable { case off, running, transient, unknown }
  public var motion: Motion
  /// Number of the speed bin, 10 % of rated speed wide; nil when the speed is not known.
  public var speedBin: Int?
  /// Number of the load bin, 25 % of rated load wide; nil when the load is not known.
  public var loadBin: Int?
  public init(motion: Motion, speedBin: Int? = nil, loadBin: Int? = nil) {
    self.motion = motion
    self.speedBin = speedBin
    self.loadBin = loadBin
  }
  public var description: String {
    guard motion == .running else { return motion.rawValue }
    return "running/s\(speedBin.map(String.init) ?? "-")/l\(loadBin.map(String.init) ?? "-")"
  }
}

/// Everything that features extraction makes of one waveform.
public struct FeatureWindow: Sendable {
  public var point: PointID
  public var stamp: Stamp
  public var state: OperatingState
  public var values: FeatureValues
  /// Lines of bearings.
  public var lines: [LineMatch]
  /// Of windows of 100 turns or more.
  public var bearingVerdict: BearingVerdict?
  /// Lines of gears, motor, belts and impeller, `partLimit` at most.
  public var parts: [PartMatch] = []
  /// Metrics of gears, `gearLimit` at most.
  public var gears: [GearMatch] = []
  /// Who says `Feature.shaftSpeed`; nil where nobody does.
  public var speedOrigin: SpeedOrigin?
  /// Natural logarithm of RMS acceleration (m/s2) in fixed third-octave-like bands, low to high: the model's
  /// view of the spectrum. Its length is `FeatureWindow.bandCount`.
  public var logBands: [Float]
  public static let bandCount = 32
  public static let partLimit = 64
  public static let gearLimit = 16

  public init(
    point: PointID, stamp: Stamp, state: OperatingState, values: FeatureValues, lines: [LineMatch],
    logBands: [Float]
  ) {
    self.point = point
    self.stamp = stamp
    self.state = state
    self.values = values
    self.lines = lines
    self.logBands = logBands
  }

  /// A window without values, its bands at `floor`.
  public init(point: PointID, stamp: Stamp, state: OperatingState, floor: Float = 0) {
    self.init(
      point: point, stamp: stamp, state: state, values: FeatureValues(), lines: [],
      logBands: Array(repeating: floor, count: FeatureWindow.bandCount))
  }

  /// Makes a window without values of this one, and keeps its memory.
  public mutating func clear(point: PointID, stamp: Stamp, state: OperatingState, floor: Float = 0) {
    self.point = point
    self.stamp = stamp
    self.state = state
    values = FeatureValues()
    lines.removeAll(keepingCapacity: true)
    parts.removeAll(keepingCapacity: true)
    gears.removeAll(keepingCapacity: true)
    speedOrigin = nil
    bearingVerdict = nil
    if logBands.count != FeatureWindow.bandCount {
      logBands = Array(repeating: floor, count: FeatureWindow.bandCount)
    }
    for band in logBands.indices { logBands[band] = floor }
  }
}
