// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import Testing

@Suite("Operating state")
struct OperatingStateTests {
  /// The states that a machine of 1480 r/min and 30 kW goes through.
  private func states(
    _ speeds: [Double?], power: [Double?] = [], every step: Double = 5,
    of machine: Machine = specimen(.pump)
  ) -> [String] {
    var tracker = OperatingStateTracker(machine: machine)
    return speeds.indices.map { i in
      let now = stamp(step * Double(i))
      let readings = [
        Reading(
          point: PointID(machine.id, "speed"), quantity: .rotationalSpeed, value: speeds[i], stamp: now),
        Reading(
          point: PointID(machine.id, "power"), quantity: .power, value: i < power.count ? power[i] : nil,
          stamp: now),
      ]
      return tracker.update(with: readings, at: now).description
    }
  }

  private func rated(rpm: Double?, kW: Double?) -> Machine {
    var machine = specimen(.pump)
    machine.ratedSpeed_rpm = rpm
    machine.ratedPower_kW = kW
    return machine
  }

  @Test("A run-up is transient until the speed has been steady for ten seconds, then binned")
  func runUp() {
    #expect(
      states([0, 0, 400, 900, 1480, 1478, 1481, 1480], power: [0, 0, 9, 15, 24, 24, 24, 24]) == [
        "off", "off", "transient", "transient", "transient", "transient", "running/s10/l3", "running/s10/l3",
      ])
  }

  @Test("A value at the edge of a bin does not flicker", arguments: [(0.9, 9), (0.95, 9), (0.4, 4)])
  func hysteresis(share: Double, bin: Int) {
    let edge = 1480 * share
    let seen = states([edge + 3, edge + 3, edge + 3, edge - 3, edge + 3, edge - 3])
    #expect(seen.suffix(4).allSatisfy { $0 == "running/s\(bin)/l-" })
    let load = Array(repeating: 1480.0 as Double?, count: 6)
    let loads = states(load, power: [15.3, 15.3, 15.3, 14.7, 15.3, 14.7])
    #expect(loads.suffix(4).allSatisfy { $0 == "running/s10/l2" })
  }

  @Test("Off and on have a gap between them, by speed and by power")
  func threshold() {
    #expect(states([70, 78, 70, 80], every: 20) == ["off", "off", "off", "off"])
    #expect(
      states([90, 78, 78, 73], every: 20) == ["transient", "running/s0/l-", "running/s0/l-", "off"])
    #expect(
      states([nil, nil, nil, nil], power: [1.4, 1.6, 1.9, 1.6])
        == ["off", "off", "transient", "transient"])
  }

  @Test("A start that only the power shows is transient for ten seconds too")
  func startByPower() {
    #expect(
      states([nil, nil, nil, nil], power: [0, 20, 20, 20])
        == ["off", "transient", "transient", "running/s-/l2"])
  }

  @Test("Without speed, power decides; with neither the state is unknown")
  func unknown() {
    #expect(states([nil, .nan], power: [20, 20]) == ["running/s-/l2", "running/s-/l2"])
    #expect(states([nil], power: [0.5]) == ["off"])
    #expect(states([nil]) == ["unknown"])
  }

  @Test("The way round of a shaft and of a power meter does not matter")
  func reversed() {
    #expect(states([-1480, -1480, -1480], power: [-24, -24, -24]).last == "running/s10/l3")
    #expect(states([nil], power: [-24]) == ["running/s-/l3"])
  }

  @Test(
    "A rating that is missing, or that the values show to be wrong, gives an unknown state",
    arguments: [nil, 0, -1480, .nan, .infinity, 600] as [Double?])
  func ratings(rating: Double?) {
    let bySpeed = states(
      [1480, 1480, 1480, 1480], power: [24, 24, 24, 24], of: rated(rpm: rating, kW: 30))
    #expect(bySpeed == Array(repeating: "unknown", count: 4))
    let byPower = states([nil, nil], power: [1480, 1480], of: rated(rpm: 1480, kW: rating))
    #expect(byPower == ["unknown", "unknown"])
  }

  @Test("A power without a right rating leaves the load unknown where the speed is known")
  func load() {
    #expect(
      states([1480, 1480, 1480], power: [24, 24, 24], of: rated(rpm: 1480, kW: 3)).last == "running/s10/l-")
  }

  @Test("A shaft that stands while its motor draws power has a dead speed sensor, and the state is unknown")
  func contradiction() {
    #expect(states([0, 0], power: [24, 24]) == ["unknown", "unknown"])
    #expect(states([0, 0], power: [3, 3]) == ["off", "off"])
  }
}
