// SPDX-License-Identifier: Apache-2.0

public import Machine
import Synchronization

/// Samples on their way from acquisition to the path: a bounded queue between them, so that a slow disk
/// never delays a bus.
///
/// When it is full the oldest readings go first and are counted; waveforms have a bound of their own.
public final class Mailbox: Sendable {
  /// What is in the mailbox, and what was lost.
  public struct Load: Sendable, Codable, Equatable {
    public var readings = 0
    public var waveforms = 0
    public var droppedReadings = 0
    public var droppedWaveforms = 0
  }

  private struct State {
    var readings: [Sample] = []
    var waveforms: [Sample] = []
    var droppedReadings = 0
    var droppedWaveforms = 0
  }

  private let state = Mutex(State())
  private let readingLimit: Int
  private let waveformLimit: Int

  public init(readingLimit: Int = 100_000, waveformLimit: Int = 64) {
    self.readingLimit = readingLimit
    self.waveformLimit = waveformLimit
  }

  /// Puts samples in; never waits.
  public func put(_ samples: [Sample]) {
    state.withLock { state in
      for sample in samples {
        switch sample {
        case .reading: state.readings.append(sample)
        case .waveform: state.waveforms.append(sample)
        }
      }
      let readings = max(0, state.readings.count - readingLimit)
      let waveforms = max(0, state.waveforms.count - waveformLimit)
      state.readings.removeFirst(readings)
      state.waveforms.removeFirst(waveforms)
      state.droppedReadings += readings
      state.droppedWaveforms += waveforms
    }
  }

  /// Takes everything out, readings first, each in the order of arrival.
  public func take() -> [Sample] {
    state.withLock { state in
      let all = state.readings + state.waveforms
      state.readings.removeAll(keepingCapacity: true)
      state.waveforms.removeAll(keepingCapacity: true)
      return all
    }
  }

  public var load: Load {
    state.withLock {
      Load(
        readings: $0.readings.count, waveforms: $0.waveforms.count, droppedReadings: $0.droppedReadings,
        droppedWaveforms: $0.droppedWaveforms)
    }
  }
}
