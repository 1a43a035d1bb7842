// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Says whether a machine is off, running or between the two, and in which bin of speed and load.
///
/// ```
///            below 5 % of the rating                 above 6 %, steady for 10 s
///   running ------------------------> off     off -- transient ------------------> running
///      ^                                                 ^
///      '--- 10 s after speed last moved by 3 % ----------'--- speed moves by more than 3 %
/// ```
/// Speed decides where it is measured, power where it is not. Without either the state is unknown, and so it is
/// where what a bin needs is missing or cannot be right: a speed without its rating, more than twice the rated
/// speed or power, or a shaft at rest that draws a quarter of the rated power. It is not guessed from vibration.
/// Bins have a hysteresis of a tenth of their width, so that a value at an edge does not flicker between two.
public struct OperatingStateTracker: Sendable {
  /// Speed bins are this part of rated speed wide, load bins this part of rated power.
  public static let speedBinWidth = 0.10
  /// See `speedBinWidth`.
  public static let loadBinWidth = 0.25
  private static let offShare = 0.05
  private static let onShare = 0.06
  private static let movedShare = 0.03
  private static let settle_s = 10.0
  /// Beyond this share of it, a rating is wrong or a value is.
  private static let ratingLimit = 2.0
  /// No machine at rest draws this share of its power for long.
  private static let restLoad = 0.25

  private let machine: Machine
  private var anchor: Double?
  private var movedAt: MonotonicTime?
  private var isOff = false
  private var state = OperatingState(motion: .unknown)

  /// A tracker that has seen nothing yet.
  public init(machine: Machine) { self.machine = machine }

  /// Takes the newest readings of the machine's points and returns the state that they show.
  public mutating func update(with readings: [Reading], at stamp: Stamp) -> OperatingState {
    let speed = share(.shaftSpeed, of: machine.ratedSpeed_rpm, in: readings)
    let load = share(.power, of: machine.ratedPower_kW, in: readings)
    let motion = motion(speed, load, at: stamp.monotonic)
    let isRunning = motion == .running
    state = OperatingState(
      motion: motion,
      speedBin: isRunning ? speed.known.map { bin($0, Self.speedBinWidth, previous: state.speedBin) } : nil,
      loadBin: isRunning ? load.known.map { bin($0, Self.loadBinWidth, previous: state.loadBin) } : nil)
    return state
  }

  /// A value over its rating.
  private enum Share {
    case known(Double)
    /// Nothing is measured.
    case absent
    /// It is measured, and its rating is missing or cannot be right.
    case unrated

    var known: Double? { if case .known(let share) = self { share } else { nil } }
  }

  private func share(_ role: PointRole, of rating: Double?, in readings: [Reading]) -> Share {
    let points = Set(machine.points(role).map(\.id))
    guard let value = readings.first(where: { points.contains($0.point) && $0.usable != nil })?.usable else {
      return .absent
    }
    guard let rating, rating.isFinite, rating > 0, abs(value) <= Self.ratingLimit * rating else {
      return .unrated
    }
    // A shaft may turn either way, and a meter be wired either way.
    return .known(abs(value) / rating)
  }

  private mutating func motion(_ speed: Share, _ load: Share, at now: MonotonicTime) -> OperatingState.Motion
  {
    switch (speed, load) {
    case (.unrated, _), (.absent, .absent), (.absent, .unrated):
      anchor = nil
      return .unknown
    case (.absent, .known(let load)):
      anchor = nil
      let wasOff = isOff
      guard !rests(load) else { return .off }
      if wasOff { movedAt = now }
      return settled(at: now)
    case (.known(let speed), _):
      if let anchor, abs(speed - anchor) <= Self.movedShare {
        guard !rests(speed) else { return (load.known ?? 0) >= Self.restLoad ? .unknown : .off }
        return settled(at: now)
      }
      anchor = speed
      movedAt = now
      guard rests(speed) else { return .transient }
      return (load.known ?? 0) >= Self.restLoad ? .unknown : .off
    }
  }

  /// Whether a share of the rating is none; what was off must pass a little more to be on.
  private mutating func rests(_ share: Double) -> Bool {
    isOff = share < (isOff ? Self.onShare : Self.offShare)
    return isOff
  }

  private func settled(at now: MonotonicTime) -> OperatingState.Motion {
    guard let movedAt else { return .running }
    return now.seconds(since: movedAt) >= Self.settle_s ? .running : .transient
  }

  private func bin(_ share: Double, _ width: Double, previous: Int?) -> Int {
    let exact = share / width
    if let previous, exact > Double(previous) - 0.1, exact < Double(previous) + 1.1 { return previous }
    return Int(exact.rounded(.down))
  }
}
