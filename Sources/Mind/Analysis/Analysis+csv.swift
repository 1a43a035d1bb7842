// SPDX-License-Identifier: Apache-2.0

import Features
import Machine

extension Analysis {
  /// Writes the spectra as CSV in parts: a header, then one line a bin with frequency in Hz and peak amplitudes (Hann)
  /// of acceleration, velocity and envelope. Without spectra there is the header alone.
  public func csv(_ write: (String) throws -> Void) rethrows {
    let unit = origin.unit ?? "1"
    try write("frequency [Hz],acceleration [\(unit)],velocity [mm/s],envelope [\(unit)]\n")
    guard let spectra else { return }
    let count = spectra.acceleration.amplitudes.count
    var part = ""
    for k in 0..<count {
      let frequency = Double(k) * spectra.acceleration.resolution_Hz
      let velocity = origin.unit == nil ? "" : "\(spectra.velocity.amplitudes[k])"
      part +=
        "\(frequency),\(spectra.acceleration.amplitudes[k]),\(velocity),\(spectra.envelope.amplitudes[k])\n"
      if part.utf8.count > 1 << 16 || k == count - 1 {
        try write(part)
        part = ""
      }
    }
  }
}
