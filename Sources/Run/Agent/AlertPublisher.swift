// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Foundation
import Machine
import Store
import Synchronization

/// Tells plant systems of alarms: the state of every machine, retained, whenever it changes and at every connection;
/// each step of an alarm as an event; and whether this gateway is there at all.
///
/// A state message is the whole state, so a lost or repeated one does no harm: what counts is that the newest
/// arrives. Machines that are to be told wait in a queue that is bounded by the plant and keeps a rate, the most severe
/// change first. Events wait in a line of their own. Nobody waits for the broker: `changed` returns at once, `run` does
/// the talking.
actor AlertPublisher {
  private let client: MQTTClient
  private let origin: AlarmMessage.Origin
  private let status: NodeStatus
  private let topics: AlertTopics
  private let store: Store
  private let siteFile: String
  private let clock: any Timekeeper
  private let journal: Journal
  private let machines: [MachineID]
  /// What Home Assistant is told, by topic.
  private let devices: [String: HomeAssistantDevice]
  private var waiting: PublishQueue
  private let events: EventLine
  private var alarms: @Sendable (MachineID) async -> MachineAlarms = { _ in MachineAlarms() }
  private(set) var published = 0
  private let news: AsyncStream<Void>
  private let raise: AsyncStream<Void>.Continuation

  init(
    client: MQTTClient, site: SiteFile, status: NodeStatus, origin: AlarmMessage.Origin, events: EventLine,
    store: Store, clock: any Timekeeper, journal: Journal
  ) {
    self.client = client
    self.origin = origin
    self.status = status
    self.events = events
    self.store = store
    siteFile = site.path
    topics = AlertTopics(site: origin.site, node: origin.node)
    machines = site.plant.machines.map(\.id)
    let told = site.homeAssistant.map { prefix in
      site.plant.machines.map { machine in
        let device = HomeAssistantDevice(machine, origin: origin, program: Version.text)
        return (device.topic(prefix: prefix), device)
      }
    }
    devices = Dictionary(told ?? []) { first, _ in first }
    let perSecond = Double(site.messagesPerSecond)
    waiting = PublishQueue(perSecond: perSecond)
    events.queue.withLock { $0.hold(perSecond: perSecond) }
    for machine in machines { waiting.add(machine, severity: nil, at: clock.monotonic()) }
    self.clock = clock
    self.journal = journal
    // One mark is enough: whoever reads it publishes everything that waits.
    (news, raise) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Where the newest alarms come from.
  func follow(_ source: @escaping @Sendable (MachineID) async -> MachineAlarms) { alarms = source }

  /// Alarms took these steps.
  func changed(_ transitions: [AlarmTransition]) {
    let now = clock.monotonic()
    for transition in transitions {
      waiting.add(transition.alarm.finding.machine, severity: transition.alarm.severity, at: now)
    }
    events.queue.withLock { queue in for transition in transitions { queue.add(transition) } }
    raise.yield()
  }

  /// A broker that has just been reached hears of every machine, and of the alarms' own where there are any.
  private func tellEverything() async {
    let now = clock.monotonic()
    for machine in machines { waiting.add(machine, severity: nil, at: now) }
    if await alarms(AlarmBook.site) != MachineAlarms() {
      waiting.add(AlarmBook.site, severity: nil, at: now)
    }
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
        do {
          try await client.publish(topic: topics.status, payload: Array(try status.json()), retain: true)
          try await tellDevices()
        } catch {
          journal.write(.warning, "the broker does not take the gateway's status or devices: \(error)")
        }
        await tellEverything()
      case .disconnected(let error?):
        journal.write(.warning, "alarms wait for the broker: \(error)")
      case .disconnected(nil): break
      }
    }
  }

  /// Tells Home Assistant of the machines, where the site wants it, and takes back what is no longer wanted: machines that
  /// left the site file, and all of them when the switch went off.
  private func tellDevices() async throws {
    let memory = RetainedTopics(store)
    let wanted = Set(devices.keys).union((machines + [AlarmBook.site]).map(topics.alarm))
    let gone = try await memory.want(wanted, at: clock.stamp())
    for (topic, device) in devices.sorted(by: { $0.key < $1.key }) {
      try await client.publish(topic: topic, payload: Array(try device.json()), retain: true)
    }
    for topic in gone.sorted() { try await client.publish(topic: topic, payload: [], retain: true) }
    if !gone.isEmpty { try await memory.settle(wanted, at: clock.stamp()) }
  }

  /// Publishes until nothing waits any more, or the broker is gone: the next connection begins anew.
  private func publishWaiting() async {
    while !Task.isCancelled {
      let now = clock.monotonic()
      do {
        if let machine = waiting.next(at: now) {
          try await publishState(of: machine)
        } else if let event = events.queue.withLock({ $0.next(at: now) }) {
          try await client.publish(
            topic: topics.event(event.machine),
            payload: Array(try event.json(site: origin.site, node: origin.node)))
          events.queue.withLock { $0.delivered(event) }
        } else {
          let delays = [waiting.delay_s(at: now), events.queue.withLock { $0.delay_s(at: now) }]
          guard let delay_s = delays.compactMap(\.self).min() else { return }
          try await Task.sleep(for: .seconds(max(delay_s, 0.001)))
        }
      } catch { return }
    }
  }

  private func publishState(of machine: MachineID) async throws {
    do {
      let picture = await alarms(machine)
      let message = AlarmMessage(
        origin, machine: machine, alarms: picture, evidence: await evidence(for: picture.standing),
        at: clock.stamp())
      try await client.publish(topic: topics.alarm(machine), payload: Array(try message.json()), retain: true)
      published += 1
    } catch {
      waiting.add(machine, severity: nil, at: clock.monotonic())
      throw error
    }
  }

  /// The newest evidence of each alarm; one that cannot be read is missing from the message, nothing more.
  private func evidence(for alarms: [Alarm]) async -> [String: AlarmMessage.EvidenceLink] {
    var links: [String: AlarmMessage.EvidenceLink] = [:]
    for alarm in alarms {
      guard let place = try? await store.newestEvidence(alarm: alarm.id, occurrence: alarm.occurrence) else {
        continue
      }
      links[alarm.id] = AlarmMessage.EvidenceLink(
        record: place.id, point: place.point, taken: place.taken, site: siteFile)
    }
    return links
  }
}

/// The line of events of one run of the daemon: it outlives the configurations.
final class EventLine: Sendable {
  let queue: Mutex<EventQueue>

  init(boot: Int64) { queue = Mutex(EventQueue(boot: boot)) }
}
