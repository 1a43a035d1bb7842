// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
import Firmware
public import Simulation

/// A length of time as people write it: `500ms`, `60s`, `5min`, `2h`, `30d`.
struct Duration_s: ExpressibleByArgument {
  var seconds: Double
  init(_ seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    let units = [("ms", 0.001), ("min", 60.0), ("s", 1.0), ("h", 3600.0), ("d", 86_400.0)]
    guard let (unit, scale) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Double(argument.dropLast(unit.count)), number >= 0, number.isFinite
    else { return nil }
    seconds = number * scale
  }

  var defaultValueDescription: String { Int(exactly: seconds).map { "\($0)s" } ?? "\(seconds)s" }
}

/// `pump:P-101`: a preset under an id.
struct MachineArgument: ExpressibleByArgument {
  var spec: MachineSpec

  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2, let spec = MachineSpec.preset(parts[0], id: parts[1]) else { return nil }
    self.spec = spec
  }
}

/// `P-101:bearing-outer-race@60s/5min`: onset and growth in machine time from the start; `=0.5` at the end
/// bounds the severity, `#DE-V` names the place.
struct FaultArgument: ExpressibleByArgument {
  var machine: String
  /// Onset counts from the start of the scenario.
  var plan: FaultPlan

  init?(argument: String) {
    var text = Substring(argument)
    func cut(_ mark: Character) -> Substring? {
      guard let at = text.lastIndex(of: mark) else { return nil }
      defer { text = text[..<at] }
      return text[text.index(after: at)...]
    }
    let place = cut("#").map(String.init)
    let ceiling = cut("=").map { Double($0) ?? -1 } ?? 1
    guard (0...1).contains(ceiling), let times = cut("@"),
      let kind = cut(":").flatMap({ FaultKind(rawValue: String($0)) })
    else { return nil }
    let parts = times.split(separator: "/").map { Duration_s(argument: String($0))?.seconds }
    guard (1...2).contains(parts.count), let onset = parts[0], let growth = parts.count == 2 ? parts[1] : 0
    else {
      return nil
    }
    machine = String(text)
    plan = FaultPlan(kind, onset_s: onset, growth_s: growth, ceiling: ceiling, place: place)
  }

  static let help: ArgumentHelp = """
    A fault, like P-101:bearing-outer-race@60s/5min: begins after 60 s of machine time, full-grown 5 min later; \
    =0.5 at the end bounds the severity, #DE-V names the place. Kinds: \
    \(FaultKind.allCases.map(\.rawValue).joined(separator: ", ")).
    """
}

/// `late=0.01`: a share of replies that are spoiled.
struct TransportArgument: ExpressibleByArgument {
  var fault: TransportFault
  var rate: Double

  init?(argument: String) {
    let parts = argument.split(separator: "=").map(String.init)
    guard parts.count == 2, let fault = TransportFault(rawValue: parts[0]), let rate = Double(parts[1]),
      (0...1).contains(rate)
    else { return nil }
    self.fault = fault
    self.rate = rate
  }
}

/// `127.0.0.1:1883`.
struct BrokerArgument: ExpressibleByArgument {
  var host: String
  var port: UInt16

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"),
      let port = UInt16(argument[argument.index(after: colon)...])
    else { return nil }
    host = String(argument[..<colon])
    self.port = port
  }
}

extension Channel: ExpressibleByArgument {}

/// The machines of a scenario with their faults.
struct ScenarioOptions: ParsableArguments {
  @Option(
    name: .customLong("machine"),
    help:
      "A machine, like pump:P-101; kinds: pump, fan, motor, gearbox. May be repeated. (default: pump:P-101 fan:F-7 motor:M-3)"
  )
  var machines: [MachineArgument] = []

  @Option(name: .customLong("fault"), help: FaultArgument.help)
  var faults: [FaultArgument] = []

  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 1

  /// The machines, with the onsets of their faults moved to `start_s` on their time axis.
  func simulated(start_s: Double) throws -> [SimulatedMachine] {
    let specs = machines.isEmpty ? [MachineSpec.pump(), .fan(), .motor()] : machines.map(\.spec)
    for fault in faults where !specs.contains(where: { $0.id == fault.machine }) {
      throw ValidationError(
        "no machine \(fault.machine); there are \(specs.map(\.id).joined(separator: ", "))")
    }
    return specs.map { spec in
      var machine = SimulatedMachine(spec, seed: seed)
      machine.faults = faults.filter { $0.machine == spec.id }.map {
        var plan = $0.plan
        plan.onset_s += start_s
        return plan
      }
      return machine
    }
  }
}
