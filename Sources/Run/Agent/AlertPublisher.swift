// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Foundation
import Machine

/// Publishes the state of every machine's alarms, retained, whenever it changes and at every connection.
///
/// The message is the whole state, so a lost or repeated one does no harm: what counts is that the newest
/// arrives. Machines that could not be told wait as a set, which is bounded by the plant. Nobody waits for the
/// broker: `changed` returns at once, `run` does the talking.
actor AlertPublisher {
  private let client: MQTTClient
  private let site: String
  /// Hash by name of the models in use.
  private let models: [String: String]
  private let clock: any Timekeeper
  private let journal: Journal
  private let machines: [MachineID]
  private var waiting: Set<MachineID>
  private var standing: @Sendable (MachineID) async -> [Alarm] = { _ in [] }
  private(set) var published = 0
  private let news: AsyncStream<Void>
  private let raise: AsyncStream<Void>.Continuation

  init(client: MQTTClient, plant: Plant, models: [String: String], clock: any Timekeeper, journal: Journal) {
    self.client = client
    self.models = models
    site = plant.site
    machines = plant.machines.map(\.id)
    waiting = Set(machines)
    self.clock = clock
    self.journal = journal
    // One mark is enough: whoever reads it publishes everything that waits.
    (news, raise) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Where the newest alarms come from.
  func follow(_ source: @escaping @Sendable (MachineID) async -> [Alarm]) { standing = source }

  /// Alarms of these machines changed.
  func changed(_ changed: [MachineID]) {
    waiting.formUnion(changed)
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
        changed(machines)
      case .disconnected(let error?):
        journal.write(.warning, "alarms wait for the broker: \(error)")
      case .disconnected(nil): break
      }
    }
  }

  private func publishWaiting() async {
    for machine in waiting.sorted() {
      waiting.remove(machine)
      let message = AlarmMessage(
        site: site, machine: machine, standing: await standing(machine), models: models, at: clock.stamp())
      do {
        try await client.publish(
          topic: alarmTopic(site: site, machine: machine), payload: Array(try message.json()),
          qos: .atLeastOnce, retain: true)
        published += 1
      } catch {
        // It waits again; the next connection begins with it.
        waiting.insert(machine)
        return
      }
    }
  }
}
