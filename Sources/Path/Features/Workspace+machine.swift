// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernels
import Signal

// What only machines with the data for it pay for: memory comes with the first of them.

extension Workspace {
  /// Lowest frequency of the bands among which the machine's own lines choose: shaft and mesh stand below.
  static let defectBandFloor_Hz = 500.0

  /// Whether a band is of the two narrowest octave levels that are `narrowestBand_Hz` wide or more: on the CWRU records levels
  /// above and between them name no further window, and each costs as much.
  private static func isDefectBand(_ band: FrequencyBand, _ sampleRate_Hz: Double) -> Bool {
    let level = log2(sampleRate_Hz / 2 / band.width_Hz)
    let width = narrowestBand_Hz..<(4 * narrowestBand_Hz)
    return abs(level - level.rounded()) < 0.01 && width.contains(band.width_Hz)
  }

  /// Leaves the peak amplitudes of acceleration in `amplitudes`.
  mutating func measureAmplitudes() {
    if amplitudes.isEmpty { amplitudes = Array(repeating: 0, count: power.count) }
    for k in power.indices { amplitudes[k] = (2 * power[k]).squareRoot() }
  }

  /// Leaves the peak amplitudes of velocity in `velocities`, from `amplitudes`.
  mutating func measureVelocities() {
    if velocities.isEmpty { velocities = Array(repeating: 0, count: power.count) }
    let factor = Float(1000 / (2 * Double.pi * resolution_Hz))
    let first = min(power.count, max(1, Int((2 / resolution_Hz).rounded(.up))))
    for k in first..<power.count { velocities[k] = amplitudes[k] * factor / Float(k) }
  }

  /// Leaves the spectrum of the envelope of the most impulsive band in `impulsiveEnvelope`; to be called after
  /// `impulsiveBand`.
  mutating func readImpulsiveEnvelope(scratch: inout SignalScratch) {
    if impulsiveEnvelope.isEmpty { impulsiveEnvelope = Array(repeating: 0, count: power.count) }
    let unit = transformEnvelope(scratch: &scratch)
    plan.read(envelopeBins, unit: unit, as: .amplitude, into: &impulsiveEnvelope)
    Workspace.clearEnds(of: &impulsiveEnvelope)
  }

  /// Looks for the band that shows one of the lines best, and leaves the spectrum of its envelope in
  /// `defectEnvelope`; returns the band and the RMS of its envelope, or nil where no band can show a line.
  mutating func defectBand(
    lines_Hz: [Double], scratch: inout SignalScratch
  ) -> (band: FrequencyBand, envelopeRMS: Double)? {
    if defectBands == nil {
      let bands = DefectBandSearch.bands(sampleRate_Hz: sampleRate_Hz, above: Workspace.defectBandFloor_Hz)
        .filter { $0.high_Hz <= limit_Hz && Workspace.isDefectBand($0, sampleRate_Hz) }
      defectBands = DefectBandSearch(bands: bands, count: count, sampleRate_Hz: sampleRate_Hz)
      defectEnvelope = Array(repeating: 0, count: power.count)
    }
    guard let chosen = defectBands?.best(ofBins: bins, lines_Hz: lines_Hz, scratch: &scratch) else {
      return nil
    }
    let rms = demodulate(chosen.band, scratch: &scratch)
    let unit = transformEnvelope(scratch: &scratch)
    plan.read(envelopeBins, unit: unit, as: .amplitude, into: &defectEnvelope)
    Workspace.clearEnds(of: &defectEnvelope)
    return (chosen.band, rms)
  }
}
