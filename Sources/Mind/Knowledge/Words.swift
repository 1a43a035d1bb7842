// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Settings

/// The words of a text as search sees them: small letters and digits, accents taken off.
struct Words {
  let all: [String]

  init(_ text: String) {
    let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).lowercased()
    all = folded.split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  /// The words with one space around each, as they are stored for the trigram tokenizer.
  static func spaced(_ text: String) -> String { " " + Words(text).all.joined(separator: " ") + " " }

  /// Three letters in a row, the spaces around the word included.
  static func trigrams(of word: String) -> [String] {
    let letters = Array(" \(word) ")
    return (0...(letters.count - 3)).map { String(letters[$0..<($0 + 3)]) }
  }

  /// How well a word of a query meets one of a document: 1 is the same word, less its beginning or with letters wrong, 0 is
  /// another word.
  static func likeness(of word: String, to other: String) -> Double {
    if word == other { return 1 }
    if word.count >= 3, other.hasPrefix(word) { return 0.9 }
    if other.count >= 4, word.hasPrefix(other) { return 0.85 }
    let allowed = allowedEdits(in: word.count)
    guard allowed > 0, abs(word.count - other.count) <= allowed else { return 0 }
    // Every letter that only one of the words has takes an edit of its own: most pairs end here.
    let (a, b) = (letters(of: word), letters(of: other))
    guard max((a & ~b).nonzeroBitCount, (b & ~a).nonzeroBitCount) <= allowed else { return 0 }
    let edits = editDistance(Array(word), Array(other))
    guard edits <= allowed else { return 0 }
    return 0.9 * (1 - Double(edits) / Double(max(word.count, other.count)))
  }

  /// The letters of a word as a set, by their last five bits.
  private static func letters(of word: String) -> UInt32 {
    word.unicodeScalars.reduce(0) { $0 | 1 << ($1.value & 31) }
  }

  /// Letters that may be wrong: short words become others by one.
  private static func allowedEdits(in length: Int) -> Int {
    switch length {
    case ..<4: 0
    case 4...5: 1
    case 6...8: 2
    default: 3
    }
  }
}
