// SPDX-License-Identifier: Apache-2.0

public import Machine

/// What a connection has done so far and how its units are, for `millwright status`.
public struct ModbusStatus: Sendable, Equatable, Codable {
  /// One unit behind the connection.
  public struct Unit: Sendable, Equatable, Codable {
    public var device: String
    public var unit: UInt8
    /// Whether the unit answered when it was last asked; nil before that.
    public var answers: Bool?
    /// Requests without an answer since the last one with an answer.
    public var failures = 0
    /// Registers that the device refuses to give, by name.
    public var refusedRegisters: [String] = []
    /// The newest failure, in words.
    public var lastFailure: String?
  }

  public var connection: String
  public var endpoint: String
  /// Whether the line itself is up; nil before the first request.
  public var isLinkUp: Bool?
  /// Groups of registers read on schedule.
  public var polls = 0
  public var requests = 0
  /// Polls that were a whole period late or more, so that they were left out.
  public var missedSchedules = 0
  /// Polls left out because the unit did not answer.
  public var polledWhileSilent = 0
  public var timeouts = 0
  public var exceptions = 0
  /// Other failed requests.
  public var failures = 0
  public var crossCheckFailures = 0
  public var waveforms = 0
  public var rejectedWaveforms = 0
  public var writes = 0
  public var units: [Unit]
}

/// One write to a device, for the audit log.
public struct RegisterWrite: Sendable, Equatable, Codable {
  public var connection: String
  public var device: String
  public var unit: UInt8
  /// Like `waveform.trigger`.
  public var register: String
  public var address: UInt16
  public var value: UInt16
  public var stamp: Stamp
  /// Why it failed; nil when the device confirmed it.
  public var failure: String?
}
