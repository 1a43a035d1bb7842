// SPDX-License-Identifier: Apache-2.0

import Acquire
import Condition
import Fieldbus
import Foundation
import Knowledge
import Machine

/// What `millwright check` found: the plan of every bus and what stands in its way.
public struct SiteCheck: Codable, Sendable {
  /// One Modbus connection and the share of its time that the schedule takes.
  public struct Bus: Codable, Sendable {
    public var connection: String
    public var endpoint: String
    /// 1 is a bus that is never silent.
    public var utilisation: Double
    /// `fits`, `tight` or `impossible`.
    public var verdict: String
    public var devices: [Device]
  }
  /// One device's part.
  public struct Device: Codable, Sendable {
    public var name: String
    public var requests: Int
    public var scalars: Double
    public var waveforms: Double
    /// Time that one waveform takes with the bus to itself, seconds.
    public var waveform_s: Double?
  }

  public var schema = 1
  public var site: String
  public var node: String
  public var machines: Int
  public var points: Int
  public var buses: [Bus]
  /// Which points are of one sensor, and what is checked because of it.
  public var sensors: [String]
  /// Judgements that cannot be made with what the site file says, by machine.
  public var notes: [String]

  /// Whether every plan fits its bus.
  public var fits: Bool { !buses.contains { $0.verdict == BusLoad.Verdict.impossible.rawValue } }

  /// Computes the load of every bus and reads the site's own faults; nothing is connected to.
  public init(_ site: SiteFile, resources: Resources) throws(AgentError) {
    _ = try KnowledgeBase.load(for: site, resources: resources)
    self.site = site.plant.site
    node = site.node
    machines = site.plant.machines.count
    points = site.bindings.count
    do {
      buses = try site.modbus.map { connection in
        let load = try BusLoad(connection, bindings: site.bindings(of: connection.name))
        return Bus(
          connection: load.connection, endpoint: "\(load.endpoint)", utilisation: load.utilisation,
          verdict: load.verdict.rawValue,
          devices: load.shares.map {
            Device(
              name: $0.device, requests: $0.requests, scalars: $0.scalars, waveforms: $0.waveforms,
              waveform_s: $0.waveform_s)
          })
      }
    } catch {
      throw .unreachable("\(error)")
    }
    sensors = site.sensors.lines
    notes = site.plant.machines.flatMap { machine in
      var missing: [String] = []
      if machine.ratedPower_kW == nil && machine.shaftHeight_mm == nil || machine.support == nil {
        missing.append("ISO 10816-3 zones need rated-power-kw (or shaft-height-mm) and support")
      }
      if machine.points(.shaftSpeed).isEmpty {
        missing.append("orders and bearing lines need a shaft-speed point")
      }
      if machine.bearings.isEmpty { missing.append("bearing faults need bearings") }
      return missing.map { "\(machine.id): \($0)" }
    }
  }
}

extension SensorLayout {
  /// One line for people about each sensor.
  fileprivate var lines: [String] {
    triaxial.map {
      "\($0.x.machine): \($0.x.name), \($0.y.name) and \($0.z.name) are one sensor that feels 1 g"
    }
      + redundant.map {
        "\($0.first.machine): \($0.first.name) and \($0.second.name) tell one measurement within \((1e5 * $0.tolerance).rounded() / 1000) %"
      }
      + ownVelocity.sorted { $0.key < $1.key }.map {
        "\($0.key.machine): \($0.value.name) is what the sensor makes of the waveform at \($0.key.name)"
      }
      + (countWorth.isEmpty
        ? [] : ["\(countWorth.count) points are read from 16-bit registers and watched for a lost sign"])
  }
}

/// One device as `millwright probe` found it.
public struct ProbedDevice: Codable, Sendable {
  /// One value, raw and decoded.
  public struct Value: Codable, Sendable {
    public var name: String
    public var function: Int
    public var address: Int
    public var words: [String]
    public var value: Double?
    public var text: String?
    public var unit: String
    /// `good`, or the defect with its evidence.
    public var quality: String
  }
  public var connection: String
  public var device: String
  public var unit: Int
  public var values: [Value]
  /// Whether the device gave at least one value.
  public var answers: Bool { values.contains { $0.value != nil || $0.text != nil } }

  /// Reads every register of every Modbus device once; `only` limits that to `connection` or `connection.device`.
  public static func all(of site: SiteFile, only: String?) async throws(AgentError) -> [ProbedDevice] {
    var found: [ProbedDevice] = []
    for connection in site.modbus {
      let devices = connection.devices.filter { device in
        guard let only else { return true }
        return only == connection.name || only == "\(connection.name).\(device.name)"
      }
      guard !devices.isEmpty else { continue }
      let bus = ModbusBus(connection.endpoint)
      for device in devices {
        let registers = await connection.probe(device, on: bus)
        found.append(
          ProbedDevice(
            connection: connection.name, device: device.name, unit: Int(device.unit),
            values: registers.map(Value.init)))
      }
      await bus.close()
    }
    if found.isEmpty, let only {
      let names = site.modbus.flatMap { c in c.devices.map { "\(c.name).\($0.name)" } }
      throw .unreachable("no Modbus device is called '\(only)'; there are: \(names.joined(separator: ", "))")
    }
    return found
  }
}

extension ProbedDevice.Value {
  init(_ register: ProbedRegister) {
    let quality =
      switch register.quality {
      case .good: "good"
      case .uncertain(let defect), .bad(let defect): "\(defect.kind.rawValue): \(defect.evidence)"
      }
    self.init(
      name: register.name, function: Int(register.function.rawValue), address: Int(register.address),
      words: register.words.map { word in
        let digits = String(word, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
      },
      value: register.value, text: register.text, unit: register.unit, quality: quality)
  }
}
