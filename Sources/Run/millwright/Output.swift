// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Writes a value as JSON with sorted keys on standard output.
func printJSON<T: Encodable>(_ value: T) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// Four significant digits.
func rounded(_ value: Double) -> String { String(format: "%.4g", value) }

/// A share as a percentage with one decimal.
func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

/// Text filled with spaces to a width.
func padded(_ text: String, _ width: Int) -> String {
  text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
}
