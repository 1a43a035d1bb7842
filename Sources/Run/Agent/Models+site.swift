// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Engine
import Infer

extension AnomalyDetector {
  /// Loads `models/anomaly.int8.onnx`; nil when the site does without. A calibration that was made with
  /// another model is dropped, and the machine calibrates anew.
  static func load(
    for site: SiteFile, resources: Resources, calibration: Calibration? = nil, journal: Journal? = nil
  ) throws(AgentError) -> AnomalyDetector? {
    guard site.detection.usesModel else { return nil }
    let file = resources.models + "/anomaly.int8.onnx"
    do {
      var detector = try AnomalyDetector(
        model: ModelFile(path: file), falseAlarmRate: site.detection.falseAlarmRate)
      if let calibration, !detector.restore(calibration) {
        journal?.write(
          .warning, "the model is calibrated anew: it, or its rate of false alarms, is another one")
      }
      return detector
    } catch {
      throw .model(file: file, reason: "\(error)")
    }
  }
}

extension PatternClassifier {
  /// Loads `models/classifier.int8.onnx`, which ranks what rules name; nil when the site does without models.
  static func load(for site: SiteFile, resources: Resources) throws(AgentError) -> PatternClassifier? {
    guard site.detection.usesModel else { return nil }
    let file = resources.models + "/classifier.int8.onnx"
    do {
      return try PatternClassifier(
        model: ModelFile(path: file), observables: Pattern.names, width: Pattern.width)
    } catch {
      throw .model(file: file, reason: "\(error)")
    }
  }
}
