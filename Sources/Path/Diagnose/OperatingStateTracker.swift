// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Says whether a machine is off, running or between the two, and in which bin of speed and load.
///
/// Speed decides where it is measured: off below 5 % of rated speed, transient while it moves by more than 3 % of
/// rated speed and for 10 s after. Without a speed, power decides: off below 5 % of rated power. With neither, or
/// without the rating that a bin needs, the state is unknown; it is not guessed from vibration.
/// Bins have a hysteresis of a tenth of their width, so that a value at an edge does not flicker between two.
public struct OperatingStateTracker: Sendable {
  /// Speed bins are this part of rated speed wide, load bins this part of rated power.
  public static let speedBinWidth = 0.10
  /// See `speedBinWidth`.
  public static let loadBinWidth = 0.25
  private static let offShare = 0.05
  private static let movedShare = 0.03
  private static let settle_s = 10.0

  private let machine: Machine
  private var anchor_rpm: Double?
  private var movedAt: MonotonicTime?
  private var state = OperatingState(motion: .unknown)

  /// A tracker that has seen nothing yet.
  public init(machine: Machine) { self.machine = machine }

  /// Takes the newest readings of the machine's points and returns the state that they show.
  public mutating func update(with readings: [Reading], at stamp: Stamp) -> OperatingState {
    let speed = value(.shaftSpeed, in: readings)
    let load = value(.power, in: readings).flatMap { power in
      machine.ratedPower_kW.flatMap { $0 > 0 ? power / $0 : nil }
    }
    let relative = speed.flatMap { speed in machine.ratedSpeed_rpm.flatMap { $0 > 0 ? abs(speed) / $0 : nil }
    }
    let motion = motion(speed: speed, relative: relative, load: load, at: stamp.monotonic)
    let isRunning = motion == .running
    state = OperatingState(
      motion: motion,
      speedBin: isRunning ? relative.map { bin($0, Self.speedBinWidth, previous: state.speedBin) } : nil,
      loadBin: isRunning ? load.map { bin($0, Self.loadBinWidth, previous: state.loadBin) } : nil)
    return state
  }

  private func value(_ role: PointRole, in readings: [Reading]) -> Double? {
    let points = Set(machine.points(role).map(\.id))
    return readings.first { points.contains($0.point) && $0.usable != nil }?.usable
  }

  private mutating func motion(
    speed: Double?, relative: Double?, load: Double?, at now: MonotonicTime
  ) -> OperatingState.Motion {
    guard let speed, let relative else {
      anchor_rpm = nil
      guard let load else { return .unknown }
      return load < Self.offShare ? .off : .running
    }
    let rated = machine.ratedSpeed_rpm ?? speed
    if let anchor = anchor_rpm, abs(speed - anchor) <= Self.movedShare * rated {
      if relative < Self.offShare { return .off }
      guard let movedAt else { return .running }
      return now.seconds(since: movedAt) >= Self.settle_s ? .running : .transient
    }
    anchor_rpm = speed
    movedAt = now
    return relative < Self.offShare ? .off : .transient
  }

  private func bin(_ share: Double, _ width: Double, previous: Int?) -> Int {
    let exact = max(0, min(share, 1e6)) / width
    if let previous, exact > Double(previous) - 0.1, exact < Double(previous) + 1.1 { return previous }
    return Int(exact.rounded(.down))
  }
}
