// SPDX-License-Identifier: Apache-2.0

import Machine

// Defects that acquisition and the validity gate saw, as findings about the sensor and never about the machine.

/// A sensor fault at one point; an empty name is the machine's data as a whole.
struct SensorKey: Hashable, Comparable {
  var fault: OwnFault
  var point: String
  static func < (a: SensorKey, b: SensorKey) -> Bool {
    (a.point, a.fault.rawValue) < (b.point, b.fault.rawValue)
  }
}

extension OwnFault {
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

extension Diagnostician {
  mutating func sensorFindings(_ window: MachineWindow) -> [Finding] {
    var looks: [SensorKey: Finding?] = [:]
    // Sensors with a remembered defect need a look in every window, to be forgotten in time.
    for (key, memory) in sensors where memory.newest != nil { looks[key] = .some(nil) }
    let defects = window.defects.filter { $0.key.machine == layout.machine.id }
    // Points that fall silent together have one cause, a bus or a node: one finding about the machine's data.
    let silent = defects.filter { $0.value.kind == .noData }
    let isOneSilence = silent.count > 1
    if isOneSilence {
      looks[SensorKey(fault: .sensorNoData, point: "")] = silence(silent, at: window.stamp)
    }
    for (point, defect) in defects where !(isOneSilence && defect.kind == .noData) {
      let fault = OwnFault(defect.kind)
      let evidence = Evidence(
        defect.evidence, quantity: defect.kind.rawValue, source: "validity checks", weight: 1)
      looks[SensorKey(fault: fault, point: point.name)] = sensor(fault, point, evidence, at: window.stamp)
    }
    return looks.keys.sorted().compactMap { key in look(at: key, looks[key] ?? nil, window) }
  }

  /// One look at one sensor. What is judged from the shape of a waveform, and may be wrong about one, counts once
  /// per waveform.
  private mutating func look(at key: SensorKey, _ finding: Finding?, _ window: MachineWindow) -> Finding? {
    let now = window.stamp.monotonic
    let isShape = [.sensorLooseMount, .sensorClipped, .sensorBias].contains(key.fault)
    guard isShape, layout.machine.points(.vibration).contains(where: { $0.id.name == key.point }) else {
      return sensors[key, default: Looks()].record(finding, at: now, .sensors)
    }
    let accepted = window.vibration.first { $0.point.name == key.point }?.stamp.monotonic
    let refused = window.refused[PointID(layout.machine.id, key.point)]
    guard let taken = finding == nil ? accepted : refused else {
      return sensors[key]?.standing(.waveforms)
    }
    return sensors[key, default: Looks()].record(finding, at: taken, .waveforms)
  }

  /// Several points that deliver nothing, as one finding.
  private func silence(_ silent: [PointID: SensorDefect], at stamp: Stamp) -> Finding {
    let names = silent.keys.sorted().map(\.name)
    let shown =
      names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
    let reasons = Set(silent.values.map(\.evidence)).sorted().prefix(3).joined(separator: "; ")
    let all = layout.points.count
    return sensor(
      .sensorNoData, nil,
      Evidence(
        "\(names.count) of \(all) points deliver nothing (\(shown)): \(reasons)",
        quantity: SensorDefect.Kind.noData.rawValue, value: Double(names.count), reference: Double(all),
        source: "validity checks", weight: 1), at: stamp)
  }

  private func sensor(_ fault: OwnFault, _ point: PointID?, _ evidence: Evidence, at stamp: Stamp) -> Finding
  {
    let words = text(fault)
    return Finding(
      machine: layout.machine.id, point: point, subject: .sensor, fault: fault.rawValue, title: words.title,
      severity: .warning, confidence: 1, supporting: [evidence], confirm: words.confirm,
      action: words.action, stamp: stamp, due: words.due(.warning))
  }
}
