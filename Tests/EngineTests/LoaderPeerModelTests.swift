// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import Testing

/// The models of the comparison with other runtimes, as ONNX Runtime's quantizer and PyTorch wrote them.
/// They are not part of the repository; MILLWRIGHT_PEERS names the folder that has `int8/models`.
enum PeerModels {
  static let folder = URL(
    fileURLWithPath: ProcessInfo.processInfo.environment["MILLWRIGHT_PEERS"] ?? "../shared/peers")
  static let files =
    ((try? FileManager.default.contentsOfDirectory(
      at: folder.appendingPathComponent("int8/models"), includingPropertiesForKeys: nil)) ?? [])
    .filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }
}

@Suite(.enabled(if: !PeerModels.files.isEmpty, "no models of other runtimes at ../shared/peers/int8/models"))
struct LoaderPeerModelTests {
  @Test("Models of ONNX Runtime's quantizer and of PyTorch are read", arguments: PeerModels.files)
  func reads(_ file: URL) throws {
    _ = try Model(onnx: [UInt8](Data(contentsOf: file)))
  }
}
