// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import PathLab
import Simulation

/// One cause that is left alone until it has ruined what hangs on it.
struct Chain: Codable, Sendable {
  var chain: String
  var seed: UInt64
  var preset: String
  /// The cause, then its consequences.
  var faults: [String]
  /// What stood first in most judgements while the last link grew from severity 0.5 to 1; nil when nothing did.
  var first: String?
  /// Of everything that was named in most of them, in the order of rank.
  var named: [String]

  static func run(_ chain: FaultChain, seed: UInt64, _ mind: Mind) -> Chain? {
    guard let story = Scenario.chain(chain, seed: seed, healthy_s: Diagnosis.healthy_s),
      let last = story.faults.last
    else { return nil }
    var opinions: [Opinion] = []
    Failure.follow(story, mind) { plant, _, now_s in
      guard last.severity(at: now_s) >= 0.5 else { return }
      opinions.append(Opinion(plant.findings, at: now_s, about: .machine))
    }
    var counts: [String: Int] = [:]
    for opinion in opinions { counts[opinion.ranked.first?.fault ?? "", default: 0] += 1 }
    let first = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    let middle = opinions.last { $0.ranked.first?.fault == first }
    return Chain(
      chain: chain.rawValue, seed: seed, preset: story.preset, faults: story.chain.map(\.rawValue),
      first: first.isEmpty ? nil : first, named: middle?.ranked.map(\.fault) ?? [])
  }
}
