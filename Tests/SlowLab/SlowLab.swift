// SPDX-License-Identifier: Apache-2.0

import Allocations
import Foundation
import Infer
import Machine

/// The slow-signal detector as a bare process: on standard input lines of `seconds;value;value...`, of which
/// the first 400 are healthy; on standard output one line of JSON: for each line after those whether the detector
/// found it anomalous and whether the machine was changing, the channel that contributed most where anomalous, and
/// what a sample cost.
@main struct SlowLab {
  struct Answer: Encodable {
    var anomalous: [Int] = []
    var changing: [Int] = []
    var leading: [String: Int] = [:]
    var nanosecondsPerReading = 0.0
    var allocationsPerReading = 0.0
  }

  static func main() throws {
    let machine = MachineID("bench")
    let state = OperatingState(motion: .running)
    var rows: [(stamp: Stamp, readings: [Reading])] = []
    // Channels by number; SKAB's own quantities, so that the floors are those of the plant.
    let quantities: [Quantity] = [
      .acceleration, .acceleration, .current, .pressure, .temperature, .temperature, .voltage, .flow,
    ]
    while let line = readLine() {
      let numbers = line.split(separator: ";").map { Double($0) }
      guard let seconds = numbers[0] else { continue }
      let stamp = Stamp(received: WallTime(seconds: seconds), monotonic: MonotonicTime(seconds: seconds))
      rows.append(
        (
          stamp,
          numbers.dropFirst().enumerated().map { i, value in
            Reading(
              point: PointID(machine, "\(i)"), quantity: quantities[i % quantities.count], value: value,
              stamp: stamp)
          }
        ))
    }
    let points = rows.first?.readings.map(\.point) ?? []
    var detector = SlowDetector(
      machine, channels: points, schedule: SlowDetector.Schedule(learning_s: 0, spacing_s: 0))
    var answer = Answer()
    var spent = Duration.zero
    var allocated = 0
    for (i, row) in rows.enumerated() {
      let before = lab_allocations()
      spent += ContinuousClock().measure {
        for reading in row.readings { detector.observe(reading, state: state, learn: i < 400) }
      }
      guard i >= 400 else { continue }
      allocated += Int(lab_allocations() - before)
      let score = detector.score(at: row.stamp, in: state)
      answer.anomalous.append(score?.isAnomalous == true ? 1 : 0)
      answer.changing.append(detector.isChanging(in: state) ? 1 : 0)
      if let first = score?.contributions.first { answer.leading[first.input, default: 0] += 1 }
    }
    let count = Double(max(1, rows.count * points.count))
    answer.nanosecondsPerReading = spent / .nanoseconds(1) / count
    answer.allocationsPerReading = Double(allocated) / count
    print(String(decoding: try JSONEncoder().encode(answer), as: UTF8.self))
  }
}
