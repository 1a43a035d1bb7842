// SPDX-License-Identifier: Apache-2.0

public import Machine
public import Signal

/// Reads the speed of a machine's shaft from a spectrum, near what its ratings allow.
///
/// One finder serves all machines and spectra; it allocates only while ranges and spectra grow.
public struct SpeedFinder {
  private var search: ShaftSpeedSearch?

  public init() {}

  /// Speeds that the ratings allow: 0.9 to 1.02 of the synchronous speed where mains and poles are known, else within 5 % of the
  /// rated one; nil where the ratings say nothing.
  public static func range_Hz(of machine: Machine) -> ClosedRange<Double>? {
    var range_Hz: ClosedRange<Double>?
    if let mains_Hz = machine.lineFrequency_Hz, let poles = machine.poleCount, mains_Hz > 0, poles > 0 {
      range_Hz = ShaftSpeedSearch.inductionMotor(synchronous_rpm: 120 * mains_Hz / Double(poles))
    } else if let rated_rpm = machine.ratedSpeed_rpm, rated_rpm > 0, rated_rpm.isFinite {
      range_Hz = (0.95 * rated_rpm / 60)...(1.05 * rated_rpm / 60)
    }
    guard let range_Hz, range_Hz.upperBound < 10_000 else { return nil }
    return range_Hz
  }

  /// The speed whose harmonics stand in a spectrum of peak amplitudes (Hann); nil where the ratings say nothing, or no
  /// family of harmonics stands out from all others.
  public mutating func estimate(
    amplitudes: [Float], resolution_Hz: Double, of machine: Machine
  ) -> ShaftSpeedEstimate? {
    guard resolution_Hz > 0, let range_Hz = SpeedFinder.range_Hz(of: machine),
      range_Hz.lowerBound >= 3 * resolution_Hz
    else { return nil }
    search?.set(range_Hz, binCount: amplitudes.count, resolution_Hz: resolution_Hz)
    if search == nil {
      search = ShaftSpeedSearch(range_Hz, binCount: amplitudes.count, resolution_Hz: resolution_Hz)
    }
    return search?.estimate(amplitudes: amplitudes)
  }
}
