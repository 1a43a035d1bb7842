// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Firmware
import Simulation

/// Where firmware is served, for simulated and for recorded machines.
struct ServeOptions: ParsableArguments {
  @Option(help: "Modbus TCP port on 127.0.0.1; 0 lets the system choose.")
  var port: UInt16 = 1502

  @Option(help: "Serve Modbus RTU too, on a pseudo-terminal with this symbolic link.")
  var pty: String?

  @Option(help: "Keep the pace of a serial line of this many bits per second.")
  var baud: Int?

  @Option(help: "Publish to this MQTT broker, like 127.0.0.1:1883.")
  var mqtt: BrokerArgument?

  @Option(help: "Time between two telemetry messages.")
  var telemetryPeriod = Duration_s(1)

  @Option(help: "Time between two waveform messages.")
  var waveformPeriod = Duration_s(10)

  @Option(help: "Where the accelerometer sits: DE-H, DE-V, DE-A, NDE-H, NDE-V, NDE-A.")
  var channel: Channel = .driveEndHorizontal

  @Option(
    name: .customLong("transport-fault"),
    help:
      "Share of Modbus replies spoiled, like late=0.01. Kinds: \(TransportFault.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var transportFaults: [TransportArgument] = []

  @Flag(help: "Publish an AirVibe and an NCD 110 on the first machine too, with the waveforms.")
  var wireless = false

  @Option(help: "Share of MQTT messages that are lost.")
  var mqttDrop = 0.0

  @Option(help: "Share of MQTT messages that come twice.")
  var mqttDuplicate = 0.0

  @Option(help: "Share of MQTT messages that come after the next one.")
  var mqttReorder = 0.0

  @Option(
    help: "Share of MQTT messages after which the connection is cut without a farewell; then it is made anew."
  )
  var mqttCut = 0.0

  @Option(help: "Stop after this long; without it at SIGTERM or ^C.")
  var duration: Duration_s?

  func validate() throws {
    guard [mqttDrop, mqttDuplicate, mqttReorder, mqttCut].allSatisfy((0...1).contains) else {
      throw ValidationError("shares of MQTT messages are 0...1")
    }
  }

  func transport(seed: UInt64) -> TransportFaults {
    TransportFaults(
      rates: Dictionary(transportFaults.map { ($0.fault, $0.rate) }, uniquingKeysWith: { max($0, $1) }),
      seed: seed)
  }

  func delivery(seed: UInt64) -> DeliveryFaults {
    DeliveryFaults(drop: mqttDrop, duplicate: mqttDuplicate, reorder: mqttReorder, cut: mqttCut, seed: seed)
  }

  /// Puts one node per machine on a TCP port and, if asked for, on a serial line, as units 1, 2, …
  func rack(_ machines: [any MachineSource], timebase: Timebase, seed: UInt64) throws -> Rack {
    var rack = Rack(timebase)
    var units: [UInt8: any RegisterDevice] = [:]
    for (i, machine) in machines.enumerated() {
      units[UInt8(i + 1)] = NodeFirmware(
        machine, channel: machine.channels.contains(channel) ? channel : machine.channels[0])
    }
    let port = try rack.addTCP(port: port, units: units, faults: transport(seed: seed))
    for (i, machine) in machines.enumerated() {
      say("\(machine.id): Modbus TCP 127.0.0.1:\(port) unit \(i + 1), millwright-sim-node")
    }
    if let pty {
      let path = try rack.addSerial(link: pty, units: units, faults: transport(seed: seed &+ 1), baud: baud)
      say("serial line \(path): the same units by Modbus RTU")
    }
    return rack
  }
}

/// The vendors' transmitters, all on one machine, by unit number.
func vendorUnits(_ machine: any MachineSource) -> [(unit: UInt8, profile: String, device: any RegisterDevice)]
{
  [
    (80, "witmotion-wtvb01-485", WitMotionFirmware(machine)),
    (101, "banner-qm30vt2", BannerFirmware(machine)),
    (102, "keller-xline", KellerFirmware(machine)),
    (103, "xy-md02", ClimateFirmware(machine)),
    (104, "eastron-sdm630", PowerMeterFirmware(machine)),
    (105, "avm-2000r", AmcFirmware(machine)),
  ]
}
