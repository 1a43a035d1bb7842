// SPDX-License-Identifier: Apache-2.0

import Infer

extension AnomalyDetector {
  /// Loads `models/anomaly.int8.onnx` with its card; nil when the site does without.
  static func load(
    for site: SiteFile, resources: Resources, calibration: Calibration? = nil
  ) throws(AgentError) -> AnomalyDetector? {
    guard site.detection.usesModel else { return nil }
    let file = resources.models + "/anomaly.int8.onnx"
    do {
      return try AnomalyDetector(
        modelFile: file, falseAlarmRate: site.detection.falseAlarmRate, calibration: calibration)
    } catch {
      throw .model(file: file, reason: "\(error)")
    }
  }
}
