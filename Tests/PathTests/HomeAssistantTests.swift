// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// Machines appear in Home Assistant and disappear again, through a real broker.
@Suite struct HomeAssistantTests {
  @Test
  func `a machine appears by the switch, and leaves with its messages, as all do when the switch goes off`()
    async throws
  {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    func site(_ isOn: Bool, _ machines: String = "") throws -> String {
      try CommandTests.site(
        in: folder,
        rest: machines
          + "upstream: { broker: mqtt://127.0.0.1:\(broker.port), home-assistant: \(isOn) }")
    }
    let second = """
        - id: F-7
          kind: fan
          points: [{ name: speed, role: shaft-speed, from: line-1.node-1.speed }]

      """
    let path = try site(true, second)
    let daemon = try Daemon("millwright", ["run", "--site", path], log: folder.path + "/log")
    func topics() async throws -> Set<String> {
      let kept = try await broker.retained("#")
      return Set(kept.keys.filter { $0.hasPrefix("homeassistant/") || $0.hasSuffix("/alarm") })
    }
    func become(_ wanted: Set<String>) async throws -> Set<String> {
      var found = try await topics()
      for _ in 0..<15 where found != wanted { found = try await topics() }
      return found
    }
    let (pump, fan) = ("millwright/test/P-101/alarm", "millwright/test/F-7/alarm")
    func config(_ machine: String) -> String { "homeassistant/device/millwright-test__\(machine)/config" }
    let all: Set = [pump, fan, config("P-101"), config("F-7")]
    #expect(try await become(all) == all, "\(daemon.text)")
    _ = try site(true)
    daemon.signal(SIGHUP)
    let one: Set = [pump, config("P-101")]
    #expect(try await become(one) == one, "\(daemon.text)")
    _ = try site(false)
    daemon.signal(SIGHUP)
    #expect(try await become([pump]) == [pump], "\(daemon.text)")
  }
}
