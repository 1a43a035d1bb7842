// SPDX-License-Identifier: Apache-2.0

extension Signature {
  /// RMS velocity in 10-1000 Hz, mm/s, in closed form.
  var velocity_mm_s: Double {
    var power = 0.0
    for line in lines where line.frequency_Hz >= 10 && line.frequency_Hz <= 1000 {
      power += line.velocity_mm_s * line.velocity_mm_s
    }
    // White acceleration S integrates to S^2 (1/f1 - 1/f2) / 4 pi^2; above a corner c, S^2 f^2/(f^2 + c^2) does to
    // S^2 (atan(f2/c) - atan(f1/c)) / c / 4 pi^2.
    let corner = Self.hissCorner_Hz
    power += floor * floor * 1e6 * (1.0 / 10 - 1.0 / 1000) / (4 * .pi * .pi)
    power +=
      hiss * hiss * 1e6 * (arctangent(1000, corner) - arctangent(10, corner)) / corner / (4 * .pi * .pi)
    power += rumble.velocityPower(from: 10, to: 1000)
    for (mode, share) in [(casing, \BlowTrain.casing), (housing, \.housing)] {
      power += mode.velocityPower(from: 10, to: 1000)
      for train in blows {
        // Even blows have lines at multiples of their rate r only; what those carry below a mode, r sum 1/(kr)^2, is
        // that of a spectrum without gaps that begins at r 6/pi^2.
        var ringing = mode
        ringing.noise_m_s2 = train.power(mode, share).squareRoot()
        let first = train.slip < 0.3 ? train.rate_Hz * 6 / (.pi * .pi) : 0
        power += ringing.velocityPower(from: max(10, first), to: 1000)
      }
    }
    return power.squareRoot()
  }

  /// RMS acceleration up to `bandwidth_Hz`, m/s2, in closed form.
  func acceleration_m_s2(bandwidth_Hz: Double) -> Double {
    let corner = Self.hissCorner_Hz
    var power =
      floor * floor * bandwidth_Hz
      + hiss * hiss * (bandwidth_Hz - corner * arctangent(bandwidth_Hz, corner))
    for line in lines where line.frequency_Hz < bandwidth_Hz { power += line.amplitude * line.amplitude / 2 }
    power += rumble.noise_m_s2 * rumble.noise_m_s2 * (1 + swell * swell / 2)
    for (mode, share) in [(casing, \BlowTrain.casing), (housing, \.housing), (ring, \.ring)]
    where mode.frequency_Hz > 0 && mode.frequency_Hz < bandwidth_Hz {
      power += mode.noise_m_s2 * mode.noise_m_s2 * (1 + swell * swell / 2)
      for train in blows { power += train.power(mode, share) }
    }
    return power.squareRoot()
  }
}

extension BlowTrain {
  /// Mean square of the ringing of a mode under these blows, (m/s2)^2: a ringing A exp(-t/tau) sin(wt) carries
  /// A^2 tau / 4.
  fileprivate func power(_ mode: Mode, _ share: KeyPath<BlowTrain, Double>) -> Double {
    let part = peak * self[keyPath: share]
    return rate_Hz * part * part * mode.decay_s / 4 * modulationPower * (1 + spread * spread)
  }
}

extension Mode {
  /// The mean square of velocity in a band, (mm/s)^2: the mode's own share of its power at each of some frequencies
  /// in geometric steps.
  func velocityPower(from low_Hz: Double, to high_Hz: Double) -> Double {
    guard noise_m_s2 > 0, frequency_Hz > 0 else { return 0 }
    let width = 1 / (.pi * decay_s)
    let f2 = frequency_Hz * frequency_Hz
    var whole = 0.0
    var band = 0.0
    let step = 1.06
    var f = min(low_Hz, frequency_Hz / 50)
    while f < frequency_Hz * 50 {
      let off = f2 - f * f
      let density = f / (off * off + width * width * f * f)
      whole += density
      if f >= low_Hz && f <= high_Hz { band += density / (f * f) }
      f *= step
    }
    return noise_m_s2 * noise_m_s2 * 1e6 * band / whole / (4 * .pi * .pi)
  }
}
