// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings

/// Rows of a file of records: CSV after RFC 4180 (comma, semicolon or tab; quotes; a byte order mark), or one JSON object
/// a line.
struct RecordTable {
  /// One row with the line on which it begins.
  struct Row: Equatable {
    var line: Int
    /// By column; nil where the row cannot be read, with `problem` saying why.
    var values: [String: String] = [:]
    var problem: String?
  }

  let columns: [String]
  let rows: [Row]

  /// Largest file, bytes, and most rows.
  static let byteLimit = 64 << 20
  static let rowLimit = 100_000

  init(_ data: Data, isJSON: Bool) throws(AgentError) {
    guard data.count <= RecordTable.byteLimit else { throw .refused("the file is larger than 64 MiB") }
    let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
    (columns, rows) = isJSON ? RecordTable.json(Array(bytes)) : try RecordTable.csv(Array(bytes))
    guard rows.count <= RecordTable.rowLimit else {
      throw .refused("the file has more than \(RecordTable.rowLimit) rows")
    }
  }

  // MARK: CSV

  private struct Line {
    var number: Int
    var fields: [[UInt8]] = []
    var problem: String?
  }

  private static func csv(_ bytes: [UInt8]) throws(AgentError) -> ([String], [Row]) {
    let delimiter = delimiter(of: bytes)
    var lines = lines(bytes, delimiter)
    guard let head = lines.first else { throw .refused("the file is empty") }
    if let problem = head.problem { throw .refused("line \(head.number): \(problem)") }
    lines.removeFirst()
    let columns = head.fields.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) }
    if let twice = columns.first(where: { name in !name.isEmpty && columns.count(where: { $0 == name }) > 1 })
    {
      throw .refused("line \(head.number): the column '\(twice)' stands twice")
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

  private static func json(_ bytes: [UInt8]) -> ([String], [Row]) {
    var columns: Set<String> = []
    var rows: [Row] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
      var row = Row(line: index + 1)
      if let object = (try? JSONSerialization.jsonObject(with: Data(line))) as? [String: Any] {
        for (key, value) in object { row.values[key] = text(of: value) }
        columns.formUnion(object.keys)
      } else {
        row.problem = "not a JSON object on one line"
      }
      rows.append(row)
    }
    return (columns.sorted(), rows)
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

/// Which column of a file is which field of a record.
struct RecordMap {
  private let columns: [RecordReader.Field: String]

  /// - Parameter text: `machine=Asset,time=Date`; a field that is not named is found in the column of its own name.
  init(_ text: String?, in table: [String]) throws(AgentError) {
    var columns: [RecordReader.Field: String] = [:]
    for field in RecordReader.Field.allCases where table.contains(field.rawValue) {
      columns[field] = field.rawValue
    }
    let names = RecordReader.Field.allCases.map(\.rawValue)
    for pair in (text ?? "").split(separator: ",") {
      let halves = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard halves.count == 2 else { throw .refused("--map: expected field=Column, found '\(pair)'") }
      guard let field = RecordReader.Field(rawValue: halves[0]) else {
        let hint = nearest(to: halves[0], among: names).map { "did you mean '\($0)'?" }
        throw .refused(
          "--map: '\(halves[0])' is no field; \(hint ?? "one of \(names.joined(separator: ", "))")")
      }
      guard table.contains(halves[1]) else {
        let hint = nearest(to: halves[1], among: table).map { "did you mean '\($0)'?" }
        throw .refused(
          "--map: the file has no column '\(halves[1])'; \(hint ?? "it has \(table.joined(separator: ", "))")"
        )
      }
      columns[field] = halves[1]
    }
    self.columns = columns
  }

  func values(of row: RecordTable.Row) -> [RecordReader.Field: String] {
    columns.compactMapValues { row.values[$0] }
  }
}
