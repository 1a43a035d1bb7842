// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Foundation
import Machine
import Store

/// Takes commands over MQTT on `millwright/<site>/<node>/command` and answers on `.../command/answer`.
///
/// What the gate lets through goes the way of every command: into the store's table, from which the path obeys it. What
/// it refuses is answered and audited, at a bounded rate: a flood of bad messages costs neither disk nor traffic, only a
/// count that the next audited refusal tells.
actor CommandService {
  /// How long the path may take to answer, seconds.
  static let patience_s = 15.0

  private let client: MQTTClient
  private let origin: AlarmMessage.Origin
  private let topic: String
  private let store: Store
  private let clock: any Timekeeper
  private let journal: Journal
  private var gate: CommandGate
  /// Messages that are looked at; and refusals that are told, of known users and of others.
  private var looks = TokenBucket(perSecond: 50, burst: 100)
  private var known = TokenBucket(perSecond: 1, burst: 20)
  private var strange = TokenBucket(perSecond: 0.2, burst: 10)
  private var untold = 0

  init(
    _ settings: CommandSettings, client: MQTTClient, origin: AlarmMessage.Origin, store: Store,
    clock: any Timekeeper, journal: Journal
  ) {
    self.client = client
    self.origin = origin
    self.store = store
    self.clock = clock
    self.journal = journal
    topic = AlertTopics(site: origin.site, node: origin.node).command
    gate = CommandGate(settings, topic: topic, at: clock.wall())
  }

  /// Takes commands until cancelled.
  func run() async {
    do { try await client.subscribe(topic) } catch {
      journal.write(.error, "no commands over MQTT: \(error)")
    }
    for await message in client.messages {
      let now = clock.stamp()
      guard looks.has(at: now.monotonic) else {
        untold += 1
        continue
      }
      looks.take()
      switch gate.admit(message.payload, isRetained: message.retain, at: now.received) {
      case .obey(let command, let user, let id): await obey(command, user, id, now)
      case .refuse(let reason, let user, let id): await refuse(reason, user, id, now)
      }
    }
  }

  private func obey(_ command: AlarmCommand, _ user: String, _ id: String, _ now: Stamp) async {
    do throws(StoreError) {
      let number = try await store.submit(command, source: "mqtt:\(user)", at: now.received)
      while clock.monotonic().seconds(since: now.monotonic) < Self.patience_s, !Task.isCancelled {
        if let done = try await store.answer(to: number) {
          return await answer(done.isDone, done.text, user, id)
        }
        try? await Task.sleep(for: .milliseconds(100))
      }
      await answer(false, "not answered within \(Int(Self.patience_s)) s; it may still be obeyed", user, id)
    } catch { await refuse("\(error)", user, id, now) }
  }

  private func refuse(_ reason: String, _ user: String?, _ id: String?, _ now: Stamp) async {
    let mayTell = user == nil ? strange.has(at: now.monotonic) : known.has(at: now.monotonic)
    guard mayTell else { return untold += 1 }
    if user == nil { strange.take() } else { known.take() }
    let more = untold > 0 ? " (and \(untold) that were not answered)" : ""
    untold = 0
    journal.write(.warning, "command over MQTT from \(user ?? "nobody known") refused: \(reason)\(more)")
    do {
      try await store.audit(
        actor: user.map { "mqtt:\($0)" } ?? "mqtt", action: "command-refused", detail: reason + more,
        at: now.received)
    } catch { journal.write(.error, "the refusal is not in the audit log: \(error)") }
    await answer(false, reason, user, id)
  }

  private func answer(_ isDone: Bool, _ text: String, _ user: String?, _ id: String?) async {
    let message = Answer(
      site: origin.site, node: origin.node, user: user, id: id, done: isDone, text: text,
      at: clock.wall().iso8601)
    do {
      let payload = Array(try JSONEncoder.forMessages.encode(message))
      try await client.publish(topic: topic + "/answer", payload: payload)
    } catch { journal.write(.warning, "the answer to a command did not arrive: \(error)") }
  }

  private struct Answer: Encodable {
    let schema = "millwright/answer/1"
    let site, node: String
    let user, id: String?
    let done: Bool
    let text, at: String
  }
}
