// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

import Knowledge

/// The files that come with the program.
let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "models/faults").path

/// The identifiers that findings, alarms, records and the simulator share.
private let identifiers = """
  unbalance overhung-unbalance parallel-misalignment angular-misalignment bent-shaft soft-foot
  structural-looseness rotating-looseness resonance rub oil-whirl bearing-early-damage bearing-outer-race
  bearing-inner-race bearing-rolling-element bearing-cage bearing-late-stage under-lubrication
  over-greasing bearing-fluting false-brinelling gear-wear gear-tooth-crack gear-eccentricity
  gear-misalignment gear-hunting-tooth stator-fault eccentric-air-gap broken-rotor-bar loose-rotor-bars
  phase-loss motor-overload cooling-loss inverter-induced cavitation air-entrainment off-design-flow
  dead-heading dry-running impeller-wear internal-leakage seal-failure water-hammer blocked-strainer
  fan-fouling fan-stall vane-pass belt-wear sheave-fault coupling-wear compressor-valve-leak
  compressor-packing-wear screw-high-discharge-temperature screw-rotor-contact separator-blocked
  compressor-surge foundation-decay process-induced sensor-stuck sensor-bias sensor-clipped sensor-dropout
  sensor-loose-mount sensor-no-data vibration-severity anomaly
  """.split { $0 == " " || $0 == "\n" }.map(String.init)

@Suite struct ShippedTests {
  @Test func `all shipped files load, and every identifier is there`() throws {
    let knowledge = try KnowledgeBase(base: shipped)
    #expect(Set(knowledge.all.map(\.id)) == Set(identifiers))
    #expect(knowledge.all.count == identifiers.count)
    #expect(knowledge.disabled.isEmpty)
  }

  @Test func `every consequence is a fault, and says why`() throws {
    let knowledge = try KnowledgeBase(base: shipped)
    for fault in knowledge.all {
      for next in fault.leadsTo {
        #expect(knowledge[next.fault] != nil, "\(fault.id) leads to \(next.fault)")
        #expect(!next.because.isEmpty)
      }
    }
  }

  @Test func `symptoms judge all but what the signal checks, the zones and the model judge`() throws {
    let knowledge = try KnowledgeBase(base: shipped)
    for entry in knowledge.entries {
      #expect((entry.judge == .symptoms) == !entry.model.symptoms.isEmpty, "\(entry.model.id)")
      #expect((entry.judge == .validity) == (entry.model.subject == .sensor), "\(entry.model.id)")
      #expect((entry.family == "sensor") == (entry.model.subject == .sensor), "\(entry.model.id)")
    }
  }

  @Test func `what must be there earns at least half of the confidence`() throws {
    for fault in try KnowledgeBase(base: shipped).all where !fault.symptoms.isEmpty {
      let necessary = fault.symptoms.filter(\.isNecessary).reduce(0) { $0 + $1.weight }
      #expect(necessary >= 0.3, "\(fault.id): \(necessary)")
      #expect(fault.symptoms.first?.isNecessary == true, "\(fault.id): necessary symptoms stand first")
      #expect(fault.causes.isEmpty == false || fault.id == "anomaly", "\(fault.id) has no cause")
    }
  }

  @Test func `the lines that fault files know are those of the catalogue`() {
    let machine = Machine(
      id: MachineID("m"), name: "m", kind: .pump,
      bearings: [
        Bearing(
          name: "DE", designation: "6205", rollingElements: 9, elementDiameter_mm: 7.94,
          pitchDiameter_mm: 39.04,
          source: "CWRU")
      ], vaneCount: 6, lineFrequency_Hz: 50, poleCount: 4, rotorBarCount: 40,
      gears: [GearPair(name: "1", driverTeeth: 20, drivenTeeth: 42)],
      belts: [BeltDrive(name: "b", length_mm: 2000, pulleyDiameter_mm: 200)])
    let catalogue = LineCatalogue(of: machine, shaft_Hz: 24.5)
    #expect(catalogue.unplaced.isEmpty)
    let vibration = catalogue.lines.filter { $0.spectrum != .current }
    #expect(Set(vibration.map(\.name)) == Set(NamedLine.all.map(\.name)))
  }

  @Test func `each feature has a word of its own that reads back`() {
    for feature in Feature.allCases { #expect(Feature(word: feature.word) == feature) }
    #expect(
      [
        Feature.velocityRMS, .order1, .velocitySubsynchronous, .velocity2to10Hz, .acceleration1to4kHz,
        .zeroCrossings,
      ]
      .map(\.word) == [
        "velocity-rms", "order-1x", "velocity-0.3x-0.8x", "velocity-2-10-hz", "acceleration-1-4-khz",
        "zero-crossings",
      ])
  }

  @Test func `a machine is asked only about faults that it can have`() throws {
    let knowledge = try KnowledgeBase(base: shipped)
    func ids(_ machine: Machine) -> Set<String> { Set(knowledge.models(for: machine).map(\.id)) }
    var pump = Machine(id: MachineID("p"), name: "p", kind: .pump)
    #expect(
      ids(pump).isSuperset(of: [
        "unbalance", "cavitation", "oil-whirl", "overhung-unbalance", "bearing-outer-race",
      ]))
    #expect(
      ids(pump).isDisjoint(with: ["fan-stall", "belt-wear", "gear-wear", "stator-fault", "compressor-surge"]))
    pump.bearingType = .rolling
    pump.rotor = .betweenBearings
    pump.drive = .line
    pump.lineFrequency_Hz = 50
    #expect(
      ids(pump).isDisjoint(with: ["oil-whirl", "overhung-unbalance", "bearing-fluting", "inverter-induced"]))
    #expect(ids(pump).contains("stator-fault"))
    pump.belts = [BeltDrive(name: "b")]
    pump.bearingType = .sleeve
    #expect(ids(pump).isSuperset(of: ["belt-wear", "oil-whirl"]))
    #expect(ids(Machine(id: MachineID("g"), name: "g", kind: .gearbox)).contains("gear-wear"))
  }

  @Test
  func
    `a machine without a sensor does without the symptoms that are marked so, and the others earn their weight`()
    throws
  {
    let knowledge = try KnowledgeBase(base: shipped)
    func strainer(_ roles: [PointRole]) throws -> FaultModel {
      let id = MachineID("p")
      let points = roles.map { Point(id: PointID(id, $0.rawValue), role: $0, quantity: .pressure) }
      return try #require(
        knowledge.models(for: Machine(id: id, name: "p", kind: .pump, points: points)).first {
          $0.id == "blocked-strainer"
        })
    }
    let whole = try #require(knowledge["blocked-strainer"])
    #expect(try strainer([.suctionPressure, .differentialPressure]) == whole)
    let fitted = try strainer([.suctionPressure])
    #expect(fitted.symptoms.count == whole.symptoms.count - 1)
    #expect(!fitted.symptoms.contains { $0.see.quantity == .reading(.differentialPressure) })
    #expect(abs(fitted.symptoms.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
  }
}
