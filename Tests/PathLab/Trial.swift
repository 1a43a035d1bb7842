// SPDX-License-Identifier: Apache-2.0

import Agent
import Engine
public import Infer
public import Machine
public import Simulation

/// The simulated failures that the path is measured on.
public enum Trial {
  /// What came of one simulated failure.
  public struct Result: Sendable, Codable {
    public var fault: String
    public var seed: UInt64
    /// Alarms about the machine before the onset.
    public var falseAlarms: Int
    /// Fault named by the first machine alarm after onset; for sensor faults the first sensor alarm.
    public var named: String?
    /// Seconds from onset to that alarm.
    public var delay_s: Double?
    /// Severity of the simulated fault at that moment, 0 to 1.
    public var severity: Double?
    /// Seconds from onset to the first alarm that names the simulated fault itself.
    public var rightDelay_s: Double?
    /// Alarms about the machine while only a sensor was faulty.
    public var machineAlarmsOfSensorFault: Int
  }

  /// Every fault that the pump can have, in the simulator's own order.
  public static let faults = FaultKind.allCases.filter(MachineSpec.pump().canSuffer)

  /// Time that a machine runs in health before the fault, seconds: two days.
  public static let healthy_s = 2 * 86_400.0
  /// Time in which a fault grows from nothing to its full size, seconds: one day; sensors fail within ten minutes.
  public static func growth_s(_ fault: FaultKind) -> Double { fault.isSensorFault ? 600 : 86_400 }

  /// Lets a pump run two days in health, then fail, and says when and as what the path noticed.
  public static func run(_ fault: FaultKind, seed: UInt64, detector: AnomalyDetector?) -> Result {
    let growth = growth_s(fault)
    // Onset at a time of day that differs from seed to seed.
    let onset = healthy_s + Double(seed % 24) * 3600
    let plan = FaultPlan(fault, onset_s: onset, growth_s: growth)
    var plant = SimulatedPlant(.pump("P-101"), kind: .pump, seed: seed, faults: [plan], detector: detector)
    let wanted: Subject = fault.isSensorFault ? .sensor : .machine
    let transitions = plant.run(to: onset + growth + 7200) {
      $0.alarm.state == .unacknowledged && $0.alarm.finding.fault == fault.rawValue
    }
    let raised = transitions.filter { $0.transition.alarm.state == .unacknowledged }
    let machineAlarms = raised.filter { $0.transition.alarm.finding.subject == .machine }
    let first = raised.first { $0.time_s >= onset && $0.transition.alarm.finding.subject == wanted }
    let right = raised.first { $0.time_s >= onset && $0.transition.alarm.finding.fault == fault.rawValue }
    return Result(
      fault: fault.rawValue, seed: seed, falseAlarms: machineAlarms.count { $0.time_s < onset },
      named: first?.transition.alarm.finding.fault, delay_s: first.map { $0.time_s - onset },
      severity: first.map { plan.severity(at: $0.time_s) }, rightDelay_s: right.map { $0.time_s - onset },
      machineAlarmsOfSensorFault: fault.isSensorFault ? machineAlarms.count { $0.time_s >= onset } : 0)
  }

  /// Lets a healthy machine run and returns every alarm that was raised, sensors included.
  public static func healthy(
    _ spec: MachineSpec, kind: MachineKind, days: Double, seed: UInt64, detector: AnomalyDetector?
  ) -> [String] {
    var plant = SimulatedPlant(spec, kind: kind, seed: seed, detector: detector)
    return plant.run(to: days * 86_400).filter { $0.transition.alarm.state == .unacknowledged }.map {
      "day \($0.time_s / 86_400): \($0.transition.alarm.id)"
    }
  }

  /// The model that is shipped, at its default rate of false alarms.
  public static func detector() throws -> AnomalyDetector {
    try AnomalyDetector(model: ModelFile(path: Resources.find().models + "/anomaly.int8.onnx"))
  }
}
