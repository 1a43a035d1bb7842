// SPDX-License-Identifier: Apache-2.0

/// One connection that carries one request at a time.
protocol Link: AnyObject {
  /// Sends the query and returns the items of its reply (none for a write), connecting first where needed.
  func transact(_ query: Query, by deadline: Deadline, timeout_s: Double) throws(FieldbusError) -> [UInt16]
  /// Lets the connection go; the next query makes a new one.
  func disconnect()
}
