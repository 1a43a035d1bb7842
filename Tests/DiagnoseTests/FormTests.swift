// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Glibc
import Machine
import Testing

/// A fault with one symptom beside one that always holds, so that what the symptom is worth can be read off the finding:
/// the anchor weighs 1, the symptom 1, and what it loses 0.4.
func probe(
  _ quantity: Observable.Quantity, at point: Observable.Point = .radial, as form: Observable.Form = .value,
  supports: SymptomModel.Test? = nil, opposes: SymptomModel.Test? = nil, place: FaultModel.Place = .machine
) -> FaultModel {
  model(
    "probe", "Probe", place: place,
    symptoms: [
      symptom("anchor", .feature(.accelerationRMS), at: .anywhere, supports: .atLeast(0), weight: 3),
      symptom(
        "probe", quantity, at: point, as: form, supports: supports, opposes: opposes, weight: 1, against: 0.4),
    ])
}

/// What a look says: the finding, and what its second symptom added.
struct Read {
  var finding: Finding?
  var gain: Double? {
    finding.map { finding in
      let own = (finding.supporting + finding.contradicting).filter { $0.quantity != "acceleration_rms_m_s2" }
      let sign = finding.supporting.contains { $0.quantity == own.first?.quantity } ? 1.0 : -1
      return (own.first?.weight ?? 0) * sign
    }
  }
  var value: Double? {
    finding.flatMap { finding in
      (finding.supporting + finding.contradicting).first { $0.quantity != "acceleration_rms_m_s2" }?.value
    }
  }
}

func read(_ fault: FaultModel, _ specimen: Specimen, windows: Int = 4) -> Read {
  var diagnostician = Diagnostician(machine: specimen.machine, models: [fault])
  var findings: [Finding] = []
  for i in 1...windows { findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
  return Read(finding: findings.first { $0.fault == "probe" && $0.isAssessable })
}

@Suite("Forms and tests")
struct FormTests {
  private var fan: Specimen { Specimen(specimen(.fan)) }

  @Test(
    "A limit is worth its weight, its loss, or a share of the way between in a straight line",
    arguments: [
      // 1x over overall velocity of 2, 3 and so on
      (0.2, .below(0.3), .atLeast(0.5), 1.0), (0.3, .below(0.3), .atLeast(0.5), 1.0),
      (0.4, .below(0.3), .atLeast(0.5), 0.3), (0.45, .below(0.3), .atLeast(0.5), -0.05),
      (0.5, .below(0.3), .atLeast(0.5), -0.4), (0.9, .below(0.3), .atLeast(0.5), -0.4),
      (0.9, .atLeast(0.8), .below(0.6), 1.0), (0.8, .atLeast(0.8), .below(0.6), 1.0),
      (0.7, .atLeast(0.8), .below(0.6), 0.3), (0.6, .atLeast(0.8), .below(0.6), -0.4),
      (0.5, .atLeast(0.8), .below(0.6), -0.4),
      (0.44, .within(0.40, 0.48), .atLeast(0.6), 1.0), (0.54, .within(0.40, 0.48), .atLeast(0.6), 0.3),
      (0.6, .within(0.40, 0.48), .atLeast(0.6), -0.4), (0.3, .within(0.40, 0.48), .atLeast(0.6), 0),
      (0.35, .within(0.40, 0.48), .below(0.3), 0.3), (0.7, .atLeast(0.8), nil, 0),
    ] as [(Double, SymptomModel.Test, SymptomModel.Test?, Double)])
  func straightLine(
    ratio: Double, supports: SymptomModel.Test, opposes: SymptomModel.Test?, gain: Double
  ) throws {
    var fan = fan
    fan.hasBaseline = false
    fan.radial[.order1] = ratio * 2
    fan.radial[.velocityRMS] = 2
    let fault = probe(.featureRatio(.order1, .velocityRMS), supports: supports, opposes: opposes)
    let seen = try #require(read(fault, fan).gain)
    // `below` excludes its bound: there a line from the bound gives the whole weight too.
    #expect(abs(seen - gain) < 1e-9)
  }

  @Test(
    "Raised is twice the baseline and beyond its spread; risen and fallen a tenth; usual is neither",
    arguments: [
      (2.1, .raised, 1.0), (1.9, .raised, 0), (1.5, .risen, 1.0), (1.3, .risen, 0), (0.5, .fallen, 1.0),
      (0.7, .fallen, 0), (1.1, .usual, 1.0), (0.9, .usual, 1.0), (1.4, .usual, 0),
    ] as [(Double, SymptomModel.Test, Double)])
  func baselines(times: Double, test: SymptomModel.Test, gain: Double) throws {
    var fan = fan  // spread: a tenth of the mean
    fan.radial[.envelopeRMS] = times * 0.3
    #expect(try #require(read(probe(.feature(.envelopeRMS), supports: test), fan).gain) == gain)
  }

  @Test("Raised velocities need a floor; an overall velocity beyond the zone stands in for any baseline")
  func floors() throws {
    var fan = fan
    fan.radial[.orderHalf] = 0.2  // ten times its baseline, and nothing
    #expect(read(probe(.feature(.orderHalf), supports: .raised), fan).gain == 0)
    fan.radial[.orderHalf] = 0.6
    #expect(read(probe(.feature(.orderHalf), supports: .raised), fan).gain == 1)
    fan.hasBaseline = false
    #expect(read(probe(.feature(.orderHalf), supports: .raised), fan).gain == 0)
    fan.radial[.velocityRMS] = 2.9
    let stood = read(probe(.feature(.orderHalf), supports: .raised), fan)
    #expect(stood.gain == 1 && stood.value == 2.9)
    #expect(stood.finding?.supporting.last?.reference == 2.8)
  }

  @Test(
    "Each form of one window gives its closed value",
    arguments: [
      (.value, 0.9), (.timesBaseline, 3), (.sigmas, 20), (.change, 0.6), (.axialShare, 0.5),
    ] as [(Observable.Form, Double)])
  func forms(form: Observable.Form, value: Double) throws {
    var fan = fan
    fan.radial[.envelopeRMS] = 0.9
    fan.axial[.envelopeRMS] = 0.45
    let fault = probe(.feature(.envelopeRMS), as: form, supports: .atLeast(0))
    let seen = try #require(read(fault, fan).value)
    #expect(abs(seen - value) < 1e-9)
  }

  @Test("Directions are compared at one end, ends over both")
  func directions() throws {
    let six = sixPoints([
      "DE-H": 4, "DE-V": 1.6, "DE-A": 9, "NDE-H": 2.5, "NDE-V": 2, "NDE-A": 0.5,
    ])
    let fault = probe(.feature(.order1), as: .directionRatio, supports: .atLeast(0))
    #expect(abs(try #require(read(fault, six).value) - 2.5) < 1e-9)
    let ends = probe(.feature(.order1), as: .endRatio, supports: .atLeast(0))
    #expect(abs(try #require(read(ends, six).value) - 1.6) < 1e-9)
    let vertical = probe(.feature(.order1), at: .vertical, supports: .atLeast(0))
    #expect(read(vertical, six).value == 2)
    let anywhere = probe(.feature(.order1), at: .anywhere, supports: .atLeast(0))
    #expect(read(anywhere, six).value == 9)
  }

  @Test("Readings: one, one less another, one over another; a machine's temperature less the ambient's rise")
  func readings() throws {
    var pump = Specimen(specimen(.pump))
    pump.scalars.merge(["discharge": 4.8, "suction": 0.6, "winding": 80, "ambient": 26]) { $1 }
    func value(_ quantity: Observable.Quantity, _ form: Observable.Form) -> Double? {
      read(probe(quantity, as: form, supports: .atLeast(-1000)), pump).value
    }
    #expect(value(.reading(.dischargePressure), .value) == 4.8)
    #expect(abs((value(.readingDifference(.dischargePressure, .suctionPressure), .value) ?? 0) - 4.2) < 1e-9)
    #expect(abs((value(.readingRatio(.dischargePressure, .suctionPressure), .value) ?? 0) - 8) < 1e-9)
    #expect(abs((value(.reading(.windingTemperature), .change) ?? 0) - (10 - 4)) < 1e-9)
    #expect(abs((value(.reading(.ambientTemperature), .change) ?? 0) - 4) < 1e-9)
    #expect(
      abs((value(.readingDifference(.windingTemperature, .ambientTemperature), .change) ?? 0) - 6) < 1e-9)
  }

  @Test("Facts of lines")
  func lines() throws {
    var fan = fan
    fan.set(loudLine(.innerRace, prominence: 33, harmonics: 5))
    for (fact, value) in [(Observable.LineFact.prominence, 33.0), (.harmonics, 5), (.sidebands, 1)] {
      let fault = probe(.line("BPFI", fact), at: .here, supports: .atLeast(0), place: .bearing)
      #expect(read(fault, fan).value == value)
    }
    let amplitude = probe(.line("BPFI", .amplitude), at: .here, supports: .atLeast(0), place: .bearing)
    #expect(read(amplitude, fan).finding?.missing == ["amplitude of BPFI"])
  }

  @Test("A slope is the change an hour of this state; a load step does not make one")
  func slope() throws {
    var pump = Specimen(specimen(.pump))
    let fault = probe(.reading(.suctionPressure), as: .slope, supports: .atLeast(-1000))
    var diagnostician = Diagnostician(machine: pump.machine, models: [fault])
    var value: Double?
    for minute in 0..<30 {
      pump.scalars["suction"] = 0.6 - 0.12 * Double(minute) / 60
      if minute >= 20 {
        pump.state.loadBin = 1
        pump.scalars["suction"] = 2.6 + 0.06 * Double(minute) / 60
      }
      let found = diagnostician.diagnose(pump.window(at: 60 * Double(minute)))
      value = Read(finding: found.first { $0.fault == "probe" && $0.isAssessable }).value ?? value
      if minute == 19 { #expect(abs((value ?? 0) + 0.12) < 1e-9) }
    }
    #expect(abs((value ?? 0) - 0.06) < 1e-9)
  }

  @Test("Unrest is the spread over the healthy one; a step or a ramp is none")
  func unrest() throws {
    var pump = Specimen(specimen(.pump))
    let fault = probe(.reading(.flow), as: .unrest, supports: .atLeast(0))
    func unrest(_ flow: (Int) -> Double) -> Double? {
      var diagnostician = Diagnostician(machine: pump.machine, models: [fault])
      var last: Double?
      for i in 0..<60 {
        pump.scalars["flow"] = flow(i)
        let found = diagnostician.diagnose(pump.window(at: 10 * Double(i)))
        last = Read(finding: found.first { $0.fault == "probe" && $0.isAssessable }).value ?? last
      }
      return last
    }
    // Up and down by 12 at each look: the median step is 12; healthy spread 1.2.
    #expect(
      abs((unrest { $0.isMultiple(of: 2) ? 66 : 54 } ?? 0) - 12 / 0.674_489_75 / 2.0.squareRoot() / 1.2)
        < 1e-6)
    #expect((unrest { $0 < 30 ? 60 : 40 } ?? 9) < 1e-9)
    #expect((unrest { 60 - 0.05 * Double($0) } ?? 9) < 0.05)
  }

  @Test("The exponent of growth with speed is found, and missing while the speed stands still")
  func exponent() throws {
    var fan = fan
    let fault = probe(.feature(.order1), as: .speedExponent, supports: .atLeast(-10))
    var diagnostician = Diagnostician(machine: fan.machine, models: [fault])
    for i in 0..<12 {
      let speed = i < 6 ? 1480 : 1000 + 80 * Double(i - 5)
      fan.radial[.shaftSpeed] = speed
      fan.axial[.shaftSpeed] = speed
      fan.radial[.order1] = 0.8 * (speed / 1480) * (speed / 1480)
      let found = diagnostician.diagnose(fan.window(at: 600 * Double(i)))
      let finding = found.first { $0.fault == "probe" && $0.isAssessable }
      if i == 5 { #expect(finding?.missing == ["1x velocity at different shaft speeds"]) }
      if i == 11 { #expect(abs((Read(finding: finding).value ?? 0) - 2) < 1e-9) }
    }
  }
}

/// A fan with six points at two ends; the values are 1x velocities.
func sixPoints(_ order1: [String: Double]) -> Specimen {
  var machine = specimen(.fan)
  var other = bearing6205
  other.name = "NDE"
  machine.bearings.append(other)
  machine.points.removeAll { $0.role == .vibration }
  for name in ["DE-H", "DE-V", "DE-A", "NDE-H", "NDE-V", "NDE-A"] {
    let direction: Direction =
      name.hasSuffix("H") ? .horizontal : name.hasSuffix("V") ? .vertical : .axial
    machine.points.append(
      Point(
        id: PointID(machine.id, name), role: .vibration, quantity: .acceleration, direction: direction,
        bearing: String(name.split(separator: "-")[0])))
  }
  var specimen = Specimen(machine)
  specimen.more = order1
  return specimen
}
