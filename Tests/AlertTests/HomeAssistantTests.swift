// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine
import Testing

/// Held against the keys of Home Assistant's documentation: "MQTT: device discovery payload", and the options of the
/// platforms sensor and binary_sensor.
@Suite("Home Assistant")
struct HomeAssistantTests {
  private func device(_ machine: String = "P-101", site: String = "demo") -> HomeAssistantDevice {
    HomeAssistantDevice(
      Machine(id: MachineID(machine), name: "Cooling water pump", kind: .pump),
      origin: AlarmMessage.Origin(site: site, node: "gateway-1", configuration: ""), program: "0.1.0")
  }

  @Test("The message has the keys that are needed, and only keys that are known")
  func keys() throws {
    let message = try #require(try JSONSerialization.jsonObject(with: device().json()) as? [String: Any])
    #expect(Set(message.keys) == ["device", "origin", "components"])
    #expect(
      (message["origin"] as? [String: Any])?["name"] as? String == "Millwright", "an origin needs a name")
    let about = try #require(message["device"] as? [String: Any])
    #expect(
      Set(about.keys).isSubset(of: [
        "configuration_url", "connections", "identifiers", "name", "manufacturer", "model", "model_id",
        "hw_version",
        "sw_version", "suggested_area", "serial_number", "via_device",
      ]))
    #expect((about["identifiers"] as? [String])?.isEmpty == false)
    let common: Set = [
      "platform", "unique_id", "name", "state_topic", "value_template", "device_class", "entity_category",
      "qos",
      "availability_topic", "availability_template", "payload_available", "payload_not_available",
    ]
    let components = try #require(message["components"] as? [String: [String: Any]])
    #expect(components.count == 4)
    #expect(Set(components.values.compactMap { $0["unique_id"] as? String }).count == 4)
    for (name, component) in components {
      #expect(Set(component.keys).isSubset(of: common.union(["options"])), "\(name)")
      #expect(["sensor", "binary_sensor"].contains(component["platform"] as? String))
      #expect(component["state_topic"] as? String == "millwright/demo/P-101/alarm")
      #expect(component["availability_topic"] as? String == "millwright/demo/gateway-1/status")
      // Options are those of an enum, and an enum is a sensor's.
      #expect((component["options"] != nil) == (component["device_class"] as? String == "enum"))
    }
    #expect(components["problem"]?["device_class"] as? String == "problem")
  }

  @Test("Identifiers have letters, digits, _ and - only, and different machines have different ones")
  func identifiers() {
    let names = ["P-101", "P_101", "P 101", "Lüfter", "p-101", "", "_", "__", "a__b", "5f"]
    let all = names.flatMap { a in names.map { b in device(a, site: b).identifier } }
    #expect(Set(all).count == names.count * names.count)
    let known = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
    #expect(all.allSatisfy { $0.allSatisfy(known.contains) })
    #expect(device().topic(prefix: "homeassistant") == "homeassistant/device/millwright-demo__P-101/config")
  }
}
