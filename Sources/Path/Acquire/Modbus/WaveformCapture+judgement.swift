// SPDX-License-Identifier: Apache-2.0

import Machine

/// What a capture's header and last look say, and the samples in canonical units.
extension WaveformCapture {
  /// Looks at the header: is it the capture that we wait for, and can it be read?
  mutating func beginBlocks() {
    guard let found = values[map.sequence]?.value else {
      return reject(.incomplete, "\(map.name): no capture sequence")
    }
    if map.trigger != nil, found == sequenceBefore {
      pause_s = map.poll_s  // still the capture before the trigger
      phase = map.state != nil ? .state : .header(0)
      return
    }
    if map.trigger == nil, found == lastSequence {
      phase = .finished(.nothingNew)
      return
    }
    guard let count = value(of: map.count), count >= 1, count <= Double(map.data.maximumSamples),
      count == count.rounded()
    else {
      let text = value(of: map.count).map(plain) ?? "no"
      return reject(
        .incomplete, "\(map.name): \(text) samples announced, 1 to \(map.data.maximumSamples) possible")
    }
    guard let rate = value(of: map.sampleRate), rate > 0 else {
      return reject(.incomplete, "\(map.name): no sample rate")
    }
    guard let scale = value(of: map.scale), scale != 0 else {
      return reject(.incomplete, "\(map.name): no scale")
    }
    sequence = found
    expectedSamples = Int(count)
    words.reserveCapacity(expectedSamples * map.data.words)
    phase = .blocks
  }

  /// Whether header and blocks are of one capture.
  mutating func finish() {
    guard let now = values[map.sequence]?.value else {
      return reject(.incomplete, "\(map.name): no capture sequence after the blocks")
    }
    guard now == sequence else {
      return reject(
        .incomplete,
        "\(map.name): capture \(plain(sequence)) was overwritten by \(plain(now)) while it was read")
    }
    if let state = map.state, let value = values[state.register]?.value, value != state.ready {
      return reject(
        .incomplete,
        "\(map.name): a new capture began (state \(plain(value))) while \(plain(sequence)) was read")
    }
    guard let samples = scaledSamples() else { return }
    let scale = value(of: map.scale) ?? 1
    phase = .finished(
      .waveform(
        CapturedWaveform(
          sequence: sequence, sampleRate_Hz: value(of: map.sampleRate) ?? 0, samples: samples,
          announced: expectedSamples,
          fullScale: map.fullScale.flatMap(value(of:)).map {
            Float(map.unit.canonical($0 * scale).magnitude)
          },
          speed_rpm: map.speed.flatMap { value(of: .register($0)) },
          captured: map.captureTime.flatMap { value(of: .register($0)) }.flatMap(WallTime.init(plausible_s:)))
      ))
  }

  /// The samples in canonical units; nil, and the capture rejected, when one of them is no number.
  private mutating func scaledSamples() -> [Float]? {
    let (scale, size) = (value(of: map.scale) ?? 1, map.data.words)
    var samples: [Float] = []
    samples.reserveCapacity(expectedSamples)
    for start in stride(from: 0, to: expectedSamples * size, by: size) {
      let raw = map.data.type.number(map.data.order.bits(words[start..<start + size]))
      let sample = Float(map.unit.canonical(raw * scale))
      guard sample.isFinite else {
        reject(.invalidMark, "\(map.name): sample \(start / size) is not a finite number")
        return nil
      }
      samples.append(sample)
    }
    return samples
  }
}

extension WallTime {
  /// A device's clock that was never set says 1970; such a time is no time.
  fileprivate init?(plausible_s seconds: Double) {
    guard seconds >= 946_684_800, seconds < 4_102_444_800 else { return nil }  // 2000 to 2100
    self.init(seconds: seconds)
  }
}
