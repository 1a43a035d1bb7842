// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Machine
import Store

/// Batches whose every number follows from (boot, count), so that a wrong one is seen at the far end.
struct Workload {
  let boot: Int64
  var readings = 10
  private var count = 0
  private let clock = SystemClock()

  init(boot: Int64, readings: Int = 10) {
    self.boot = boot
    self.readings = readings
  }

  /// One window always, a finding in every 4th batch, an alarm transition in every 10th.
  mutating func next() -> StoreBatch {
    count += 1
    let stamp = clock.stamp()
    let machine = MachineID("P-101")
    var batch = StoreBatch(
      readings: (0..<readings).map { index in
        Reading(
          point: PointID(machine, "t\(index)"), quantity: .temperature, value: Double(count), stamp: stamp)
      },
      windows: [window(PointID(machine, "DE-H"), stamp)])
    let finding = finding(machine, stamp)
    if count % 4 == 0 { batch.findings = [finding] }
    if count % 10 == 0 {
      let alarm = Alarm(
        id: "P-101:unbalance", occurrence: count, state: .unacknowledged, severity: .alarm, raised: stamp,
        updated: stamp, finding: finding)
      batch.transitions = [AlarmTransition(alarm: alarm, from: .normal, cause: .finding)]
    }
    return batch
  }

  private func window(_ point: PointID, _ stamp: Stamp) -> FeatureWindow {
    var values = FeatureValues()
    for feature in Feature.allCases {
      values[feature] = Double(boot % 1000) + Double(count) / 3 + Double(feature.index)
    }
    values[.vanePass] = nil
    return FeatureWindow(
      point: point, stamp: stamp, state: OperatingState(motion: .running, speedBin: 9), values: values,
      lines: [],
      logBands: (0..<FeatureWindow.bandCount).map { Float($0) })
  }

  private func finding(_ machine: MachineID, _ stamp: Stamp) -> Finding {
    Finding(
      machine: machine, point: nil, subject: .machine, fault: "unbalance", title: "Unbalance \"\(count)\"",
      severity: .warning, confidence: 1 / Double(count),
      supporting: [
        Evidence(
          "1x is \(count) mm/s", quantity: "order_1x", value: Double(count) * 0.1, unit: "mm/s",
          source: "boot \(boot)", weight: 1)
      ], missing: ["phase"], confirm: "Measure phase", action: "Balance, then æøå/✓", stamp: stamp)
  }
}
