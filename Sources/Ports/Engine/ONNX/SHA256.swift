// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// SHA-256 (FIPS 180-4), for naming files and checking codes.
package enum SHA256 {
  /// The first `digits` hexadecimal digits of the digest of `bytes`.
  package static func hexadecimal(_ bytes: [UInt8], digits: Int) -> String {
    let text = words(of: bytes).map { word in
      let hex = String(word, radix: 16)
      return String(repeating: "0", count: 8 - hex.count) + hex
    }
    return String(text.joined().prefix(digits))
  }

  /// The digest of `bytes`, 32 bytes.
  package static func digest(_ bytes: [UInt8]) -> [UInt8] {
    words(of: bytes).flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
  }

  private static func words(of bytes: [UInt8]) -> [UInt32] {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    var tail = Array(bytes.suffix(bytes.count % 64)) + [0x80]
    tail += Array(repeating: 0, count: (120 - tail.count % 64) % 64)
    tail += (0..<8).map { UInt8(truncatingIfNeeded: (bytes.count * 8) >> (56 - 8 * $0)) }
    // SAFETY: the kernel reads whole blocks of 64 bytes that the arrays hold, and writes the eight words.
    unsafe mw_sha256(&state, bytes, bytes.count / 64)
    unsafe mw_sha256(&state, tail, tail.count / 64)
    return state
  }
}
