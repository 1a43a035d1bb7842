// SPDX-License-Identifier: Apache-2.0

import Clockwork
import Fieldbus
import Machine

/// Waveforms, a step at a time between the polls.
extension ModbusPoller {
  /// Begins, continues or gives up one capture.
  func advanceCapture(_ index: Int, at now: MonotonicTime) async {
    let device = captures[index].device
    guard let map = devices[device].profile.waveform else { return }
    guard var capture = captures[index].running else { return await beginCapture(index, map, at: now) }
    let spent_s = now.seconds(since: captures[index].started)
    guard spent_s < map.timeout_s else {
      let why = mayAsk(device) ? capture.progress : "\(capture.progress); \(silenceReason(device))"
      let defect = SensorDefect(.incomplete, "\(map.name): given up after \(plain(map.timeout_s)) s, \(why)")
      return await finish(index, .rejected(defect), at: now)
    }
    do {
      switch capture.action {
      case .read(let function, let address, let count):
        capture.received(try await read(device, function, address: address, count: count))
      case .write(let address, let value):
        try await write(device, register: map.triggerName ?? map.name, address: address, value: value)
        capture.written()
      case .finished(let outcome): return await finish(index, outcome, at: now)
      }
    } catch {
      switch error.meaning {
      case .busy: capture.busy()
      case .refused, .refusedAddress: capture.refused("\(map.name): \(error)")
      case .unitSilent, .linkDown: await sink(silence(of: device))  // the step is repeated when it is back
      }
    }
    captures[index].running = capture
    captures[index].next = environment.clock.monotonic().advanced(bySeconds: capture.pause_s)
  }

  private func beginCapture(_ index: Int, _ map: WaveformMap, at now: MonotonicTime) async {
    let device = captures[index].device
    let late = Int(now.seconds(since: captures[index].due) / map.period_s)
    counters.missedSchedules += late
    captures[index].due = captures[index].due.advanced(bySeconds: Double(late + 1) * map.period_s)
    guard mayAsk(device) else {
      await deliver(device, map, defect: SensorDefect(.noData, silenceReason(device)))
      return
    }
    captures[index].running = WaveformCapture(
      map, limits: devices[device].profile.limits, lastSequence: units[device].lastSequence)
    captures[index].started = now
    captures[index].next = now
  }

  private func finish(_ index: Int, _ outcome: WaveformCapture.Outcome, at now: MonotonicTime) async {
    let device = captures[index].device
    captures[index].running = nil
    captures[index].started = now
    guard let map = devices[device].profile.waveform else { return }
    switch outcome {
    case .nothingNew: break
    case .rejected(let defect):
      counters.rejectedWaveforms += 1
      await deliver(device, map, defect: defect)
    case .waveform(let captured):
      counters.waveforms += 1
      units[device].lastSequence = captured.sequence
      let stamp = environment.clock.stamp(source: captured.captured)
      await sink(
        devices[device].waveformPoints.map { point in
          .waveform(
            Waveform(
              point: point, quantity: map.unit.quantity, sampleRate_Hz: captured.sampleRate_Hz,
              samples: captured.samples, fullScale: captured.fullScale, speed_rpm: captured.speed_rpm,
              stamp: stamp, facts: CaptureFacts(expectedCount: captured.announced)))
        })
    }
  }

  /// A waveform that is not there, with the reason: no samples, and a rate of 0.
  private func deliver(_ device: Int, _ map: WaveformMap, defect: SensorDefect) async {
    let stamp = environment.clock.stamp()
    await sink(
      devices[device].waveformPoints.map { point in
        .waveform(
          Waveform(
            point: point, quantity: map.unit.quantity, sampleRate_Hz: 0, samples: [], stamp: stamp,
            quality: .bad(defect)))
      })
  }
}
