// SPDX-License-Identifier: Apache-2.0

import Machine
import Signal

extension Analysis.Speed {
  /// The speed that the spectrum itself shows near what the machine's ratings allow; nil where the ratings say nothing
  /// or no family of harmonics stands out.
  ///
  /// Between 0.9 and 1.02 times the synchronous speed where mains and poles are known, else within 5 % of the rated one.
  init?(in spectrum: Spectrum, of machine: Machine) {
    let range_Hz: ClosedRange<Double>
    if let mains_Hz = machine.lineFrequency_Hz, let poles = machine.poleCount, mains_Hz > 0, poles > 0 {
      range_Hz = ShaftSpeedSearch.inductionMotor(synchronous_rpm: 120 * mains_Hz / Double(poles))
    } else if let rated_rpm = machine.ratedSpeed_rpm, rated_rpm > 0, rated_rpm.isFinite {
      range_Hz = (0.95 * rated_rpm / 60)...(1.05 * rated_rpm / 60)
    } else {
      return nil
    }
    guard spectrum.resolution_Hz > 0, range_Hz.upperBound < 10_000 else { return nil }
    var search = ShaftSpeedSearch(
      range_Hz, binCount: spectrum.amplitudes.count, resolution_Hz: spectrum.resolution_Hz)
    guard let estimate = search.estimate(amplitudes: spectrum.amplitudes.span) else { return nil }
    let rpm = estimate.speed_rpm
    self.init(
      rpm: (rpm * 100).rounded() / 100,
      source:
        "its \(estimate.harmonics) harmonics in the spectrum, ±\(digits(estimate.uncertainty_Hz * 60, 2)) r/min"
    )
  }
}
