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

  /// Noise: uniform in [-scale, scale).
  public static func noise(seed: UInt32, count: Int, scale: Float) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(Double(state >> 8) / 8_388_608 - 1) * scale
    }
  }
}

/// Cheap seeded randomness.
public struct Noise: RandomNumberGenerator {
  private var state: UInt64
  public init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  public mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
  /// A draw from the standard normal distribution (Box-Muller).
  public mutating func normal() -> Double {
    let u = Double.random(in: Double.leastNormalMagnitude..<1, using: &self)
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}
