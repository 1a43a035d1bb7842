// SPDX-License-Identifier: Apache-2.0

internal import Foundation

extension AlarmMemory {
  /// The memory as JSON, for a snapshot; a number that is not finite is kept as text.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(self))
  }

  /// Reads what `json` wrote.
  public init(json: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(AlarmMemory.self, from: Data(json))
  }
}
