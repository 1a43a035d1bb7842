// SPDX-License-Identifier: Apache-2.0

public import Clockwork
public import Fieldbus
public import Machine

/// Reads everything that is bound on one Modbus connection, each register on its own schedule.
///
/// One request is on the bus at a time. What is due goes first, the earliest deadline before the others;
/// waveforms are read in the time between, a block at a time. A unit that does not answer is left alone for
/// a growing while and costs the others at most a twentieth of the bus.
/// ```swift
/// let poller = try ModbusPoller(connection, bindings: bindings, bus: ModbusBus(connection.endpoint)) {
///   await mailbox.put($0)
/// }
/// await poller.run()
/// ```
public actor ModbusPoller {
  /// Receives the samples of one poll.
  public typealias Sink = @Sendable ([Sample]) async -> Void

  /// What the poller takes from outside, so that tests and replays may give it their own.
  public struct Environment: Sendable {
    public var clock: any Timekeeper
    /// Waits for seconds; throws when the task is cancelled.
    public var sleep: @Sendable (Double) async throws -> Void
    /// 0 up to 1.
    public var random: @Sendable () -> Double
    /// Hears of every write.
    public var audit: @Sendable (RegisterWrite) async -> Void

    /// The gateway's own clock and randomness.
    public init(
      clock: any Timekeeper = SystemClock(),
      sleep: @escaping @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) },
      random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
      audit: @escaping @Sendable (RegisterWrite) async -> Void = { _ in }
    ) {
      self.clock = clock
      self.sleep = sleep
      self.random = random
      self.audit = audit
    }
  }

  /// Seconds after which a refused register is asked for again.
  static let refusalMemory_s = 600.0
  /// Failed probes of silent units take at most one part in this many of the bus time.
  static let probeShare = 20.0

  /// A point of a silent unit is said again to have no value this often, seconds.
  static let reminderPeriod_s = 60.0

  /// What is known of one unit while the poller runs.
  struct UnitState {
    var breaker = Breaker()
    /// Whether it gave a value since it was silent; what it refuses before that, it may give later.
    var hasServed = false
    var refusals = Refusals()
    /// When each refused cell is asked for again.
    var retries: [Cell.Key: MonotonicTime] = [:]
    /// When the unit may hear the next request.
    var restUntil: MonotonicTime?
    var lastSequence: Double?
  }
  struct Poll {
    var device: Int
    var group: BoundDevice.Group
    var plan: ReadPlan
    var due: MonotonicTime
    /// When its points are said again to have no value, while the unit is silent.
    var reminder: MonotonicTime?
  }
  struct CaptureState {
    var device: Int
    var due: MonotonicTime
    var running: WaveformCapture?
    var started: MonotonicTime
    /// When the next step may be taken.
    var next: MonotonicTime
  }

  let connection: ModbusConnection
  let devices: [BoundDevice]
  nonisolated let bus: any RegisterBus
  let environment: Environment
  let sink: Sink
  var units: [UnitState]
  var polls: [Poll] = []
  var captures: [CaptureState] = []
  /// Open while no way leads to any unit.
  var link = Breaker()
  /// No silent unit is probed before.
  var nextProbe: MonotonicTime
  var counters: ModbusStatus

  /// The bus's own thread: a read then costs no switch from one thread to another.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe bus.unownedExecutor }

  /// - Throws: when a source names what is not there; see `ModbusConnection.check`.
  public init(
    _ connection: ModbusConnection, bindings: [ModbusBinding], bus: any RegisterBus,
    environment: Environment = Environment(), sink: @escaping Sink
  ) throws(BindingError) {
    self.connection = connection
    self.bus = bus
    self.environment = environment
    self.sink = sink
    devices = try connection.bind(bindings)
    units = devices.map { _ in UnitState() }
    counters = ModbusStatus(
      connection: connection.name, endpoint: "\(connection.endpoint)",
      units: devices.map { ModbusStatus.Unit(device: $0.device.name, unit: $0.device.unit) })
    let now = environment.clock.monotonic()
    nextProbe = now
    for (index, bound) in devices.enumerated() {
      for group in bound.groups {
        let plan = ReadPlan(bound.profile.registers, wanted: group.registers, limits: bound.profile.limits)
        polls.append(Poll(device: index, group: group, plan: plan, due: now))
      }
      if !bound.waveformPoints.isEmpty {
        captures.append(CaptureState(device: index, due: now, running: nil, started: now, next: now))
      }
    }
  }

  /// A snapshot of the counters.
  public func status() -> ModbusStatus {
    var status = counters
    status.isLinkUp = link.isOpen ? false : counters.isLinkUp
    for (index, unit) in units.enumerated() {
      let registers = devices[index].profile.registers
      status.units[index].failures = unit.breaker.failures
      status.units[index].refusedRegisters = registers.filter { unit.refusals.cells.contains($0.cellKey) }
        .map(\.name)
    }
    return status
  }

  /// Polls until the task is cancelled.
  public func run() async {
    let start = environment.clock.monotonic()
    for index in polls.indices { polls[index].due = start }
    for index in captures.indices { captures[index].due = start }
    while !Task.isCancelled {
      let wait_s = await step()
      guard wait_s > 0 else { continue }
      do { try await environment.sleep(wait_s) } catch { return }
    }
  }

  /// Does the most urgent thing that is due.
  /// - Returns: seconds until something is due again, 0 when something was done.
  package func step() async -> Double {
    let now = environment.clock.monotonic()
    if let index = mostUrgentPoll(at: now) {
      await poll(index, at: now)
      return 0
    }
    let probe = nextProbeTime()
    if let probe, probe.time <= now {
      await self.probe(probe.unit)
      return 0
    }
    if let index = nextCapture(at: now) {
      await advanceCapture(index, at: now)
      return 0
    }
    let times = polls.map(\.due) + captures.map { $0.running == nil ? $0.due : wake($0) }
    guard let next = (times + [probe?.time].compactMap(\.self)).min() else { return 3600 }
    return max(next.seconds(since: now), 1e-3)
  }

  /// Of the polls that are due, the one whose period ends first.
  private func mostUrgentPoll(at now: MonotonicTime) -> Int? {
    var best: (index: Int, deadline: MonotonicTime)?
    for (index, poll) in polls.enumerated() where poll.due <= now {
      let deadline = poll.due.advanced(bySeconds: poll.group.period_s)
      if best.map({ deadline < $0.deadline }) ?? true { best = (index, deadline) }
    }
    return best?.index
  }

  /// Of the captures that can go on, the one that began first, so that each gets ready soon.
  private func nextCapture(at now: MonotonicTime) -> Int? {
    var best: Int?
    for (index, capture) in captures.enumerated() {
      guard (capture.running == nil ? capture.due : wake(capture)) <= now else { continue }
      if best.map({ capture.started < captures[$0].started }) ?? true { best = index }
    }
    return best
  }

  /// When a running capture wants to be looked at: at its next step, or at its time limit if its unit is silent.
  private func wake(_ capture: CaptureState) -> MonotonicTime {
    let limit = capture.started.advanced(bySeconds: devices[capture.device].profile.waveform?.timeout_s ?? 0)
    return units[capture.device].breaker.isOpen || link.isOpen ? limit : min(capture.next, limit)
  }
}

extension Register {
  /// What a refusal of this register is remembered by.
  var cellKey: Cell.Key { Cell.Key(function: function, address: extent.lowerBound) }
}
