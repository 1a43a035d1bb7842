// SPDX-License-Identifier: Apache-2.0

public import Diagnose
import Features
public import Machine
import Signal

extension Analysis {
  /// Where a waveform comes from.
  public struct Origin: Sendable, Encodable {
    /// Name of the file or the point.
    public var name: String
    public var channel: String
    /// All channels that the file has.
    public var channels: [String]
    /// Symbol of the unit in which accelerations are shown; nil when nobody says in which unit they are.
    public var unit: String?
    public var rate_Hz: Double
    public var sampleCount: Int
    public var duration_s: Double { Double(sampleCount) / rate_Hz }
    /// What a reader must know about it.
    public var notes: [String]

    /// - Parameter unit: a unit of acceleration that `Unit.named` knows, or nil.
    public init(
      name: String, channel: String, channels: [String] = [], unit: String?, rate_Hz: Double,
      sampleCount: Int,
      notes: [String] = []
    ) {
      self.name = name
      self.channel = channel
      self.channels = channels
      self.unit = unit
      self.rate_Hz = rate_Hz
      self.sampleCount = sampleCount
      self.notes = notes
    }
  }

  /// A shaft speed, and who says it.
  public struct Speed: Sendable, Encodable {
    public var rpm: Double
    /// Like `the file`.
    public var source: String
    public init(rpm: Double, source: String) {
      self.rpm = rpm
      self.source = source
    }
  }

  /// The statistics of the samples about their mean, in the origin's unit; kurtosis is Pearson's (Gaussian noise has
  /// 3). What a constant signal has not is nil.
  public struct Statistics: Sendable, Encodable {
    public var mean, rms, peak, peakToPeak: Double
    public var crest, kurtosis, skewness, shape, impulse, clearance: Double?

    init(_ s: TimeStatistics) {
      (mean, rms, peak, peakToPeak) = (s.mean, s.rms, s.peak, s.peakToPeak)
      (crest, kurtosis, skewness) = (s.crest, s.kurtosis, s.skewness)
      (shape, impulse, clearance) = (s.shape, s.impulse, s.clearance)
    }
  }

  /// Overall values over the band of ISO 20816-1: 10-1000 Hz, 2-1000 Hz for shafts below 600 r/min. Nil where the
  /// waveform is too short or too slowly sampled for the band.
  public struct Overall: Sendable, Encodable {
    public var velocityRMS_mm_s: Double?
    public var displacementRMS_um: Double?
    public var envelopeRMS_m_s2: Double?

    init() {}

    init(_ features: FeatureWindow) {
      velocityRMS_mm_s = features.values[.velocityRMS]
      displacementRMS_um = features.values[.displacementRMS]
      envelopeRMS_m_s2 = features.values[.envelopeRMS]
    }
  }

  /// The zone of ISO 10816-3, or why there is none.
  public struct SeverityVerdict: Sendable, Encodable {
    public var zone: SeverityZone?
    /// Which of velocity and displacement is worse and decides.
    public var decidedBy: Quantity?
    /// Edition, table, group and support behind the zone.
    public var source: String?
    /// Why no zone is stated.
    public var refusal: String?

    init(_ overall: Overall, of machine: Machine, speed: Speed?, hasUnit: Bool, isValid: Bool) {
      guard hasUnit else {
        refusal = "the unit of the samples is not known"
        return
      }
      guard isValid else {
        refusal = "the waveform is not valid"
        return
      }
      do throws(ZoneRefusal) {
        let limits = try ZoneLimits.of(machine, measuredSpeed_rpm: speed?.rpm)
        let verdict = limits.judge(
          velocity_mm_s: overall.velocityRMS_mm_s, displacement_um: overall.displacementRMS_um)
        if let verdict {
          (zone, decidedBy, source) = (verdict.zone, verdict.decidedBy, limits.source)
        } else {
          refusal = "the waveform is too short or too slowly sampled for 10-1000 Hz"
        }
      } catch {
        switch error {
        case .powerUnknown, .speedUnknown, .supportUnknown: refusal = "it needs the \(error)"
        default: refusal = "\(error)"
        }
      }
    }
  }

  /// The band whose envelope was taken.
  public struct Band: Sendable, Encodable {
    public var low_Hz, high_Hz: Double
    public var reason: String
    /// Middle of the band in which impacts stand out most (fast kurtogram), and its spectral kurtosis.
    public var impulsiveCentre_Hz, spectralKurtosis: Double?

    init(_ band: EnvelopeBand, sampleRate_Hz: Double, _ features: FeatureWindow) {
      impulsiveCentre_Hz = features.values[.impulsiveBandCentre]
      spectralKurtosis = features.values[.spectralKurtosis]
      (low_Hz, high_Hz) = (band.low_Hz, band.high_Hz)
      reason =
        sampleRate_Hz >= 10_000
        ? "casings ring there, and gear and shaft lines are weak"
        : "the upper half of what this sample rate shows"
    }
  }

  /// Velocity of one multiple of shaft speed.
  public struct Order: Sendable, Encodable {
    public var name: String
    public var velocityRMS_mm_s: Double

    static func all(_ features: FeatureWindow) -> [Order] {
      let named: [(String, Feature)] = [
        ("0.5x", .orderHalf), ("1x", .order1), ("2x", .order2), ("3x", .order3), ("4x-10x", .orders4to10),
        ("vane pass", .vanePass),
      ]
      return named.compactMap { name, feature in
        features.values[feature].map { Order(name: name, velocityRMS_mm_s: $0) }
      }
    }
  }
}
