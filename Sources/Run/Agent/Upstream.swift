// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Clockwork
import Machine
import Store
import Sync

/// What talks to the broker upstream, in clients of their own: alarms wait neither behind the backlog of condensed data
/// nor behind a flood of commands. The alarms' client carries the will.
struct Upstream: Sendable {
  let alerts: MQTTClient
  let publisher: AlertPublisher
  let bulk: MQTTClient
  let uplink: Uplink
  private let commands: (client: MQTTClient, service: CommandService)?
  let actions: ActionService?
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
    actions =
      site.actions.isEmpty
      ? nil
      : ActionService(
        site.actions, client: alerts, origin: origin, store: store, clock: clock, journal: journal)
    commands = try site.commands.map { settings in
      var own = options
      own.clientID += "-commands"
      own.inboxMessages = 256
      own.inboxBytes = 1 << 20
      let client = try MQTTClient(own, clock: clock)
      return (
        client,
        CommandService(
          settings, client: client, origin: origin, store: store, clock: clock, journal: journal)
      )
    }
    bulk = try MQTTClient(options, clock: clock)
    uplink = try Uplink(
      store: store, node: site.node, site: site.plant.site, transport: BrokerTransport(bulk), clock: clock)
  }

  /// Says `offline` with the reason when the clients end; without this they only change the configuration.
  func leave(_ reason: String) {
    guard let payload = try? status.offline(reason).json() else { return }
    try? alerts.prepare(farewell: Will(topic: statusTopic, payload: Array(payload), retain: true))
  }

  /// Adds the services of all clients.
  func run(in services: inout TaskGroup<Void>) {
    services.addTask { await alerts.run() }
    services.addTask { await publisher.run() }
    if let actions { services.addTask { await actions.run() } }
    if let commands {
      services.addTask { await commands.client.run() }
      services.addTask { await commands.service.run() }
    }
    services.addTask { await bulk.run() }
    services.addTask { await uplink.run() }
  }
}
