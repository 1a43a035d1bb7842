// SPDX-License-Identifier: Apache-2.0

import Machine

extension AnomalyInput {
  /// Inputs that people know by one name. Ten, because all of their 2^10 coalitions are scored.
  package static let groups: [(name: String, inputs: [Int])] = [
    ("10-47 Hz acceleration", Array(0..<8)), ("47-220 Hz acceleration", Array(8..<16)),
    ("0.22-1.1 kHz acceleration", Array(16..<24)), ("1.1-2.3 kHz acceleration", Array(24..<28)),
    ("2.3-5 kHz acceleration", Array(28..<32)),
    ("velocity", places(.velocityRMS)),
    ("shaft orders", places(.orderHalf, .order1, .order2, .order3, .orders4to10)),
    ("overall acceleration", places(.accelerationRMS, .accelerationPeak, .highFrequencyRMS, .broadbandRMS)),
    ("crest factor and kurtosis", places(.crestFactor, .kurtosis)),
    ("envelope", places(.envelopeRMS, .envelopeKurtosis)),
  ]

  private static func places(_ wanted: Feature...) -> [Int] {
    features.indices.filter { wanted.contains(features[$0]) }.map { FeatureWindow.bandCount + $0 }
  }
}

extension AnomalyDetector {
  /// What each group of inputs adds to the score of an input vector: exact Shapley values, where a group that does not
  /// take part stands at its learned healthy mean, which is 0. They sum to the score less that of a window that is the
  /// healthy mean throughout. 1024 runs of the model.
  package mutating func attribution(of vector: [Float]) -> [(group: String, value: Double)] {
    var masked = vector
    let values = Shapley.values(players: AnomalyInput.groups.count) { coalition in
      for (player, group) in AnomalyInput.groups.enumerated() {
        let isIn = coalition >> player & 1 == 1
        for i in group.inputs { masked[i] = isIn ? vector[i] : 0 }
      }
      return evaluate(masked)
    }
    return zip(AnomalyInput.groups, values).map { ($0.name, $1) }
  }

  /// The five groups that raised the score most, as shares of it.
  mutating func contributions(to score: Double, of vector: [Float]) -> [ModelScore.Contribution] {
    attribution(of: vector).filter { $0.value > 0 }.sorted { ($1.value, $0.group) < ($0.value, $1.group) }
      .prefix(5).map { ModelScore.Contribution(input: $0.group, share: min(1, $0.value / score)) }
  }
}
