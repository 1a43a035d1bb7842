// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import Infer
import Machine
import TestData
import Testing

/// The shipped model and the detector on it. `models/training/train anomaly` wrote the golden vectors.
@Suite("Anomaly detection") struct AnomalyTests {
  struct Vectors: Decodable {
    var windows: Int
    var inputs: String
    var outputs: String
    var integers: String
    var scores: [Double]
  }
  struct Standardized: Decodable {
    var names: [String]
    var learn: Int
    var rows: [[Double]]
    var z: [[Double]]
  }

  static var model: ModelFile {
    get throws { try ModelFile(path: Golden.repository.appending(path: "models/anomaly.int8.onnx").path) }
  }

  static func score(
    _ detector: inout AnomalyDetector, _ window: FeatureWindow, _ baseline: Baseline, learn: Bool
  ) throws -> ModelScore {
    let score = detector.score(window, against: baseline, learn: learn)
    return try #require(score)
  }

  @Test("the shipped model gives ONNX Runtime's integers on healthy and faulty windows")
  func golden() throws {
    let network = try Network(Self.model)
    let golden = try Golden.decode(Vectors.self, "anomaly.json")
    let inputs = Golden.floats(golden.inputs)
    let count = network.inputs[0].count
    var scratch = Scratch(for: [network])
    #expect(golden.windows >= 24 && inputs.count == golden.windows * count)
    let outputs = (0..<golden.windows).flatMap { i in
      var output = Array(repeating: Float.nan, count: count)
      var span = output.mutableSpan
      network.run(inputs.span.extracting(i * count..<(i + 1) * count), into: &span, scratch: &scratch)
      return output
    }
    #expect(outputs.map(\.bitPattern) == Golden.floats(golden.outputs).map(\.bitPattern))
    let integers = [UInt8](Data(base64Encoded: golden.integers) ?? Data()).map { Int8(bitPattern: $0) }
    let scale = try #require(zip(outputs, outputs.dropFirst()).map { abs($0 - $1) }.filter { $0 > 0 }.min())
    let zero = try #require(zip(outputs, integers).first { $0.0 == 0 }.map { Int($0.1) })
    #expect(zip(outputs, integers).allSatisfy { Int(($0.0 / scale).rounded()) + zero == Int($0.1) })
  }

  @Test("the card names the shipped file: size and SHA-256")
  func card() throws {
    let folder = Golden.repository.appending(path: "models")
    let card = try String(contentsOf: folder.appending(path: "anomaly.card.yaml"), encoding: .utf8)
    let bytes = try Data(contentsOf: folder.appending(path: "anomaly.int8.onnx")).count
    let hash = try Self.model.hash
    #expect(card.contains("bytes: \(bytes)\n") && card.contains("sha256: \(hash)"))
  }

  @Test("training standardises as the product does: every input of the model, by Python and by Swift")
  func standardization() throws {
    let golden = try Golden.decode(Standardized.self, "standardize.json")
    func window(_ row: [Double], at t: Int) throws -> FeatureWindow {
      var values = FeatureValues()
      for (name, value) in zip(golden.names, row).dropFirst(FeatureWindow.bandCount) {
        values[try #require(Feature(rawValue: name))] = value
      }
      return FeatureWindow(
        point: Bench.point, stamp: Bench.stamp(Double(t)), state: Bench.running, values: values, lines: [],
        logBands: row[..<FeatureWindow.bandCount].map { Float($0) })
    }
    var baseline = Baseline()
    for (t, row) in golden.rows[..<golden.learn].enumerated() {
      baseline.observe(window: try window(row, at: t), learn: true)
    }
    for (row, expected) in zip(golden.rows[golden.learn...], golden.z) {
      let z = try #require(AnomalyDetector.input(of: try window(row, at: 999), against: baseline))
      // Bands pass through Float; nothing else differs.
      #expect(zip(z, expected).allSatisfy { abs(Double($0) - $1) < 1e-4 })
    }
  }

  @Test(
    "a learned machine stays below its threshold; one with a few raised bands rises above it, and names them")
  func detects() throws {
    var noise = Noise(11)
    var baseline = Baseline()
    var detector = try AnomalyDetector(model: Self.model)
    let early = detector.score(Bench.window(at: 0, noise: &noise), against: baseline, learn: true)
    #expect(early == nil)
    for t in 0..<100 { baseline.observe(window: Bench.window(at: Double(t), noise: &noise), learn: true) }
    var alarms = 0
    for t in 100..<600 {
      let window = Bench.window(at: Double(t), noise: &noise)
      let score = try Self.score(&detector, window, baseline, learn: true)
      alarms += score.isAnomalous ? 1 : 0
    }
    #expect(alarms <= 2)
    var faulty = Bench.window(at: 700, noise: &noise)
    for band in 20..<26 { faulty.logBands[band] += 2 }
    let score = try Self.score(&detector, faulty, baseline, learn: false)
    #expect(score.isAnomalous, "\(score.score) against \(score.threshold)")
    // Bands 20 to 25 lie in two groups.
    let names = Set(score.contributions.prefix(2).map(\.input))
    #expect(names == ["0.22-1.1 kHz acceleration", "1.1-2.3 kHz acceleration"])
    #expect(score.contributions.map(\.share).reduce(0, +) <= 1.01)
    #expect(score.modelHash.count == 12 && score.falseAlarmRate == 1e-3)
  }

  @Test("after enough healthy windows the threshold is the machine's own, and keeps the stated rate")
  func calibration() throws {
    var noise = Noise(12)
    var baseline = Baseline()
    // A rate of 1 % keeps the test short: 99 scores are enough, 297 are complete.
    var detector = try AnomalyDetector(model: Self.model, falseAlarmRate: 0.01)
    let shipped = detector.threshold(at: Bench.point, in: Bench.running)
    for t in 0..<2000 { baseline.observe(window: Bench.window(at: Double(t), noise: &noise), learn: true) }
    var scores: [Double] = []
    for t in 0..<400 {
      let window = Bench.window(at: Double(t), noise: &noise)
      scores.append(try Self.score(&detector, window, baseline, learn: true).score)
      if t == 128 { #expect(detector.threshold(at: Bench.point, in: Bench.running) != shipped) }
      if t == 127 { #expect(detector.threshold(at: Bench.point, in: Bench.running) == shipped) }
    }
    // The rule, computed the plain way: k = ceil((n + 1) * 0.99) of the first n = 297 scores.
    let sorted = scores.prefix(297).sorted()
    #expect(detector.threshold(at: Bench.point, in: Bench.running) == min(sorted[296 - 1], 4 * shipped))
    var above = 0
    for t in 0..<4000 {
      let window = Bench.window(at: Double(t), noise: &noise)
      above += try Self.score(&detector, window, baseline, learn: false).isAnomalous ? 1 : 0
    }
    // 1 % of 4000 is 40; the 297 scores leave the rate itself uncertain by about half.
    #expect(above < 100, "\(above)")
  }

  @Test("a machine that fails while it calibrates does not lift its own threshold: quarantine, and a bound")
  func quarantine() throws {
    var noise = Noise(13)
    var baseline = Baseline()
    var detector = try AnomalyDetector(model: Self.model, falseAlarmRate: 0.01)
    let shipped = detector.threshold(at: Bench.point, in: Bench.running)
    for t in 0..<100 { baseline.observe(window: Bench.window(at: Double(t), noise: &noise), learn: true) }
    for t in 0..<200 {
      _ = detector.score(Bench.window(at: Double(t), noise: &noise), against: baseline, learn: true)
    }
    let own = detector.threshold(at: Bench.point, in: Bench.running)
    for t in 0..<30 {
      _ = detector.score(
        Bench.window(at: Double(t), level: 1.5, noise: &noise), against: baseline, learn: true)
    }
    _ = detector.score(Bench.window(at: 0, level: 1.5, noise: &noise), against: baseline, learn: false)
    for t in 0..<31 {
      _ = detector.score(Bench.window(at: Double(t), noise: &noise), against: baseline, learn: true)
    }
    #expect(detector.threshold(at: Bench.point, in: Bench.running) <= own)
    // And one that is never recognised is bounded by four times the model's threshold.
    for t in 0..<400 {
      _ = detector.score(Bench.window(at: Double(t), level: 3, noise: &noise), against: baseline, learn: true)
    }
    #expect(detector.threshold(at: Bench.point, in: Bench.running) <= 4 * shipped)
  }

  @Test("a calibration is restored with its model, and not with another rate or damaged")
  func snapshot() throws {
    var noise = Noise(14)
    var baseline = Baseline()
    var detector = try AnomalyDetector(model: Self.model, falseAlarmRate: 0.01)
    for t in 0..<100 { baseline.observe(window: Bench.window(at: Double(t), noise: &noise), learn: true) }
    for t in 0..<300 {
      _ = detector.score(Bench.window(at: Double(t), noise: &noise), against: baseline, learn: true)
    }
    let bytes = try JSONEncoder().encode(detector.calibration)
    let calibration = try JSONDecoder().decode(AnomalyDetector.Calibration.self, from: bytes)
    var second = try AnomalyDetector(model: Self.model, falseAlarmRate: 0.01)
    let shipped = second.threshold(at: Bench.point, in: Bench.running)
    let restored = second.restore(calibration)
    #expect(restored)
    #expect(
      second.threshold(at: Bench.point, in: Bench.running)
        == detector.threshold(at: Bench.point, in: Bench.running))
    #expect(second.threshold(at: Bench.point, in: Bench.running) != shipped)
    var third = try AnomalyDetector(model: Self.model, falseAlarmRate: 0.001)
    let otherRate = third.restore(calibration)
    #expect(!otherRate)
    let damaged = String(decoding: bytes, as: UTF8.self).replacingOccurrences(
      of: "\"count\":", with: "\"count\":9")
    let reread = try JSONDecoder().decode(AnomalyDetector.Calibration.self, from: Data(damaged.utf8))
    let broken = second.restore(reread)
    #expect(!broken)
  }

  @Test("a model that is not the anomaly model is refused: no inputs named, no threshold for the rate")
  func refuses() throws {
    let other = ModelFile(bytes: DenseModel.all[0].bytes)
    #expect(throws: ModelError.self) { try AnomalyDetector(model: other) }
    let error = #expect(throws: ModelError.self) {
      try AnomalyDetector(model: Self.model, falseAlarmRate: 0.123)
    }
    #expect(error?.description.contains("no threshold for 0.123") == true)
  }
}
