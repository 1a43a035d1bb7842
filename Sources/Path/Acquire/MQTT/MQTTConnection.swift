// SPDX-License-Identifier: Apache-2.0

public import Broker
public import Machine
public import Settings

/// One device behind a broker, as the site file names it.
public struct MQTTSource: Sendable {
  public var name: String
  public var profile: MQTTProfile
  /// A topic, or a filter when the device uses several.
  public var topic: String
  /// Whether a Sparkplug node may be told to send its birth again (`allow-writes: [rebirth]`).
  public var allowsRebirth: Bool
}

/// A point and the source that feeds it: `device.value` within one connection.
public typealias MQTTBinding = (source: String, point: PointID, quantity: Quantity)

/// One MQTT connection of the site file: a broker and the devices behind it.
public struct MQTTConnection: Sendable {
  public var name: String
  public var broker: BrokerOptions
  public var sources: [MQTTSource]

  /// Reads the value under `mqtt:`. `node` makes the client id when the section gives none.
  public init(name: String, node: String, _ setting: Setting, profiles: ProfileLibrary) throws(SettingsError)
  {
    self.name = name
    let table = try setting.table()
    broker = try BrokerOptions(table, clientID: "\(node)-\(name)")
    let list = try table.required("sources")
    sources = []
    for entry in try list.list() {
      let source = try MQTTSource(entry, profiles: profiles)
      if sources.contains(where: { $0.name == source.name }) {
        throw entry.fail("a name of its own, found '\(source.name)' twice")
      }
      sources.append(source)
    }
    if sources.isEmpty { throw list.fail("at least one source") }
    try table.finish()
  }

  /// Finds the value or waveform behind each binding, and refuses what can never come.
  public func check(_ bindings: [MQTTBinding]) throws(BindingError) { _ = try bind(bindings) }

  /// A reader for each source that something is read from; values are awaited from `start` on.
  package func readers(_ bindings: [MQTTBinding], start: MonotonicTime) throws(BindingError) -> [SourceReader]
  {
    try bind(bindings).map { SourceReader($0.0, points: $0.1, start: start) }
  }

  /// The sources that something is read from, each with its points by the name of the value.
  private func bind(_ bindings: [MQTTBinding]) throws(BindingError) -> [(MQTTSource, [String: [PointID]])] {
    var points = [[String: [PointID]]](repeating: [:], count: sources.count)
    for binding in bindings {
      let dot = binding.source.firstIndex(of: ".") ?? binding.source.endIndex
      let (device, value) = (String(binding.source[..<dot]), String(binding.source[dot...].dropFirst()))
      guard let index = sources.firstIndex(where: { $0.name == device }) else {
        let known = sources.map(\.name)
        throw .unknownDevice(
          source: binding.source, point: binding.point, nearest: nearest(to: device, among: known),
          known: known)
      }
      let source = sources[index]
      // Only what can arrive on the topic counts as there.
      let messages = source.profile.messages.filter(source.canReceive)
      guard let quantity = messages.compactMap({ $0.sources[value] }).first else {
        let known = messages.flatMap { $0.sources.keys }.sorted()
        throw .unknownRegister(
          source: binding.source, point: binding.point, profile: source.profile.name,
          nearest: nearest(to: value, among: known), known: known)
      }
      guard quantity == binding.quantity else {
        throw .wrongQuantity(
          source: binding.source, point: binding.point, wanted: binding.quantity, found: quantity)
      }
      points[index][value, default: []].append(binding.point)
    }
    return zip(sources, points).filter { !$0.1.isEmpty }
  }
}

extension MQTTSource {
  fileprivate init(_ setting: Setting, profiles: ProfileLibrary) throws(SettingsError) {
    let table = try setting.table()
    let nameSetting = try table.required("name")
    name = try nameSetting.string()
    if name.isEmpty || name.contains(".") {
      throw nameSetting.fail("a name without a dot, because points say 'device.value'; found '\(name)'")
    }
    profile = try MQTTProfile(profiles.load(table.required("profile")))
    let topicSetting = try table.required("topic")
    topic = try topicSetting.string()
    do {
      try Topic.checkFilter(topic)
    } catch {
      throw topicSetting.fail("a topic or a filter with + and #; \(error)")
    }
    allowsRebirth = false
    for entry in try table.optionalList("allow-writes") {
      guard try entry.string() == "rebirth" else {
        throw entry.fail("'rebirth'; nothing else is ever written")
      }
      allowsRebirth = true
    }
    try table.finish()
    guard profile.messages.contains(where: canReceive) else {
      let ends = profile.messages.compactMap(\.topicEnd).joined(separator: ", ")
      throw topicSetting.fail("a topic or filter that ends in one of: \(ends); found '\(topic)'")
    }
  }

  /// Whether messages of this kind can arrive on the topic.
  func canReceive(_ message: MQTTProfile.Message) -> Bool {
    guard let end = message.topicEnd else { return true }
    if message.claims(topic) { return true }
    guard let last = topic.split(separator: "/").last else { return false }
    return last == "#" || (last == "+" && !end.contains("/"))
  }
}

extension BrokerOptions {
  /// Reads the keys that describe a broker: `broker: mqtt://host:port` (or `mqtts://`), `version`,
  /// `client-id`, `username`, `password-file`, `ca-file`, `cert-file`, `key-file`, `skip-host-check`,
  /// `keep-alive`. Leaves other keys of the table to the caller.
  public init(_ table: SettingTable, clientID: String) throws(SettingsError) {
    let address = try table.required("broker")
    let (host, port, isSecure) = try BrokerOptions.address(address)
    self.init(host: host, port: port, clientID: try table.string("client-id", default: clientID))
    version = try table.choice("version", default: MQTTVersion.v3_1_1)
    username = try table.optionalString("username")
    passwordFile = try table.optionalString("password-file")
    keepAlive_s = try table.optionalDuration("keep-alive").map { Int(min($0, 1e6).rounded()) } ?? keepAlive_s
    let files = [
      try table.optionalString("ca-file"), try table.optionalString("cert-file"),
      try table.optionalString("key-file"),
    ]
    let skips = try table.flag("skip-host-check", default: false)
    if isSecure {
      tls = TLSOptions(caFile: files[0], certificateFile: files[1], keyFile: files[2], skipsHostCheck: skips)
    } else if skips || files.contains(where: { $0 != nil }) {
      throw address.fail("mqtts:// when certificates are given")
    }
    do {
      try validate()
    } catch {
      throw (wrongKey.flatMap(table.optional) ?? address).fail("a broker that can be used: \(error)")
    }
  }

  /// The key that makes these options useless, as far as one key does.
  private var wrongKey: String? {
    if clientID.isEmpty { return "client-id" }
    if !(5...65535).contains(keepAlive_s) { return "keep-alive" }
    if username == nil && passwordFile != nil { return "password-file" }
    guard let tls, (tls.certificateFile == nil) != (tls.keyFile == nil) else { return nil }
    return tls.keyFile == nil ? "cert-file" : "key-file"
  }

  private static func address(_ setting: Setting) throws(SettingsError) -> (String, UInt16, Bool) {
    let text = try setting.string()
    let wrong = setting.fail("mqtt://host:port or mqtts://host:port, found '\(text)'")
    let isSecure = text.hasPrefix("mqtts://")
    guard isSecure || text.hasPrefix("mqtt://") else { throw wrong }
    var host = text.dropFirst(isSecure ? 8 : 7)
    var port: UInt16 = isSecure ? 8883 : 1883
    let isBracketed = host.hasPrefix("[")
    if let colon = host.lastIndex(of: ":"), !isBracketed || host[..<colon].hasSuffix("]") {
      guard let number = UInt16(host[host.index(after: colon)...]), number > 0 else { throw wrong }
      port = number
      host = host[..<colon]
    }
    if isBracketed {
      guard host.hasSuffix("]") else { throw wrong }
      host = host.dropFirst().dropLast()
    }
    guard !host.isEmpty, !host.contains("/"), isBracketed || !host.contains(":") else { throw wrong }
    return (String(host), port, isSecure)
  }
}
