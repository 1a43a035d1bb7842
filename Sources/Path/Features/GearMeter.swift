// SPDX-License-Identifier: Apache-2.0

import Machine
import Signal

/// Takes mean turns of gears and measures their teeth; one serves all gears of all machines.
///
/// A turn is followed by the mesh itself: its line in the spectrum, over the teeth, is the shaft's speed, which a speed sensor
/// does not tell well enough to keep teeth in step over a whole window.
struct GearMeter {
  /// Fewest turns whose mean is a mean.
  static let turnsMinimum = 8
  /// Meshing harmonics, where the sample rate holds them.
  static let harmonics = 5
  /// Fewest teeth that have sidebands between the shaft's orders and the mesh.
  static let teethMinimum = 8
  /// Plans and histories kept; a gear beyond has no metrics, or no NA4.
  static let planLimit = 64
  static let historyLimit = 4096

  private struct Plan {
    let resampler: AngularResampler
    var gear: GearPlan
    var turn: [Float]

    /// Measures the turn that it holds.
    mutating func measure(_ history: inout GearHistory) -> GearMetrics? {
      gear.measure(turn, history: &history)
    }
  }
  private struct Key: Hashable {
    let point: PointID
    let state: OperatingState
    let pair: Int
    let wheel: GearMatch.Wheel
  }
  private var plans: [Plan] = []
  private var angular: [Float] = []
  private var angle = ShaftAngle(capacity: 2)
  private var histories: [Key: GearHistory] = [:]

  /// Measures both gears of a pair whose mesh stands at `mesh_Hz`, and appends what could be measured.
  mutating func measure(
    _ samples: Span<Float>, sampleRate_Hz: Double, mesh_Hz: Double, pair: (index: Int, gears: GearPair),
    into window: inout FeatureWindow
  ) {
    for wheel in GearMatch.Wheel.allCases {
      let teeth = (wheel == .driver ? pair.gears.driverTeeth : pair.gears.drivenTeeth) ?? 0
      guard window.gears.count < FeatureWindow.gearLimit, teeth >= GearMeter.teethMinimum,
        let index = plan(teeth: teeth, harmonics: Int(EnvelopeBand.usableShare * sampleRate_Hz / mesh_Hz))
      else { continue }
      let turns = average(samples, sampleRate_Hz: sampleRate_Hz, turns_Hz: mesh_Hz / Double(teeth), index)
      guard turns >= GearMeter.turnsMinimum else { continue }
      let key = Key(point: window.point, state: window.state, pair: pair.index, wheel: wheel)
      var history = histories[key] ?? GearHistory()
      guard let metrics = plans[index].measure(&history) else { continue }
      let isKept = histories[key] != nil || histories.count < GearMeter.historyLimit
      if isKept { histories[key] = history }
      window.gears.append(
        GearMatch(
          pair: pair.gears.name, wheel: wheel, turns: turns, fm0: metrics.fm0, fm4: metrics.fm4,
          m6a: metrics.m6a, m8a: metrics.m8a, na4: isKept ? metrics.na4 : nil, er: metrics.er))
    }
  }

  /// Leaves the mean turn in a plan; returns how many turns went in.
  private mutating func average(
    _ samples: Span<Float>, sampleRate_Hz: Double, turns_Hz: Double, _ index: Int
  ) -> Int {
    let duration_s = Double(samples.count - 1) / sampleRate_Hz
    let times: InlineArray<2, Double> = [0, duration_s]
    let speeds: InlineArray<2, Double> = [turns_Hz, turns_Hz]
    guard Int(duration_s * turns_Hz) >= GearMeter.turnsMinimum,
      angle.follow(speeds_Hz: speeds.span, at: times.span)
    else { return 0 }
    let perTurn = plans[index].resampler.samplesPerTurn
    let count = (Int(duration_s * turns_Hz) + 1) * perTurn
    while angular.count < count { angular.append(0) }
    let turns = plans[index].resampler.resample(
      samples, sampleRate_Hz: sampleRate_Hz, by: angle, into: &angular)
    return SynchronousAverage.measure(angular, first: turns * perTurn, into: &plans[index].turn)
  }

  /// The plan for so many teeth, made if need be; nil where not even the mesh's sidebands are in the spectrum.
  private mutating func plan(teeth: Int, harmonics: Int) -> Int? {
    let harmonics = min(harmonics, GearMeter.harmonics)
    guard harmonics >= 1 else { return nil }
    if let known = plans.firstIndex(where: { $0.gear.teeth == teeth && $0.gear.harmonics == harmonics }) {
      return known
    }
    guard plans.count < GearMeter.planLimit else { return nil }
    // Sidebands of the highest harmonic, and as much again for what the damage of a tooth spreads beyond.
    var count = 64
    while count < 2 * (harmonics * teeth + teeth / 2 + 4) { count *= 2 }
    plans.append(
      Plan(
        resampler: AngularResampler(samplesPerTurn: count),
        gear: GearPlan(count: count, teeth: teeth, harmonics: harmonics),
        turn: Array(repeating: 0, count: count)))
    return plans.count - 1
  }
}
