// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Ledger

// Search in two steps. FTS5 with its trigram tokenizer finds documents that share three letters in a row with any of the
// words; spaces count as letters, so that the beginning and the end of a word are trigrams too and a word of four letters
// with one wrong still has a trigram in common. Among these candidates each word is held against each word of the
// document by edit distance, and rare words count more than common ones.

extension KnowledgeStore {
  /// One document that was found.
  public struct Hit: Sendable, Equatable, Codable {
    public var kind: String
    public var key: String
    public var title: String
    /// 0 to 1: how well the words are met, the title counting most.
    public var score: Double
    /// The statement of the document that meets them best.
    public var line: String
  }

  /// Words that a query may have; further ones are not looked at.
  static let maximumWords = 12
  /// Documents that are looked at by edit distance, the best by trigrams first.
  static let maximumCandidates = 300

  /// Documents that meet the words, also misspelt ones, the best first.
  ///
  /// - Parameter kinds: only documents of these kinds; all when empty.
  public func search(
    _ text: String, kinds: [String] = [], limit: Int = 10
  ) async throws(KnowledgeError) -> [Hit] {
    let words = Array(Words(text).all.prefix(KnowledgeStore.maximumWords))
    let trigrams = words.flatMap(Words.trigrams)
    guard !trigrams.isEmpty, limit > 0 else { return [] }
    let query = Set(trigrams).sorted().map { "\"\($0)\"" }.joined(separator: " OR ")
    let places = kinds.map { _ in "?" }.joined(separator: ", ")
    let sql = """
      SELECT document.kind, document.key, document.title, document.body FROM document_text
        JOIN document ON document.id = document_text.rowid
      WHERE document_text MATCH ? \(kinds.isEmpty ? "" : "AND document.kind IN (\(places))")
      ORDER BY bm25(document_text, 3.0, 1.0), document.id LIMIT \(KnowledgeStore.maximumCandidates)
      """
    do {
      let rows = try await ledger.read { (tx) throws(LedgerError) in
        try tx.rows(sql, ([query] + kinds).map { .text($0) })
      }
      return Array(KnowledgeStore.rank(rows.map { $0.map { $0.text ?? "" } }, words).prefix(limit))
    } catch { throw .database(error) }
  }

  /// Share of a match in the body beside one in the title.
  private static let bodyShare = 0.5

  private static func rank(_ rows: [[String]], _ words: [String]) -> [Hit] {
    var memory: [[String: Double]] = words.map { _ in [:] }
    func best(_ position: Int, _ text: String) -> Double {
      var best = 0.0
      for word in Words(text).all {
        let likeness: Double
        if let known = memory[position][word] {
          likeness = known
        } else {
          likeness = Words.likeness(of: words[position], to: word)
          memory[position][word] = likeness
        }
        best = max(best, likeness)
      }
      return best
    }
    let matches = rows.map { row in words.indices.map { (title: best($0, row[2]), body: best($0, row[3])) } }
    let rarities = words.indices.map { position in
      let count = matches.count { max($0[position].title, $0[position].body) >= 0.8 }
      return log(1 + Double(rows.count) / Double(max(1, count)))
    }
    let whole = rarities.reduce(0, +)
    var hits: [(order: Int, hit: Hit)] = []
    for (order, (row, match)) in zip(rows, matches).enumerated() {
      let score =
        zip(match, rarities).reduce(0) { $0 + max($1.0.title, bodyShare * $1.0.body) * $1.1 } / whole
      guard score > 0 else { continue }
      let lines = row[3].split(separator: "\n").map(String.init)
      let line = lines.max { a, b in
        func worth(_ text: String) -> Double {
          words.indices.reduce(0) { $0 + best($1, text) * rarities[$1] }
        }
        return worth(a) < worth(b)
      }
      hits.append((order, Hit(kind: row[0], key: row[1], title: row[2], score: score, line: line ?? "")))
    }
    return hits.sorted { ($1.hit.score, $0.order) < ($0.hit.score, $1.order) }.map(\.hit)
  }
}
