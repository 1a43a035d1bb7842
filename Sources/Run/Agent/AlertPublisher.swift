// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Foundation
import Machine

/// Publishes the state of every machine's alarms, retained, whenever it changes and at every connection.
///
/// The message is the whole state, so a lost or repeated one does no harm: what counts is that the newest
/// arrives. Machines that could not be told wait as a set, which is bounded by the plant.
actor AlertPublisher {
  private let client: MQTTClient
  private let site: String
  /// Hash by name of the models in use.
  private let models: [String: String]
  private let clock: any Timekeeper
  private let journal: Journal
  private var waiting: Set<MachineID>
  private let machines: [MachineID]
  private var standing: @Sendable (MachineID) async -> [Alarm] = { _ in [] }
  private(set) var published = 0

  init(client: MQTTClient, plant: Plant, models: [String: String], clock: any Timekeeper, journal: Journal) {
    self.client = client
    self.models = models
    site = plant.site
    machines = plant.machines.map(\.id)
    waiting = Set(machines)
    self.clock = clock
    self.journal = journal
  }

  /// Where the newest alarms come from.
  func follow(_ source: @escaping @Sendable (MachineID) async -> [Alarm]) { standing = source }

  /// Alarms of these machines changed.
  func changed(_ changed: [MachineID]) async {
    waiting.formUnion(changed)
    await publishWaiting()
  }

  /// Publishes everything at each connection, until cancelled.
  func run() async {
    for await state in client.connectionChanges {
      switch state {
      case .connected:
        journal.write(.notice, "alarms go to \(client.options.endpoint)")
        waiting = Set(machines)
        await publishWaiting()
      case .disconnected(let error?):
        journal.write(.warning, "alarms wait for the broker: \(error)")
      case .disconnected(nil): break
      }
    }
  }

  private func publishWaiting() async {
    for machine in waiting.sorted() {
      let message = AlarmMessage(
        site: site, machine: machine, standing: await standing(machine), models: models, at: clock.stamp())
      do {
        try await client.publish(
          topic: alarmTopic(site: site, machine: machine), payload: Array(try message.json()), qos: .atLeastOnce,
          retain: true)
        waiting.remove(machine)
        published += 1
      } catch {
        return  // Still in `waiting`; the next connection begins with it.
      }
    }
  }
}
