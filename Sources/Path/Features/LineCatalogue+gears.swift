// SPDX-License-Identifier: Apache-2.0

import Machine

// Lines of gears. The teeth of a pair fix all of them: mesh f_m = N_i f_i, driven shaft f_o = f_m / N_o, the phase of
// assembly f_m / g and the hunting tooth f_m g / (N_i N_o), where g is the greatest common divisor of both counts: a
// tooth meets every g-th tooth of the other gear, and the same one again only after N_i N_o / g meshes.

extension LineCatalogue {
  mutating func addGears(_ machine: Machine) {
    if machine.gears.isEmpty, machine.kind == .gearbox {
      unplaced.append(
        UnplacedLine("GMF", .gear, part: "gears", missing: missing([("teeth of the gears", false)])))
    }
    for pair in machine.gears { addGears(pair) }
  }

  private mutating func addGears(_ pair: GearPair) {
    let (ratio, driver, driven) = (pair.shaftRatio, pair.driverTeeth ?? 0, pair.drivenTeeth ?? 0)
    guard let shaft_Hz, driver > 0, ratio.isFinite, ratio > 0 else {
      let needed = missing([
        ("teeth of the driver", driver > 0), ("ratio of the driver's shaft", ratio.isFinite && ratio > 0),
      ])
      unplaced.append(UnplacedLine("GMF", .gear, part: pair.name, missing: needed))
      return
    }
    let input = ratio * shaft_Hz
    let mesh = Double(driver) * input
    func line(
      _ name: String, _ frequency_Hz: Double, _ formula: String, harmonics: Int, _ spectrum: LineSpectrum,
      _ modulations: [Modulation] = []
    ) -> MachineLine {
      MachineLine(
        name, .gear, part: pair.name, expected_Hz: frequency_Hz, formula: formula,
        source: "MathWorks, gearMeshFaultBands", harmonics: harmonics, modulations: modulations,
        spectrum: spectrum, tolerance: MachineLine.exact, isApartFromShaft: false)
    }
    var shafts = [Modulation(by: "driver's shaft", spacing_Hz: input)]
    if driven > 0 { shafts.append(Modulation(by: "driven shaft", spacing_Hz: mesh / Double(driven))) }
    lines.append(line("GMF", mesh, "N_i f_i", harmonics: 3, .acceleration, shafts))
    lines.append(line("1x driver", input, "f_i", harmonics: 3, .velocity))
    guard driven > 0 else {
      let needed = missing([("teeth of the driven gear", false)])
      unplaced += ["1x driven", "assembly phase", "hunting tooth"].map {
        UnplacedLine($0, .gear, part: pair.name, missing: needed)
      }
      return
    }
    let common = greatestCommonDivisor(driver, driven)
    lines.append(line("1x driven", mesh / Double(driven), "N_i f_i / N_o", harmonics: 3, .velocity))
    lines.append(
      line(
        "assembly phase", mesh / Double(common), "N_i f_i / gcd(N_i, N_o)", harmonics: 3, .acceleration))
    lines.append(
      line(
        "hunting tooth", mesh * Double(common) / (Double(driver) * Double(driven)),
        "N_i f_i gcd(N_i, N_o) / (N_i N_o)", harmonics: 3, .envelope))
  }
}

/// Euclid's algorithm on two counts above 0.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b > 0 { (a, b) = (b, a % b) }
  return a
}
