// SPDX-License-Identifier: Apache-2.0

/// How long a baseline learns. Counts are observations of one point in one operating state.
public struct LearningSchedule: Sendable, Codable, Equatable {
  /// Observations before anything is judged; at least 4.
  public var armAfter: Int
  /// Observations after which the baseline no longer moves, so that a slow fault is not followed for ever.
  public var completeAfter: Int
  /// Observations closer together than this, in seconds, count as one.
  public var spacing_s: Double

  /// A schedule; traps on counts that cannot be.
  public init(armAfter: Int = 60, completeAfter: Int = 2000, spacing_s: Double = 0) {
    precondition(armAfter >= 4 && completeAfter >= armAfter && spacing_s >= 0)
    self.armAfter = armAfter
    self.completeAfter = completeAfter
    self.spacing_s = spacing_s
  }
}

/// What is normal for one quantity in one operating state.
///
/// ```
/// arming: two halves ---- they agree, or 20 halves were tried ----> armed: learns what lies
///    ^        |                                                     within 5 SD until complete
///    '--------'  they differ by more than 2 SD: the older half
///                was the machine warming up and is forgotten
/// ```
enum LearnedNormal: Sendable, Codable, Equatable {
  case arming(older: Moments, newer: Moments, tried: Int)
  case armed(Moments)

  static let fresh = LearnedNormal.arming(older: Moments(), newer: Moments(), tried: 0)
  private static let agreement = 2.0
  private static let acceptance = 5.0
  private static let halfLimit = 20

  /// Takes a value on the learned scale.
  mutating func observe(_ y: Double, _ yardstick: Yardstick, _ schedule: LearningSchedule) {
    switch self {
    case .arming(var older, var newer, let tried):
      let half = schedule.armAfter / 2
      if older.count < half {
        older.add(y)
      } else {
        newer.add(y)
      }
      guard newer.count == half else {
        self = .arming(older: older, newer: newer, tried: tried)
        return
      }
      let pooled = ((older.deviation * older.deviation + newer.deviation * newer.deviation) / 2).squareRoot()
      let spread = max(pooled, yardstick.floor(at: newer.mean))
      let isSteady = abs(older.mean - newer.mean) <= LearnedNormal.agreement * spread
      self =
        isSteady || tried + 1 >= LearnedNormal.halfLimit
        ? .armed(older.merged(with: newer)) : .arming(older: newer, newer: Moments(), tried: tried + 1)
    case .armed(var moments):
      guard moments.count < schedule.completeAfter else { return }
      let spread = max(moments.deviation, yardstick.floor(at: moments.mean))
      guard abs(y - moments.mean) <= LearnedNormal.acceptance * spread else { return }
      moments.add(y)
      self = .armed(moments)
    }
  }

  /// Mean and spread on the learned scale, once armed.
  func normal(_ yardstick: Yardstick) -> (mean: Double, spread: Double)? {
    guard case .armed(let moments) = self else { return nil }
    return (moments.mean, max(moments.deviation, yardstick.floor(at: moments.mean)))
  }

  var isSound: Bool {
    switch self {
    case .arming(let older, let newer, let tried): older.isSound && newer.isSound && tried >= 0
    case .armed(let moments): moments.isSound && moments.count > 0
    }
  }

  var isArmed: Bool { if case .armed = self { true } else { false } }
}
