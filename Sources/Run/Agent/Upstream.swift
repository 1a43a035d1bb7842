// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Machine
import Store
import Sync

/// What talks to the broker upstream, in two clients: alarms never wait behind the backlog of condensed data. The
/// alarms' client carries the will.
struct Upstream: Sendable {
  let alerts: MQTTClient
  let publisher: AlertPublisher
  let bulk: MQTTClient
  let uplink: Uplink
  private let status: NodeStatus
  private let statusTopic: String

  init(
    _ options: BrokerOptions, site: SiteFile, origin: AlarmMessage.Origin, events: EventLine, store: Store,
    started: WallTime, clock: any Timekeeper, journal: Journal
  ) throws {
    status = NodeStatus(origin: origin, boot: store.boot, started: started, program: Version.text)
    statusTopic = AlertTopics(site: origin.site, node: origin.node).status
    var own = options
    own.clientID += "-alerts"
    own.will = Will(
      topic: statusTopic, payload: Array(try status.offline("connection lost").json()), retain: true)
    alerts = try MQTTClient(own, clock: clock)
    publisher = AlertPublisher(
      client: alerts, site: site, status: status, origin: origin, events: events, store: store, clock: clock,
      journal: journal)
    bulk = try MQTTClient(options, clock: clock)
    uplink = try Uplink(
      store: store, node: site.node, site: site.plant.site, transport: BrokerTransport(bulk), clock: clock)
  }

  /// Says `offline` with the reason when the clients end; without this they only change the configuration.
  func leave(_ reason: String) {
    guard let payload = try? status.offline(reason).json() else { return }
    try? alerts.prepare(farewell: Will(topic: statusTopic, payload: Array(payload), retain: true))
  }

  /// Adds the services of both clients.
  func run(in services: inout TaskGroup<Void>) {
    services.addTask { await alerts.run() }
    services.addTask { await publisher.run() }
    services.addTask { await bulk.run() }
    services.addTask { await uplink.run() }
  }
}
