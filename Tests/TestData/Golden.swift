// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// Files of the repository and of the shared folder that tests read.
public enum Golden {
  public static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  public static func decode<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
    try JSONDecoder().decode(
      type, from: Data(contentsOf: repository.appending(path: "models/golden/\(name)")))
  }

  /// The folder of the peers' models, from `MILLWRIGHT_PEERS` or beside the repository.
  public static var peers: URL? {
    let named = ProcessInfo.processInfo.environment["MILLWRIGHT_PEERS"].map { URL(fileURLWithPath: $0) }
    let folder = (named ?? repository.appending(path: "../shared/peers")).appending(path: "int8/models")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  /// Little-endian floats in base64.
  public static func floats(_ text: String) -> [Float] {
    let bytes = [UInt8](Data(base64Encoded: text) ?? Data())
    return stride(from: 0, to: bytes.count, by: 4).map { i in
      Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[i + $1]) << (8 * UInt32($1)) })
    }
  }
}
