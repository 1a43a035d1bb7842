// SPDX-License-Identifier: Apache-2.0

/// How long, and up to how many bytes, each class of record is kept.
public struct Retention: Sendable, Equatable {
  /// The bounds of one class; whichever is reached first deletes the oldest.
  public struct Rule: Sendable, Equatable {
    public var age_s: Double
    public var bytes: Int
    /// A rule of this age and size.
    public init(age_s: Double, bytes: Int) {
      self.age_s = age_s
      self.bytes = bytes
    }
  }

  public var rules: [RecordClass: Rule]
  /// Bytes of rows that wait to be sent upstream; beyond, the oldest features go first, alarms last.
  public var outboxBytes: Int
  /// Bytes that make the database give up records by class, whatever the single rules say.
  public var highWater: Int

  /// Shares of the database's bound: 30 days of readings in 45 % of it, half a year of features, one year of
  /// findings, two of evidence, five of alarms.
  public init(maximumBytes: Int) {
    let day = 86_400.0
    func share(_ percent: Int) -> Int { maximumBytes / 100 * percent }
    rules = [
      .readings: Rule(age_s: 30 * day, bytes: share(45)),
      .windows: Rule(age_s: 180 * day, bytes: share(12)),
      .scores: Rule(age_s: 180 * day, bytes: share(4)),
      .findings: Rule(age_s: 365 * day, bytes: share(4)),
      .evidence: Rule(age_s: 730 * day, bytes: share(12)),
      .transitions: Rule(age_s: 1825 * day, bytes: share(2)),
    ]
    outboxBytes = share(6)
    highWater = share(90)
  }
}

/// What one round of `Store.maintain` deleted.
public struct RetentionReport: Sendable, Equatable {
  /// Records too old.
  public var aged: [RecordClass: Int] = [:]
  /// Records given up because a bound was reached.
  public var dropped: [RecordClass: Int] = [:]
  /// Rows given up before the receiver upstream had them.
  public var droppedUnsent = 0
  /// Whether the round ended before the work did.
  public var isUnfinished = false
}
