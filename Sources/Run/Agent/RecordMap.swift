// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings

/// Which column of a file is which field of a record.
package struct RecordMap {
  private let columns: [RecordReader.Field: String]

  /// Fields that every record has.
  private static let needed: [RecordReader.Field] = [.machine, .time, .kind, .text, .person]

  /// - Parameters:
  ///   - text: `machine=Asset,time=Date`; a field that is not named is found in the column of its own name.
  ///   - table: the columns of the file.
  ///   - given: fields that all rows have without a column.
  package init(_ text: String?, in table: [String], given: Set<RecordReader.Field> = []) throws(AgentError) {
    var columns: [RecordReader.Field: String] = [:]
    for field in RecordReader.Field.allCases where table.contains(field.rawValue) {
      columns[field] = field.rawValue
    }
    let names = RecordReader.Field.allCases.map(\.rawValue)
    let known = "it has \(table.joined(separator: ", "))"
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
        throw .refused("--map: the file has no column '\(halves[1])'; \(hint ?? known)")
      }
      columns[field] = halves[1]
    }
    for field in RecordMap.needed where columns[field] == nil && !given.contains(field) {
      throw .refused(
        "no column is '\(field.rawValue)'; say which with --map \(field.rawValue)=Column; \(known)")
    }
    self.columns = columns
  }

  /// What a row says; where programs write `NA` it says nothing.
  func values(of row: RecordTable.Row) -> [RecordReader.Field: String] {
    columns.compactMapValues { row.values[$0] }.filter { !RecordReader.isNothing($0.value) }
  }
}
