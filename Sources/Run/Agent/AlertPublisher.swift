// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Foundation
import Machine

/// Publishes the state of every machine's alarms, retained, whenever it changes and at every connection.
///
/// The message is the whole state, so a lost or repeated one does no harm: what counts is that the newest
/// arrives. Machines that are to be told wait in a queue that is bounded by the plant and keeps a rate, the most severe
/// change first. Nobody waits for the broker: `changed` returns at once, `run` does the talking.
actor AlertPublisher {
  private let client: MQTTClient
  private let site: String
  /// Hash by name of the models in use.
  private let models: [String: String]
  private let clock: any Timekeeper
  private let journal: Journal
  private let machines: [MachineID]
  private var waiting: PublishQueue
  private var standing: @Sendable (MachineID) async -> [Alarm] = { _ in [] }
  private(set) var published = 0
  private let news: AsyncStream<Void>
  private let raise: AsyncStream<Void>.Continuation

  init(
    client: MQTTClient, plant: Plant, models: [String: String], perSecond: Double, clock: any Timekeeper,
    journal: Journal
  ) {
    self.client = client
    self.models = models
    site = plant.site
    machines = plant.machines.map(\.id)
    waiting = PublishQueue(perSecond: perSecond)
    for machine in machines { waiting.add(machine, severity: nil, at: clock.monotonic()) }
    self.clock = clock
    self.journal = journal
    // One mark is enough: whoever reads it publishes everything that waits.
    (news, raise) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Where the newest alarms come from.
  func follow(_ source: @escaping @Sendable (MachineID) async -> [Alarm]) { standing = source }

  /// Alarms of these machines changed, the worst of them of this severity.
  func changed(_ changed: [MachineID: Severity]) {
    for (machine, severity) in changed { waiting.add(machine, severity: severity, at: clock.monotonic()) }
    raise.yield()
  }

  /// A broker that has just been reached hears of every machine, and of the alarms' own where there are any.
  private func tellEverything() async {
    let now = clock.monotonic()
    for machine in machines { waiting.add(machine, severity: nil, at: now) }
    if await !standing(AlarmBook.site).isEmpty { waiting.add(AlarmBook.site, severity: nil, at: now) }
    raise.yield()
  }

  /// Publishes what changes, and everything at each connection, until cancelled.
  func run() async {
    await withTaskGroup { group in
      group.addTask { await self.watchConnection() }
      for await _ in news { await publishWaiting() }
      group.cancelAll()
    }
  }

  private func watchConnection() async {
    for await state in client.connectionChanges {
      switch state {
      case .connected:
        journal.write(.notice, "alarms go to \(client.options.endpoint)")
        await tellEverything()
      case .disconnected(let error?):
        journal.write(.warning, "alarms wait for the broker: \(error)")
      case .disconnected(nil): break
      }
    }
  }

  private func publishWaiting() async {
    while let delay_s = waiting.delay_s(at: clock.monotonic()), !Task.isCancelled {
      guard let machine = waiting.next(at: clock.monotonic()) else {
        try? await Task.sleep(for: .seconds(delay_s))
        continue
      }
      let message = AlarmMessage(
        site: site, machine: machine, standing: await standing(machine), models: models, at: clock.stamp())
      do {
        try await client.publish(
          topic: alarmTopic(site: site, machine: machine), payload: Array(try message.json()),
          qos: .atLeastOnce, retain: true)
        published += 1
      } catch {
        // It waits again; the next connection begins with it.
        waiting.add(machine, severity: nil, at: clock.monotonic())
        return
      }
    }
  }
}
