// SPDX-License-Identifier: Apache-2.0

import Machine

// What the lines of gears lack; `Machine.placeLines` places them.

extension LineCatalogue {
  mutating func addMissingGears(_ machine: Machine) {
    if machine.gears.isEmpty, machine.kind == .gearbox {
      unplaced.append(
        UnplacedLine("GMF", .gear, part: "gears", missing: missing([("teeth of the gears", false)])))
    }
    for pair in machine.gears { addMissing(of: pair) }
  }

  private mutating func addMissing(of pair: GearPair) {
    let (ratio, driver) = (pair.shaftRatio, pair.driverTeeth ?? 0)
    let needed = missing([
      ("teeth of the driver", driver > 0), ("ratio of the driver's shaft", ratio.isFinite && ratio > 0),
    ])
    guard needed.isEmpty else {
      unplaced.append(UnplacedLine("GMF", .gear, part: pair.name, missing: needed))
      return
    }
    guard pair.drivenTeeth ?? 0 <= 0 else { return }
    unplaced += [PartLine.drivenShaft, .assemblyPhase, .huntingTooth].map {
      UnplacedLine(
        $0.rawValue, .gear, part: pair.name, missing: missing([("teeth of the driven gear", false)]))
    }
  }
}
