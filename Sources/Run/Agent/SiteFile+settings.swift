// SPDX-License-Identifier: Apache-2.0

import Acquire
import Alert
import Broker
import Budget
import Condition
import Engine
import Foundation
import Machine
import Settings

extension SiteFile {
  /// Reads and checks a site file with the profiles and bearings that come with the program.
  public static func load(path: String, resources: Resources) throws(AgentError) -> SiteFile {
    do {
      let folder = (path as NSString).deletingLastPathComponent
      let profiles = ProfileLibrary(directories: [folder.isEmpty ? "." : folder, resources.devices])
      var bearings = BearingTable()
      let known = try Setting.load(path: resources.devices + "/bearings.yaml").table()
      try bearings.add(try known.list("bearings"))
      let text = try Setting.text(of: path)
      var site = try decode(
        try Setting.parse(text, file: path), path: path, profiles: profiles, bearings: bearings)
      site.hash = SHA256.hexadecimal(Array(text.utf8), digits: 64)
      return site
    } catch {
      throw .settings(error)
    }
  }

  private static func decode(
    _ root: Setting, path: String, profiles: ProfileLibrary, bearings known: BearingTable
  ) throws(SettingsError) -> SiteFile {
    let table = try root.table()
    let site = try Machine.identifier(table.required("site"))
    let node = try Machine.identifier(table.required("node"))
    var bearings = known
    try bearings.add(try table.optionalList("bearings"))

    var names: Set<String> = []
    var modbus: [ModbusConnection] = []
    var mqtt: [MQTTConnection] = []
    for entry in try table.list("connections") {
      let connection = try entry.table()
      let nameSetting = try connection.required("name")
      let name = try Machine.identifier(nameSetting)
      guard names.insert(name).inserted else {
        throw nameSetting.fail("a name of its own, '\(name)' stands twice")
      }
      if let setting = connection.optional("modbus") {
        modbus.append(try ModbusConnection(name: name, setting, profiles: profiles))
      } else if let setting = connection.optional("mqtt") {
        mqtt.append(
          try MQTTConnection(name: name, node: "millwright-\(site)-\(node)", setting, profiles: profiles))
      } else {
        throw entry.fail("one of 'modbus:' and 'mqtt:' beside the name")
      }
      try connection.finish()
    }

    var plant = Plant(site: site, machines: [])
    var bindings: [Binding] = []
    var sensors = SensorLayout()
    for entry in try table.list("machines") {
      let (machine, feeds, own) = try Machine.decode(entry, bearings: bearings)
      guard !plant.machines.contains(where: { $0.id == machine.id }) else {
        throw entry.fail("an id of its own, '\(machine.id)' stands twice")
      }
      guard machine.id != AlarmBook.site else {
        throw entry.fail("another id: '\(machine.id)' is where alarms about the alarms go")
      }
      plant.machines.append(machine)
      sensors.add(own)
      for feed in feeds {
        let binding = try bind(feed.point, to: feed.from, modbus: modbus, mqtt: mqtt)
        bindings.append(binding)
        let bus = modbus.first { $0.name == binding.connection }
        sensors.countWorth[binding.point] = bus?.countWorth(of: binding.source)
      }
    }

    let upstreamTable = try table.optionalTable("upstream")
    let homeAssistant = try discoveryPrefix(upstreamTable)
    let upstream = try BrokerOptions(upstream: upstreamTable, site: site, node: node)
    let folder = (path as NSString).deletingLastPathComponent
    let commands = try CommandSettings(
      table.optionalTable("commands"), folder: folder, hasBroker: upstream != nil)
    var actions: [ActionRule] = []
    for entry in try table.optionalList("actions") {
      let rule = try ActionRule(entry, plant: plant, hasBroker: upstream != nil)
      guard !actions.contains(where: { $0.name == rule.name }) else {
        throw entry.fail("a name of its own, '\(rule.name)' stands twice")
      }
      actions.append(rule)
    }
    let storage = try Storage(table.optionalTable("storage"))
    var detection = try Detection(table.optionalTable("detection"))
    let alarms = try table.optionalTable("alarms")
    detection.path.alarms = try AlarmPolicy(alarms)
    let messagesPerSecond = try alarms?.integer("messages-per-second", in: 1...1000, default: 10) ?? 10
    let alarmFaults = try alarms?.optionalTable("faults")?.keySettings ?? []
    try alarms?.finish()
    let power = try EnergyModel(table.optionalTable("power"))
    var faults: [String] = []
    for entry in try table.optionalList("faults") {
      let name = try entry.string()
      faults.append(name.hasPrefix("/") || folder.isEmpty ? name : folder + "/" + name)
    }
    try table.finish()
    return SiteFile(
      path: path, hash: "", node: node, plant: plant, modbus: modbus, mqtt: mqtt, bindings: bindings,
      sensors: sensors, upstream: upstream, homeAssistant: homeAssistant,
      messagesPerSecond: messagesPerSecond, actions: actions, commands: commands, storage: storage,
      detection: detection,
      power: power, faults: faults, alarmFaults: alarmFaults)
  }

  /// Where Home Assistant looks for machines, where the site file wants them there.
  private static func discoveryPrefix(_ upstream: SettingTable?) throws(SettingsError) -> String? {
    guard let upstream else { return nil }
    let setting = upstream.optional("home-assistant-prefix")
    let prefix = try setting?.string() ?? "homeassistant"
    guard !prefix.isEmpty, prefix.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"+#".utf8.contains($0) }),
      !prefix.hasPrefix("/"), !prefix.hasSuffix("/")
    else {
      throw setting?.fail("the beginning of a topic, like homeassistant")
        ?? .missingKey(upstream.place, key: "home-assistant-prefix")
    }
    return try upstream.flag("home-assistant", default: false) ? prefix : nil
  }

  /// Finds what `connection.device.value` names and checks that it fits the point.
  private static func bind(
    _ point: Point, to from: Setting, modbus: [ModbusConnection], mqtt: [MQTTConnection]
  ) throws(SettingsError) -> Binding {
    let text = try from.string()
    guard let dot = text.firstIndex(of: ".") else {
      throw from.fail("connection.device.value, like line-1.node-1.speed; found '\(text)'")
    }
    let (connection, source) = (String(text[..<dot]), String(text[text.index(after: dot)...]))
    let binding = (source: source, point: point.id, quantity: point.quantity)
    do {
      if let found = modbus.first(where: { $0.name == connection }) {
        try found.check([binding])
      } else if let found = mqtt.first(where: { $0.name == connection }) {
        try found.check([binding])
      } else {
        let names = modbus.map(\.name) + mqtt.map(\.name)
        let hint = nearest(to: connection, among: names).map { "; did you mean '\($0)'?" } ?? ""
        throw from.fail("one of the connections \(names.joined(separator: ", ")) before the first dot\(hint)")
      }
    } catch let error as BindingError {
      throw from.fail("\(error)")
    } catch let error as SettingsError {
      throw error
    } catch {
      throw from.fail("\(error)")
    }
    return Binding(connection: connection, source: source, point: point.id, quantity: point.quantity)
  }
}

extension SiteFile.Storage {
  init(_ table: SettingTable?) throws(SettingsError) {
    directory = try table?.string("directory", default: "/var/lib/millwright") ?? "/var/lib/millwright"
    readingInterval_s = try table?.duration("reading-interval", default: 10) ?? 10
    maximumBytes = (try table?.integer("maximum-megabytes", in: 16...1_000_000, default: 1024) ?? 1024) << 20
    try table?.finish()
  }
}

extension SiteFile.Detection {
  init(_ table: SettingTable?) throws(SettingsError) {
    var options = PlantPath.Options()
    guard let table else {
      self.init(usesModel: true, falseAlarmRate: 1e-3, path: options)
      return
    }
    let rate = try table.number("false-alarm-rate", default: 1e-3)
    guard rate > 0, rate <= 0.1 else {
      throw try table.required("false-alarm-rate").fail("a share of windows above 0 and up to 0.1")
    }
    options.learningWindows = try table.integer(
      "learning-windows", in: 10...100_000, default: options.learningWindows)
    options.judgePeriod_s = try table.duration("judge-period", default: options.judgePeriod_s)
    options.readingAge_s = try table.duration("reading-age", default: options.readingAge_s)
    options.waveformAge_s = try table.duration("waveform-age", default: options.waveformAge_s)
    self.init(
      usesModel: try table.flag("model", default: true), falseAlarmRate: rate, path: options)
    try table.finish()
  }
}

extension BrokerOptions {
  fileprivate init?(upstream table: SettingTable?, site: String, node: String) throws(SettingsError) {
    guard let table else { return nil }
    self = try BrokerOptions(table, clientID: "millwright-\(site)-\(node)-up")
    try table.finish()
  }
}

extension EnergyModel {
  init(_ table: SettingTable?) throws(SettingsError) {
    guard let table else {
      self = .raspberryPi4
      return
    }
    self.init(
      idle_W: try table.number("idle-watts"), activePerCore_W: try table.number("active-watts-per-core"),
      source: try table.string("source"))
    try table.finish()
  }
}
