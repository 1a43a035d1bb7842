// SPDX-License-Identifier: Apache-2.0

/// Ways in which one fault ruins the next.
public enum FaultChain: String, CaseIterable, Sendable {
  case misalignedCoupling = "misalignment-coupling-bearing"
  case strainerImpeller = "strainer-cavitation-impeller"
  case strainerSeal = "strainer-cavitation-seal"
  case lubrication = "lubrication-race-late"
  case unbalancedFrame = "unbalance-looseness"
  case softFootMisalignment = "soft-foot-misalignment"
  case softFootAirGap = "soft-foot-air-gap"
  case fouledFan = "fouling-unbalance-bearing"
  case hotWinding = "cooling-stator"
  case fluting = "inverter-fluting"
  case separator = "separator-temperature"
  case drySeal = "dry-running-seal"
  case valve = "valve-packing"
  case foundation = "foundation-misalignment-coupling"
  case offDesign = "off-design-bearing"
  case belt = "sheave-belt-bearing"
  case gear = "gear-misalignment-wear-crack"
  case standby = "brinelling-race"

  /// One fault of a chain: it begins when the one before has reached a severity in `after`.
  struct Link {
    var kind: FaultKind
    var after: ClosedRange<Double> = 0.45...0.7
    /// Follows from the physics of the one before and needs no plan of its own.
    var isPhysical = false
  }

  /// The cause, then each consequence.
  var links: [Link] {
    switch self {
    case .misalignedCoupling: links(.parallelMisalignment, .couplingWear, .bearingOuterRace)
    case .strainerImpeller:
      [
        Link(kind: .blockedStrainer), Link(kind: .cavitation, isPhysical: true),
        Link(kind: .impellerWear, after: 0.7...0.85),
      ]
    case .strainerSeal:
      [
        Link(kind: .blockedStrainer), Link(kind: .cavitation, isPhysical: true),
        Link(kind: .sealFailure, after: 0.7...0.85),
      ]
    case .lubrication: links(.underLubrication, .bearingEarlyDamage, .bearingInnerRace, .bearingLateStage)
    case .unbalancedFrame: links(.unbalance, .structuralLooseness)
    case .softFootMisalignment: links(.softFoot, .angularMisalignment)
    case .softFootAirGap: links(.softFoot, .eccentricAirGap)
    // Uneven dirt unbalances the wheel by itself.
    case .fouledFan:
      [
        Link(kind: .fanFouling), Link(kind: .unbalance, isPhysical: true),
        Link(kind: .bearingOuterRace),
      ]
    case .hotWinding: links(.coolingLoss, .statorFault)
    case .fluting: links(.inverterInduced, .bearingFluting, .bearingLateStage)
    case .separator: links(.separatorBlocked, .screwHighDischargeTemperature)
    case .drySeal: links(.dryRunning, .sealFailure)
    case .valve: links(.compressorValveLeak, .compressorPackingWear)
    case .foundation: links(.foundationDecay, .parallelMisalignment, .couplingWear)
    case .offDesign: links(.offDesignFlow, .bearingOuterRace)
    case .belt: links(.sheaveFault, .beltWear, .bearingOuterRace)
    case .gear: links(.gearMisalignment, .gearWear, .gearToothCrack)
    case .standby: links(.falseBrinelling, .bearingOuterRace)
    }
  }

  private func links(_ kinds: FaultKind...) -> [Link] { kinds.map { Link(kind: $0) } }

  /// Presets on which every link can occur.
  public var presets: [String] {
    MachineSpec.presets.filter { name in
      guard let spec = MachineSpec.preset(name, id: "") else { return false }
      return links.allSatisfy { spec.canSuffer($0.kind) }
    }
  }
}

extension Scenario {
  /// A cause that is left alone until it has ruined what hangs on it; all severities go on growing until the last
  /// reaches 1.
  ///
  /// - Returns: nil for a preset on which the chain cannot occur.
  public static func chain(
    _ chain: FaultChain, preset: String? = nil, seed: UInt64, healthy_s: Double = 3 * 86_400
  ) -> Scenario? {
    let able = chain.presets
    var draw = Xoshiro(
      seed: Simulation.seed(seed, 0xC4A1, chain.rawValue.utf8.reduce(0) { $0 &* 31 + UInt64($1) }))
    guard !able.isEmpty else { return nil }
    let name = preset ?? draw.pick(able)
    guard able.contains(name), var story = Scenario(name, seed: seed, &draw) else { return nil }
    let onset = story.begin_s + healthy_s + draw.uniform(0, OperatingPlan.day_s)
    var last = onset
    var end: String?
    for link in chain.links {
      story.chain.append(link.kind)
      guard !link.isPhysical else { continue }
      var growth = draw.uniform(link.kind.course.growth_s)
      if let before = story.faults.last {
        last = before.moment(ofSeverity: draw.uniform(link.after))
        // What follows is not slower than what it hangs on.
        growth = min(growth, before.growth_s * draw.uniform(0.5, 1))
      }
      // All damage of one chain is at the same end.
      end = end ?? story.place(of: link.kind, &draw)
      story.faults.append(
        plan(link.kind, onset_s: last, growth_s: growth, place: link.kind.isAtBearing ? end : nil, &draw))
    }
    if chain.links.contains(where: { $0.kind == .cavitation && $0.isPhysical }) { story.narrowSuction(&draw) }
    story.onset_s = onset
    let failure = story.faults.map { $0.onset_s + $0.growth_s }.last ?? onset
    story.failure_s = failure
    story.end_s = failure + 2 * 3600
    return story
  }
}

extension Scenario {
  /// A pump that runs near its rated point out of a low tank: there a blocked strainer makes it cavitate.
  private mutating func narrowSuction(_ draw: inout Xoshiro) {
    spec.hydraulics?.tank_bar = draw.uniform(0.15, 0.35)
    spec.hydraulics?.strainer_bar = draw.uniform(0.08, 0.11)
    for i in spec.plan.periods.indices {
      spec.plan.periods[i].speed = draw.uniform(0.94, 1)
      spec.plan.periods[i].load = draw.uniform(0.86, 0.97)
    }
  }
}

extension FaultKind {
  /// True for what happens to one of the two bearings.
  var isAtBearing: Bool {
    switch self {
    case .bearingEarlyDamage, .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage,
      .bearingLateStage, .underLubrication, .overGreasing, .bearingFluting, .falseBrinelling:
      true
    default: false
    }
  }
}
