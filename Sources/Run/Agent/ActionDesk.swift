// SPDX-License-Identifier: Apache-2.0

import Alert
import Clockwork
import Machine
public import Store

/// Where people decide about actions beside the daemon: in the store, one step at a time.
public struct ActionDesk: Sendable {
  private let site: SiteFile

  /// The desk of one site.
  public init(site: SiteFile) { self.site = site }

  /// Actions in these states, the oldest first.
  public func actions(_ states: Set<ActionState>) async throws(AgentError) -> [StoredAction] {
    try await site.reading { store throws(StoreError) in try await store.actions(states) }
  }

  /// Confirms or rejects a proposed action.
  public func decide(
    _ number: Int64, _ state: ActionState, by person: String, why: String
  ) async throws(AgentError) -> String {
    guard !person.allSatisfy(\.isWhitespace) else {
      throw .refused("\(state.rawValue) needs the name of a person")
    }
    let texts = [(person, AlarmCommand.nameLimit), (why, AlarmCommand.reasonLimit)]
    for (text, limit) in texts where !AlarmCommand.isFit(text, limit) {
      throw .refused("a name or reason must be plain text of at most \(limit) characters in one line")
    }
    let now = SystemClock().wall()
    let isMoved: Bool
    let known: StoredAction?
    do throws(StoreError) {
      let store = try Store.openBeside(site.storage.database, maximumBytes: site.storage.maximumBytes)
      known = try await store.actions(Set(ActionState.allCases), limit: 10_000).first { $0.id == number }
      let isInTime = known.map { $0.expires > now } ?? false
      isMoved =
        isInTime
        ? try await store.move(action: number, from: .proposed, to: state, by: person, why: why, at: now)
        : false
      try store.close()
    } catch { throw .storage("\(error)") }
    guard let known else { throw .refused("no action \(number); 'millwright action list --all' shows them") }
    guard isMoved else {
      let state = known.expires <= now && known.state == .proposed ? "past its time" : known.state.rawValue
      throw .refused("action \(number) is \(state): only a proposed one can be confirmed or rejected")
    }
    return "action \(number): proposed -> \(state.rawValue)"
  }
}
