// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

/// The models of the comparison with other runtimes, as ONNX Runtime's quantizer and PyTorch wrote them.
@Suite(.enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"))
struct LoaderPeerModelTests {
  static let files =
    (Golden.peers.flatMap {
      try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
    }
    ?? []).filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }

  @Test("Models of ONNX Runtime's quantizer and of PyTorch are read", arguments: files)
  func reads(_ file: URL) throws {
    let inspection = try Inspection(path: file.path)
    #expect(inspection.inputs.count == 1 && inspection.outputs.count == 1)
    #expect(inspection.macs > 100_000 || file.lastPathComponent == "identity_fp32.onnx")
  }
}
