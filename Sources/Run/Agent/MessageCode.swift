// SPDX-License-Identifier: Apache-2.0

import Engine

/// HMAC-SHA256 (RFC 2104, FIPS 198-1): says that who wrote a message knows a secret.
package enum MessageCode {
  /// The code of a message, 32 bytes.
  package static func code(of message: [UInt8], secret: [UInt8]) -> [UInt8] {
    let block = 64
    let short = secret.count > block ? SHA256.digest(secret) : secret
    let key = short + Array(repeating: 0, count: block - short.count)
    let inner = SHA256.digest(key.map { $0 ^ 0x36 } + message)
    return SHA256.digest(key.map { $0 ^ 0x5C } + inner)
  }

  /// Whether both are equal, in a time that does not tell how much of them is.
  package static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for i in a.indices { difference |= a[i] ^ b[i] }
    return difference == 0
  }

  /// The bytes that hexadecimal digits stand for; nil for anything else.
  package static func bytes(hexadecimal text: String) -> [UInt8]? {
    let digits = text.utf8.map { Int(UInt8($0)).hexadecimalDigit }
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).compactMap { i in
      digits[i].flatMap { high in digits[i + 1].map { UInt8(high << 4 | $0) } }
    }
  }
}

extension Int {
  /// The value of an ASCII character as a hexadecimal digit.
  fileprivate var hexadecimalDigit: Int? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}
