// SPDX-License-Identifier: Apache-2.0

public import Acquire
public import Budget
import Foundation
public import Machine

/// How the daemon and its machines fare, as `millwright status` shows it.
public struct StatusReport: Codable, Sendable {
  /// One machine's line.
  public struct MachineLine: Codable, Sendable {
    public var id: MachineID
    public var state: OperatingState
    /// Operating states whose baseline is learned, of all that were seen.
    public var learnedStates: Int
    public var seenStates: Int
    public var standingAlarms: [String]
    public var worst: Severity?
    /// Points that deliver nothing usable, with the reason.
    public var defects: [String: String]
    public var lastWindow: WallTime?
  }

  /// Version of this layout.
  public var schema = 1
  public var version: String
  public var node: String
  public var site: String
  public var processID: Int32
  public var started: WallTime
  public var updated: WallTime
  public var configuration: String
  public var machines: [MachineLine]
  public var mailbox: Mailbox.Load
  /// Records kept upstream-bound until the receiver has committed them.
  public var outboxRows: Int
  /// Records that could not be stored and were given up, by class.
  public var droppedRecords: [String: Int]
  public var databaseBytes: Int
}
