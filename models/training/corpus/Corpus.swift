// SPDX-License-Identifier: Apache-2.0

// anomaly-corpus MACHINES SEED
//
// Writes the corpus of the anomaly model to standard output as CSV, one feature window a row:
// machine,point,t,state,label,b0...b31,<features by raw name>. Each machine has a random spec and day plan;
// the windows come from the product's own extractor and state tracker. `label` is `learn` (healthy, the days
// from which a baseline is learned), `healthy` (later days), or `<fault>:<severity>`.

import Diagnose
import Features
import Glibc
import Machine
import Simulation

@main enum Corpus {
  static let severities = [0.1, 0.2, 0.3, 0.5, 0.8]
  static let faults: [FaultKind] = [
    .unbalance, .parallelMisalignment, .angularMisalignment, .structuralLooseness, .rotatingLooseness,
    .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage, .cavitation,
  ]

  static func main() {
    let numbers = CommandLine.arguments.dropFirst().compactMap(Int.init)
    guard numbers.count == 2, numbers[0] > 0, numbers[1] >= 0 else {
      print("usage: anomaly-corpus MACHINES SEED")
      exit(64)
    }
    let names = (0..<FeatureWindow.bandCount).map { "b\($0)" } + Feature.allCases.map(\.rawValue)
    print("machine,point,t,state,label," + names.joined(separator: ","))
    for index in 0..<numbers[0] { writeMachine(index, seed: UInt64(numbers[1])) }
  }

  private static func writeMachine(_ index: Int, seed: UInt64) {
    var random = Draw(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index) &* 0xD1B5_4A32_D192_ED03)
    var recorder = Recorder(spec: .random("M\(seed)-\(index)", &random), seed: seed &+ UInt64(index))
    let channels: [Channel] = [.driveEndHorizontal, .driveEndVertical, .driveEndAxial]
    let channel = channels[Int(random.next() % 3)]
    // Two weeks in which the baseline is learned, then a month of health.
    for step in 0..<180 {
      recorder.write(at: 6700 * Double(step) + random.uniform(0, 900), channel, label: "learn")
    }
    for step in 0..<150 {
      recorder.write(
        at: 1_300_000 + 17_000 * Double(step) + random.uniform(0, 9000), channel, label: "healthy")
    }
    for fault in faults where recorder.spec.canSuffer(fault) {
      for severity in severities {
        recorder.faults = [FaultPlan(fault, onset_s: 0, growth_s: 0, ceiling: severity)]
        for _ in 0..<4 {
          recorder.write(
            at: 1_300_000 + random.uniform(0, 2_500_000), channel, label: "\(fault.rawValue):\(severity)")
        }
      }
    }
  }
}

/// One simulated machine behind the product's own extractor and tracker.
struct Recorder {
  let spec: MachineSpec
  var faults: [FaultPlan] = []
  private let seed: UInt64
  private let machine: Machine
  private var extractor = FeatureExtractor()

  init(spec: MachineSpec, seed: UInt64) {
    self.spec = spec
    self.seed = seed
    let id = MachineID(spec.id)
    machine = Machine(
      id: id, name: spec.id, kind: spec.hydraulics != nil ? .pump : .other, ratedPower_kW: spec.ratedPower_kW,
      ratedSpeed_rpm: spec.ratedSpeed_rpm, vaneCount: spec.vanes,
      points: [
        Point(id: PointID(id, "speed"), role: .shaftSpeed, quantity: .rotationalSpeed),
        Point(id: PointID(id, "power"), role: .power, quantity: .power),
      ])
  }

  /// Captures at `t`, unless the machine is stopped or changes its speed then.
  mutating func write(at t: Double, _ channel: Channel, label: String) {
    var simulated = SimulatedMachine(spec, seed: seed)
    simulated.faults = faults
    var tracker = OperatingStateTracker(machine: machine)
    var state = OperatingState(motion: .unknown)
    for moment in [t - 15, t - 10, t - 5, t] {
      state = tracker.update(with: readings(simulated, moment), at: stamp(moment))
    }
    guard state.motion == .running else { return }
    let waveform = Waveform(
      point: PointID(machine.id, channel.rawValue), sampleRate_Hz: spec.sensor.sampleRate_Hz,
      samples: simulated.waveform(
        at: t, channel: channel, sampleRate_Hz: spec.sensor.sampleRate_Hz, count: spec.sensor.captureLength),
      stamp: stamp(t))
    let window = extractor.extract(
      waveform, of: machine, speed_rpm: simulated.shaftSpeed_rpm(at: t), state: state)
    let numbers =
      window.logBands.map { "\($0)" }
      + Feature.allCases.map { window.values[$0].map { "\(Float($0))" } ?? "" }
    print("\(machine.id),\(channel.rawValue),\(t),\(state),\(label)," + numbers.joined(separator: ","))
  }

  private func readings(_ simulated: SimulatedMachine, _ t: Double) -> [Reading] {
    var copy = simulated
    let scalars = copy.scalars(at: t)
    return [
      Reading(
        point: PointID(machine.id, "speed"), quantity: .rotationalSpeed, value: scalars[.speed],
        stamp: stamp(t)),
      Reading(point: PointID(machine.id, "power"), quantity: .power, value: scalars[.power], stamp: stamp(t)),
    ]
  }

  private func stamp(_ t: Double) -> Stamp {
    Stamp(received: WallTime(seconds: t), monotonic: MonotonicTime(seconds: t))
  }
}
