// SPDX-License-Identifier: Apache-2.0

/// The kinds of machine part that make lines in a spectrum.
public enum LineFamily: String, CaseIterable, Sendable, Codable { case bearing, gear, motor, belt, vane }

/// The spectrum in which a line is looked for.
public enum LineSpectrum: String, CaseIterable, Sendable, Codable {
  /// Of acceleration, in m/s2.
  case acceleration
  /// Of velocity, in mm/s.
  case velocity
  /// Of the envelope of acceleration, in m/s2.
  case envelope
  /// Of a motor's supply current, in A.
  case current
}

/// The lines of gears, motors, belts and impellers; those of bearings are `BearingLine`. The raw value is what analysts
/// call them.
public enum PartLine: String, CaseIterable, Sendable, Codable {
  /// Teeth in mesh: N_i f_i, with sidebands of both shafts.
  case gearMesh = "GMF"
  /// The shaft of the gear that drives, and of the one that is driven.
  case driverShaft = "1x driver"
  case drivenShaft = "1x driven"
  /// The same teeth that meet again after an assembly: N_i f_i / gcd(N_i, N_o).
  case assemblyPhase = "assembly phase"
  /// The same two teeth that meet again.
  case huntingTooth = "hunting tooth"
  /// Twice the mains' frequency, with sidebands of the pole pass.
  case twiceLine = "2x line"
  /// The motor's shaft, with sidebands of the pole pass: broken rotor bars.
  case polePass = "1x with pole pass"
  /// The mains' frequency in the supply current, with sidebands of the pole pass.
  case currentPolePass = "line with pole pass"
  /// Bars of the rotor that pass the stator's slots, with sidebands of twice the mains' frequency.
  case barPass = "bar pass"
  case beltRate = "belt rate"
  /// Vanes or blades that pass the cutwater, with sidebands of the shaft.
  case vanePass = "vane pass"

  public var family: LineFamily {
    switch self {
    case .gearMesh, .driverShaft, .drivenShaft, .assemblyPhase, .huntingTooth: .gear
    case .twiceLine, .polePass, .currentPolePass, .barPass: .motor
    case .beltRate: .belt
    case .vanePass: .vane
    }
  }

  /// Where it is looked for.
  public var spectrum: LineSpectrum {
    switch self {
    case .gearMesh, .assemblyPhase, .barPass: .acceleration
    case .driverShaft, .drivenShaft, .twiceLine, .polePass, .beltRate, .vanePass: .velocity
    case .huntingTooth: .envelope
    case .currentPolePass: .current
    }
  }
}

/// What modulates a line: it then has a sideband at this distance, and at its multiples, on both sides.
public struct Modulation: Sendable, Codable, Equatable {
  /// What turns at this rate, like `driven shaft`.
  public var by: String
  public var spacing_Hz: Double
  public init(by: String, spacing_Hz: Double) {
    self.by = by
    self.spacing_Hz = spacing_Hz
  }
}

/// What stands beside a line of a part at one distance and its multiples.
public struct PartSidebands: Sendable, Codable, Equatable {
  public var modulation: Modulation
  /// Pairs that stand on both sides, counted from the line outwards; nil where the resolution cannot part them.
  public var pairs: Int?
  /// Peak amplitude of the highest, in the unit of the line's spectrum; 0 where none stands.
  public var amplitude: Double
  public init(modulation: Modulation, pairs: Int?, amplitude: Double) {
    self.modulation = modulation
    self.pairs = pairs
    self.amplitude = amplitude
  }
}

/// What was found where a line of a gear, a motor, a belt or an impeller is expected.
public struct PartMatch: Sendable, Codable, Equatable {
  /// The name of the gear pair or belt, `motor` or `impeller`.
  public var part: String
  public var line: PartLine
  public var expected_Hz: Double
  /// Nil when nothing stands above the floor within the line's tolerance.
  public var found_Hz: Double?
  /// Peak amplitude in the unit of the line's spectrum; 0 where none stands.
  public var amplitude: Double
  /// Amplitude over the median of its neighbourhood; 0 where no line stands.
  public var prominence: Double
  /// How many harmonics, the first included, stand without a gap.
  public var harmonics: Int
  /// The highest harmonic above the first over the first, among those looked for, whether or not one stands between; 0
  /// where none stands, nil where the first does not stand.
  public var overtone: Double?
  /// Sidebands of the first modulation: of a mesh, the driver's shaft.
  public var sidebands: PartSidebands?
  /// Of the second: of a mesh, the driven shaft.
  public var otherSidebands: PartSidebands?
  public init(
    part: String, line: PartLine, expected_Hz: Double, found_Hz: Double? = nil, amplitude: Double = 0,
    prominence: Double = 0, harmonics: Int = 0, overtone: Double? = nil,
    sidebands: PartSidebands? = nil,
    otherSidebands: PartSidebands? = nil
  ) {
    self.part = part
    self.line = line
    self.expected_Hz = expected_Hz
    self.found_Hz = found_Hz
    self.amplitude = amplitude
    self.prominence = prominence
    self.harmonics = harmonics
    self.overtone = overtone
    self.sidebands = sidebands
    self.otherSidebands = otherSidebands
  }
}

/// What the mean turn of one gear says of its teeth (ratios without unit; nil where what they divide by is empty).
public struct GearMatch: Sendable, Codable, Equatable {
  /// Which gear of a pair.
  public enum Wheel: String, CaseIterable, Sendable, Codable { case driver, driven }
  /// The name of the gear pair.
  public var pair: String
  public var wheel: Wheel
  /// Turns that were averaged.
  public var turns: Int
  /// Peak to peak over the sum of the meshing harmonics: rises with a fault of the mesh.
  public var fm0: Double?
  /// Kurtosis of the difference signal (Gaussian noise has 3), and its sixth (15) and eighth (105) moments: rise with damage of
  /// one or two teeth.
  public var fm4: Double?
  public var m6a: Double?
  public var m8a: Double?
  /// Fourth moment of the residual signal over the squared mean of its variances so far, in the same operating state.
  public var na4: Double?
  /// RMS of the difference signal over that of the regular one: rises with wear of all teeth.
  public var er: Double?
  public init(
    pair: String, wheel: Wheel, turns: Int, fm0: Double?, fm4: Double?, m6a: Double?, m8a: Double?,
    na4: Double?, er: Double?
  ) {
    self.pair = pair
    self.wheel = wheel
    self.turns = turns
    self.fm0 = fm0
    self.fm4 = fm4
    self.m6a = m6a
    self.m8a = m8a
    self.na4 = na4
    self.er = er
  }
}
