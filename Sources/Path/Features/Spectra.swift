// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The spectra of one waveform (Hann, peak amplitudes), as evidence beside a finding.
public struct Spectra: Sendable {
  /// In m/s2.
  public var acceleration: Spectrum
  /// In mm/s; 0 below 2 Hz, where an accelerometer does not measure velocity.
  public var velocity: Spectrum
  /// Of the envelope of the signal in `band`, in m/s2.
  public var envelope: Spectrum
  /// Where the envelope was listened for.
  public var band: EnvelopeBand

  init(_ workspace: Workspace) {
    let df = workspace.resolution_Hz
    let amplitudes = workspace.power.map { (2 * $0).squareRoot() }
    acceleration = Spectrum(
      resolution_Hz: df, amplitudes: amplitudes, unit: Unit.metresPerSecondSquared.symbol)
    let velocities = amplitudes.enumerated().map { k, amplitude -> Float in
      let f = Double(k) * df
      return f < 2 ? 0 : amplitude * Float(1000 / (2 * .pi * f))
    }
    velocity = Spectrum(resolution_Hz: df, amplitudes: velocities, unit: Unit.millimetresPerSecond.symbol)
    envelope = Spectrum(
      resolution_Hz: df, amplitudes: workspace.envelope, unit: Unit.metresPerSecondSquared.symbol)
    band = workspace.band
  }
}
