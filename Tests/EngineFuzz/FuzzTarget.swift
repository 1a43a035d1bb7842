// SPDX-License-Identifier: Apache-2.0

import Engine

/// Reads, plans and runs whatever the bytes say. Anything but a result or a `ModelError` is a finding.
func exercise(_ bytes: [UInt8]) {
  guard let network = try? Network(onnx: bytes), network.arenaBytes < 1 << 20 else { return }
  let inputs = network.inputs.map { port in
    Tensor(
      type: port.type, shape: port.shape,
      bytes: (0..<port.count * port.type.size).map { byte in
        // Small floats, and integers of every size; a bool is 0 or 1.
        port.type == .bool ? UInt8(byte & 1) : UInt8(truncatingIfNeeded: byte &* 37 &+ 11)
      })
  }
  var scratch = Scratch(for: [network])
  _ = try? network.run(inputs, scratch: &scratch)
  // As a stream along one of its axes, too: making one runs it, and the whole beside it.
  if let rank = network.inputs.first?.shape.count, rank > 0 {
    _ = try? StreamingNetwork(onnx: bytes, axis: bytes.count % rank, piece: 1)
  }
}

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // SAFETY: libFuzzer gives a buffer of this length for the time of the call.
  exercise(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
