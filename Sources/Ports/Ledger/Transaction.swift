// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRDB

/// A value in one of SQLite's five storage classes.
public enum SQLValue: Sendable, Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])

  /// An optional number; nil becomes NULL, as a missing value must.
  public init(_ value: Double?) { self = value.map(SQLValue.real) ?? .null }
  /// An optional integer; nil becomes NULL.
  public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  /// An optional text; nil becomes NULL.
  public init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }

  /// The integer, or nil for every other class.
  public var integer: Int64? { if case .integer(let v) = self { v } else { nil } }
  /// The number, or nil when it is neither REAL nor INTEGER.
  public var real: Double? {
    switch self {
    case .real(let v): v
    case .integer(let v): Double(v)
    case .null, .text, .blob: nil
    }
  }
  /// The text, or nil for every other class.
  public var text: String? { if case .text(let v) = self { v } else { nil } }
  /// The bytes, or nil for every other class.
  public var blob: [UInt8]? { if case .blob(let v) = self { v } else { nil } }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(stringLiteral value: String) { self = .text(value) }
}

extension SQLValue {
  var argument: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let v): v.databaseValue
    case .real(let v): v.databaseValue
    case .text(let v): v.databaseValue
    case .blob(let v): Data(v).databaseValue
    }
  }

  init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let v): self = .integer(v)
    case .double(let v): self = .real(v)
    case .string(let v): self = .text(v)
    case .blob(let v): self = .blob(Array(v))
    }
  }
}

/// One row of a result: its columns in the order of the SELECT.
public typealias SQLRow = [SQLValue]

/// The open transaction that a body given to `Ledger.write` or `Ledger.read` works in; valid inside only.
public struct Transaction {
  let database: Database
  let path: String

  /// Runs one statement that returns no rows and gives the number of rows that it changed. The compiled
  /// statement is kept for the next call with the same text.
  @discardableResult
  public func run(_ sql: String, _ arguments: SQLValue...) throws(LedgerError) -> Int {
    try run(sql, arguments)
  }

  /// As above, with the arguments as a list.
  @discardableResult
  public func run(_ sql: String, _ arguments: [SQLValue]) throws(LedgerError) -> Int {
    do {
      let statement = try database.cachedStatement(sql: sql)
      try statement.execute(arguments: StatementArguments(arguments.map(\.argument)))
      return database.changesCount
    } catch { throw LedgerError(error, path: path) }
  }

  /// All rows of a query; the caller bounds it with LIMIT.
  public func rows(_ sql: String, _ arguments: SQLValue...) throws(LedgerError) -> [SQLRow] {
    try rows(sql, arguments)
  }

  /// As above, with the arguments as a list.
  public func rows(_ sql: String, _ arguments: [SQLValue]) throws(LedgerError) -> [SQLRow] {
    do {
      let statement = try database.cachedStatement(sql: sql)
      let cursor = try Row.fetchCursor(
        statement, arguments: StatementArguments(arguments.map(\.argument)))
      var result: [SQLRow] = []
      while let row = try cursor.next() {
        result.append((0..<row.count).map { SQLValue(row[$0] as DatabaseValue) })
      }
      return result
    } catch { throw LedgerError(error, path: path) }
  }

  /// The first column of the first row, or nil when there is no row.
  public func value(_ sql: String, _ arguments: SQLValue...) throws(LedgerError) -> SQLValue? {
    do {
      let statement = try database.cachedStatement(sql: sql)
      let row = try Row.fetchOne(statement, arguments: StatementArguments(arguments.map(\.argument)))
      return row.map { SQLValue($0[0] as DatabaseValue) }
    } catch { throw LedgerError(error, path: path) }
  }
}
