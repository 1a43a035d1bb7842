// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// On which scale a quantity is learned, and the smallest spread that it is given: a machine that is
/// quieter than its floor must not alarm for a change that nobody would act on.
enum Yardstick: Sendable {
  /// Learned as ln(x + offset), for levels that spread in proportion; `floor` is in natural logarithms (0.10
  /// is about 10 %), `offset` in the level's unit: changes far below it do not count.
  case logarithmic(offset: Double, floor: Double)
  /// Learned as it is; the spread is at least `relative` of the mean and at least `absolute`.
  case linear(relative: Double, absolute: Double)

  /// The value on the learned scale; nil where there is none.
  func forward(_ x: Double) -> Double? {
    switch self {
    case .logarithmic(let offset, _): x >= 0 && x + offset > 0 && x.isFinite ? log(x + offset) : nil
    case .linear: x.isFinite ? x : nil
    }
  }

  /// Back to the unit of the quantity.
  func backward(_ y: Double) -> Double {
    switch self {
    case .logarithmic(let offset, _): max(exp(y) - offset, 0)
    case .linear: y
    }
  }

  /// Smallest spread around `mean`, on the learned scale.
  func floor(at mean: Double) -> Double {
    switch self {
    case .logarithmic(_, let floor): floor
    case .linear(let relative, let absolute): max(relative * abs(mean), absolute)
    }
  }

  /// For a band of `FeatureWindow.logBands` (which is already a logarithm): 1 mm/s2 and 15 %.
  static let band = Yardstick.logarithmic(offset: 1e-3, floor: 0.15)
}

extension Feature {
  /// How the feature is learned; nil for what is no symptom.
  var yardstick: Yardstick? {
    switch self {
    case .velocityRMS: .logarithmic(offset: 0.05, floor: 0.10)
    case .accelerationRMS, .highFrequencyRMS: .logarithmic(offset: 0.02, floor: 0.10)
    case .accelerationPeak, .impactMaximum: .logarithmic(offset: 0.1, floor: 0.15)
    case .envelopeRMS, .broadbandRMS: .logarithmic(offset: 0.01, floor: 0.10)
    case .crestFactor, .kurtosis: .logarithmic(offset: 0, floor: 0.10)
    case .envelopeKurtosis: .logarithmic(offset: 0, floor: 0.15)
    case .orderHalf: .logarithmic(offset: 0.05, floor: 0.25)
    case .order1: .logarithmic(offset: 0.05, floor: 0.15)
    case .order2, .order3, .orders4to10, .vanePass: .logarithmic(offset: 0.05, floor: 0.20)
    case .displacementRMS: .logarithmic(offset: 0.5, floor: 0.10)
    case .velocity2to10Hz, .velocitySubsynchronous, .velocityAround1x, .velocityAround2x, .velocity3to10x,
      .velocityAbove10x:
      .logarithmic(offset: 0.05, floor: 0.20)
    case .acceleration1to4kHz, .acceleration5to20kHz: .logarithmic(offset: 0.02, floor: 0.10)
    case .peakToPeak: .logarithmic(offset: 0.2, floor: 0.15)
    case .shapeFactor, .impulseFactor, .clearanceFactor, .zeroCrossings: .logarithmic(offset: 0, floor: 0.10)
    case .skewness: .linear(relative: 0, absolute: 0.1)
    case .spectralKurtosis: .logarithmic(offset: 1, floor: 0.15)
    case .impulsiveBandEnvelopeRMS: .logarithmic(offset: 0.01, floor: 0.20)
    case .defectBandEnvelopeRMS: .logarithmic(offset: 0.01, floor: 0.20)
    case .gearMesh, .gearSidebands, .barPass: .logarithmic(offset: 0.01, floor: 0.20)
    case .gearFM0, .gearFM4, .gearNA4, .gearER: .logarithmic(offset: 0, floor: 0.15)
    case .twiceLine, .polePassSidebands, .beltRate: .logarithmic(offset: 0.05, floor: 0.20)
    // Settings and places, not symptoms.
    case .shaftSpeed, .shaftSpeedConfidence, .impulsiveBandCentre, .defectBandCentre: nil
    }
  }
}

extension Quantity {
  /// How a scalar reading is learned, in canonical units; nil for what only counts or names.
  var yardstick: Yardstick? {
    switch self {
    case .temperature: .linear(relative: 0, absolute: 1)
    case .pressure: .linear(relative: 0.01, absolute: 0.02)
    case .flow: .linear(relative: 0.02, absolute: 0.1)
    case .current: .linear(relative: 0.03, absolute: 0.1)
    case .voltage: .linear(relative: 0.01, absolute: 0.5)
    case .power: .linear(relative: 0.03, absolute: 0.05)
    case .rotationalSpeed: .linear(relative: 0.005, absolute: 1)
    case .frequency: .linear(relative: 0.005, absolute: 0.05)
    case .velocity: .linear(relative: 0.10, absolute: 0.05)
    case .acceleration: .linear(relative: 0.10, absolute: 0.02)
    case .displacement: .linear(relative: 0.10, absolute: 1)
    case .humidity: .linear(relative: 0, absolute: 3)
    case .ratio: .linear(relative: 0.05, absolute: 0.02)
    case .energy, .count, .status: nil
    }
  }
}
