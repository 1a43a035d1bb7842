// SPDX-License-Identifier: Apache-2.0

public import Engine
public import Machine

/// Scores how far a vibration window is from what its machine does when healthy.
///
/// The input is the window in standard deviations from the machine's own baseline in the same operating
/// state; an INT8 autoencoder, trained on healthy machines, rebuilds it. The score is
/// `mean(residual^2) + energyWeight * mean(input^2)`: the first term answers to combinations that healthy
/// machines do not show, the second to plain size, which an autoencoder may rebuild too well.
///
/// A score above its threshold says which groups of inputs it comes from, by Shapley values.
///
/// The threshold is the machine's own once enough healthy windows were scored in the same operating state (see
/// `ConformalThreshold`), and before that the model's (see its card); both for `falseAlarmRate` a window. The
/// machine's own is never more than four times the model's.
/// ```swift
/// var detector = try AnomalyDetector(model: ModelFile(path: "models/anomaly.int8.onnx"))
/// let score = detector.score(window, against: baseline, learn: !alarmStands)   // nil until learned
/// ```
public struct AnomalyDetector: Sendable {
  /// The rate of healthy windows above the threshold.
  public let falseAlarmRate: Double
  /// Points that have thresholds of their own; further points use the model's. At one point, so do the states
  /// beyond `Baseline.stateLimit`.
  public static let pointLimit = 4096
  static let ownLimit = 4.0

  let model: Network
  /// First digits of the model file's SHA-256.
  public let modelHash: String
  let modelThreshold: Double
  let energyWeight: Double
  var thresholds: [PointID: [OperatingState: ConformalThreshold]] = [:]
  private var scratch: Scratch
  private var input: [Float]
  private var output: [Float]

  /// Takes a model whose metadata names the inputs, the weight and a threshold for this rate.
  public init(model file: ModelFile, falseAlarmRate: Double = 1e-3) throws(ModelError) {
    let model = try Network(file)
    guard model.metadata["anomaly.inputs"] == AnomalyInput.names.joined(separator: ",") else {
      throw .metadata(key: "anomaly.inputs", reason: "it is not the list of inputs that this program makes")
    }
    let ports = model.inputs + model.outputs
    guard ports.count == 2, ports.allSatisfy({ $0.type == .float && $0.count == AnomalyInput.count }) else {
      throw .graph(reason: "one input and one output of \(AnomalyInput.count) floats expected")
    }
    guard let weight = model.metadata["anomaly.energy_weight"].flatMap(Double.init), (0...10).contains(weight)
    else { throw .metadata(key: "anomaly.energy_weight", reason: "a number from 0 to 10 is expected") }
    let rates = try AnomalyDetector.thresholds(model.metadata["anomaly.thresholds"] ?? "")
    guard let threshold = rates.first(where: { $0.rate == falseAlarmRate })?.threshold else {
      throw .metadata(
        key: "anomaly.thresholds", reason: "no threshold for \(falseAlarmRate); known: \(rates.map(\.rate))")
    }
    self.model = model
    modelHash = file.hash
    self.falseAlarmRate = falseAlarmRate
    modelThreshold = threshold
    energyWeight = weight
    scratch = Scratch(for: [model])
    input = Array(repeating: 0, count: AnomalyInput.count)
    output = input
  }

  /// Scores a window; nil while the baseline of its point and state is not learned. With `learn`, the score
  /// counts as healthy once thirty more healthy windows have followed.
  public mutating func score(
    _ window: FeatureWindow, against baseline: Baseline, learn: Bool
  ) -> ModelScore? {
    guard AnomalyInput.write(window, baseline, into: &input) else { return nil }
    let score = evaluate(input)
    let threshold = threshold(at: window.point, in: window.state)
    let result = ModelScore(
      model: "anomaly", modelHash: modelHash, point: window.point, stamp: window.stamp, score: score,
      threshold: threshold, falseAlarmRate: falseAlarmRate,
      contributions: score > threshold ? contributions(to: score, of: input) : [])
    calibrate(window, score, learn: learn)
    return result
  }

  /// The threshold that the next window of this point in this state is held against.
  public func threshold(at point: PointID, in state: OperatingState) -> Double {
    guard let own = thresholds[point]?[state]?.value else { return modelThreshold }
    return min(own, AnomalyDetector.ownLimit * modelThreshold)
  }

  /// Forgets the thresholds of these points, because what is normal for them is learned anew.
  public mutating func forget(_ points: Set<PointID>) {
    for point in points { thresholds[point] = nil }
  }

  /// The model's input for a window, see `models/anomaly.card.yaml`; nil while the baseline is not learned.
  package static func input(of window: FeatureWindow, against baseline: Baseline) -> [Float]? {
    var vector = [Float](repeating: 0, count: AnomalyInput.count)
    return AnomalyInput.write(window, baseline, into: &vector) ? vector : nil
  }

  /// The score of an input vector.
  package mutating func evaluate(_ vector: [Float]) -> Double {
    model.run(vector, into: &output, scratch: &scratch)
    var sum = 0.0
    for (z, rebuilt) in zip(vector, output) {
      let residual = Double(z - rebuilt)
      sum += residual * residual + energyWeight * Double(z) * Double(z)
    }
    return sum / Double(vector.count)
  }

  private mutating func calibrate(_ window: FeatureWindow, _ score: Double, learn: Bool) {
    guard learn else {
      // What was wrong now was perhaps wrong a little earlier as well, in whatever state the machine was then.
      for state in (thresholds[window.point] ?? [:]).keys {
        thresholds[window.point]?[state]?.observe(score, learn: false)
      }
      return
    }
    guard hasRoom(for: window) else { return }
    thresholds[window.point, default: [:]][window.state, default: ConformalThreshold(rate: falseAlarmRate)]
      .observe(score, learn: true)
  }

  private func hasRoom(for window: FeatureWindow) -> Bool {
    guard let states = thresholds[window.point] else { return thresholds.count < AnomalyDetector.pointLimit }
    return states[window.state] != nil || states.count < Baseline.stateLimit
  }

  /// Reads `rate:threshold,rate:threshold`.
  private static func thresholds(_ text: String) throws(ModelError) -> [(rate: Double, threshold: Double)] {
    var list: [(rate: Double, threshold: Double)] = []
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: ":")
      guard parts.count == 2, let rate = Double(parts[0]), let threshold = Double(parts[1]),
        rate >= 1e-6, rate < 1, threshold > 0, threshold.isFinite
      else { throw .metadata(key: "anomaly.thresholds", reason: "\(pair) is not a rate and a threshold") }
      list.append((rate, threshold))
    }
    return list
  }
}
