// SPDX-License-Identifier: Apache-2.0

public import Machine

/// What the validity gate holds data against. Every limit has a reason and can be changed per site.
public struct ValidityRules: Sendable {
  /// RMS below which a waveform of a running machine is no machine: 100 micro-g, under the noise of MEMS
  /// sensors.
  public var runningFloor_m_s2 = 1e-3
  /// Magnitude of the mean that gravity and the offset of a sensor explain: 1.2 g.
  public var meanLimit_m_s2 = 1.2 * 9.80665
  /// Change of the mean that tells a moved mount or a drifting bias: 0.2 g, twice a MEMS sensor's drift.
  public var meanShift_m_s2 = 0.2 * 9.80665
  /// Good waveforms whose mean makes the reference for the shift.
  public var meanReferenceCount = 5
  /// Consecutive samples at the rail that are clipping.
  public var clippedRun = 3
  /// Share of samples at the rail that is clipping even without such a run; an impact may touch it once.
  public var clippedShare = 5e-4
  /// Shortest run of one nonzero value that may be called stuck.
  public var stuckRun = 64
  /// Shortest run of exact zeros that may be called a dropout.
  public var dropoutRun = 16
  /// Part of the velocity energy in 1-1000 Hz below the machine's own lines that is a ski slope.
  public var skiSlopeShare = 0.5
  /// How much denser than the bins above it that part is in acceleration. The flat noise of flow or of a sensor
  /// integrates into a slope as well, and is none.
  public var skiSlopeRise = 10.0
  /// Velocity RMS of that part from which a slope counts: the highest zone boundary of ISO 10816-3. Ordinary
  /// sensors drift by 1 to 5 mm/s there (measured on CWRU's records), and the overall value begins above it.
  public var skiSlopeFloor_mm_s = 11.0
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
