// SPDX-License-Identifier: Apache-2.0

public import Machine

/// What the validity gate holds data against. Every limit has a reason and can be changed per site.
public struct ValidityRules: Sendable {
  /// Fewest samples that are a waveform: feature extraction looks at nothing shorter.
  public var shortest = 64
  /// RMS that no converter resolves: a tenth of a nano-g. Smaller numbers are rounding, denormals included.
  public var resolutionFloor_m_s2 = 1e-9
  /// RMS below which a waveform of a running machine is no machine: 100 micro-g, under the noise of MEMS
  /// sensors.
  public var runningFloor_m_s2 = 1e-3
  /// Magnitude of the mean that gravity and the offset of a sensor explain: 1.2 g.
  public var meanLimit_m_s2 = 1.2 * 9.80665
  /// Change of the mean that tells a moved mount or a drifting bias: 0.2 g, twice a MEMS sensor's drift.
  public var meanShift_m_s2 = 0.2 * 9.80665
  /// Good waveforms whose mean makes the reference for the shift.
  public var meanReferenceCount = 5
  /// How far from 1 g the mean vector of a three-axis sensor may be: 0.1 g, beside three standard errors of it.
  public var gravityTolerance_m_s2 = 0.1 * 9.80665
  /// Captures of three axes further apart than this, in seconds, are not one vector.
  public var gravityAge_s = 600.0
  /// Consecutive samples at the rail that are clipping.
  public var clippedRun = 3
  /// Share of samples at the rail that is clipping even without such a run; an impact may touch it once.
  public var clippedShare = 5e-4
  /// Samples on one extreme value from which a pile of them is clipping.
  public var piledSamples = 6
  /// Shortest run of one nonzero value that may be called stuck.
  public var stuckRun = 64
  /// Shortest run of exact zeros that may be called a dropout.
  public var dropoutRun = 16
  /// Shortest run of one value, zero or not, that the signal leaves with a jump.
  public var heldRun = 8
  /// How many standard deviations more falls to exactly zero than chance makes are a dropout.
  public var notchSigmas = 6.0
  /// Part of the velocity energy in 1-1000 Hz below the machine's own lines that is a ski slope.
  public var skiSlopeShare = 0.5
  /// How much denser than the bins above it that part is in acceleration. The flat noise of flow or of a sensor
  /// integrates into a slope as well, and is none.
  public var skiSlopeRise = 10.0
  /// Velocity RMS of that part from which a slope counts: the highest zone boundary of ISO 10816-3. Ordinary
  /// sensors drift by 1 to 5 mm/s there (measured on CWRU's records), and the overall value begins above it.
  public var skiSlopeFloor_mm_s = 11.0
  /// Share by which the measured sample rate may differ from the stated one: a quarter of the 2 % within which
  /// bearing lines are looked for.
  public var rateTolerance = 0.005
  /// How far a block may come off its time, as a share of the interval between blocks.
  public var irregularShare = 0.5
  /// Readings further apart than this, in seconds, are not of one moment.
  public var partnerAge_s = 60.0
  /// The larger of a sensor's own velocity and the computed one, from which they are compared: below it noise
  /// decides.
  public var comparableFloor_mm_s = 0.5
  /// Consecutive captures with the same factor between them that are a wrong unit; the root of two may also come
  /// from bands that differ, and must stay for longer.
  public var slipCaptures = 3
  public var rootTwoCaptures = 8
  /// Counts around 65,536 that a jump of a wrong sign may miss: what the signal itself does between two polls.
  public var wrapTolerance_counts = 1024.0
  /// Shortest time without any change that may be called stuck: some sensors renew a register every ten
  /// seconds, however often it is polled.
  public var identicalTime_s = 30.0
  /// Polls without any change after which a reading is stuck, where the role is one that is never still.
  public var identicalPolls: [PointRole: Int] = [
    .velocityRMS: 60, .accelerationRMS: 60, .accelerationPeak: 60, .crestFactor: 60, .kurtosis: 60,
    .suctionPressure: 60, .dischargePressure: 60, .flow: 60, .current: 60, .power: 60,
    .bearingTemperature: 1800, .windingTemperature: 1800, .casingTemperature: 1800,
  ]
  /// Values outside of which no sensor of this quantity measures, in canonical units.
  public var plausible: [Quantity: ClosedRange<Double>] = [
    .acceleration: -50_000...50_000,  // 5 000 g
    .velocity: 0...1000,
    .displacement: -10_000...10_000,
    .temperature: -60...400,
    .pressure: -1.02...1000,  // vacuum
    .current: -10_000...10_000,
    .rotationalSpeed: -100_000...100_000,
    .frequency: 0...1_000_000,
    .humidity: 0...100,
  ]

  /// The limits that hold where a site says nothing.
  public init() {}
}
