// SPDX-License-Identifier: Apache-2.0

import Machine
import Signal

// What a window holds of the parts whose data the machine has. A machine without them pays nothing.

extension FeatureExtractor {
  /// Whether anything but bearings has lines.
  static func hasParts(_ machine: Machine) -> Bool {
    !machine.gears.isEmpty || !machine.belts.isEmpty || machine.lineFrequency_Hz != nil
      || machine.vaneCount != nil
  }

  /// The band that shows the lines of the machine's bearings best, the cages' left aside.
  mutating func defectBand(
    _ machine: Machine, shaft_Hz: Double, _ slot: Int
  ) -> (band: FrequencyBand, envelopeRMS: Double)? {
    bearingLines_Hz.removeAll(keepingCapacity: true)
    for bearing in machine.bearings {
      for line in BearingLine.allCases where line != .cage {
        bearingLines_Hz.append(bearing.order(of: line) * shaft_Hz)
      }
    }
    return workspaces[slot].defectBand(lines_Hz: bearingLines_Hz, scratch: &signalScratch)
  }

  /// Lines of gears, motor, belts and impeller, and the gears' metrics.
  mutating func addParts(
    _ waveform: Waveform, _ machine: Machine, _ speed_rpm: Double?, _ slot: Int,
    _ window: inout FeatureWindow
  ) {
    workspaces[slot].measureAmplitudes()
    workspaces[slot].measureVelocities()
    let workspace = workspaces[slot]
    let (df, shaft_Hz) = (workspace.resolution_Hz, speed_rpm.map { $0 / 60 })
    machine.placeLines(shaft_Hz: shaft_Hz) { placed in
      guard window.parts.count < FeatureWindow.partLimit else { return }
      let amplitudes: [Float]? =
        switch placed.line.spectrum {
        case .acceleration: workspace.amplitudes
        case .velocity: workspace.velocities
        case .envelope: workspace.envelope
        case .current: nil
        }
      guard let amplitudes else { return }
      let search = LineSearch(amplitudes: amplitudes, resolution_Hz: df, shaft_Hz: shaft_Hz)
      if let match = search.match(placed) { window.parts.append(match) }
    }
    for match in window.parts { add(match, to: &window.values) }
    guard shaft_Hz != nil else { return }
    for (index, pair) in machine.gears.enumerated() {
      let mesh = window.parts.first { $0.line == .gearMesh && $0.part == pair.name }
      guard let mesh_Hz = mesh?.found_Hz else { continue }
      gears.measure(
        waveform.samples.span.extracting(first: workspace.count), sampleRate_Hz: workspace.sampleRate_Hz,
        mesh_Hz: mesh_Hz, pair: (index, pair), into: &window)
    }
    for gear in window.gears { add(gear, to: &window.values) }
  }

  /// Keeps the highest amplitude of lines of one kind.
  private func add(_ match: PartMatch, to values: inout FeatureValues) {
    let beside = max(match.sidebands?.amplitude ?? 0, match.otherSidebands?.amplitude ?? 0)
    switch match.line {
    case .gearMesh:
      values.raise(.gearMesh, match.amplitude)
      values.raise(.gearSidebands, beside)
    case .twiceLine: values.raise(.twiceLine, match.amplitude)
    case .polePass: values.raise(.polePassSidebands, match.sidebands?.pairs == nil ? nil : beside)
    case .barPass: values.raise(.barPass, match.amplitude)
    case .beltRate: values.raise(.beltRate, match.amplitude)
    case .driverShaft, .drivenShaft, .assemblyPhase, .huntingTooth, .currentPolePass, .vanePass: break
    }
  }

  /// Keeps the highest metric of all gears.
  private func add(_ gear: GearMatch, to values: inout FeatureValues) {
    values.raise(.gearFM0, gear.fm0)
    values.raise(.gearFM4, gear.fm4)
    values.raise(.gearNA4, gear.na4)
    values.raise(.gearER, gear.er)
  }
}

extension FeatureValues {
  /// Keeps the highest.
  fileprivate mutating func raise(_ feature: Feature, _ value: Double?) {
    if let value, value > self[feature] ?? -1 { self[feature] = value }
  }
}

extension BearingVerdict {
  /// The verdict of `DefectSurvey`; nil of a waveform of fewer than 100 turns, whose lines are judged one by one.
  init?(of waveform: Waveform, _ bearings: [Bearing], shaft_Hz: Double) {
    let turns = Double(waveform.samples.count) / waveform.sampleRate_Hz * shaft_Hz
    guard turns >= WhitenedEnvelope.turnsMinimum else { return nil }
    let survey = DefectSurvey(
      of: waveform.samples.span, sampleRate_Hz: waveform.sampleRate_Hz, shaft_Hz: shaft_Hz, bearings: bearings
    )
    self.init(level_dB: survey.families.first?.level_dB ?? 0, needed_dB: DefectSurvey.naming_dB)
    if case .named(let bearing, let line) = survey.verdict { (self.bearing, self.line) = (bearing, line) }
  }
}

/// The envelope spectra of one window in which bearing lines are looked for.
struct BearingBands {
  private let workspace: Workspace
  private let hasImpulsive: Bool
  private let hasDefect: Bool

  init(_ workspace: Workspace, hasImpulsive: Bool, hasDefect: Bool) {
    (self.workspace, self.hasImpulsive, self.hasDefect) = (workspace, hasImpulsive, hasDefect)
  }

  /// Appends the best match of each line of each bearing that some band can show.
  func add(_ bearings: [Bearing], shaft_Hz: Double, to lines: inout [LineMatch]) {
    for bearing in bearings {
      for line in BearingLine.allCases {
        if let match = best(line, of: bearing, shaft_Hz: shaft_Hz) { lines.append(match) }
      }
    }
  }

  private func best(_ line: BearingLine, of bearing: Bearing, shaft_Hz: Double) -> LineMatch? {
    var best = match(line, of: bearing, shaft_Hz: shaft_Hz, in: workspace.envelope, .fixed)
    if hasDefect {
      keep(match(line, of: bearing, shaft_Hz: shaft_Hz, in: workspace.defectEnvelope, .defect), in: &best)
    }
    if hasImpulsive {
      keep(
        match(line, of: bearing, shaft_Hz: shaft_Hz, in: workspace.impulsiveEnvelope, .impulsive), in: &best)
    }
    return best
  }

  private func match(
    _ line: BearingLine, of bearing: Bearing, shaft_Hz: Double, in envelope: [Float], _ band: EnvelopeChoice
  ) -> LineMatch? {
    let search = LineSearch(
      amplitudes: envelope, resolution_Hz: workspace.resolution_Hz, shaft_Hz: shaft_Hz)
    var match = search.match(line, of: bearing)
    match?.band = band
    return match
  }

  private func keep(_ other: LineMatch?, in best: inout LineMatch?) {
    guard let other else { return }
    guard let known = best else {
      best = other
      return
    }
    if other.found_Hz != nil, known.found_Hz == nil || other.prominence > known.prominence { best = other }
  }
}
