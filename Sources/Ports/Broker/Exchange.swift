// SPDX-License-Identifier: Apache-2.0

import Synchronization

typealias Answer = CheckedContinuation<Result<Void, BrokerError>, Never>

/// A message on its way out and the caller who waits for it.
struct Publication: Sendable {
  let topic: String
  let payload: [UInt8]
  let qos: QoS
  let retain: Bool
  let continuation: Answer
}

/// A subscription on its way out; nobody waits for one that is only renewed.
struct Subscription: Sendable {
  let filter: String
  let qos: QoS
  let continuation: Answer?
}

/// Where the callers' tasks and the connection's thread meet: requests in, counts out.
///
/// A request is taken in only while there is a connection, and `disconnected` empties the line under the
/// same lock, so every waiting caller gets exactly one answer.
final class Exchange: Sendable {
  private struct State {
    var statistics = BrokerStatistics()
    var stopped = false
    /// Whether the connection is to be dropped without a farewell.
    var cut = false
    /// What is published right before the end.
    var farewell: Will?
    var publications = Queue<Publication>()
    var subscriptions: [Subscription] = []
    /// Every registered filter.
    var filters: [String: QoS] = [:]
  }
  let inbox: Inbox
  let wakeup = Wakeup()
  let changes: AsyncStream<ConnectionState>
  private let announce: AsyncStream<ConnectionState>.Continuation
  private let state = Mutex(State())
  private let outboxLimit: Int
  private let endpoint: String

  init(_ options: BrokerOptions) {
    inbox = Inbox(messages: options.inboxMessages, bytes: options.inboxBytes)
    outboxLimit = options.outboxLimit
    endpoint = options.endpoint
    (changes, announce) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
  }

  // MARK: Callers' side

  func submit(_ publication: Publication) {
    let refusal = state.withLock { state -> BrokerError? in
      if let refusal = missingConnection(state) { return refusal }
      if state.publications.count >= outboxLimit { return .congested(limit: outboxLimit) }
      state.publications.append(publication)
      if state.publications.count == 1 { wakeup.signal() }
      return nil
    }
    if let refusal { publication.continuation.resume(returning: .failure(refusal)) }
  }

  func submit(_ subscription: Subscription) {
    let answer = state.withLock { state -> Result<Void, BrokerError>? in
      if state.stopped { return .failure(.stopped) }
      state.filters[subscription.filter] = subscription.qos
      guard state.statistics.state.isConnected else { return .success(()) }
      state.subscriptions.append(subscription)
      wakeup.signal()
      return nil
    }
    if let answer { subscription.continuation?.resume(returning: answer) }
  }

  func stop() {
    state.withLock { $0.stopped = true }
    wakeup.signal()
  }

  func cut() {
    state.withLock { $0.cut = $0.statistics.state.isConnected }
    wakeup.signal()
  }

  func statistics() -> BrokerStatistics {
    var statistics = state.withLock { $0.statistics }
    statistics.dropped = inbox.dropped
    return statistics
  }

  private func missingConnection(_ state: borrowing State) -> BrokerError? {
    if state.stopped { return .stopped }
    if state.statistics.state.isConnected { return nil }
    return .notConnected(endpoint: endpoint, last: state.statistics.lastError?.description)
  }

  func prepare(farewell: Will) { state.withLock { $0.farewell = farewell } }

  // MARK: The connection's side

  var isStopped: Bool { state.withLock { $0.stopped } }

  /// What to publish before the end.
  var farewell: Will? { state.withLock { $0.farewell } }

  /// Whether somebody asked since the last call that the connection be dropped.
  func takeCut() -> Bool {
    state.withLock { state in
      defer { state.cut = false }
      return state.cut
    }
  }

  /// Every registered subscription, to be made on a new connection.
  func registered() -> [Subscription] {
    state.withLock { state in
      state.filters.map { Subscription(filter: $0.key, qos: $0.value, continuation: nil) }
    }
  }

  /// Takes what callers want sent: all subscriptions, and publications up to `room`.
  func take(room: Int) -> (subscriptions: [Subscription], publications: [Publication]) {
    state.withLock { state in
      var publications: [Publication] = []
      while publications.count < room, let next = state.publications.popFirst() { publications.append(next) }
      defer { state.subscriptions = [] }
      return (state.subscriptions, publications)
    }
  }

  /// Opens the exchange and says so.
  func connected() {
    state.withLock { $0.statistics.state = .connected }
    announce.yield(.connected)
  }

  /// Closes the exchange, answers everybody in line, and says so if there was a connection to lose.
  func disconnected(_ error: BrokerError) {
    let (waiting, was) = state.withLock { state in
      let was = state.statistics.state
      state.statistics.state = .disconnected(error)
      if error != .stopped { state.statistics.lastError = error }
      var waiting = state.subscriptions.compactMap(\.continuation)
      state.subscriptions = []
      while let publication = state.publications.popFirst() { waiting.append(publication.continuation) }
      state.statistics.publishFailures += waiting.count
      return (waiting, was)
    }
    for continuation in waiting { continuation.resume(returning: .failure(error)) }
    if was != .disconnected(error) { announce.yield(.disconnected(error)) }
  }

  /// The end of `run()`.
  func finish() {
    state.withLock { $0.stopped = true }
    disconnected(.stopped)
    announce.finish()
    inbox.finish()
  }

  func count(_ change: (inout BrokerStatistics) -> Void) {
    state.withLock { change(&$0.statistics) }
  }
}
