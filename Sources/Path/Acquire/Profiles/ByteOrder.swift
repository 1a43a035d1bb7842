// SPDX-License-Identifier: Apache-2.0

/// How the bytes of a value lie in its registers, in the order in which they cross the wire; `A` is the
/// most significant byte.
///
/// The four-letter orders mean the analogous thing for 16 bits (bytes kept or swapped) and for 64 bits
/// (words forward or backward); the eight-letter orders say it in full and are for 64-bit types only.
public enum ByteOrder: String, CaseIterable, Sendable {
  /// Big-endian, as the Modbus specification has it.
  case abcd = "ABCD"
  /// Words backward.
  case cdab = "CDAB"
  /// Bytes swapped inside each word.
  case badc = "BADC"
  /// Little-endian.
  case dcba = "DCBA"
  /// 64 bits, big-endian.
  case abcdefgh = "ABCDEFGH"
  /// 64 bits, words backward.
  case ghefcdab = "GHEFCDAB"
  /// 64 bits, bytes swapped inside each word.
  case badcfehg = "BADCFEHG"
  /// 64 bits, little-endian.
  case hgfedcba = "HGFEDCBA"
  /// 64 bits, halves exchanged.
  case efghabcd = "EFGHABCD"
  /// 64 bits, words exchanged inside each half.
  case cdabghef = "CDABGHEF"

  /// Whether the order is written for 64-bit values only.
  var isFor64BitsOnly: Bool { rawValue.count == 8 }

  var swapsBytes: Bool {
    switch self {
    case .badc, .dcba, .badcfehg, .hgfedcba: true
    case .abcd, .cdab, .abcdefgh, .ghefcdab, .efghabcd, .cdabghef: false
    }
  }

  /// Position on the wire of the word that stands at `rank` by significance, 0 the most significant.
  private func wirePosition(rank: Int, of count: Int) -> Int {
    switch self {
    case .abcd, .badc, .abcdefgh, .badcfehg: rank
    case .cdab, .dcba, .ghefcdab, .hgfedcba: count - 1 - rank
    case .efghabcd: rank ^ 2
    case .cdabghef: rank ^ 1
    }
  }

  /// The bits of the value that `words` (1, 2 or 4 of them, as received) hold, right-aligned.
  func bits(_ words: ArraySlice<UInt16>) -> UInt64 {
    var result: UInt64 = 0
    for rank in 0..<words.count {
      let word = words[words.startIndex + wirePosition(rank: rank, of: words.count)]
      result = result << 16 | UInt64(swapsBytes ? word.byteSwapped : word)
    }
    return result
  }
}
