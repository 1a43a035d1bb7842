// SPDX-License-Identifier: Apache-2.0

public import Machine

// What is remembered from window to window, and what people's records do to it.

extension Diagnostician {
  /// Takes note of what people did. A lubrication opens the time in which too much grease can be judged; any event makes
  /// the faults that it addressed be seen anew before they are named again; an outcome counts for the ranking.
  /// Events of other machines of the same kind are welcome: only their outcome counts. Of an inspection the outcome alone
  /// counts too: what was found is still there.
  public mutating func note(_ event: MaintenanceEvent, on kind: MachineKind? = nil) {
    trackRecord.note(event, on: kind ?? layout.machine.kind)
    guard event.machine == layout.machine.id else { return }
    if event.kind == .lubrication { remember(lubrication: event.time) }
    if event.kind == .inspection, event.outcome != .refuted { return }
    for s in signatures.indices {
      let model = signatures[s].model
      let isReplaced =
        event.kind == .replacement && event.faults.isEmpty
        && (event.part == model.component
          || signatures[s].places.contains { $0 != .machine && $0.name(in: layout) == event.part })
      guard event.faults.contains(model.id) || isReplaced else { continue }
      for p in cells[s].indices where isAddressed(s, p, event.part) { cells[s][p] = Cell() }
      for symptom in signatures[s].symptoms where symptom.probe.rings >= 0 {
        for i in 0..<symptom.probe.ringCount(layout) { rings[symptom.probe.rings + i].clear() }
      }
    }
  }

  /// Counts the event's outcome for the ranking, and nothing else.
  public mutating func count(_ event: MaintenanceEvent, on kind: MachineKind) {
    trackRecord.note(event, on: kind)
  }

  /// Takes note that the machine was greased at this time.
  public mutating func remember(lubrication time: WallTime) { lubricated = max(lubricated ?? time, time) }

  /// Forgets what models said of these points, because what is normal for them is learned anew.
  public mutating func forgetScores(of points: Set<PointID>) {
    lastScores = lastScores.filter { !points.contains($0.key) }
    opinions = [:]
    unnamed[.vibrationFall] = nil
  }

  /// An event that names one of the fault's places is about that one alone.
  private func isAddressed(_ s: Int, _ p: Int, _ part: String?) -> Bool {
    let names = signatures[s].places.map { $0.name(in: layout) }
    guard let part, names.contains(part) else { return true }
    return names[p] == part
  }

  /// What a consequence shows does not speak against a cause that was named before it.
  mutating func markEchoes() {
    for s in signatures.indices {
      let model = signatures[s].model
      let echoes = model.leadsTo.compactMap { texts[$0.fault] }.flatMap(\.symptoms)
        .filter { $0.supports != nil }.map(\.see.quantity)
      for i in signatures[s].symptoms.indices {
        let own = signatures[s].symptoms[i].model
        signatures[s].symptoms[i].isEchoed = own.against > 0 && echoes.contains(own.see.quantity)
      }
    }
  }

  /// One set of rings for all probes that remember the same.
  mutating func placeRings() {
    for s in signatures.indices {
      for i in signatures[s].symptoms.indices {
        signatures[s].symptoms[i].probe.rings = ring(for: signatures[s].symptoms[i].probe)
      }
    }
    guard var pattern else { return }
    for i in pattern.probes.indices { pattern.probes[i].rings = ring(for: pattern.probes[i]) }
    self.pattern = pattern
  }

  /// Where the rings of a probe begin; -1 where it needs none.
  private mutating func ring(for probe: Probe) -> Int {
    let count = probe.ringCount(layout)
    guard let purpose = probe.purpose, count > 0 else { return -1 }
    let known = ringUses.first { $0.probe.source == probe.source && $0.probe.purpose == purpose }
    if let known { return known.first }
    ringUses.append((probe, rings.count))
    for _ in 0..<count { rings.append(Ring(purpose, isReading: !probe.isVibration)) }
    return ringUses[ringUses.count - 1].first
  }

  mutating func remember(_ scene: Scene) {
    let (speed, tag) = (scene.speed_rpm, scene.stateTag)
    for (probe, first) in ringUses {
      switch probe.source {
      case .feature, .featureRatio:
        for (offset, point) in layout.vibration.enumerated() {
          guard let row = scene.heard.firstIndex(where: { $0.point == point }) else { continue }
          let own = scene.feature(Feature.shaftSpeed.index, row).value
          rings[first + offset].note(
            scene.measured(probe, row).value, at: scene.heard[row].taken,
            speed_rpm: own.isNaN ? speed : own, tag: tag)
        }
      case .reading(let points):
        for (offset, point) in points.enumerated() {
          rings[first + offset].note(
            scene.scalar(point).value, at: scene.measured(point), speed_rpm: speed, tag: tag)
        }
      case .difference(let a, let b):
        guard let (joint, point) = scene.paired(a, b, { $0 - $1 }) else { continue }
        rings[first].note(joint.value, at: scene.measured(point), speed_rpm: speed, tag: tag)
      case .ratio(let a, let b):
        guard let (joint, point) = scene.paired(a, b, { $1 == 0 ? .nan : $0 / $1 }) else { continue }
        rings[first].note(joint.value, at: scene.measured(point), speed_rpm: speed, tag: tag)
      case .line, .anomalousPoints, .unknown: continue
      }
    }
  }
}
