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
      case .dropout, .incomplete, .timing: .sensorDropout
      case .skiSlope: .sensorLooseMount
      case .outOfRange, .bias, .gravity, .crossCheck, .unit, .sign: .sensorBias
      }
  }
}

extension Finding {
  /// Several points that deliver nothing, as one finding.
  static func silence(of machine: Machine, _ silent: [PointID: SensorDefect], at stamp: Stamp) -> Finding {
    let fault = Fault.sensorNoData
    let names = silent.keys.sorted().map(\.name)
    let shown =
      names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    let reasons = Set(silent.values.map(\.evidence)).sorted().prefix(3).joined(separator: "; ")
    return Finding(
      machine: machine.id, point: nil, subject: .sensor, fault: fault.rawValue, title: fault.title,
      severity: .warning, confidence: 1,
      supporting: [
        Evidence(
          "\(names.count) of \(machine.points.count) points deliver nothing (\(shown)): \(reasons)",
          quantity: SensorDefect.Kind.noData.rawValue, value: Double(names.count),
          reference: Double(machine.points.count), source: "validity checks", weight: 1)
      ], confirm: fault.confirm, action: fault.action, stamp: stamp)
  }

  /// One point's defect as a finding.
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
