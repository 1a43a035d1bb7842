// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Machine

/// One step of one alarm as plant systems hear of it, on `millwright/<site>/<machine>/event`: QoS 1, not retained.
/// Its shape is `packaging/schemas/event.schema.json`.
///
/// A message may come twice; (`boot`, `sequence`) tells. Sequences of a boot have no gaps but for events that were given
/// up, and the next event says how many those were. The trail in the gateway's store is complete.
public struct AlarmEvent: Sendable, Equatable {
  /// Version of the schema that the message follows.
  public static let version = 1

  /// The run of the daemon.
  public var boot: Int64
  /// Counts the events of that run from 1.
  public var sequence: Int64
  /// Events that were given up since the one delivered before this.
  public var lost = 0
  public var alarm: String
  public var occurrence: Int
  public var machine: MachineID
  public var fault: String
  public var title: String
  public var subject: Subject
  public var severity: Severity
  public var from: AlarmState
  public var to: AlarmState
  public var cause: AlarmCause
  public var by: String?
  public var why: String?
  /// Why it is set aside after the step, and until when.
  public var hold: AlarmHold.Reason?
  public var until: WallTime?
  /// The alarm that it is suppressed under.
  public var parent: String?
  /// When the alarm took the step.
  public var at: WallTime

  /// The event of one step.
  public init(_ transition: AlarmTransition, boot: Int64, sequence: Int64) {
    let alarm = transition.alarm
    self.boot = boot
    self.sequence = sequence
    self.alarm = alarm.id
    occurrence = alarm.occurrence
    machine = alarm.finding.machine
    fault = alarm.finding.fault
    title = alarm.finding.title
    subject = alarm.finding.subject
    severity = alarm.severity
    from = transition.from
    to = alarm.state
    cause = transition.cause
    by = transition.by
    why = transition.why
    hold = alarm.hold?.reason
    until = alarm.hold?.until
    parent = alarm.hold?.parent
    at = alarm.updated.wall
  }

  /// The message as JSON with sorted keys.
  public func json(site: String, node: String) throws -> Data {
    try JSONEncoder.forMessages.encode(Message(self, site: site, node: node))
  }

  private struct Message: Encodable {
    struct Identity: Encodable {
      let boot: Int64
      let sequence: Int64
    }
    let schema = "millwright/event/\(AlarmEvent.version)"
    let site, node, machine: String
    let identity: Identity
    let lost: Int
    let alarm: String
    let occurrence: Int
    let fault, title, subject, severity, from, to, cause: String
    let by, why, hold, until, parent: String?
    let at: String

    init(_ event: AlarmEvent, site: String, node: String) {
      self.site = site
      self.node = node
      machine = event.machine.rawValue
      identity = Identity(boot: event.boot, sequence: event.sequence)
      lost = event.lost
      alarm = event.alarm
      occurrence = event.occurrence
      fault = event.fault
      title = event.title
      subject = event.subject.rawValue
      severity = event.severity.rawValue
      from = event.from.rawValue
      to = event.to.rawValue
      cause = event.cause.rawValue
      by = event.by
      why = event.why
      hold = event.hold?.rawValue
      until = event.until?.iso8601
      parent = event.parent
      at = event.at.iso8601
    }
  }
}
