// SPDX-License-Identifier: Apache-2.0

extension Signature {
  /// Turns the signature into samples, m/s2, before the sensor's range and resolution.
  ///
  /// Sines advance by rotation of eight samples at a time, noise costs three table loads a sample, the four modes ring
  /// side by side in one vector: no trigonometry and no allocation per sample. What lies above 0.45 of the sampling
  /// rate is dropped, as the sensor's anti-alias filter would.
  func samples(count: Int, rate_Hz: Double, seed: UInt64) -> [Float] {
    var random = Xoshiro(seed: seed)
    var oscillators = lines.filter { $0.frequency_Hz < 0.45 * rate_Hz }.map {
      Oscillator($0, rate_Hz: rate_Hz)
    }
    var modes = Modes([rumble, casing, housing, ring], rate_Hz: rate_Hz)
    let blow = blows.isEmpty ? [] : force(count: count, rate_Hz: rate_Hz, random: &random)
    let white = Float(floor * (rate_Hz / 2).squareRoot())
    let keep = Float(exponential(-2 * .pi * Self.hissCorner_Hz / rate_Hz))
    let hissGain = Float(hiss * rate_Hz.squareRoot()) * (1 + keep) / 2
    var swelling = Oscillator(swell_Hz, amplitude: swell, phase: 2 * .pi * random.uniform(), rate_Hz: rate_Hz)
    var hissing: Float = 0
    var last: Float = 0
    let table = NormalTable.shared

    var result = [Float](repeating: 0, count: count)
    for start in stride(from: 0, to: count, by: 8) {
      var sum = SIMD8<Float>()
      for i in oscillators.indices { sum += oscillators[i].next() }
      let noise = modes.whiteGain * (1 + swelling.next()[0])
      for place in start..<min(start + 8, count) {
        let word = random.next()
        var excitation = noise * table.sum(word)
        if place < blow.count { excitation += blow[place] }
        let fresh = hissGain * table.one(word &>> 48)
        hissing = keep * hissing + fresh - last
        last = fresh
        result[place] = sum[place - start] + white * table.sum(word &>> 24) + hissing + modes.next(excitation)
      }
    }
    if truncation > 0 { truncate(&result) }
    return result
  }

  /// The blows as an excitation of the modes, one value a sample. A blow between two samples is shared between them, so
  /// that its time is kept.
  private func force(count: Int, rate_Hz: Double, random: inout Xoshiro) -> [SIMD4<Float>] {
    var force = [SIMD4<Float>](repeating: SIMD4(), count: count)
    for train in blows where train.rate_Hz > 0 && train.peak > 0 {
      let mean = rate_Hz / train.rate_Hz
      let shares = SIMD4(0, Float(train.casing), Float(train.housing), Float(train.ring))
      let zonePhase = random.uniform()
      var place = mean * (random.uniform() - 1)
      while true {
        if train.slip >= 1 {
          place += -mean * logarithm(max(random.uniform(), 1e-12))
        } else {
          place += mean * max(0, 1 + train.slip * random.normal())
        }
        guard place < Double(count - 1) else { break }
        guard place >= 0 else { continue }
        var peak = train.peak * max(0, 1 + train.spread * random.normal())
        if train.loadZone_Hz > 0 {
          let zone = max(0, cosine(2 * .pi * (train.loadZone_Hz * place / rate_Hz + zonePhase)))
          peak *= zone * zone.squareRoot()
        }
        let first = Int(place)
        let share = place - Double(first)
        force[first] += shares * Float(peak * (1 - share))
        force[first + 1] += shares * Float(peak * share)
      }
    }
    return force
  }

  /// A part that meets its stop: swings beyond 1.2 RMS to one side are held back.
  private func truncate(_ x: inout [Float]) {
    var power: Float = 0
    for value in x { power += value * value }
    let stop = 1.2 * (power / Float(x.count)).squareRoot()
    let left = Float(1 - truncation)
    for i in x.indices where x[i] > stop { x[i] = stop + left * (x[i] - stop) }
  }
}

/// Eight consecutive samples of one sine, advanced together by a rotation.
private struct Oscillator {
  private var sine = SIMD8<Float>()
  private var cosine = SIMD8<Float>()
  private let turnSine: Float
  private let turnCosine: Float

  init(_ line: Line, rate_Hz: Double) {
    self.init(line.frequency_Hz, amplitude: line.amplitude, phase: line.phase, rate_Hz: rate_Hz)
  }

  init(_ frequency_Hz: Double, amplitude: Double, phase: Double, rate_Hz: Double) {
    let step = 2 * Double.pi * frequency_Hz / rate_Hz
    for lane in 0..<8 {
      let angle = phase + step * Double(lane)
      sine[lane] = Float(amplitude * Simulation.sine(angle))
      cosine[lane] = Float(amplitude * Simulation.cosine(angle))
    }
    turnSine = Float(Simulation.sine(8 * step))
    turnCosine = Float(Simulation.cosine(8 * step))
  }

  @inline(__always)
  mutating func next() -> SIMD8<Float> {
    let now = sine
    sine = now * turnCosine + cosine * turnSine
    cosine = cosine * turnCosine - now * turnSine
    return now
  }
}

/// Four structural modes as rotations that decay: a blow of 1 rings with a peak of about 1, at low frequencies as
/// exactly as at high ones.
private struct Modes {
  private var along = SIMD4<Float>()
  private var across = SIMD4<Float>()
  private var turnSine = SIMD4<Float>()
  private var turnCosine = SIMD4<Float>()
  private var isThere = SIMD4<Float>()
  /// What white noise of variance 1 must be multiplied by for each mode's noise.
  private(set) var whiteGain = SIMD4<Float>()

  init(_ modes: [Mode], rate_Hz: Double) {
    for (lane, mode) in modes.enumerated()
    where mode.frequency_Hz > 0 && mode.frequency_Hz < 0.45 * rate_Hz {
      let r = exponential(-1 / (mode.decay_s * rate_Hz))
      let angle = 2 * Double.pi * mode.frequency_Hz / rate_Hz
      turnSine[lane] = Float(r * sine(angle))
      turnCosine[lane] = Float(r * cosine(angle))
      isThere[lane] = 1
      // The sum of r^2n sin^2(n angle).
      let twice = cosine(2 * angle)
      let variance = (1 / (1 - r * r) - (1 - r * r * twice) / (1 - 2 * r * r * twice + r * r * r * r)) / 2
      whiteGain[lane] = Float(mode.noise_m_s2 / variance.squareRoot())
    }
  }

  @inline(__always)
  mutating func next(_ x: SIMD4<Float>) -> Float {
    let now = across
    across = turnSine * along + turnCosine * now
    along = turnCosine * along - turnSine * now + x * isThere
    return across[0] + across[1] + across[2] + across[3]
  }
}
