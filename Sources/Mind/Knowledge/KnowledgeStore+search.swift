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
      SELECT document.kind, document.key, document.title, document.body, document_text.title, document_text.body
      FROM document_text JOIN document ON document.id = document_text.rowid
      WHERE document_text MATCH ? \(kinds.isEmpty ? "" : "AND document.kind IN (\(places))")
      ORDER BY bm25(document_text, 3.0, 1.0), document.id LIMIT \(KnowledgeStore.maximumCandidates)
      """
    do {
      let rows = try await ledger.read { (tx) throws(LedgerError) in
        try tx.rows(sql, ([query] + kinds).map { .text($0) })
      }
      var ranking = Ranking(words)
      return ranking.best(limit, of: rows.map { $0.map { $0.text ?? "" } })
    } catch { throw .database(error) }
  }
}

/// Documents held against the words of one query.
private struct Ranking {
  let words: [String]
  /// Numbers of the words of documents, and how each is like each word of the query.
  private var numbers: [String: Int] = [:]
  private var likenesses: [[Double]] = []

  /// Share of a match in the body beside one in the title.
  private static let bodyShare = 0.5
  /// Likeness from which a document has the word, for telling rare words from common ones.
  private static let same = 0.8

  init(_ words: [String]) { self.words = words }

  /// - Parameter rows: kind, key, title, body, and the words of title and body with spaces around them.
  mutating func best(_ limit: Int, of rows: [[String]]) -> [KnowledgeStore.Hit] {
    var matches: [[(title: Double, body: Double)]] = []
    for row in rows {
      let (title, body) = (likeness(of: row[4]), likeness(of: row[5]))
      matches.append(words.indices.map { (title: title[$0], body: body[$0]) })
    }
    let rarities = words.indices.map { word in
      let count = matches.count { max($0[word].title, $0[word].body) >= Ranking.same }
      return log(1 + Double(rows.count) / Double(max(1, count)))
    }
    let whole = rarities.reduce(0, +)
    var scores: [(order: Int, score: Double)] = []
    for (order, match) in matches.enumerated() {
      var score = 0.0
      for (match, rarity) in zip(match, rarities) {
        score += max(match.title, Ranking.bodyShare * match.body) * rarity / whole
      }
      if score > 0 { scores.append((order, score)) }
    }
    scores.sort { ($1.score, $0.order) < ($0.score, $1.order) }
    return scores.prefix(limit).map { found in
      let row = rows[found.order]
      return .init(
        kind: row[0], key: row[1], title: row[2], score: found.score, line: bestLine(of: row[3], rarities))
    }
  }

  /// The statement that meets the words best, the first of several.
  private mutating func bestLine(of body: String, _ rarities: [Double]) -> String {
    var best = (line: "", worth: -1.0)
    for line in body.split(separator: "\n").map(String.init) {
      let worth = zip(likeness(of: Words.spaced(line)), rarities).reduce(0) { $0 + $1.0 * $1.1 }
      if worth > best.worth { best = (line, worth) }
    }
    return best.line
  }

  /// For each word of the query, the best likeness to any word of a text.
  private mutating func likeness(of spaced: String) -> [Double] {
    var best = words.map { _ in 0.0 }
    for word in spaced.split(separator: " ") {
      let number = number(of: String(word))
      for i in words.indices { best[i] = max(best[i], likenesses[number][i]) }
    }
    return best
  }

  private mutating func number(of word: String) -> Int {
    if let known = numbers[word] { return known }
    likenesses.append(words.map { Words.likeness(of: $0, to: word) })
    numbers[word] = likenesses.count - 1
    return likenesses.count - 1
  }
}
