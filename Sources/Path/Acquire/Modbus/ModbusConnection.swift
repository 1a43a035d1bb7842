// SPDX-License-Identifier: Apache-2.0

public import Fieldbus
public import Settings

/// One device on a connection, as the site file names it; its `period` and `waveform-period` replace those of the
/// profile.
public struct ModbusDevice: Sendable {
  public var name: String
  public var unit: UInt8
  public var profile: DeviceProfile
  /// What the operator allows to be written, like `waveform.trigger`.
  public var allowedWrites: Set<String>
}

/// One Modbus connection of the site file: an endpoint and the devices behind it.
public struct ModbusConnection: Sendable {
  public var name: String
  public var endpoint: Endpoint
  /// Seconds that a request may take.
  public var timeout_s: Double
  public var devices: [ModbusDevice]

  /// Reads the value under `modbus:`.
  public init(name: String, _ setting: Setting, profiles: ProfileLibrary) throws(SettingsError) {
    self.name = name
    let table = try setting.table()
    endpoint = try Endpoint(setting, table)
    timeout_s = try table.duration("timeout", default: 0.5)
    if timeout_s <= 0 { throw try table.required("timeout").fail("a timeout above 0") }
    let list = try table.required("devices")
    devices = []
    for entry in try list.list() {
      let device = try ModbusDevice(entry, on: endpoint, profiles: profiles)
      if devices.contains(where: { $0.name == device.name }) {
        throw entry.fail("a device name of its own, found '\(device.name)' twice")
      }
      if let other = devices.first(where: { $0.unit == device.unit }) {
        throw entry.fail("a unit of its own: '\(other.name)' has unit \(device.unit) too")
      }
      devices.append(device)
    }
    if devices.isEmpty { throw list.fail("at least one device") }
    try table.finish()
  }
}

extension ModbusDevice {
  init(_ setting: Setting, on endpoint: Endpoint, profiles: ProfileLibrary) throws(SettingsError) {
    let table = try setting.table()
    let nameSetting = try table.required("name")
    name = try nameSetting.string()
    if name.isEmpty || name.contains(".") {
      throw nameSetting.fail("a name without a dot, because points say 'device.register'; found '\(name)'")
    }
    // 248-255 are reserved on a serial line, 0 is its broadcast; over TCP 0 and 255 mean the device itself.
    let units = if case .rtu = endpoint { 1...247 } else { 0...255 }
    unit = UInt8(try table.integer("unit", in: units))
    profile = try profiles.modbus(table.required("profile"))
    let writable = profile.waveform.flatMap(\.triggerName)
    allowedWrites = []
    for entry in try table.optionalList("allow-writes") {
      let wanted = try entry.string()
      guard wanted == writable else {
        throw entry.fail(
          writable.map { "'\($0)', the only register that is ever written here; found '\(wanted)'" }
            ?? "nothing: the profile '\(profile.name)' has no register to write; found '\(wanted)'")
      }
      allowedWrites.insert(wanted)
    }
    if let period_s = try table.optionalDuration("period") {
      for index in profile.registers.indices { profile.registers[index].period_s = period_s }
    }
    if let period_s = try table.optionalDuration("waveform-period") {
      guard profile.waveform != nil else {
        throw try table.required("waveform-period").fail("nothing: the profile '\(profile.name)' has no waveform")
      }
      profile.waveform?.period_s = period_s
    }
    if let period_s = try table.optionalDuration("period") {
      guard period_s > 0 else { throw setting.fail("a period above 0") }
      for index in profile.registers.indices { profile.registers[index].period_s = period_s }
    }
    if let period_s = try table.optionalDuration("waveform-period") {
      guard period_s > 0, profile.waveform != nil else {
        throw setting.fail("a waveform-period above 0, and a profile with a waveform")
      }
      profile.waveform?.period_s = period_s
    }
    try table.finish()
  }
}

extension WaveformMap {
  /// What an operator lists to allow the trigger, like `waveform.trigger`.
  var triggerName: String? { trigger.map { "\(name).\(registers[$0.register].name)" } }
}

extension Endpoint {
  fileprivate init(_ setting: Setting, _ table: SettingTable) throws(SettingsError) {
    let (tcp, rtu) = (table.optional("tcp"), table.optional("rtu"))
    if let tcp, rtu == nil {
      self = try Endpoint(tcp: tcp)
    } else if let rtu, tcp == nil {
      self = .rtu(
        device: try rtu.string(), baud: try table.integer("baud", in: 300...4_000_000, default: 9600),
        parity: try table.choice("parity", default: Endpoint.Parity.none),
        stopBits: try table.integer("stop-bits", in: 1...2, default: 1))
    } else {
      throw setting.fail("either 'tcp: host:port' or 'rtu: /dev/...'")
    }
  }

  /// `host`, `host:port` or `[address]:port`.
  private init(tcp setting: Setting) throws(SettingsError) {
    let text = try setting.string()
    let wrong = setting.fail("host:port, like 10.0.0.5:502 or [::1]:502; found '\(text)'")
    var host = text[...]
    var port: UInt16 = 502
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { throw wrong }
      let rest = host[host.index(after: end)...]
      host = host[..<end].dropFirst()
      if !rest.isEmpty {
        guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()) else { throw wrong }
        port = number
      }
    } else if let colon = host.firstIndex(of: ":") {
      guard let number = UInt16(host[host.index(after: colon)...]) else { throw wrong }
      port = number
      host = host[..<colon]
    }
    guard !host.isEmpty, port > 0 else { throw wrong }
    self = .tcp(host: String(host), port: port)
  }
}
