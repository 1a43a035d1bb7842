// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Machine

/// One waveform as it came over the bus, in canonical units.
struct CapturedWaveform: Sendable, Equatable {
  var sequence: Double
  var sampleRate_Hz: Double
  var samples: [Float]
  /// Samples that the header announced.
  var announced: Int
  var fullScale: Float?
  var speed_rpm: Double?
  var captured: WallTime?
}

/// The steps that bring one waveform from a device, as a state machine without a clock or a bus.
/// ```
///   with trigger:  sequence -> write trigger -> wait -> [state until ready] -> header, sequence changed?
///   without:       [state until ready] -> header, sequence new?            (no: wait)   |   (no: nothing new)
///   then:          blocks -> state and sequence again -> the same? waveform : rejected
/// ```
/// The shell performs `action` and answers with `received`, `written` or `refused`; it may do other requests
/// in between, and repeat an action whose request got no answer.
struct WaveformCapture: Sendable {
  enum Action: Sendable, Equatable {
    case read(RegisterFunction, address: UInt16, count: Int)
    case write(address: UInt16, value: UInt16)
    case finished(Outcome)
  }
  enum Outcome: Sendable, Equatable {
    case waveform(CapturedWaveform)
    /// The device still has the capture that was read last time.
    case nothingNew
    case rejected(SensorDefect)
  }
  enum Phase {
    case before, trigger, state, header(Int), blocks, after(Int), finished(Outcome)
  }

  let map: WaveformMap
  private let samplesPerBlock: Int
  private let header: [ReadRequest]
  private let verification: [ReadRequest]
  let lastSequence: Double?
  var phase: Phase
  var values: [Int: DecodedValue] = [:]
  var words: [UInt16] = []
  var expectedSamples = 0
  var sequence = 0.0
  var sequenceBefore: Double?
  /// Seconds to let pass before the next action.
  var pause_s = 0.0

  /// - Parameter lastSequence: sequence of the capture that was read last, if any.
  init(_ map: WaveformMap, limits: RequestLimits, lastSequence: Double?) {
    self.map = map
    self.lastSequence = lastSequence
    samplesPerBlock = max(1, limits.maximumRegisters / map.data.words)
    let readable = map.registers.indices.filter { $0 != map.trigger?.register }
    // The sequence is read first: if a new capture ends between two parts of the header, the last look sees it.
    let parts = ReadPlan(map.registers, wanted: readable, limits: limits).requests
    let hasSequence = { (request: ReadRequest) in
      request.cells.contains { $0.registers.contains(map.sequence) }
    }
    header = parts.filter(hasSequence) + parts.filter { !hasSequence($0) }
    let marks = [map.state?.register, map.sequence].compactMap(\.self)
    verification = ReadPlan(map.registers, wanted: marks, limits: limits).requests
    phase = map.trigger != nil ? .before : map.state != nil ? .state : .header(0)
  }

  /// How far the capture is, for the message when it is given up.
  var progress: String {
    switch phase {
    case .before, .trigger: "not triggered"
    case .state, .header: "not ready"
    case .blocks, .after: "\(words.count / map.data.words) of \(expectedSamples) samples read"
    case .finished: "finished"
    }
  }

  var action: Action {
    switch phase {
    case .before: read(map.registers[map.sequence])
    case .trigger:
      if let trigger = map.trigger {
        .write(address: map.registers[trigger.register].address, value: trigger.value)
      } else {
        .finished(.nothingNew)
      }
    case .state: read(map.registers[map.state?.register ?? map.sequence])
    case .header(let part): read(header[part])
    case .blocks:
      .read(
        map.data.function, address: map.data.address + UInt16(words.count),
        count: min(samplesPerBlock * map.data.words, expectedSamples * map.data.words - words.count))
    case .after(let part): read(verification[part])
    case .finished(let outcome): .finished(outcome)
    }
  }

  private func read(_ register: Register) -> Action {
    .read(register.function, address: register.address, count: register.words)
  }
  private func read(_ request: ReadRequest) -> Action {
    .read(request.function, address: request.address, count: request.count)
  }

  /// The trigger was written.
  mutating func written() {
    pause_s = map.poll_s
    phase = map.state != nil ? .state : .header(0)
  }

  /// The device is busy with the last action; it is to be repeated.
  mutating func busy() { pause_s = map.poll_s }

  /// The device refused the last action for good.
  mutating func refused(_ reason: String) { reject(.incomplete, reason) }

  /// The reply to the last read.
  mutating func received(_ reply: [UInt16]) {
    pause_s = 0
    switch phase {
    case .before:
      let decoded = map.registers[map.sequence].decode(reply[...])
      sequenceBefore = decoded.value
      phase = .trigger
    case .trigger, .finished: break
    case .state:
      guard let state = map.state else { return }
      let value = map.registers[state.register].decode(reply[...]).value
      if value == state.ready {
        phase = .header(0)
      } else if let value, value == state.error {
        reject(.noData, "\(map.name): the device reports a failed capture (state \(plain(value)))")
      } else {
        pause_s = map.poll_s
      }
    case .header(let part):
      decode(header[part], reply)
      if part + 1 < header.count { phase = .header(part + 1) } else { beginBlocks() }
    case .blocks:
      words.append(contentsOf: reply)
      if words.count >= expectedSamples * map.data.words {
        values = values.filter { !isMark($0.key) }
        phase = .after(0)
      }
    case .after(let part):
      decode(verification[part], reply)
      if part + 1 < verification.count { phase = .after(part + 1) } else { finish() }
    }
  }

  private func isMark(_ register: Int) -> Bool { register == map.sequence || register == map.state?.register }

  private mutating func decode(_ request: ReadRequest, _ reply: [UInt16]) {
    for cell in request.cells {
      for index in cell.registers {
        values[index] = map.registers[index].decode(request.words(of: cell, in: reply))
      }
    }
  }

  mutating func reject(_ kind: SensorDefect.Kind, _ evidence: String) {
    words = []
    phase = .finished(.rejected(SensorDefect(kind, evidence)))
  }

  func value(of term: WaveformMap.Term) -> Double? {
    switch term {
    case .constant(let number): number
    case .register(let index): values[index].flatMap { $0.quality.isBad ? nil : $0.value }
    }
  }
}

extension WaveformMap.Block {
  /// Registers that one sample takes.
  var words: Int { type.fixedWords ?? 1 }
}
