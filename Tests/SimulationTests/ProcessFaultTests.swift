// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("A process fault shows where the reference says, the more the worse it is")
struct ProcessFaultTests {
  /// What a fault moves, and which way; of several seeds and moments the mean is taken.
  struct Case: Sendable, CustomTestStringConvertible {
    var preset: String
    var kind: FaultKind
    var rises: [Scalar] = []
    var falls: [Scalar] = []
    var place: String?
    var testDescription: String { "\(kind.rawValue) \(place ?? "") on \(preset)" }
  }

  static let cases: [Case] = [
    Case(
      preset: "pump", kind: .cavitation, rises: [.accelerationRMS],
      falls: [.suctionPressure, .dischargePressure]),
    Case(
      preset: "pump", kind: .blockedStrainer, rises: [.differentialPressure],
      falls: [.suctionPressure, .flow]),
    Case(
      preset: "pump", kind: .airEntrainment, rises: [.accelerationRMS],
      falls: [.dischargePressure, .flow, .current]),
    Case(
      preset: "pump", kind: .offDesignFlow, rises: [.dischargePressure, .velocityRMS, .casingTemperature],
      falls: [.flow, .power]),
    Case(
      preset: "pump", kind: .offDesignFlow, rises: [.flow, .power], falls: [.dischargePressure], place: "high"
    ),
    Case(
      preset: "pump", kind: .dryRunning, rises: [.sealTemperature, .accelerationRMS],
      falls: [.dischargePressure, .current, .flow]),
    Case(
      preset: "pump", kind: .impellerWear, rises: [.velocityRMS], falls: [.dischargePressure, .power, .flow]),
    Case(preset: "pump", kind: .internalLeakage, rises: [.power], falls: [.dischargePressure, .flow]),
    Case(preset: "pump", kind: .sealFailure, rises: [.sealTemperature], falls: [.sealPressure]),
    Case(
      preset: "fan", kind: .fanFouling, rises: [.velocityRMS], falls: [.dischargePressure, .current, .flow]),
    Case(preset: "fan", kind: .fanStall, rises: [.velocityRMS], falls: [.flow, .power]),
    Case(
      preset: "fan", kind: .blockedStrainer, rises: [.differentialPressure], falls: [.suctionPressure, .flow]),
    Case(
      preset: "reciprocating-compressor", kind: .compressorValveLeak,
      rises: [.valveTemperature, .dischargeTemperature, .interstagePressure, .power]),
    Case(
      preset: "reciprocating-compressor", kind: .compressorValveLeak,
      rises: [.valveTemperature, .dischargeTemperature], falls: [.interstagePressure, .flow], place: "first"),
    Case(
      preset: "reciprocating-compressor", kind: .compressorPackingWear, rises: [.ventTemperature],
      falls: [.flow]),
    Case(
      preset: "screw-compressor", kind: .screwHighDischargeTemperature,
      rises: [.dischargeTemperature, .oilTemperature]),
    Case(
      preset: "screw-compressor", kind: .separatorBlocked, rises: [.differentialPressure, .power],
      falls: [.dischargePressure]),
    Case(
      preset: "screw-compressor", kind: .screwRotorContact,
      rises: [.bearingTemperature, .dischargeTemperature]),
    Case(
      preset: "compressor", kind: .compressorSurge, rises: [.velocityRMS, .dischargeTemperature],
      falls: [.flow]),
    Case(
      preset: "motor", kind: .motorOverload, rises: [.windingTemperature, .current, .power], falls: [.speed]),
    Case(preset: "motor", kind: .coolingLoss, rises: [.windingTemperature]),
    Case(preset: "motor", kind: .phaseLoss, rises: [.windingTemperature, .currentImbalance, .current]),
    Case(preset: "motor", kind: .statorFault, rises: [.windingTemperature, .currentImbalance]),
    Case(preset: "pump", kind: .parallelMisalignment, rises: [.couplingTemperature]),
    Case(preset: "pump", kind: .bearingLateStage, rises: [.bearingTemperature]),
    Case(preset: "gearbox", kind: .gearWear, rises: [.oilTemperature], falls: [.oilPressure]),
  ]

  private func mean(_ c: Case, _ severity: Double) -> MachineScalars {
    var sum = MachineScalars(isOn: true)
    let moments = stride(from: 50_000.0, to: 56_000, by: 100)
    var machine = SimulatedMachine.steady(c.preset, load: 0.85, .standing(c.kind, severity, place: c.place))
    for scalar in machine.spec.instruments { sum[scalar] = 0 }
    for t in moments {
      let x = machine.scalars(at: t)
      for scalar in machine.spec.instruments { sum[scalar] += x[scalar] / 60 }
    }
    return sum
  }

  @Test("Monotone in severity, and clear of noise at 0.6", arguments: cases)
  func monotone(c: Case) {
    let course = [0, 0.3, 0.6, 1].map { mean(c, $0) }
    for (scalars, sign) in [(c.rises, 1.0), (c.falls, -1)] {
      for scalar in scalars {
        let values = course.map { sign * $0[scalar] }
        let range = scalar.rangeEnd
        #expect(values.allSatisfy { !$0.isNaN }, "\(scalar)")
        #expect(values == values.sorted(), "\(scalar) \(values)")
        let size = abs(values[0])
        let least = [Scalar.casingTemperature: 0.0005, .speed: 0.002][scalar] ?? 0.02
        #expect(values[2] - values[0] > min(least * size, 0.02 * range), "\(scalar) \(values)")
      }
    }
  }

  @Test("A closed valve heats the casing at once, and the seal with it, by the heat balance")
  func deadHead() {
    var machine = SimulatedMachine.steady(
      "pump", load: 0.85, FaultPlan(.deadHeading, onset_s: 50_000, growth_s: 0))
    let before = machine.scalars(at: 49_990)
    let after = machine.scalars(at: 50_300)
    #expect(after[.dischargePressure] > 1.12 * before[.dischargePressure])
    #expect(after[.current] < 0.75 * before[.current])
    #expect(after[.flow] < 1)
    // 46 % of 0.85 of 75 kW into 2.7 kJ/K for each of 75 kW: 0.145 K a second, less what the wall gives off.
    let rate = (after[.casingTemperature] - before[.casingTemperature]) / 0.9 / 300
    #expect((0.11...0.15).contains(rate))
    #expect(machine.scalars(at: 50_900)[.sealTemperature] > before[.sealTemperature] + 40)
  }

  @Test("Air makes flow and current hunt; a sound pump does not")
  func hunting() {
    func unrest(_ severity: Double, _ scalar: Scalar) -> Double {
      var machine = SimulatedMachine.steady("pump", .standing(.airEntrainment, severity))
      let x = (0..<60).map { machine.scalars(at: 50_000 + 60 * Double($0))[scalar] }
      let mean = x.reduce(0, +) / 60
      return (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 60).squareRoot() / mean
    }
    for scalar in [Scalar.flow, .current, .dischargePressure] {
      #expect(unrest(0.6, scalar) > 2.5 * unrest(0, scalar))
    }
  }

  @Test("A check valve that falls late strikes when the pump stops, and rings away")
  func hammer() {
    var spec = MachineSpec.pump("X-1", plan: .steady())
    spec.plan.stops = [OperatingPlan.Stop(begin_s: 50_000, length_s: 3000)]
    func swing(_ severity: Double, from start: Double) -> Double {
      var machine = SimulatedMachine(spec, seed: 5)
      machine.faults = [.standing(.waterHammer, severity)]
      let x = (0..<60).map { machine.scalars(at: start + Double($0))[.dischargePressure] }
      return (x.max() ?? 0) - (x.min() ?? 0)
    }
    let struck = swing(1, from: 50_050)
    #expect(struck > 1.5)
    // Joukowsky: 1000 kg/m3 times 1200 m/s times 2.4 m/s is 28.8 bar for the whole column.
    #expect(struck < 28.8)
    #expect(swing(0, from: 50_050) < 0.1)
    #expect(swing(1, from: 51_500) < 0.05 * struck)
    var machine = SimulatedMachine(spec, seed: 5)
    machine.faults = [.standing(.waterHammer)]
    #expect(Measure.rms(machine.listen(at: 50_060)) > 5 * Measure.rms(machine.listen(at: 52_500)))
  }

  @Test("Too much grease heats at once and settles within days")
  func grease() {
    var machine = SimulatedMachine.steady("pump", FaultPlan(.overGreasing, onset_s: 50_000, growth_s: 60))
    let x = [49_000.0, 56_000, 50_000 + 86_400, 50_000 + 4 * 86_400].map {
      machine.scalars(at: $0)[.bearingTemperature]
    }
    #expect(x[1] > x[0] + 20)
    #expect(x[2] < x[1] - 8)
    #expect(abs(x[3] - x[0]) < 8)
  }

  @Test("A good greasing warms the bearing for hours and quietens it for days; no fault, and it passes")
  func greasing() {
    var spec = MachineSpec.pump("X-1", plan: .steady(speed: 1, load: 0.85))
    func course(_ greasings_s: [Double]) -> [MachineScalars] {
      spec.plan.greasings_s = greasings_s
      var machine = SimulatedMachine(spec, seed: 5)
      return [49_000, 56_000, 50_000 + 12 * 86_400].map { machine.scalars(at: $0) }
    }
    let greased = course([50_000])
    let untouched = course([])
    let warmth = zip(greased, untouched).map { $0[.bearingTemperature] - $1[.bearingTemperature] }
    let noise = zip(greased, untouched).map { $0[.accelerationRMS] / $1[.accelerationRMS] }
    #expect(warmth[0] == 0 && (2...9).contains(warmth[1]) && abs(warmth[2]) < 0.1)
    #expect(noise[0] == 1 && (0.8...0.95).contains(noise[1]) && abs(noise[2] - 1) < 0.01)
  }

  @Test("A process-induced change follows flow and goes with it")
  func processInduced() {
    var machine = SimulatedMachine.steady("pump", FaultPlan(.processInduced, onset_s: 50_000, growth_s: 0))
    let usual = machine.scalars(at: 49_000)
    let rough = machine.scalars(at: 51_000)
    let again = machine.scalars(at: 50_000 + 4 * 3600 + 1000)
    #expect(rough[.velocityRMS] > 1.4 * usual[.velocityRMS])
    #expect(rough[.flow] > 1.1 * usual[.flow])
    #expect(abs(again[.velocityRMS] / usual[.velocityRMS] - 1) < 0.25)
    #expect(abs(again[.flow] / usual[.flow] - 1) < 0.05)
  }

  @Test("A machine has the instruments that it says, and no others", arguments: MachineSpec.presets)
  func instruments(preset: String) {
    var machine = SimulatedMachine.steady(preset)
    let x = machine.scalars(at: 50_000)
    #expect(Scalar.allCases.filter { !x[$0].isNaN } == machine.spec.instruments)
  }
}
