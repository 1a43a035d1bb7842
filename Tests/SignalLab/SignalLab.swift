// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Kernels

/// The signal chain as a bare process, for `scripts/bench signal`.
///
/// ```
/// signal-lab FILE RATE SPEED    the axes of one point, float32 one after the other; r/min. Commands from stdin:
///   values                      the features of every axis, by name
///   run COUNT                   windows of all axes: nanoseconds of a core each (median), allocations of all
///   gate COUNT                  rounds of the validity gate over the same axes and three readings: as `run`
///   window KNOWN COUNT          the same of the daemon's windows of a machine of which is known: nothing, bearing, gears,
///                               motor, rating
///   transform LENGTH COUNT      forward transforms of so many real samples, nanoseconds of a core each (median)
///   inverse LENGTH COUNT        inverse transforms of so many complex values
/// ```
/// Each command is answered by one line of JSON.
@main struct SignalLab {
  static func main() {
    let words = CommandLine.arguments
    guard words.count == 4, let data = FileManager.default.contents(atPath: words[1]),
      let rate = Double(words[2]),
      let speed = Double(words[3]), var bench = PointBench(data, rate: rate, speed_rpm: speed)
    else {
      FileHandle.standardError.write(Data("usage: signal-lab FILE RATE SPEED\n".utf8))
      exit(64)
    }
    var gate = bench.gate
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      let numbers = words.dropFirst().compactMap(Int.init)
      switch (words.first, numbers.count) {
      case ("values", 0): say(bench.values())
      case ("run", 1): say(bench.run(numbers[0]))
      case ("gate", 1): say(gate.run(numbers[0]))
      case ("window", 1):
        let known = PointBench.Known(rawValue: words[1])
        say(
          known.map { bench.run(numbers[0], knowing: $0) }
            ?? "{\"error\": \"nothing is known of \(words[1])\"}")
      case ("transform", 2): say("{\"med_ns\": \(timeForward(numbers[0], numbers[1]))}")
      case ("inverse", 2): say("{\"med_ns\": \(timeInverse(numbers[0], numbers[1]))}")
      default:
        say(
          "{\"error\": \"values, run COUNT, gate COUNT, window KNOWN COUNT, transform LENGTH COUNT or inverse LENGTH COUNT\"}"
        )
      }
    }
  }

  /// A line on stdout, at once: somebody waits for it.
  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }

  private static func timeForward(_ length: Int, _ count: Int) -> UInt64 {
    let transform = FourierTransform(count: length)
    let signal = (0..<length).map { Float(sin(Double($0 * $0 % 1009))) }
    var bins = Array(repeating: ComplexFloat(0, 0), count: transform.binCount)
    return median(count) { transform.forward(signal, into: &bins) }
  }

  private static func timeInverse(_ length: Int, _ count: Int) -> UInt64 {
    let transform = FourierTransform(count: length)
    let spectrum = (0..<length).map { ComplexFloat(Float(sin(Double($0 * $0 % 1009))), 0) }
    var signal = spectrum
    return median(count) { transform.inverse(spectrum, into: &signal) }
  }
}

/// Median nanoseconds of `count` calls after three more.
func median(_ count: Int, _ work: () -> Void) -> UInt64 {
  for _ in 0..<3 { work() }
  let times = (0..<max(1, count)).map { _ in
    let start = nanoseconds()
    work()
    return nanoseconds() - start
  }
  return times.sorted()[times.count / 2]
}

/// What this process has used of a core: another process beside it does not count.
func nanoseconds() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
