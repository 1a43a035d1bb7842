// SPDX-License-Identifier: Apache-2.0

import Machine

// Defects that acquisition and the validity gate saw, as findings about the sensor and never about the machine.

extension Fault {
  /// The sensor fault that a defect shows.
  init(_ kind: SensorDefect.Kind) {
    self =
      switch kind {
      case .noData, .invalidMark: .sensorNoData
      case .flatline, .stuck: .sensorStuck
      case .clipped: .sensorClipped
      case .dropout, .incomplete: .sensorDropout
      case .skiSlope: .sensorLooseMount
      case .outOfRange, .bias, .crossCheck: .sensorBias
      }
  }
}

extension Finding {
  /// The finding for one defective point.
  static func sensor(_ point: PointID, _ defect: SensorDefect, at stamp: Stamp) -> Finding {
    let fault = Fault(defect.kind)
    return Finding(
      machine: point.machine, point: point, subject: .sensor, fault: fault.rawValue, title: fault.title,
      severity: .warning, confidence: 1,
      supporting: [
        Evidence(defect.evidence, quantity: defect.kind.rawValue, source: "validity checks", weight: 1)
      ], confirm: fault.confirm, action: fault.action, stamp: stamp)
  }
}
