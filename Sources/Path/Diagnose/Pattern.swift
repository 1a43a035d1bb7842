// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// What a machine shows, as the numbers that a fault classifier takes: four for each of a fixed list of observables.
///
/// | number | of what is read | 0 stands for |
/// |---|---|---|
/// | value | `asinh(10 x) / 4`; process readings have none, they differ from plant to plant | missing |
/// | change | vibration: `log2(x / baseline)`, -3 to 5; temperature: K / 5; else: share of the baseline x 4; -4 to 4 | as usual, or not learned |
/// | significance | `asinh(standard deviations / 2)`, -5 to 5 | as usual, or not learned |
/// | known | 1 | missing |
public struct Pattern: Sendable {
  /// Numbers for each observable.
  public static let width = 4
  /// How many numbers a pattern has.
  public static var count: Int { width * observables.count }
  /// A name for each observable, in order: a model that was made for other ones is refused.
  public static let names: [String] = observables.map {
    [
      $0.quantity.identifier, $0.point == .radial ? "" : "at \($0.point)",
      $0.form == .value ? "" : "as \($0.form.rawValue)",
    ]
    .filter { !$0.isEmpty }.joined(separator: " ")
  }

  var probes: [Probe]

  init(_ layout: Layout) {
    probes = Pattern.observables.map { see in
      let usual = see.form == .value || see.form == .unrest
      return Probe(
        SymptomModel(text: "", see: see, supports: usual ? .risen : .atLeast(0), weight: 0), layout)
    }
  }

  /// The numbers of one window.
  func encode(_ scene: Scene, _ rings: [Ring]) -> [Float] {
    var numbers = [Float](repeating: 0, count: Pattern.count)
    for (i, probe) in probes.enumerated() {
      guard let look = scene.look(probe, at: .machine, rings, anomalous: nil) else { continue }
      let first = Pattern.width * i
      numbers[first + 3] = 1
      if probe.isVibration || probe.observable.form != .value || probe.isShare {
        numbers[first] = Float(asinh(10 * look.value) / 4)
      }
      let own = look.deviation
      guard own.isLearned, probe.observable.form == .value else { continue }
      let change =
        probe.isVibration
        ? min(5, max(-3, log2(max(own.ratio, 1e-3))))
        : min(4, max(-4, probe.isTemperature ? own.change / 5 : 4 * (own.ratio - 1)))
      numbers[first + 1] = Float(change)
      numbers[first + 2] = Float(min(5, max(-5, asinh(own.sigmas / 2))))
    }
    return numbers
  }
}

extension Probe {
  /// Whether a reading is a share already, alike on all machines.
  fileprivate var isShare: Bool {
    if case .reading(.currentImbalance) = observable.quantity { true } else { false }
  }
}

extension Pattern {
  /// What is looked at. The order is that of the model's input.
  static let observables: [Observable] = {
    var all = Feature.allCases.filter { !unused.contains($0) }.map { Observable(.feature($0)) }
    all += along.map { Observable(.feature($0), at: .axial) }
    for point in [Observable.Point.vertical, .horizontal] {
      all += [Feature.velocityRMS, .order1, .order2].map { Observable(.feature($0), at: point) }
    }
    all += [Feature.velocityRMS, .order1, .order2].flatMap { feature in
      [Observable.Form.axialShare, .directionRatio, .endRatio].map { Observable(.feature(feature), as: $0) }
    }
    all += ends.map { Observable(.feature($0), as: .endRatio) }
    all.append(Observable(.feature(.order1), at: .axial, as: .endRatio))
    all += ratios.map { Observable(.featureRatio($0, $1)) }
    all += [Observable(.featureRatio(.order2, .order1), at: .axial)]
    all += [Observable(.featureRatio(.order1, .velocityRMS), at: .axial)]
    all += [Feature.accelerationRMS, .velocityRMS, .velocitySubsynchronous].map {
      Observable(.feature($0), as: .unrest)
    }
    all += [Observable.Point.radial, .axial].map { Observable(.feature(.order1), at: $0, as: .speedExponent) }
    let bearing = [Observable.LineFact.prominence, .harmonics, .sidebands]
    all += BearingLine.allCases.flatMap { line in
      bearing.map { Observable(.line(line.rawValue, $0), at: .here) }
    }
    all += PartLine.allCases.filter { $0 != .currentPolePass }.flatMap { line in
      (bearing + [.overtone]).map { Observable(.line(line.rawValue, $0), at: .here) }
    }
    all += readings.map { Observable(.reading($0)) }
    all.append(Observable(.readingRatio(.power, .flow)))
    all += hunting.map { Observable(.reading($0), as: .unrest) }
    all += drifting.map { Observable(.reading($0), as: .slope) }
    return all
  }()

  private static let unused: Set<Feature> = [.shaftSpeed, .shaftSpeedConfidence, .peakToPeak, .shapeFactor]
  private static let along: [Feature] = [
    .velocityRMS, .accelerationRMS, .kurtosis, .orderHalf, .order1, .order2, .order3, .orders4to10,
    .velocity2to10Hz, .velocitySubsynchronous,
  ]
  private static let ends: [Feature] = [
    .accelerationRMS, .envelopeRMS, .kurtosis, .highFrequencyRMS, .orders4to10, .broadbandRMS,
  ]
  private static let ratios: [(Feature, Feature)] = [
    (.order2, .order1), (.order3, .order1), (.order3, .order2), (.orders4to10, .order1),
    (.orders4to10, .order2), (.orderHalf, .order1), (.velocitySubsynchronous, .order1),
    (.orderHalf, .velocitySubsynchronous), (.vanePass, .velocityRMS), (.vanePass, .orders4to10),
    (.order1, .velocityRMS), (.twiceLine, .velocityRMS), (.beltRate, .order1), (.polePassSidebands, .order1),
    (.gearSidebands, .gearMesh), (.impactMaximum, .accelerationRMS), (.highFrequencyRMS, .accelerationRMS),
    (.broadbandRMS, .accelerationRMS), (.acceleration1to4kHz, .accelerationRMS),
    (.envelopeRMS, .accelerationRMS),
  ]
  private static let readings: [PointRole] = [
    .bearingTemperature, .windingTemperature, .casingTemperature, .ambientTemperature, .suctionPressure,
    .dischargePressure, .flow, .shaftSpeed, .current, .power, .currentImbalance, .dischargeTemperature,
    .interstagePressure, .valveTemperature, .ventTemperature, .sealTemperature, .sealPressure,
    .differentialPressure, .oilTemperature, .oilPressure, .couplingTemperature,
  ]
  private static let hunting: [PointRole] = [
    .suctionPressure, .dischargePressure, .flow, .current, .power, .shaftSpeed,
  ]
  private static let drifting: [PointRole] = [.casingTemperature, .sealTemperature, .flow]
}
