// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Foundation
import Machine
import Store

/// Proposes work orders for alarms, waits for a person's word where the site wants one, and delivers them.
/// ```
///   proposed ── a person ──► confirmed ── the broker has it ──► done
///      │ returned: withdrawn       │ not in time: expired
///      │ not in time: expired      automatic rules begin here
///      │ a person: rejected
/// ```
/// Every step is a row of the store and a line of the audit log. A restart goes on where the last run was: what stands is
/// proposed again, and its key makes it the same. The broker's acknowledgement may be lost, so an order may come twice
/// under one key.
actor ActionService {
  /// Seconds between two looks at actions; at alarms it looks when one took a step.
  static let period_s = 2.0

  private let rules: [ActionRule]
  private let client: MQTTClient
  private let origin: AlarmMessage.Origin
  private let store: Store
  private let clock: any Timekeeper
  private let journal: Journal
  private var troubled = false
  private var hasNews = true

  init(
    _ rules: [ActionRule], client: MQTTClient, origin: AlarmMessage.Origin, store: Store,
    clock: any Timekeeper, journal: Journal
  ) {
    self.rules = rules
    self.client = client
    self.origin = origin
    self.store = store
    self.clock = clock
    self.journal = journal
  }

  /// An alarm took a step, and the step is on disk.
  func changed() { hasNews = true }

  /// Looks at alarms and actions until cancelled. The store is the source: what is not on disk is not acted upon.
  func run() async {
    while !Task.isCancelled {
      do {
        if hasNews {
          hasNews = false
          try await lookAtAlarms()
        }
        try await expire()
        try await deliver()
        troubled = false
      } catch {
        hasNews = true
        if !troubled { journal.write(.warning, "actions wait: \(error)") }
        troubled = true
      }
      try? await Task.sleep(for: .seconds(Self.period_s))
    }
  }

  /// Proposes for what stands, and withdraws what nobody needs any more.
  private func lookAtAlarms() async throws {
    let alarms = try await store.alarms(standing: true).filter { $0.returned == nil }
    for alarm in alarms { try await propose(for: alarm) }
    let standing = Set(alarms.map(\.id))
    for action in try await store.actions([.proposed]) where !standing.contains(action.alarm) {
      _ = try await store.move(
        action: action.id, from: .proposed, to: .withdrawn, by: nil, why: "the alarm returned",
        at: clock.wall())
    }
  }

  private func propose(for alarm: Alarm) async throws {
    for rule in rules where rule.fits(alarm) {
      let now = clock.wall()
      let order = WorkOrder(alarm, rule: rule, origin: origin)
      let action = StoredAction(
        key: order.key, proposed: now, rule: rule.name, alarm: alarm.id,
        state: rule.isAutomatic ? .confirmed : .proposed,
        expires: WallTime(seconds: now.seconds + rule.validFor_s),
        body: String(decoding: try JSONEncoder.forMessages.encode(order), as: UTF8.self))
      if try await store.propose(action) {
        journal.write(.notice, "action \(order.key): \(action.state.rawValue)")
      }
    }
  }

  private func expire() async throws {
    let now = clock.wall()
    for action in try await store.actions([.proposed, .confirmed]) where action.expires <= now {
      _ = try await store.move(action: action.id, from: action.state, to: .expired, by: nil, at: now)
    }
  }

  private func deliver() async throws {
    guard client.state.isConnected else { return }
    for action in try await store.actions([.confirmed], limit: 20) {
      guard let rule = rules.first(where: { $0.name == action.rule }) else { continue }
      try await client.publish(topic: rule.topic, payload: Array(action.body.utf8))
      _ = try await store.move(
        action: action.id, from: .confirmed, to: .done, by: nil, why: "published on \(rule.topic)",
        at: clock.wall())
      journal.write(.notice, "action \(action.key): published on \(rule.topic)")
    }
  }
}
