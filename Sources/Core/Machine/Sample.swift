// SPDX-License-Identifier: Apache-2.0

/// How far a value may be believed, in the three levels of OPC and IEC 61968.
public enum Quality: Hashable, Sendable, Codable {
  case good
  case uncertain(SensorDefect)
  case bad(SensorDefect)

  public var isGood: Bool { self == .good }
  public var isBad: Bool { if case .bad = self { true } else { false } }
  public var defect: SensorDefect? {
    switch self {
    case .good: nil
    case .uncertain(let d), .bad(let d): d
    }
  }
}

/// A named reason why a value or a waveform is not what the machine does.
public struct SensorDefect: Hashable, Sendable, Codable {
  /// The kinds of defect that acquisition and the validity gate tell apart.
  public enum Kind: String, CaseIterable, Sendable, Codable {
    /// Nothing arrived: dead unit, timeout, exception, broker away.
    case noData = "no-data"
    /// The source sent its own mark for an invalid value.
    case invalidMark = "invalid-mark"
    /// Outside what the sensor can measure.
    case outOfRange = "out-of-range"
    /// No variation where a living sensor has some.
    case flatline
    /// The same word for many polls.
    case stuck
    /// Samples at the rail.
    case clipped
    /// Samples missing inside a waveform, which show as zeros or as no numbers.
    case dropout
    /// Blocks of a waveform missing, repeated or from two captures.
    case incomplete
    /// Energy that falls from zero hertz: loose mount, settling bias, thermal transient.
    case skiSlope = "ski-slope"
    /// The mean is not where gravity or the bias puts it.
    case bias
    /// Two registers that give one value in two units disagree.
    case crossCheck = "cross-check"
    /// The mean of a three-axis sensor is not one g long.
    case gravity
    /// Two values of one measurement differ by a factor between units: one of them carries the wrong unit.
    case unit
    /// A word with a sign was read without it, or the other way round.
    case sign
    /// The sample rate is none, or is not the one that the times of the blocks show.
    case timing
  }
  public var kind: Kind
  /// What was seen, with numbers, for a person to read.
  public var evidence: String
  public init(_ kind: Kind, _ evidence: String) {
    self.kind = kind
    self.evidence = evidence
  }
}

/// One scalar measurement. A missing value is nil, never zero.
public struct Reading: Hashable, Sendable, Codable {
  public var point: PointID
  public var quantity: Quantity
  /// In the quantity's canonical unit.
  public var value: Double?
  public var stamp: Stamp
  public var quality: Quality

  public init(point: PointID, quantity: Quantity, value: Double?, stamp: Stamp, quality: Quality = .good) {
    self.point = point
    self.quantity = quantity
    self.value = value
    self.stamp = stamp
    self.quality = quality
  }

  /// The value if it may be used in a judgement.
  public var usable: Double? {
    guard let value, value.isFinite, !quality.isBad else { return nil }
    return value
  }
}

/// One complete capture of a fast signal.
public struct Waveform: Sendable, Codable {
  public var point: PointID
  public var quantity: Quantity
  /// Samples per second.
  public var sampleRate_Hz: Double
  /// In the quantity's canonical unit.
  public var samples: [Float]
  /// Largest magnitude that the sensor can express, canonical unit, where it is known: tells clipping.
  public var fullScale: Float?
  /// Shaft speed during the capture, r/min, where the source measures it with the waveform.
  public var speed_rpm: Double?
  public var stamp: Stamp
  public var quality: Quality
  /// What acquisition knows of the capture; the validity gate reads it, and nothing stores it.
  public var facts = CaptureFacts()

  private enum CodingKeys: String, CodingKey {
    case point, quantity, sampleRate_Hz, samples, fullScale, speed_rpm, stamp, quality
  }

  public init(
    point: PointID, quantity: Quantity = .acceleration, sampleRate_Hz: Double, samples: [Float],
    fullScale: Float? = nil, speed_rpm: Double? = nil, stamp: Stamp, quality: Quality = .good,
    facts: CaptureFacts = CaptureFacts()
  ) {
    self.point = point
    self.quantity = quantity
    self.sampleRate_Hz = sampleRate_Hz
    self.samples = samples
    self.fullScale = fullScale
    self.speed_rpm = speed_rpm
    self.stamp = stamp
    self.quality = quality
    self.facts = facts
  }

  /// Length in seconds.
  public var duration_s: Double { Double(samples.count) / sampleRate_Hz }
}

/// What acquisition hands to the path.
public enum Sample: Sendable {
  case reading(Reading)
  case waveform(Waveform)

  public var point: PointID {
    switch self {
    case .reading(let r): r.point
    case .waveform(let w): w.point
    }
  }
  public var stamp: Stamp {
    switch self {
    case .reading(let r): r.stamp
    case .waveform(let w): w.stamp
    }
  }
}
