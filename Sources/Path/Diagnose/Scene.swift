// SPDX-License-Identifier: Apache-2.0

import Machine

/// One window of one machine as numbers in rows: what symptoms are read from. NaN is "missing".
struct Scene: Sendable {
  /// One waveform that may be judged.
  struct Heard: Sendable {
    /// Index of its point in the layout.
    var point: Int
    var taken: MonotonicTime
  }

  /// A line of a part in one waveform.
  struct Line: Sendable {
    /// Index in `heard`.
    var heard: Int
    /// Index in `Layout.parts`.
    var part: Int
    /// Index in `LineNames`.
    var name: Int
    /// NaN where none was found.
    var found_Hz: Double
    /// Amplitude over the floor; zero where none was found.
    var strength: Double
    var harmonics: Double
    /// Pairs; NaN where the resolution cannot part them.
    var sidebands: Double
    /// NaN where it is not measured.
    var amplitude: Double
    /// The highest harmonic above the first over the first; NaN where it is not measured.
    var overtone: Double
    /// Whether a family of bearing lines stands up as its kind of damage would make it (`LineThresholds`).
    var isAccepted = false
    /// The number that decided that, and what it had to reach: prominence, or a level in dB.
    var decided = 0.0
    var needed = 0.0
    var isVerdict = false
  }

  static let features = Feature.allCases
  let layout: Layout
  let window: MachineWindow
  /// Waveforms of points that the machine has, in the order of its points, taken while it ran.
  let heard: [Heard]
  let lines: [Line]
  let limits: Result<ZoneLimits, ZoneRefusal>
  let speed_rpm: Double?
  /// By point: whether its temperature is lower than it was over the last ten minutes or so.
  let falling: [Bool]
  /// Features by waveform and index, with their baselines.
  private let values, means, spreads: [Double]
  /// Scalars by point, with their baselines, and when they were measured.
  private let scalars, scalarMeans, scalarSpreads: [Double]
  private let scalarTimes: [MonotonicTime]
  /// The rise of the ambient over its baseline, where that is known and a rise.
  let ambientRise: Double
  /// How urgent the overall vibration alone is; nil when it is acceptable or not known.
  private(set) var velocitySeverity: Severity?

  init(_ layout: Layout, _ window: MachineWindow, falling: [Bool]) {
    self.layout = layout
    self.window = window
    self.falling = falling
    let count = Scene.features.count
    var heard: [Heard] = []
    var lines: [Line] = []
    var rows = (
      values: [Double](), means: [Double](repeating: .nan, count: count * window.vibration.count),
      spreads: [Double](repeating: .nan, count: count * window.vibration.count)
    )
    rows.values.reserveCapacity(rows.means.count)
    for (point, features) in Scene.judgeable(window, layout) {
      let row = heard.count * count
      heard.append(Heard(point: point, taken: features.stamp.monotonic))
      for feature in Scene.features { rows.values.append(features.values[feature] ?? .nan) }
      for (feature, deviation) in window.featureDeviations[features.point] ?? [:] {
        let i = row + feature.index
        rows.means[i] = deviation.baselineMean
        rows.spreads[i] = deviation.baselineSD
      }
      Scene.add(features, heard.count - 1, layout, to: &lines)
    }
    (values, means, spreads) = (rows.values, rows.means, rows.spreads)
    self.heard = heard
    self.lines = lines
    var scalars = [Double](repeating: .nan, count: layout.points.count)
    var (scalarMeans, scalarSpreads) = (scalars, scalars)
    var times = [MonotonicTime](repeating: window.stamp.monotonic, count: scalars.count)
    for reading in window.readings {
      guard let point = layout.index[reading.point], let value = reading.usable, scalars[point].isNaN else {
        continue
      }
      scalars[point] = value
      times[point] = reading.stamp.monotonic
      if let deviation = window.readingDeviations[reading.point] {
        scalarMeans[point] = deviation.baselineMean
        scalarSpreads[point] = deviation.baselineSD
      }
    }
    (self.scalars, self.scalarMeans, self.scalarSpreads, scalarTimes) = (
      scalars, scalarMeans, scalarSpreads, times
    )
    ambientRise =
      layout.points(.ambientTemperature).map { scalars[$0] - scalarMeans[$0] }
      .filter { !$0.isNaN }.max().map { max(0, $0) } ?? 0
    let speed =
      layout.points(.shaftSpeed).map { scalars[$0] }.first { !$0.isNaN }
      ?? heard.indices.map { rows.values[$0 * count + Feature.shaftSpeed.index] }.first { !$0.isNaN }
    speed_rpm = speed
    limits = Result { () throws(ZoneRefusal) in
      try ZoneLimits.of(layout.machine, measuredSpeed_rpm: speed)
    }
    velocitySeverity = velocityJudgement?.severity
  }

  private static func judgeable(_ window: MachineWindow, _ layout: Layout) -> [(Int, FeatureWindow)] {
    var found: [(Int, FeatureWindow)] = []
    for features in window.vibration {
      guard let point = layout.index[features.point],
        features.state.motion == .running || features.state.motion == .unknown,
        !found.contains(where: { $0.0 == point })
      else { continue }
      found.append((point, features))
    }
    return found.sorted { $0.0 < $1.0 }
  }

  private static func add(_ features: FeatureWindow, _ heard: Int, _ layout: Layout, to lines: inout [Line]) {
    for match in features.lines {
      guard let part = layout.parts.firstIndex(of: match.bearing) else { continue }
      let verdict = features.bearingVerdict
      lines.append(
        Line(
          heard: heard, part: part, name: LineNames.index(match.line), found_Hz: match.found_Hz ?? .nan,
          strength: match.strength, harmonics: match.found_Hz == nil ? 0 : Double(match.harmonics),
          sidebands: match.sidebands ? 1 : 0, amplitude: .nan, overtone: .nan,
          isAccepted: features.accepts(match),
          decided: verdict?.level_dB ?? match.strength,
          needed: verdict?.needed_dB ?? LineThresholds.of(match.line).needed(by: match),
          isVerdict: verdict != nil))
    }
    for match in features.parts {
      guard let part = layout.parts.firstIndex(of: match.part) else { continue }
      let pairs = [match.sidebands, match.otherSidebands].compactMap { $0?.pairs }.max()
      lines.append(
        Line(
          heard: heard, part: part, name: LineNames.index(match.line), found_Hz: match.found_Hz ?? .nan,
          strength: match.found_Hz == nil ? 0 : match.prominence, harmonics: Double(match.harmonics),
          sidebands: pairs.map(Double.init) ?? .nan, amplitude: match.amplitude,
          overtone: match.overtone ?? .nan))
    }
  }

  /// Whether anything of the window stands beside a baseline of this operating state.
  var isLearned: Bool {
    scalarMeans.contains { !$0.isNaN } || means.contains { !$0.isNaN }
  }

  /// When the newest waveform was taken: what was seen in it counts once, however often it is looked at.
  var newestWaveform: MonotonicTime? { heard.map(\.taken).max() }

  /// A feature of one waveform beside its baseline; the value is NaN where it is missing.
  func feature(_ feature: Int, _ row: Int) -> Deviation {
    let i = row * Scene.features.count + feature
    return Deviation(value: values[i], baselineMean: means[i], baselineSD: spreads[i])
  }

  /// A scalar point beside its baseline; the value is NaN where it is missing.
  func scalar(_ point: Int) -> Deviation {
    Deviation(
      value: scalars[point], baselineMean: scalarMeans[point], baselineSD: scalarSpreads[point])
  }

  func measured(_ point: Int) -> MonotonicTime { scalarTimes[point] }

  /// Number of the speed and load bins: what was measured in one state is alike.
  var stateTag: Int { Scene.tag(window.state) }

  static func tag(_ state: OperatingState) -> Int {
    (state.motion == .running ? 1 << 20 : 0) | ((state.speedBin ?? 511) & 511) << 9
      | ((state.loadBin ?? 511) & 511)
  }

  /// Largest overall velocity: from waveforms, and from sensors that send it ready-made.
  var overallVelocity: (point: Int, value: Double)? {
    let computed = heard.indices.map { (heard[$0].point, feature(Feature.velocityRMS.index, $0).value) }
    let sent = layout.points(.velocityRMS).map { ($0, scalar($0).value) }
    return (computed + sent).filter { !$0.1.isNaN }.max { $0.1 < $1.1 }.map { (point: $0.0, value: $0.1) }
  }

  /// That orders and lines stand on a speed that no sensor measured, without weight; nil where one did.
  var estimatedSpeed: Evidence? {
    guard let features = window.vibration.first(where: { $0.speedOrigin == .estimated }),
      let speed = features.values[.shaftSpeed]
    else { return nil }
    return Evidence(
      "Shaft speed is estimated from the spectrum at \(features.point.name), \(plain(speed)) r/min",
      quantity: Feature.shaftSpeed.rawValue, value: speed, unit: Unit.revolutionsPerMinute.symbol,
      source: "harmonics of the shaft near the rated speed", weight: 0)
  }

  /// From where on an overall velocity is too high even without a baseline.
  var absoluteVelocityLimit: (value: Double, source: String) {
    switch limits {
    case .success(let zones): (zones.velocity.bc, "\(zones.source), boundary B/C")
    case .failure: (GeneralLimits.advise_mm_s, GeneralLimits.source)
    }
  }
}

let ownBaseline = "this machine's baseline in the same operating state"

extension Deviation {
  /// Whether a baseline is learned.
  var isLearned: Bool { !baselineMean.isNaN }
  /// Value less mean, in standard deviations; a spread below 1 % of the mean counts as 1 %.
  var sigmas: Double { (value - baselineMean) / spread }
  var spread: Double { max(baselineSD, 0.01 * abs(baselineMean), 1e-9) }
  var change: Double { value - baselineMean }
  var ratio: Double { baselineMean > 0 ? value / baselineMean : .infinity }
  static let significance = 4.0
}
