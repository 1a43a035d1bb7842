// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine

let pump = MachineID("P-101")
let unbalance = "P-101:unbalance"

func stamp(_ second: Double) -> Stamp {
  Stamp(received: WallTime(seconds: 1_767_225_600 + second), monotonic: MonotonicTime(seconds: second))
}

func finding(
  _ fault: String = "unbalance", _ severity: Severity = .warning, machine: MachineID = pump,
  point: String? = nil, subject: Subject = .machine, confidence: Double = 0.9, consequenceOf: String? = nil
) -> Finding {
  var finding = Finding(
    machine: machine, point: point.map { PointID(machine, $0) }, subject: subject, fault: fault, title: fault,
    severity: severity, confidence: confidence, supporting: [],
    missing: confidence > 0 ? [] : ["shaft speed"], confirm: "look", action: "act", stamp: stamp(0))
  finding.consequenceOf = consequenceOf
  return finding
}

/// `id from>to cause`, one text a transition.
func steps(_ transitions: [AlarmTransition]) -> [String] {
  transitions.map { "\($0.alarm.id) \($0.from.rawValue)>\($0.alarm.state.rawValue) \($0.cause.rawValue)" }
}

/// The same without the identifier.
func moves(_ transitions: [AlarmTransition]) -> [String] {
  transitions.map { "\($0.from.rawValue)>\($0.alarm.state.rawValue) \($0.cause.rawValue)" }
}

func command(
  _ verb: AlarmCommand.Verb, _ alarm: String = unbalance, by: String = "Ana", why: String = "planned",
  until second: Double? = nil, record: String? = nil, verdict: RecordVerdict? = nil
) -> AlarmCommand {
  AlarmCommand(
    verb, alarm, by: by, why: why, until: second.map { stamp($0).received }, record: record, verdict: verdict)
}

/// The state of one alarm, `normal` where the book does not know it.
func state(_ book: borrowing AlarmBook, _ id: String = unbalance) -> AlarmState {
  book.alarm(id)?.state ?? .normal
}

/// Why the book refuses a command; nil when it obeys.
func refusal(_ command: AlarmCommand, _ book: inout AlarmBook, at second: Double) -> AlarmError? {
  do throws(AlarmError) {
    _ = try book.apply(command, at: stamp(second))
    return nil
  } catch { return error }
}
