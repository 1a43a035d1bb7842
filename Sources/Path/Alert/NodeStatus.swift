// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Machine

/// The retained message on `millwright/<site>/<node>/status`: whether this gateway's daemon is there. The broker's will
/// says `offline` when it vanishes; a daemon that stops says so itself. Its shape is
/// `packaging/schemas/status.schema.json`.
public struct NodeStatus: Codable, Equatable, Sendable {
  /// Version of the schema that this message follows.
  public static let version = 1

  /// Whether the daemon is there.
  public enum State: String, Codable, CaseIterable, Sendable { case online, offline }

  public var schema = "millwright/status/\(NodeStatus.version)"
  public var site: String
  public var node: String
  public var state: State
  /// Why it is offline.
  public var reason: String?
  /// The run of the daemon.
  public var boot: Int64
  /// Since when that run lasts, ISO 8601, UTC.
  public var started: String
  /// Version of the program.
  public var program: String
  /// SHA-256 of the configuration and fault knowledge in force.
  public var configuration: String

  /// A gateway that is there.
  public init(origin: AlarmMessage.Origin, boot: Int64, started: WallTime, program: String) {
    site = origin.site
    node = origin.node
    state = .online
    self.boot = boot
    self.started = started.iso8601
    self.program = program
    configuration = origin.configuration
  }

  /// The same run, gone for this reason.
  public func offline(_ reason: String) -> NodeStatus {
    var status = self
    status.state = .offline
    status.reason = reason
    return status
  }

  /// The message as JSON with sorted keys.
  public func json() throws -> Data {
    try JSONEncoder.forMessages.encode(self)
  }
}
