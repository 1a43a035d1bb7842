// SPDX-License-Identifier: Apache-2.0

import Features
import Machine
import Signal

extension Analysis.Speed {
  /// The speed that the spectrum itself shows near what the machine's ratings allow (`SpeedFinder`); nil where the ratings
  /// say nothing or no family of harmonics stands out.
  init?(in spectrum: Spectrum, of machine: Machine) {
    var finder = SpeedFinder()
    let estimate = finder.estimate(
      amplitudes: spectrum.amplitudes, resolution_Hz: spectrum.resolution_Hz, of: machine)
    guard let estimate else { return nil }
    self.init(
      rpm: (estimate.speed_rpm * 100).rounded() / 100,
      source:
        "its \(estimate.harmonics) harmonics in the spectrum, ±\(digits(estimate.uncertainty_Hz * 60, 2)) r/min"
    )
  }

  /// The mean speed of a shaft while a waveform was taken.
  init?(meanOf angle: ShaftAngle, duration_s: Double) {
    guard let known = angle.range_s else { return nil }
    let end = min(known.upperBound, duration_s)
    guard end > known.lowerBound else { return nil }
    let turns = angle.turns(at: end) - angle.turns(at: known.lowerBound)
    self.init(rpm: 60 * turns / (end - known.lowerBound), source: "the speed signal, on average")
  }
}
