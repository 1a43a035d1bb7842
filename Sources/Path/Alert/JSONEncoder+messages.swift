// SPDX-License-Identifier: Apache-2.0

package import Foundation

extension JSONEncoder {
  /// Writes messages for other systems: keys are sorted, so that equal messages are equal bytes.
  package static var forMessages: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}
