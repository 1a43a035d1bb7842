// SPDX-License-Identifier: Apache-2.0

import Foundation
import Infer
import Machine
import TestData
import Testing

/// Thresholds of one point in its operating states.
@Suite("Thresholds by state") struct StateThresholdTests {
  @Test("each operating state has a threshold of its own, and of no more states than a baseline keeps")
  func states() throws {
    var noise = Noise(15)
    var baseline = Baseline()
    var detector = try AnomalyDetector(model: AnomalyTests.model, falseAlarmRate: 0.01)
    let shipped = detector.threshold(at: Bench.point, in: Bench.running)
    func learn(_ state: OperatingState, spread: Double) {
      for t in 0..<100 {
        baseline.observe(window: Bench.window(at: Double(t), state: state, noise: &noise), learn: true)
      }
      for t in 0..<300 {
        let window = Bench.window(at: Double(t), state: state, spread: spread, noise: &noise)
        _ = detector.score(window, against: baseline, learn: true)
      }
    }
    learn(Bench.running, spread: 0.2)
    let calm = detector.threshold(at: Bench.point, in: Bench.running)
    #expect(calm != shipped)
    #expect(detector.threshold(at: Bench.point, in: Bench.slower) == shipped)
    learn(Bench.slower, spread: 0.25)
    #expect(detector.threshold(at: Bench.point, in: Bench.slower) > calm)
    #expect(detector.threshold(at: Bench.point, in: Bench.running) == calm)
    for bin in 100..<200 {
      let state = OperatingState(motion: .running, speedBin: bin)
      for t in 0..<60 {
        baseline.observe(window: Bench.window(at: Double(t), state: state, noise: &noise), learn: true)
      }
      _ = detector.score(Bench.window(at: 0, state: state, noise: &noise), against: baseline, learn: true)
    }
    let bytes = String(decoding: try JSONEncoder().encode(detector.calibration), as: UTF8.self)
    #expect(bytes.components(separatedBy: "\"threshold\":").count - 1 == Baseline.stateLimit)
  }

  @Test("a calibration of the first edition, one threshold for all states, is refused with the reason")
  func firstEdition() {
    let old =
      #"{"modelHash":"3c893486d8bd","points":[{"point":{"machine":"P-101","name":"DE-H"},"#
      + #""threshold":{"rate":0.01,"count":2,"largest":[2,1],"waiting":[]}}]}"#
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(AnomalyDetector.Calibration.self, from: Data(old.utf8))
    }
    #expect(error.map { "\($0)" }?.contains("not told apart by operating state") == true)
  }
}
