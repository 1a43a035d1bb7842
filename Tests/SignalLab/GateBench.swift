// SPDX-License-Identifier: Apache-2.0

import Allocations
import Condition
import Machine

/// The validity gate with everything that it can check, on captures and readings that all pass.
struct GateBench {
  private var gate: ValidityGate
  /// Two captures of each axis, because a sensor never repeats itself.
  private var captures: [[Waveform]]
  private var readings: [Reading]
  private var turn = 0
  private var refused = 0

  /// - Parameters:
  ///   - waveforms: one capture of each of three axes.
  init(_ waveforms: [Waveform], of machine: Machine) {
    func point(_ name: String, _ role: PointRole, _ quantity: Quantity) -> Point {
      Point(id: PointID(machine.id, name), role: role, quantity: quantity)
    }
    let scalars = [
      point("velocity", .velocityRMS, .velocity), point("casing", .casingTemperature, .temperature),
      point("casing-2", .casingTemperature, .temperature),
    ]
    var machine = machine
    machine.points += scalars
    var layout = SensorLayout()
    let axes = waveforms.map(\.point)
    layout.triaxial = [.init(x: axes[0], y: axes[1], z: axes[2])]
    layout.redundant = [.init(scalars[1].id, scalars[2].id)]
    layout.ownVelocity = [axes[0]: scalars[0].id]
    layout.countWorth = [scalars[1].id: 0.1]
    gate = ValidityGate(plant: Plant(site: "lab", machines: [machine]), layout: layout)
    let component = Float(9.80665 / 3.0.squareRoot())
    let first = waveforms.map { waveform in
      let count = waveform.samples.count
      let mean = waveform.samples.reduce(0, +) / Float(max(1, count))
      var waveform = waveform
      waveform.samples = waveform.samples.map { $0 - mean + component }
      waveform.facts = CaptureFacts(expectedCount: count, segments: SegmentMap(count: 8))
      for segment in 0..<8 { waveform.facts.segments?.arrived(segment) }
      waveform.facts.blocks = (0..<8).map {
        CaptureFacts.Block(start_s: Double($0 * (count / 8)) / waveform.sampleRate_Hz, count: count / 8)
      }
      waveform.facts.blocks[7].count += count % 8
      return waveform
    }
    captures = [
      first,
      first.map {
        var waveform = $0
        waveform.samples.reverse()
        return waveform
      },
    ]
    let stamp = Stamp(received: WallTime(seconds: 1_700_000_000), monotonic: MonotonicTime(seconds: 0))
    readings = zip(scalars, [7, 55, 55.5]).map {
      Reading(point: $0.id, quantity: $0.quantity, value: $1, stamp: stamp)
    }
  }

  /// Times `count` rounds of all captures and readings after eight more, and counts what they ask the allocator for.
  mutating func run(_ count: Int) -> String {
    for _ in 0..<8 { pass() }
    let allocated = lab_allocations()
    for _ in 0..<count { pass() }
    let allocations = lab_allocations() - allocated
    let time = median(count) { pass() }
    return "{\"med_ns\": \(time), \"allocations\": \(allocations), \"refused\": \(refused)}"
  }

  private mutating func pass() {
    turn += 1
    let now = MonotonicTime(seconds: Double(turn))
    for i in readings.indices {
      readings[i].stamp.monotonic = now
      // Half a degree to and fro: a value that never moves is stuck.
      readings[i].value? += turn.isMultiple(of: 2) ? 0.5 : -0.5
      if gate.judge(readings[i], machineRunning: true).quality.isBad { refused += 1 }
    }
    let set = turn % 2
    for i in captures[set].indices {
      captures[set][i].stamp.monotonic = now
      if gate.judge(captures[set][i], machineRunning: true) != nil { refused += 1 }
    }
  }
}
