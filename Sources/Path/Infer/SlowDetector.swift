// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Watches the slow signals of one machine (temperature, pressure, flow, current, voltage) for levels and changes
/// that it does not show in health, in the same operating state.
///
/// ```swift
/// var detector = SlowDetector(machine)
/// detector.observe(reading, state: state, learn: !alarmStands)
/// let score = detector.score(at: now, in: state)     // nil while nothing is learned; above 1 is anomalous
/// ```
/// The score is the largest excess over a limit among the channels. Each channel's contribution is its Shapley value
/// in that maximum, which has a closed form.
public struct SlowDetector: Sendable {
  /// When a channel counts as learned: after whole blocks of samples that span the learning time.
  public struct Schedule: Sendable, Codable, Equatable {
    /// Samples of a block.
    public static let block = 400
    /// Learning time of a channel in a state, seconds; by default a week, because a plant's week has its own tide.
    public var learning_s: Double
    /// A sample that follows another more closely is not looked at, seconds.
    public var spacing_s: Double
    public init(learning_s: Double = 7 * 86_400, spacing_s: Double = 1) {
      self.learning_s = learning_s
      self.spacing_s = spacing_s
    }
  }

  /// Name of the model in its scores, and of the point that they stand at: the machine has many channels.
  public static let name = "slow-signals"
  /// Channels of a machine, and operating states of a channel, that are watched; further ones are not.
  public static let channelLimit = 64, stateLimit = Baseline.stateLimit
  static let loadBinWidth = 0.25
  static let quantities: Set<Quantity> = [.temperature, .pressure, .flow, .current, .voltage]

  let machine: MachineID
  let schedule: Schedule
  let points: [PointID]
  private let places: [PointID: Int]
  /// By point, in the order in which its states were first seen.
  var slots: [[Slot]]

  /// A channel in one operating state.
  struct Slot: Sendable {
    let state: OperatingState
    /// When learning began; nil in what older versions have kept.
    var since: WallTime?
    var channel: SlowChannel
  }

  /// Watches the slow signals of a machine; the temperature of the room is not the machine's.
  public init(_ machine: Machine, schedule: Schedule = Schedule()) {
    let slow = machine.points.filter {
      SlowDetector.quantities.contains($0.quantity) && $0.role != .ambientTemperature
    }
    self.init(machine.id, channels: slow.map(\.id), schedule: schedule)
  }

  /// Watches these channels, whatever they measure.
  public init(_ machine: MachineID, channels points: [PointID], schedule: Schedule = Schedule()) {
    self.machine = machine
    self.schedule = schedule
    self.points = Array(points.prefix(SlowDetector.channelLimit))
    places = Dictionary(self.points.enumerated().map { ($1, $0) }) { first, _ in first }
    slots = self.points.map { _ in [] }
  }

  /// Takes a reading of a channel; others, bad ones and those of a transient state say nothing.
  ///
  /// - Parameter learn: whether the machine is healthy, as far as anybody knows.
  public mutating func observe(_ reading: Reading, state: OperatingState, learn: Bool) {
    guard state.motion != .transient, reading.quality.isGood, let x = reading.usable, x.isFinite,
      let place = places[reading.point], let slot = slot(place, state, at: reading.stamp)
    else { return }
    slots[place][slot].channel.observe(
      x, at: reading.stamp.monotonic, floor: SlowDetector.floor(of: reading.quantity, at: x, in: state),
      learn: learn,
      schedule: schedule)
  }

  /// Smallest excursion that anybody would act on, in the quantity's unit. A load bin is a quarter of the rated power
  /// wide, and the current moves with the load inside it.
  private static func floor(of quantity: Quantity, at x: Double, in state: OperatingState) -> Double {
    let least = quantity.yardstick?.floor(at: x) ?? 0
    return quantity == .current && state.loadBin != nil ? max(least, loadBinWidth * abs(x)) : least
  }

  /// Whether any channel is on its way from one level to another; the begin and the end of that are change points.
  public func isChanging(in state: OperatingState) -> Bool {
    slots.contains { $0.contains { $0.state == state && $0.channel.isChanging } }
  }

  /// How far the machine's slow signals are from health; nil while none is learned in this state.
  public func score(at now: Stamp, in state: OperatingState) -> ModelScore? {
    var excesses: [(point: PointID, excess: Double)] = []
    var count = Int.max
    for (point, states) in zip(points, slots) {
      guard let channel = states.first(where: { $0.state == state })?.channel, let limits = channel.limits,
        let last = channel.last,
        now.monotonic.seconds(since: last) <= SlowChannel.gap * limits.period_s
      else { continue }
      excesses.append((point, channel.excess))
      count = min(count, limits.count)
    }
    guard !excesses.isEmpty else { return nil }
    excesses.sort { ($1.excess, $0.point) < ($0.excess, $1.point) }
    let score = excesses[0].excess
    return ModelScore(
      model: SlowDetector.name, modelHash: "built-in", point: PointID(machine, SlowDetector.name), stamp: now,
      score: score, threshold: 1,
      // A sample beyond the largest of n exchangeable healthy ones.
      falseAlarmRate: 1 / Double(count + 1),
      contributions: score > 1 ? SlowDetector.contributions(excesses, of: score) : [])
  }

  /// Where the channel of a point in a state stands; nil where there is no room for another state.
  private mutating func slot(_ place: Int, _ state: OperatingState, at now: Stamp) -> Int? {
    if let known = slots[place].firstIndex(where: { $0.state == state }) { return known }
    guard slots[place].count < SlowDetector.stateLimit else { return nil }
    slots[place].append(Slot(state: state, since: now.wall, channel: SlowChannel()))
    return slots[place].count - 1
  }

  /// The five largest shares.
  private static func contributions(_ excesses: [(point: PointID, excess: Double)], of score: Double)
    -> [ModelScore.Contribution]
  {
    zip(excesses, Shapley.ofMaximum(descending: excesses.map(\.excess))).prefix(5).filter { $1 > 0 }.map {
      ModelScore.Contribution(input: $0.point.name, share: $1 / score)
    }
  }
}
