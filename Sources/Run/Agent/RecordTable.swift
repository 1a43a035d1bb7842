// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Rows of a file of records: CSV after RFC 4180 (comma, semicolon or tab; quotes; a byte order mark), one JSON object a
/// line, or a JSON array of objects. The first character says which.
package struct RecordTable {
  /// One row with the line on which it begins.
  package struct Row: Equatable {
    package var line: Int
    /// By column; empty where the row cannot be read, with `problem` saying why.
    package var values: [String: String] = [:]
    package var problem: String?
  }

  package let columns: [String]
  package let rows: [Row]

  /// Largest file, bytes, and most rows.
  static let byteLimit = 64 << 20
  static let rowLimit = 100_000

  /// - Parameter file: the name that errors give.
  package init(_ data: Data, file: String) throws(AgentError) {
    guard data.count <= RecordTable.byteLimit else {
      throw .unreadable(file: file, reason: "is larger than \(RecordTable.byteLimit >> 20) MiB")
    }
    let bytes = Array(data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data)
    do throws(Problem) {
      (columns, rows) =
        switch bytes.first(where: { !RecordTable.isBlank($0) }) {
        case nil: throw Problem(line: 1, reason: "the file is empty")
        case 0x5B: RecordTable.objects(try RecordTable.elements(bytes))
        case 0x7B: RecordTable.objects(RecordTable.lines(bytes))
        default: try RecordTable.csv(bytes)
        }
    } catch { throw .recording(file: file, line: error.line, reason: error.reason) }
    guard rows.count <= RecordTable.rowLimit else {
      throw .unreadable(file: file, reason: "has more than \(RecordTable.rowLimit) rows")
    }
  }

  /// What makes the whole file unreadable.
  private struct Problem: Error {
    var line: Int
    var reason: String
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  // MARK: CSV

  private struct Line {
    var number: Int
    var fields: [[UInt8]] = []
    var problem: String?
  }

  private static func csv(_ bytes: [UInt8]) throws(Problem) -> ([String], [Row]) {
    var lines = lines(bytes, delimiter(of: bytes))
    let head = lines.removeFirst()
    if let reason = head.problem { throw Problem(line: head.number, reason: reason) }
    let columns = head.fields.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) }
    if let twice = columns.first(where: { name in !name.isEmpty && columns.count(where: { $0 == name }) > 1 })
    {
      throw Problem(line: head.number, reason: "the column '\(twice)' stands twice")
    }
    let rows = lines.map { line in
      var row = Row(line: line.number, problem: line.problem)
      if row.problem == nil, line.fields.count != columns.count {
        row.problem = "\(line.fields.count) fields, the first line has \(columns.count)"
      }
      guard row.problem == nil else { return row }
      for (column, field) in zip(columns, line.fields) {
        guard let text = String(validating: field, as: UTF8.self) else {
          row.problem = "the field '\(column)' is not UTF-8; save the file as UTF-8"
          break
        }
        row.values[column] = text
      }
      return row
    }
    return (columns, rows)
  }

  /// Of comma, semicolon and tab, the one that the first line has most of, outside quotes.
  private static func delimiter(of bytes: [UInt8]) -> UInt8 {
    var counts: [UInt8: Int] = [0x2C: 0, 0x3B: 0, 0x09: 0]
    var isQuoted = false
    for byte in bytes {
      if byte == 0x22 { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 0x0A || byte == 0x0D { break }
      if let count = counts[byte] { counts[byte] = count + 1 }
    }
    return [0x2C, 0x3B, 0x09].max { counts[$0, default: 0] < counts[$1, default: 0] } ?? 0x2C
  }

  /// Cuts into records; blank lines are none.
  private static func lines(_ bytes: [UInt8], _ delimiter: UInt8) -> [Line] {
    var lines: [Line] = []
    var at = 0
    var number = 1
    while at < bytes.count {
      var line = Line(number: number)
      var isOpen = true
      while isOpen {
        let (field, end, problem) = field(bytes, at, delimiter, &number)
        line.fields.append(field)
        if line.problem == nil { line.problem = problem }
        isOpen = end < bytes.count && bytes[end] == delimiter
        at = end + (isOpen ? 1 : 0)
      }
      if at < bytes.count, bytes[at] == 0x0D { at += 1 }
      if at < bytes.count, bytes[at] == 0x0A { at += 1 }
      number += 1
      let isBlank = line.fields.allSatisfy { $0.allSatisfy { $0 == 0x20 } } && line.fields.count == 1
      if !isBlank || line.problem != nil { lines.append(line) }
    }
    return lines
  }

  /// One field from `start` on, and where it ended.
  private static func field(_ bytes: [UInt8], _ start: Int, _ delimiter: UInt8, _ number: inout Int)
    -> (field: [UInt8], end: Int, problem: String?)
  {
    func isEnd(_ at: Int) -> Bool {
      at >= bytes.count || bytes[at] == delimiter || bytes[at] == 0x0A || bytes[at] == 0x0D
    }
    var at = start
    guard at < bytes.count, bytes[at] == 0x22 else {
      while !isEnd(at) { at += 1 }
      return (Array(bytes[start..<at]), at, nil)
    }
    var field: [UInt8] = []
    at += 1
    while true {
      guard at < bytes.count else { return (field, at, "a quote is not closed before the end of the file") }
      if bytes[at] == 0x22 {
        guard at + 1 < bytes.count, bytes[at + 1] == 0x22 else { break }
        at += 1
      }
      if bytes[at] == 0x0A { number += 1 }
      field.append(bytes[at])
      at += 1
    }
    at += 1
    if isEnd(at) { return (field, at, nil) }
    while !isEnd(at) { at += 1 }
    return (field, at, "text follows a closing quote; a quote inside quotes is written twice")
  }

  // MARK: JSON

  /// A piece of the file that should be an object, with the line on which it begins.
  private typealias Piece = (line: Int, bytes: ArraySlice<UInt8>)

  private static func objects(_ pieces: [Piece]) -> ([String], [Row]) {
    var columns: Set<String> = []
    let rows = pieces.map { piece in
      guard let object = (try? JSONSerialization.jsonObject(with: Data(piece.bytes))) as? [String: Any] else {
        return Row(line: piece.line, problem: "not a JSON object")
      }
      columns.formUnion(object.keys)
      return Row(line: piece.line, values: object.mapValues(text))
    }
    return (columns.sorted(), rows)
  }

  /// The lines that hold something.
  private static func lines(_ bytes: [UInt8]) -> [Piece] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
      .map { ($0 + 1, $1) }.filter { !$0.1.allSatisfy(isBlank) }
  }

  /// The elements of an array: what stands between its commas.
  private static func elements(_ bytes: [UInt8]) throws(Problem) -> [Piece] {
    var pieces: [Piece] = []
    var start: (place: Int, line: Int)?
    var (depth, line) = (0, 1)
    var (isText, isEscaped, isOver) = (false, false, false)
    for (place, byte) in bytes.enumerated() {
      if byte == 0x0A { line += 1 }
      if isText {
        isText = isEscaped || byte != 0x22
        isEscaped = !isEscaped && byte == 0x5C
        continue
      }
      if isOver, !isBlank(byte) {
        throw Problem(line: line, reason: "text follows the list")
      }
      let isCut = depth == 1 && (byte == 0x2C || byte == 0x5D)
      if isCut, let (from, first) = start {
        pieces.append((first, bytes[from..<place]))
        start = nil
      } else if !isCut, depth == 1, start == nil, !isBlank(byte) {
        start = (place, line)
      }
      switch byte {
      case 0x22: isText = true
      case 0x5B, 0x7B: depth += 1
      case 0x5D, 0x7D:
        depth -= 1
        isOver = depth == 0
      default: break
      }
    }
    guard depth == 0 else { throw Problem(line: start?.line ?? line, reason: "the list is not closed") }
    return pieces
  }

  private static func text(of value: Any) -> String {
    switch value {
    case let text as String: text
    case let list as [Any]: list.map(text).joined(separator: ";")
    case is NSNull: ""
    default: "\(value)"
    }
  }
}
