// SPDX-License-Identifier: Apache-2.0

import Alert
import Broker
import Foundation
import Glibc
import Machine
import Store

extension Demo {
  /// Tells the reader what happens, at once: standard output may be a pipe.
  func say(_ line: String) {
    print("demo: \(line)")
    fflush(nil)
  }

  func startBroker(port: UInt16, folder: String) throws(AgentError) -> ChildProcess {
    guard let program = ChildProcess.find("mosquitto") else {
      throw .demo("mosquitto is not installed; on Debian: apt-get install mosquitto")
    }
    let file = folder + "/mosquitto.conf"
    let text = "listener \(port) 127.0.0.1\nallow_anonymous true\npersistence false\n"
    do { try text.write(toFile: file, atomically: true, encoding: .utf8) } catch {
      throw .demo("\(file): \(error.localizedDescription)")
    }
    return try ChildProcess(program, ["-c", file], log: folder + "/mosquitto.log")
  }

  func startSimulator(modbus: UInt16, broker: UInt16, folder: String) throws(AgentError) -> ChildProcess {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .path
    guard let program = ChildProcess.find("millwright-sim", beside: own) else {
      throw .demo(
        "millwright-sim is not beside millwright; build it: swift build -c release --product millwright-sim")
    }
    return try ChildProcess(
      program,
      [
        "run", "--machine", "pump:P-101", "--machine", "fan:F-7", "--port", "\(modbus)",
        "--mqtt", "127.0.0.1:\(broker)", "--telemetry-period", "500ms", "--waveform-period", "500ms",
        "--speedup", "\(Int(Self.speedup))", "--seed", "1", "--truth", folder + "/truth.jsonl",
        "--fault", "P-101:\(fault)@\(Int(Self.healthy_s))s/\(Int(Self.growth_s))s",
      ], log: folder + "/millwright-sim.log")
  }

  func writeSite(modbus: UInt16, broker: UInt16, folder: String) throws(AgentError) -> String {
    let file = folder + "/site.yaml"
    do {
      try Self.site(modbus: modbus, broker: broker, folder: folder).write(
        toFile: file, atomically: true, encoding: .utf8)
    } catch { throw .demo("\(file): \(error.localizedDescription)") }
    return file
  }

  /// A TCP port of the loopback interface that nobody uses at this moment.
  static func freePort() throws(AgentError) -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw .demo("no socket: errno \(errno)") }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: the address lives on this frame for both calls, and its true size is passed.
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        unsafe bind(descriptor, raw, length) == 0 && getsockname(descriptor, raw, &length) == 0
      }
    }
    guard status else { throw .demo("no free port on 127.0.0.1: errno \(errno)") }
    return UInt16(bigEndian: address.sin_port)
  }

  private static func site(modbus: UInt16, broker: UInt16, folder: String) -> String {
    """
    site: demo
    node: gateway-1
    connections:
      - name: line-1
        modbus:
          tcp: 127.0.0.1:\(modbus)
          devices:
            - { name: node-1, unit: 1, profile: millwright-sim-node, period: 500ms, waveform-period: 1500ms, allow-writes: [waveform.trigger] }
      - name: plant
        mqtt:
          broker: mqtt://127.0.0.1:\(broker)
          sources:
            - { name: f7, profile: millwright-sim-mqtt, topic: sim/F-7/+ }
    upstream:
      broker: mqtt://127.0.0.1:\(broker)
    storage:
      directory: \(folder)
      reading-interval: 1s
    detection:
      learning-windows: 25
      judge-period: 1s
      reading-age: 20s
      waveform-age: 20s
    machines:
      - id: P-101
        name: Cooling water pump
        kind: pump
        rated-power-kw: 75
        rated-speed-rpm: 1480
        support: rigid
        vanes: 6
        line-frequency-hz: 50
        bearings:
          - { name: DE, designation: SKF 6205-2RS JEM }
        points:
          - { name: DE-H, role: vibration, direction: horizontal, bearing: DE, from: line-1.node-1.waveform }
          - { name: speed, role: shaft-speed, from: line-1.node-1.speed }
          - { name: power, role: power, from: line-1.node-1.power }
          - { name: bearing-temperature, role: bearing-temperature, from: line-1.node-1.bearing-temperature }
          - { name: ambient-temperature, role: ambient-temperature, from: line-1.node-1.ambient-temperature }
          - { name: suction-pressure, role: suction-pressure, from: line-1.node-1.suction-pressure }
          - { name: discharge-pressure, role: discharge-pressure, from: line-1.node-1.discharge-pressure }
      - id: F-7
        name: Exhaust fan
        kind: fan
        rated-power-kw: 45
        rated-speed-rpm: 1475
        support: rigid
        vanes: 12
        line-frequency-hz: 50
        bearings:
          - { name: DE, designation: SKF 6205-2RS JEM }
        points:
          - { name: DE-H, role: vibration, direction: horizontal, bearing: DE, from: plant.f7.waveform }
          - { name: speed, role: shaft-speed, from: plant.f7.speed }
          - { name: power, role: power, from: plant.f7.power }
          - { name: bearing-temperature, role: bearing-temperature, from: plant.f7.bearing-temperature }
          - { name: ambient-temperature, role: ambient-temperature, from: plant.f7.ambient-temperature }

    """
  }
}
