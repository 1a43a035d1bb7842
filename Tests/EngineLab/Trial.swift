// SPDX-License-Identifier: Apache-2.0

import Allocations
import Engine
import Glibc

/// A network with the input that every runtime of the comparison gets, ready to be run again and again.
struct Trial {
  let network: Network
  /// Milliseconds from the file's bytes in memory to the planned network, median of five.
  let loadMilliseconds: Double
  private var scratch: Scratch
  private let input: [Float]
  private(set) var output: [Float]

  init(onnx bytes: [UInt8], batch: Int, kernels: KernelForm) throws(ModelError) {
    var times: [UInt64] = []
    var network = try Network(onnx: bytes, batch: batch, kernels: kernels)
    for _ in 0..<5 {
      let start = now()
      network = try Network(onnx: bytes, batch: batch, kernels: kernels)
      times.append(now() - start)
    }
    guard network.inputs.count == 1, network.outputs.count == 1 else {
      throw .graph(reason: "one input and one output are timed")
    }
    guard network.inputs[0].type == .float, network.outputs[0].type == .float else {
      throw .graph(reason: "float inputs and outputs are timed")
    }
    self.network = network
    loadMilliseconds = Double(times.sorted()[2]) / 1e6
    scratch = Scratch(for: [network])
    var state: UInt32 = 12345
    input = (0..<network.inputs[0].count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / Float(1 << 24) * 2 - 1
    }
    output = Array(repeating: 0, count: network.outputs[0].count)
  }

  /// Nanoseconds of each run, walking `cold` between the runs, until `enough` says so of count and nanoseconds.
  mutating func times(
    into times: inout [UInt64], cold: inout [UInt8], enough: (Int, UInt64) -> Bool
  ) -> (count: Int, allocations: Int) {
    let (network, input) = (network, input)
    var (count, allocations) = (0, 0)
    var result = [Float](repeating: 0, count: output.count)
    let start = now()
    while count < times.count {
      for i in stride(from: 0, to: cold.count, by: 64) { cold[i] &+= 1 }
      var into = result.mutableSpan
      let (counted, before) = (lab_allocations(), now())
      network.run(input.span, into: &into, scratch: &scratch)
      let after = now()
      allocations += Int(lab_allocations() - counted)
      times[count] = after - before
      count += 1
      if enough(count, after - start) { break }
    }
    output = result
    return (count, allocations)
  }

  /// A fifth of a second, and 20 runs at least: caches, branches and the clock of the core.
  mutating func warmUp() {
    var (times, cold) = ([UInt64](repeating: 0, count: 1_000_000), [UInt8]())
    _ = self.times(into: &times, cold: &cold) { $0 >= 20 && $1 > 200_000_000 }
  }
}

/// Nanoseconds of a clock that only goes forward.
func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> UInt64 { clock_gettime_nsec(clock) }

private func clock_gettime_nsec(_ clock: clockid_t) -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
