// SPDX-License-Identifier: Apache-2.0

extension Signature {
  /// Turns the signature into samples, m/s2, before the sensor's range and resolution.
  ///
  /// Sines advance by rotation of eight samples at a time, noise costs two table loads a sample, ringing two
  /// multiplications: no trigonometry and no allocation per sample. Lines above 0.45 of the sampling rate
  /// are dropped, as the sensor's anti-alias filter would.
  func samples(count: Int, rate_Hz: Double, seed: UInt64) -> [Float] {
    var random = Xoshiro(seed: seed)
    var oscillators = lines.filter { $0.frequency_Hz < 0.45 * rate_Hz }.map {
      Oscillator($0, rate_Hz: rate_Hz)
    }
    var ring = Resonator(
      resonance_Hz < 0.45 * rate_Hz ? resonance_Hz : nil, decay_s: decay_s, rate_Hz: rate_Hz)
    let blow = blows.isEmpty ? [] : force(count: count, rate_Hz: rate_Hz, random: &random)
    let white = Float(floor * (rate_Hz / 2).squareRoot())
    let coloured = Float(resonanceNoise) * ring.whiteGain
    let table = NormalTable.shared

    var result = [Float]()
    result.reserveCapacity(count + 7)
    while result.count < count {
      var sum = SIMD8<Float>()
      for i in oscillators.indices { sum += oscillators[i].next() }
      for lane in 0..<8 {
        let word = random.next()
        let place = result.count
        var excitation = coloured * table.sum(word)
        if place < blow.count { excitation += blow[place] }
        result.append(sum[lane] + white * table.sum(word &>> 24) + ring.next(excitation))
      }
    }
    result.removeLast(result.count - count)
    if truncation > 0 { truncate(&result) }
    return result
  }

  /// The blows as an excitation of the resonator, one value a sample. A blow between two samples is shared
  /// between them, so that its time is kept.
  private func force(count: Int, rate_Hz: Double, random: inout Xoshiro) -> [Float] {
    var force = [Float](repeating: 0, count: count)
    for train in blows where train.rate_Hz > 0 && train.peak > 0 {
      let mean = rate_Hz / train.rate_Hz
      let zonePhase = random.uniform()
      var place = mean * (random.uniform() - 1)
      while true {
        if train.slip >= 1 {
          place += -mean * logarithm(max(random.uniform(), 1e-12))
        } else {
          place += mean * (1 + train.slip * random.normal())
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
        force[first] += Float(peak * (1 - share))
        force[first + 1] += Float(peak * share)
      }
    }
    return force
  }

  /// A loose part that meets its stop: swings beyond 1.2 RMS to one side are held back.
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
    let step = 2 * Double.pi * line.frequency_Hz / rate_Hz
    for lane in 0..<8 {
      let angle = line.phase + step * Double(lane)
      sine[lane] = Float(line.amplitude * Simulation.sine(angle))
      cosine[lane] = Float(line.amplitude * Simulation.cosine(angle))
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

/// A structural mode as a two-pole filter whose answer to a blow of 1 rings with a peak of about 1.
private struct Resonator {
  private var y1: Float = 0
  private var y2: Float = 0
  private let a1: Float
  private let a2: Float
  private let gain: Float
  /// What white noise of variance 1 must be multiplied by for an output of variance 1.
  let whiteGain: Float

  /// - Parameter frequency_Hz: nil for a mode that the sampling rate cannot show.
  init(_ frequency_Hz: Double?, decay_s: Double, rate_Hz: Double) {
    guard let frequency_Hz else {
      (a1, a2, gain, whiteGain) = (0, 0, 0, 0)
      return
    }
    let r = exponential(-1 / (decay_s * rate_Hz))
    let angle = 2 * Double.pi * frequency_Hz / rate_Hz
    a1 = Float(2 * r * cosine(angle))
    a2 = Float(-r * r)
    gain = Float(sine(angle))
    let p = 1 + r * r
    let variance =
      sine(angle) * sine(angle) * p
      / ((1 - r * r) * (p * p - 4 * r * r * cosine(angle) * cosine(angle)))
    whiteGain = Float(1 / variance.squareRoot())
  }

  @inline(__always)
  mutating func next(_ x: Float) -> Float {
    let y = gain * x + a1 * y1 + a2 * y2
    y2 = y1
    y1 = y
    return y
  }
}
