// SPDX-License-Identifier: Apache-2.0

import Broker
import Dispatch
import Firmware
import Foundation
import Simulation

/// Publishes and keeps the truth log until the duration is over or a signal asks to stop. Modbus is served by
/// the rack's own thread meanwhile.
func serve(
  _ machines: [any MachineSource], _ options: ServeOptions, timebase: Timebase, seed: UInt64, truth: TruthLog?
) async throws {
  let stop = stopSignals()
  let client = try options.mqtt.map {
    try MQTTClient(BrokerOptions(host: $0.host, port: $0.port, clientID: "millwright-sim-\(getpid())"))
  }
  await withTaskGroup(of: Void.self) { group in
    group.addTask { for await _ in stop { return } }
    if let duration = options.duration?.seconds {
      group.addTask { try? await Task.sleep(for: .seconds(duration)) }
    }
    if let client {
      group.addTask { await client.run() }
      group.addTask { await publish(machines, options, client, timebase: timebase, seed: seed) }
    }
    if let truth {
      group.addTask {
        var log = truth
        while !Task.isCancelled {
          log.write(until: timebase.now().device_s)
          try? await Task.sleep(for: .milliseconds(200))
        }
      }
    }
    // The first to end is the duration or a signal; what publishes goes on for ever.
    await group.next()
    group.cancelAll()
  }
}

/// Sends telemetry and waveforms at their periods; without a broker they are lost, as a sensor's would be.
private func publish(
  _ machines: [any MachineSource], _ options: ServeOptions, _ client: MQTTClient, timebase: Timebase,
  seed: UInt64
) async {
  var machines = machines
  var payloads = machines.map { Telemetry(machine: $0.id) }
  var delivery = options.delivery(seed: seed)
  var wireless = options.wireless ? machines.first.map(WirelessFirmware.init) : nil
  var nextWaveform_s = 0.0
  while !Task.isCancelled {
    let now = timebase.now()
    let withWaveform = now.device_s >= nextWaveform_s
    if withWaveform { nextWaveform_s = now.device_s + options.waveformPeriod.seconds }
    for i in machines.indices {
      var messages = [payloads[i].message(machines[i].scalars(at: now.machine_s), at: now.device_s)]
      if withWaveform {
        let channel =
          machines[i].channels.contains(options.channel) ? options.channel : machines[i].channels[0]
        messages += payloads[i].segments(
          machines[i].capture(at: now.machine_s, channel: channel), at: now.device_s)
        if i == 0 { messages += wireless?.messages(at: now) ?? [] }
      }
      await send(messages, client, through: &delivery)
    }
    try? await Task.sleep(for: .seconds(options.telemetryPeriod.seconds))
  }
}

/// Sends messages over a bad network: some are lost, doubled or late, and now and then the connection is cut.
func send(_ messages: [TelemetryMessage], _ client: MQTTClient, through delivery: inout DeliveryFaults) async
{
  for message in delivery.deliver(messages) {
    try? await client.publish(topic: message.topic, payload: message.payload)
    if delivery.cutsConnection() { client.cut() }
  }
}

/// One element when SIGTERM or SIGINT arrives.
func stopSignals() -> AsyncStream<Void> {
  AsyncStream { continuation in
    for number in [SIGTERM, SIGINT] {
      _ = signal(number, SIG_IGN)  // the default action only; the source sees it
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      // The handler keeps its own source alive: it is wanted until the process ends.
      source.setEventHandler { withExtendedLifetime(source) { _ = continuation.yield() } }
      source.resume()
    }
  }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
