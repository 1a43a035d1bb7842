// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Machine

/// What Home Assistant is told so that a machine appears there by itself: one retained message a machine, taken back by
/// an empty one.
///
/// Topic and keys are those of Home Assistant's documentation "MQTT: discovery" for devices (release 2024.11 and newer):
/// `<prefix>/device/<object id>/config`, an object id of letters, digits, `_` and `-`; `device` and `origin` are needed,
/// and each component has a platform and a unique id.
public struct HomeAssistantDevice: Sendable {
  private let machine: Machine
  private let origin: AlarmMessage.Origin
  private let program: String
  private let topics: AlertTopics

  /// The device of one machine.
  /// - Parameter program: version of the program.
  public init(_ machine: Machine, origin: AlarmMessage.Origin, program: String) {
    self.machine = machine
    self.origin = origin
    self.program = program
    topics = AlertTopics(site: origin.site, node: origin.node)
  }

  /// Identifier of the device; different machines have different ones, whatever their names.
  public var identifier: String {
    "millwright-\(HomeAssistantDevice.plain(origin.site))__\(HomeAssistantDevice.plain(machine.id.rawValue))"
  }

  /// Where the message goes.
  public func topic(prefix: String) -> String { "\(prefix)/device/\(identifier)/config" }

  /// The message as JSON with sorted keys.
  public func json() throws -> Data {
    try JSONEncoder.forMessages.encode(
      Message(
        device: Device(
          identifiers: [identifier], name: machine.name, manufacturer: "Millwright",
          model: machine.kind.rawValue,
          sw_version: program),
        origin: Origin(name: "Millwright", sw_version: program), components: components))
  }

  private var components: [String: Component] {
    let states = ["normal", "impaired", "warning", "alarm", "danger"]
    return [
      "state": component(
        "sensor", "state", "State", "{{ value_json.state }}", deviceClass: "enum", options: states),
      "problem": component(
        "binary_sensor", "problem", "Problem",
        "{{ 'ON' if value_json.state in ['warning', 'alarm', 'danger'] else 'OFF' }}", deviceClass: "problem"),
      "sensors": component(
        "binary_sensor", "sensors", "Sensor fault", "{{ 'ON' if value_json.sensor_faults > 0 else 'OFF' }}",
        deviceClass: "problem", category: "diagnostic"),
      "fault": component(
        "sensor", "fault", "Worst fault",
        "{{ value_json.alarms[0].title[:255] if value_json.alarms else 'none' }}"),
    ]
  }

  private func component(
    _ platform: String, _ id: String, _ name: String, _ template: String, deviceClass: String? = nil,
    options: [String]? = nil, category: String? = nil
  ) -> Component {
    Component(
      platform: platform, unique_id: "\(identifier)-\(id)", name: name, state_topic: topics.alarm(machine.id),
      value_template: template, device_class: deviceClass, options: options, entity_category: category,
      qos: 1,
      availability_topic: topics.status, availability_template: "{{ value_json.state }}",
      payload_available: NodeStatus.State.online.rawValue,
      payload_not_available: NodeStatus.State.offline.rawValue)
  }

  /// Letters, digits and `-` stay; every other byte becomes `_` and two digits, so `__` never comes of a name.
  private static func plain(_ name: String) -> String {
    name.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let stays = scalar.properties.isAlphabetic || (0x30...0x39).contains(byte) || byte == 0x2D
      if byte < 0x80, stays { return String(Character(scalar)) }
      return "_" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  // Property names are the keys of the message.
  private struct Message: Encodable {
    let device: Device
    let origin: Origin
    let components: [String: Component]
  }
  private struct Device: Encodable {
    let identifiers: [String]
    let name, manufacturer, model, sw_version: String
  }
  private struct Origin: Encodable {
    let name, sw_version: String
  }
  private struct Component: Encodable {
    let platform, unique_id, name, state_topic, value_template: String
    let device_class: String?
    let options: [String]?
    let entity_category: String?
    let qos: Int
    let availability_topic, availability_template, payload_available, payload_not_available: String
  }
}
