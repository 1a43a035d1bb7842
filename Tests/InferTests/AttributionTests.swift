// SPDX-License-Identifier: Apache-2.0

import Foundation
import Infer
import Machine
import TestData
import Testing

@Suite("Attribution") struct AttributionTests {
  /// The definition itself: the mean of what a player adds, over all orders.
  static func byOrders(_ players: Int, _ worth: (Int) -> Double) -> [Double] {
    var sums = Array(repeating: 0.0, count: players)
    var orders = 0
    func walk(_ coalition: Int, _ added: [(Int, Double)]) {
      guard added.count < players else {
        for (player, value) in added { sums[player] += value }
        orders += 1
        return
      }
      for player in 0..<players where coalition >> player & 1 == 0 {
        let next = coalition | 1 << player
        walk(next, added + [(player, worth(next) - worth(coalition))])
      }
    }
    walk(0, [])
    return sums.map { $0 / Double(orders) }
  }

  @Test("Shapley values are those of all orders of arrival, and sum to the whole", arguments: 1...6)
  func orders(players: Int) {
    var noise = Noise(UInt64(players))
    let worths = (0..<1 << players).map { _ in noise.normal() }
    let values = Shapley.values(players: players) { worths[$0] }
    for (value, expected) in zip(values, Self.byOrders(players) { worths[$0] }) {
      #expect(abs(value - expected) < 1e-12)
    }
    #expect(abs(values.reduce(0, +) - (worths[worths.count - 1] - worths[0])) < 1e-12)
  }

  @Test("the glove game (Shapley 1953; one left glove, two right ones) gives 2/3, 1/6, 1/6")
  func gloves() {
    let values = Shapley.values(players: 3) { $0 & 1 == 1 && $0 > 1 ? 1 : 0 }
    #expect(zip(values, [2.0 / 3, 1.0 / 6, 1.0 / 6]).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  /// Lundberg et al. 2018, "Consistent Individualized Feature Attribution for Tree Ensembles", figure 1: model A gives
  /// 80 where fever and cough are both there, else 0; B gives 10 more for cough. Absent features are averaged over
  /// four equally likely patients.
  @Test(
    "the two trees of SHAP's paper: fever and cough get 30 and 30, and 30 and 35",
    arguments: [(0.0, [30.0, 30.0]), (10.0, [30.0, 35.0])])
  func trees(cough: Double, expected: [Double]) {
    func model(_ fever: Bool, _ coughs: Bool) -> Double { (fever && coughs ? 80 : 0) + (coughs ? cough : 0) }
    let values = Shapley.values(players: 2) { known in
      let fevers = known & 1 == 1 ? [true] : [false, true]
      let coughs = known & 2 == 2 ? [true] : [false, true]
      let all = fevers.flatMap { fever in coughs.map { model(fever, $0) } }
      return all.reduce(0, +) / Double(all.count)
    }
    #expect(values == expected)
  }

  @Test("the closed form for a maximum is what all coalitions give")
  func maximum() {
    let own = [3.5, 2, 2, 0.75, 0]
    let all = Shapley.values(players: own.count) { coalition in
      own.indices.filter { coalition >> $0 & 1 == 1 }.map { own[$0] }.max() ?? 0
    }
    #expect(zip(Shapley.ofMaximum(descending: own), all).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("ten groups hold every input of the anomaly model once, and are named after the edges of their bands")
  func groups() {
    #expect(AnomalyInput.groups.count <= Shapley.playerLimit)
    #expect(AnomalyInput.groups.flatMap(\.inputs).sorted() == Array(0..<AnomalyInput.count))
    // 10 Hz to 5 kHz in 32 bands of equal ratio.
    let edges = [0, 8, 16, 24, 28, 32].map { 10 * pow(500, Double($0) / 32) }
    #expect(zip(edges, [10, 47, 224, 1057, 2299, 5000]).allSatisfy { abs($0 - $1) < 0.6 })
  }

  @Test("a score is its groups' values and the score of a healthy window together; raised bands are named")
  func anomaly() throws {
    var detector = try AnomalyDetector(model: AnomalyTests.model)
    var noise = Noise(16)
    var vector = (0..<AnomalyInput.count).map { _ in Float(noise.normal()) }
    for band in 24..<28 { vector[band] = 7 }
    let parts = detector.attribution(of: vector)
    let score = detector.evaluate(vector)
    let healthy = detector.evaluate([Float](repeating: 0, count: vector.count))
    #expect(abs(parts.map(\.value).reduce(0, +) - (score - healthy)) < 1e-9 * score)
    #expect(parts.max { $0.value < $1.value }?.group == "1.1-2.3 kHz acceleration")
    let clock = ContinuousClock()
    let cost = (0..<5).map { _ in clock.measure { _ = detector.attribution(of: vector) } }.min()
    print("attribution of one score:", cost ?? .zero)
  }
}
