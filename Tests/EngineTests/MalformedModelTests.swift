// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

@Suite("Malformed models") struct MalformedModelTests {
  @Test("20,000 mutated files give a network or a ModelError, never a trap; what loads also runs")
  func mutations() throws {
    var noise = Noise(3)
    let seeds = DenseModel.all.map(\.bytes).filter { $0.count < 3000 }
    #expect(seeds.count >= 12)
    var loaded = 0
    var refused = 0
    for round in 0..<20_000 {
      var bytes = seeds[round % seeds.count]
      switch noise.next() % 4 {
      case 0: bytes.removeLast(Int(noise.next() % UInt64(bytes.count)))
      case 1:
        bytes.insert(UInt8.random(in: 0...255, using: &noise), at: Int(noise.next() % UInt64(bytes.count)))
      case 2:
        // A long varint where a number stood.
        let at = Int(noise.next() % UInt64(bytes.count))
        bytes.replaceSubrange(at..<min(at + 1, bytes.count), with: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
      default:
        for _ in 0...(noise.next() % 4) {
          bytes[Int(noise.next() % UInt64(bytes.count))] ^= 1 << UInt8(noise.next() % 8)
        }
      }
      do {
        let network = try Network(onnx: bytes)
        var scratch = Scratch(for: [network])
        let inputs = network.inputs.map {
          Tensor(type: $0.type, shape: $0.shape, bytes: Array(repeating: 7, count: $0.count * $0.type.size))
        }
        _ = try network.run(inputs, scratch: &scratch)
        loaded += 1
      } catch { refused += 1 }
    }
    // Both must happen, or the mutations are too tame or too wild to say anything.
    #expect(loaded > 300 && refused > 5000, "loaded \(loaded), refused \(refused)")
  }

  @Test("every truncation of a model is refused")
  func truncations() throws {
    let bytes = DenseModel.all[0].bytes
    for count in 0..<bytes.count - 8 {
      #expect(throws: ModelError.self, "\(count) bytes") { try Network(onnx: Array(bytes[..<count])) }
    }
  }

  @Test("a directory, a missing file and an empty file say what is wrong")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory
    let empty = folder.appending(path: "millwright-\(UUID().uuidString).onnx")
    try Data().write(to: empty)
    defer { try? FileManager.default.removeItem(at: empty) }
    for path in [folder.path, "/nowhere/model.onnx", empty.path, "/dev/zero"] {
      let error = #expect(throws: ModelError.self) { try Network(path: path) }
      #expect(error?.description.isEmpty == false)
    }
    #expect(throws: ModelError.file(path: empty.path, reason: "the file is empty")) {
      try Network(path: empty.path)
    }
  }

  @Test(
    "an error names node, tensor and reason",
    arguments: [
      // Each replaces one text or byte string of a small model by another of the same length.
      ("MatMul", "Foobar", "node dense0: the operator Foobar is not supported"),
      ("x_scale", "x_scald", "node x_Q (QuantizeLinear), tensor x_scald: nothing makes this input"),
      ("w0_zero", "w0_zerr", "node w0_DQ (DequantizeLinear), tensor w0_zerr: nothing makes this input"),
    ])
  func names(old: String, new: String, expected: String) throws {
    let golden = try #require(DenseModel.all.first { $0.name.contains("matmul") })
    var bytes = golden.bytes
    let range = try #require(bytes.firstRange(of: Array(old.utf8)))
    bytes.replaceSubrange(range, with: Array(new.utf8))
    let error = #expect(throws: ModelError.self) { try Network(onnx: bytes) }
    #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
  }
}
