// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Longest content of a packed recording, in bytes.
let contentLimit = 64 << 20

/// All bytes of a file.
func contents(of path: String) throws(FirmwareError) -> [UInt8] {
  do {
    return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    throw .badRecording(path: path, reason: "cannot be read: \(error.localizedDescription)")
  }
}
