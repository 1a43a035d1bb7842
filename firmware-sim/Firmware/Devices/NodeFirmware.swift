// SPDX-License-Identifier: Apache-2.0

public import Simulation

/// The simulator's own sensor node: one machine, all its scalars, and waveforms over registers.
///
/// Register map, PDU addresses, big-endian, high word first, functions 3 and 4 alike: 0 id 0x4D57, 1 map
/// version, 2 status bits (0 machine on, 1 sensor fault), 3 heartbeat per second, 10-57 scalars as f32 with
/// NaN for no value, 100-114 capture control, 1000... samples as i16.
/// ```
///        write 1 to 100          count / rate seconds
/// idle ----------------> capturing ------------------> ready (sequence + 1, samples replaced)
///                            ^                           |
///                            +------- write 1 to 100 ----+
/// ```
/// A capture that is in progress leaves the samples of the one before in place; a trigger during it is
/// accepted and ignored.
public struct NodeFirmware: RegisterDevice {
  private enum State: UInt16 { case idle, capturing, ready }

  private var machine: any MachineSource
  private let channel: Channel
  private let counts = 32767.0
  private var state = State.idle
  private var sequence: UInt16 = 0
  private var pending: (since: Moment, capture: Capture)?
  private var taken = Capture(samples: [], sampleRate_Hz: 0, fullScale_m_s2: 0, speed_rpm: .nan)
  private var takenAt_ms: UInt64 = 0
  private var samples = RegisterBlock(start: 1000, count: 0)
  private let started_s: Double
  /// Every so many sample reads the node takes a new capture in the middle of a transfer; 0 never. Tests
  /// use it to tear captures.
  private let recaptureAfterReads: Int
  private var reads = 0

  /// A node in front of `machine`, its accelerometer at `channel`.
  public init(
    _ machine: any MachineSource, channel: Channel = .driveEndHorizontal, recaptureAfterReads: Int = 0
  ) {
    self.machine = machine
    self.channel = channel
    self.recaptureAfterReads = recaptureAfterReads
    started_s = wallClock()
  }

  /// The words asked for; addresses between the blocks do not exist.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    finishCapture(at: now)
    if address >= 1000 {
      guard let words = samples.slice(address, count) else { throw .illegalAddress }
      reads += 1
      if recaptureAfterReads > 0, reads % recaptureAfterReads == 0 {
        publish(machine.capture(at: now.machine_s, channel: channel), at: now)
      }
      return words
    }
    let block = address >= 100 ? control() : status(at: now)
    guard let words = block.slice(address, count) else { throw .illegalAddress }
    return words
  }

  /// Accepts 1 at register 100, and nothing else.
  public mutating func write(_ address: Int, _ words: [UInt16], at now: Moment) throws(ModbusException) {
    guard address == 100, words.count == 1 else { throw .illegalAddress }
    guard words == [1] else { throw .illegalValue }
    finishCapture(at: now)
    guard pending == nil else { return }
    pending = (now, machine.capture(at: now.machine_s, channel: channel))
    state = .capturing
  }

  private mutating func finishCapture(at now: Moment) {
    guard let pending else { return }
    let length_s = Double(pending.capture.samples.count) / pending.capture.sampleRate_Hz
    if now.device_s >= pending.since.device_s + length_s { publish(pending.capture, at: pending.since) }
  }

  private mutating func publish(_ capture: Capture, at moment: Moment) {
    taken = capture
    let length = min(taken.samples.count, 16384)
    let perCount = Float(taken.fullScale_m_s2 / counts)
    samples = RegisterBlock(start: 1000, count: length)
    for i in 0..<length { samples.put(signed: Double(taken.samples[i] / perCount), at: 1000 + i) }
    takenAt_ms = UInt64(max(0, moment.device_s * 1000))
    sequence &+= 1
    state = .ready
    pending = nil
  }

  private mutating func status(at now: Moment) -> RegisterBlock {
    let scalars = machine.scalars(at: now.machine_s)
    var block = RegisterBlock(start: 0, count: 10 + 2 * Scalar.allCases.count)
    block.put(UInt16(0x4D57), at: 0)
    block.put(UInt16(1), at: 1)
    block.put((scalars.isOn ? 1 : 0) | (scalars.hasSensorFault ? 2 : 0) as UInt16, at: 2)
    block.put(UInt16(truncatingIfNeeded: Int(max(0, now.device_s - started_s))), at: 3)
    for (i, scalar) in Scalar.allCases.enumerated() { block.put(Float(scalars[scalar]), at: 10 + 2 * i) }
    return block
  }

  private func control() -> RegisterBlock {
    var block = RegisterBlock(start: 100, count: 15)
    block.put(state.rawValue, at: 101)
    block.put(sequence, at: 102)
    guard samples.words.count > 0 else { return block }
    block.put(UInt32(taken.sampleRate_Hz.rounded()), at: 103)
    block.put(UInt16(samples.words.count), at: 105)
    block.put(Float(taken.fullScale_m_s2 / counts), at: 106)
    block.put(Float(taken.speed_rpm), at: 108)
    block.put(UInt16(counts), at: 110)
    block.put(takenAt_ms, at: 111)
    return block
  }
}
