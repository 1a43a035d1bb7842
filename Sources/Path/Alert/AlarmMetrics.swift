// SPDX-License-Identifier: Apache-2.0

public import Machine

/// How well the alarms serve people, after ISA-18.2: a value that folds transitions in the order of time and stays small
/// however many there are.
/// ```swift
/// var metrics = AlarmMetrics(machines: plant.machines.count, since: monday)
/// for transition in transitions { metrics.fold(transition) }
/// let summary = metrics.summary(at: now, standing: book.standing, stale_s: policy.stale_s)
/// ```
public struct AlarmMetrics: Sendable {
  /// Length of a bin, and how many are kept: a day.
  public static let bin_s = 600.0
  static let binCount = 144
  /// Acknowledgements of which the median is taken, the newest.
  static let acknowledgementCount = 512

  private let machines: Int
  private let since: WallTime
  private var bins: [Int] = []
  private var bin: Int64?
  private var peak = 0
  private var announced = 0
  private var realarms = 0
  private var unattended = 0
  private var refuted = 0
  private var refutedUnseen = 0
  private var chattered = 0
  private var flood_s = 0.0
  private var floodSince: WallTime?
  private var acknowledgements: [Double] = []
  private var nextAcknowledgement = 0

  /// - Parameters:
  ///   - machines: how many machines are watched.
  ///   - since: when the watching began.
  public init(machines: Int, since: WallTime) {
    self.machines = max(1, machines)
    self.since = since
  }

  /// Takes one step of one alarm.
  public mutating func fold(_ transition: AlarmTransition) {
    let alarm = transition.alarm
    let now = alarm.updated.received
    if alarm.finding.machine == AlarmBook.site { return foldFlood(transition, now) }
    if alarm.state == .unacknowledged, transition.cause.isAnnouncement {
      countAnnouncement(now)
      if transition.cause == .escalated { realarms += 1 } else { announced += 1 }
    }
    if alarm.chattering == alarm.updated { chattered += 1 }
    switch transition.cause {
    case .cleared where transition.from == .unacknowledged: unattended += 1
    case .refuted:
      refuted += 1
      // One that returned unattended is a nuisance already.
      if transition.from != .returnedUnacknowledged { refutedUnseen += 1 }
    case .acknowledge where alarm.realarms == nil:
      countAcknowledgement(now.seconds - alarm.raised.received.seconds)
    default: break
    }
  }

  private mutating func foldFlood(_ transition: AlarmTransition, _ now: WallTime) {
    if transition.cause == .flood { floodSince = floodSince ?? now }
    if transition.cause == .cleared, let begun = floodSince {
      flood_s += max(0, now.seconds - begun.seconds)
      floodSince = nil
    }
  }

  private mutating func countAnnouncement(_ now: WallTime) {
    let place = Int64((now.seconds / AlarmMetrics.bin_s).rounded(.down))
    // A clock that was set back goes on in the newest bin.
    let ahead = bin.map { min(Int64(AlarmMetrics.binCount), max(0, place - $0)) } ?? 1
    for _ in 0..<ahead { bins.append(0) }
    bin = max(bin ?? place, place)
    if bins.count > AlarmMetrics.binCount { bins.removeFirst(bins.count - AlarmMetrics.binCount) }
    bins[bins.count - 1] += 1
    peak = max(peak, bins[bins.count - 1])
  }

  private mutating func countAcknowledgement(_ seconds: Double) {
    if acknowledgements.count < AlarmMetrics.acknowledgementCount {
      acknowledgements.append(max(0, seconds))
    } else {
      acknowledgements[nextAcknowledgement] = max(0, seconds)
      nextAcknowledgement = (nextAcknowledgement + 1) % AlarmMetrics.acknowledgementCount
    }
  }

  /// What was counted, as figures that people know from ISA-18.2.
  public struct Summary: Sendable, Codable, Equatable {
    /// Length of the time that the figures are about, hours.
    public var hours: Double
    /// Alarms put before people, those told again included.
    public var announcements: Int
    public var alarmsPerHour: Double
    /// Most in ten minutes.
    public var peakIn10Minutes: Int
    /// Share of the time in flood.
    public var floodShare: Double
    /// Share of the alarms that cleared before anybody did anything, or were refuted; nil without alarms.
    public var nuisanceRatio: Double?
    /// Times that an alarm began to chatter.
    public var chattering: Int
    public var standing: Int
    /// Standing for longer than the site's `stale-after`.
    public var stale: Int
    /// Median of the newest 512; nil where none was acknowledged.
    public var medianTimeToAcknowledge_s: Double?
    public var refuted: Int
    public var falseAlarmsPerMachineWeek: Double
    /// Alarms told again because they became worse.
    public var realarms: Int
  }

  /// The figures at `now`.
  /// - Parameter standing: the alarms that stand now.
  public func summary(at now: WallTime, standing: [Alarm], stale_s: Double) -> Summary {
    let span_s = max(1, now.seconds - since.seconds)
    let inFlood_s = flood_s + (floodSince.map { max(0, now.seconds - $0.seconds) } ?? 0)
    let sorted = acknowledgements.sorted()
    let middle = sorted.count / 2
    let median =
      sorted.isEmpty
      ? nil : sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return Summary(
      hours: span_s / 3600, announcements: announced + realarms,
      alarmsPerHour: Double(announced + realarms) * 3600 / span_s, peakIn10Minutes: peak,
      floodShare: min(1, inFlood_s / span_s),
      nuisanceRatio: announced == 0
        ? nil : min(1, Double(unattended + refutedUnseen) / Double(announced)),
      chattering: chattered, standing: standing.count,
      stale: standing.count { $0.isStale(at: now, after_s: stale_s) }, medianTimeToAcknowledge_s: median,
      refuted: refuted,
      falseAlarmsPerMachineWeek: Double(refuted) / (Double(machines) * span_s / (7 * 86_400)),
      realarms: realarms)
  }
}
