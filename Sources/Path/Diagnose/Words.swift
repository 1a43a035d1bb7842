// SPDX-License-Identifier: Apache-2.0

import Machine

/// A number for people: three figures or so, no exponent for the sizes that machines have.
func plain(_ x: Double) -> String {
  guard x.isFinite else { return "unknown" }
  let digits: Double =
    switch abs(x) {
    case 100...: 1
    case 10..<100: 10
    case 1..<10: 100
    default: 1000
    }
  let rounded = (x * digits).rounded() / digits
  guard rounded == rounded.rounded(), abs(rounded) < 1e15 else { return "\(rounded)" }
  return "\(Int64(rounded))"
}

extension String {
  /// With a capital letter first.
  var sentence: String { prefix(1).uppercased() + dropFirst() }
  /// As part of a sentence: a word that is not all capitals begins small.
  var clause: String {
    guard let second = dropFirst().first, second.isLowercase else { return self }
    return prefix(1).lowercased() + dropFirst()
  }
}

extension PointRole {
  /// Its name in a sentence.
  var words: String {
    switch self {
    case .velocityRMS: "velocity sent by the sensor"
    case .accelerationRMS: "acceleration sent by the sensor"
    default: rawValue.split(separator: "-").joined(separator: " ")
    }
  }
}

extension Feature {
  /// The unit of its values, from its identifier; empty where it has none.
  var unit: String {
    for (ending, unit) in [
      ("_mm_s", "mm/s"), ("_m_s2", "m/s2"), ("_um", "um"), ("_rpm", "r/min"), ("_hz", "Hz"),
    ] where rawValue.hasSuffix(ending) { return unit }
    return ""
  }

  /// Its name in a sentence.
  var words: String {
    switch self {
    case .velocityRMS: "overall velocity"
    case .accelerationRMS: "overall acceleration"
    case .accelerationPeak: "peak acceleration"
    case .envelopeRMS: "envelope RMS"
    case .highFrequencyRMS: "high-frequency acceleration"
    case .orderHalf: "half-order velocity"
    case .order1: "1x velocity"
    case .order2: "2x velocity"
    case .order3: "3x velocity"
    case .orders4to10: "4x to 10x velocity"
    case .vanePass: "vane pass velocity"
    case .broadbandRMS: "broadband acceleration"
    case .shaftSpeed: "shaft speed"
    case .displacementRMS: "overall displacement"
    case .velocity2to10Hz: "velocity from 2 to 10 Hz"
    case .velocitySubsynchronous: "velocity from 0.3x to 0.8x"
    case .velocityAround1x: "velocity around 1x"
    case .velocityAround2x: "velocity around 2x"
    case .velocity3to10x: "velocity from 3x to 10x"
    case .velocityAbove10x: "velocity above 10x"
    case .acceleration1to4kHz: "acceleration from 1 to 4 kHz"
    case .acceleration5to20kHz: "acceleration from 5 to 20 kHz"
    case .impulsiveBandCentre: "centre of the impulsive band"
    case .impulsiveBandEnvelopeRMS: "envelope RMS of the impulsive band"
    case .impactMaximum: "largest impact"
    case .defectBandCentre: "centre of the band that shows the bearings best"
    case .defectBandEnvelopeRMS: "envelope RMS of the band that shows the bearings best"
    case .gearMesh: "gear mesh acceleration"
    case .gearSidebands: "acceleration of the gear mesh's sidebands"
    case .gearFM0: "FM0 of the gears"
    case .gearFM4: "FM4 of the gears"
    case .gearNA4: "NA4 of the gears"
    case .gearER: "energy ratio of the gears"
    case .twiceLine: "velocity at twice the line frequency"
    case .polePassSidebands: "velocity of the pole pass sidebands"
    case .barPass: "bar pass acceleration"
    case .beltRate: "velocity at the belt rate"
    default: Feature.plainWords(rawValue, unit: unit)
    }
  }

  private static func plainWords(_ name: String, unit: String) -> String {
    var words = name.split(separator: "_").map(String.init)
    let ending = unit.split(separator: "/").count
    if !unit.isEmpty { words.removeLast(min(ending, words.count - 1)) }
    return words.joined(separator: " ")
  }

  /// Whether it cannot be measured without the shaft speed.
  var needsSpeed: Bool {
    switch self {
    case .orderHalf, .order1, .order2, .order3, .orders4to10, .vanePass, .broadbandRMS, .shaftSpeed,
      .velocitySubsynchronous, .velocityAround1x, .velocityAround2x, .velocity3to10x, .velocityAbove10x,
      .defectBandCentre, .defectBandEnvelopeRMS, .gearMesh, .gearSidebands, .gearFM0, .gearFM4, .gearNA4,
      .gearER, .polePassSidebands, .barPass, .beltRate:
      true
    default: false
    }
  }
}

extension Observable.Quantity {
  var words: String {
    switch self {
    case .feature(let feature): feature.words
    case .featureRatio(let a, let b): "\(a.words) over \(b.words)"
    case .reading(let role): role.words
    case .readingDifference(let a, let b): "\(a.words) less \(b.words)"
    case .readingRatio(let a, let b): "\(a.words) over \(b.words)"
    case .line(let name, .prominence): "\(name) over the floor"
    case .line(let name, .harmonics): "number of \(name) lines"
    case .line(let name, .sidebands): "number of sideband pairs around \(name)"
    case .line(let name, .amplitude): "amplitude of \(name)"
    case .line(let name, .overtone): "highest harmonic of \(name) over its first"
    case .anomalousPoints: "number of points that the model finds unusual"
    }
  }

  /// Identifier in evidence.
  var identifier: String {
    switch self {
    case .feature(let feature): feature.rawValue
    case .featureRatio(let a, let b): "\(a.rawValue)/\(b.rawValue)"
    case .reading(let role): role.rawValue
    case .readingDifference(let a, let b): "\(a.rawValue)-\(b.rawValue)"
    case .readingRatio(let a, let b): "\(a.rawValue)/\(b.rawValue)"
    case .line(let name, let fact): "\(name)/\(fact.rawValue)"
    case .anomalousPoints: "anomalous-points"
    }
  }
}

extension Observable {
  /// What is measured and where, for evidence.
  func subject(at place: String) -> String {
    let what = place.isEmpty ? quantity.words : "\(quantity.words) at \(place)"
    let words =
      switch form {
      case .value: what
      case .timesBaseline: "\(what) over its baseline"
      case .sigmas: "distance of \(what) from its baseline, in standard deviations,"
      case .change: "change of \(what) from its baseline"
      case .slope: "change an hour of \(what)"
      case .unrest: "unrest of \(what) over the healthy one"
      case .axialShare: "axial over radial \(quantity.words)"
      case .directionRatio: "\(what) over the other direction at that end"
      case .endRatio: "\(what) over the other end"
      case .speedExponent: "exponent with which \(what) grows with speed"
      }
    return words.sentence
  }
}
