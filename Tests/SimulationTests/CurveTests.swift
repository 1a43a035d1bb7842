// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("Curves meet where SciPy says, and obey closed forms")
struct CurveTests {
  private let pump = Hydraulics(
    ratedFlow_m3h: 200, ratedRise_bar: 8.4, tank_bar: 0.8, static_bar: 1, npshRequired_m: 4)
  private let pistons = ReciprocatingCompressor(ratedFlow_m3h: 456, discharge_bar: 7)

  @Test("Pump and pipe, fan and duct, two stages of a compressor")
  func intersections() throws {
    let answer = try CurveOracle.ask()
    for row in answer.pump {
      var c = Hydraulics.Condition(valve: row[1])
      (c.strainer, c.wear, c.leakage) = (row[2], row[3], row[4])
      let point = pump.operatingPoint(speed: row[0], c)
      #expect(abs(point.flow - row[5]) < 1e-8, "\(row)")
      #expect(abs(point.rise_bar - row[6]) < 1e-7, "\(row)")
    }
    for row in answer.fan {
      var c = FanDuct.Condition()
      (c.damper, c.fouling, c.filter) = (row[1], row[2], row[3])
      let flow = FanDuct(ratedFlow_m3h: 40_000, ratedRise_bar: 0.025).flow(speed: row[0], c)
      #expect(abs(flow - row[4]) < 1e-10, "\(row)")
    }
    for row in answer.pistons {
      var c = ReciprocatingCompressor.Condition()
      (c.firstValve, c.secondValve, c.packing) = (row[0], row[1], row[2])
      #expect(abs(pistons.interstage_bar(inlet: 1, outlet: 8.013, c) - row[3]) < 1e-9, "\(row)")
    }
    #expect(answer.pump.count == 48)
  }

  @Test(
    "Affinity laws: flow with speed, rise with its square, power with its cube", arguments: [0.4, 0.7, 1.1])
  func affinity(n: Double) {
    for q in [0, 0.3, 0.8, 1.2] {
      #expect(abs(pump.rise_bar(flow: n * q, speed: n) - n * n * pump.rise_bar(flow: q, speed: 1)) < 1e-12)
      #expect(
        abs(pump.npshRequired_m(flow: n * q, speed: n) - n * n * pump.npshRequired_m(flow: q, speed: 1))
          < 1e-12)
      #expect(
        abs(pump.shaftPower(flow: n * q, speed: n) - n * n * n * pump.shaftPower(flow: q, speed: 1)) < 1e-12)
    }
    // Without back pressure a system curve goes through the origin, and the point rides up on it.
    var loop = pump
    (loop.static_bar, loop.tank_bar) = (0, 0)
    let c = Hydraulics.Condition(valve: 0.9)
    let full = loop.operatingPoint(speed: 1, c)
    let slow = loop.operatingPoint(speed: n, c)
    #expect(abs(slow.flow / full.flow - n) < 0.002)
    #expect(abs(slow.rise_bar / full.rise_bar - n * n) < 0.004)
    let fan = FanDuct(ratedFlow_m3h: 1, ratedRise_bar: 1)
    #expect(
      abs(fan.flow(speed: n, FanDuct.Condition()) - n * fan.flow(speed: 1, FanDuct.Condition())) < 1e-12)
  }

  @Test(
    "Vapour pressure of water by the steam tables (IAPWS-IF97), within 0.6 %",
    arguments: [(20.0, 0.0233921), (35, 0.0562862), (50, 0.123513), (75, 0.385954), (99, 0.97759)])
  func vapour(temperature: Double, expected: Double) {
    #expect(abs(Hydraulics.vapourPressure_bar(temperature) / expected - 1) < 0.006)
  }

  @Test("Where NPSH is what the pump needs, 3 % of the head is lost (ISO 9906)")
  func npsh() {
    #expect(Hydraulics.headLost(margin_m: 0) == 0.03)
    #expect(Hydraulics.headLost(margin_m: 4) < 1e-4)
    // Water at 35 degC in an open tank at the flange's height: 1.013 bar less vapour pressure, in metres.
    #expect(abs(pump.npshAvailable_m(suction_bar: 0) - (1.013e5 - 5629) / 9806.65) < 0.02)
  }

  @Test("Sound stages share the pressure ratio evenly, at any discharge pressure", arguments: [4.0, 8, 12])
  func stages(outlet: Double) {
    let middle = pistons.interstage_bar(inlet: 1, outlet: outlet, ReciprocatingCompressor.Condition())
    #expect(abs(middle - outlet.squareRoot()) < 1e-9)
    #expect(abs(pistons.temperatureRatio(2) - pow(2, 0.32 / 1.32)) < 1e-12)
    #expect(pistons.volumetricEfficiency(ratio: 1) == 1)
  }

  @Test("A screw's cooler gives off what the shaft brings in, above the thermostat")
  func screw() {
    let screw = ScrewCompressor(ratedFlow_m3h: 900, discharge_bar: 7.5)
    for (fouling, ambient) in [(0.0, 30.0), (0.5, 22), (1, 35)] {
      let hot = screw.discharge_degC(power: 0.85, ambient_degC: ambient, fouling: fouling)
      let cooled = screw.coolerEffectiveness * (1 - 0.42 * fouling) * screw.oilCapacity * (hot - ambient)
      #expect(abs(cooled - 0.85) < 1e-9)
    }
    // In winter the thermostat holds the oil, whatever the cooler could do.
    let cold = screw.discharge_degC(power: 0.5, ambient_degC: -10, fouling: 0)
    #expect(abs(cold - (screw.thermostat_degC + 0.5 / screw.oilCapacity)) < 1e-9)
  }

  @Test("A wheel heats air by the polytropic relation: twice the pressure at 78 %, 84 K from 20 degC")
  func polytropic() {
    let blower = CentrifugalCompressor(ratedFlow_m3h: 8000, ratedRatio: 2)
    #expect(abs(blower.temperatureRise(ratio: 2) * 293.15 - 293.15 * (pow(2, 0.2857 / 0.78) - 1)) < 1e-9)
    #expect((83...86).contains(blower.temperatureRise(ratio: 2) * 293.15))
  }
}
