// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Messages between the connection's thread and the one task that reads them. Bounded in messages and in
/// bytes; at a bound the oldest is dropped, because in telemetry the newest is worth most.
final class Inbox: Sendable {
  private struct State {
    var queue = Queue<MQTTMessage>()
    var bytes = 0
    var dropped = 0
    var finished = false
    var reader: CheckedContinuation<MQTTMessage?, Never>?
  }
  private let state = Mutex(State())
  private let messageLimit: Int
  private let byteLimit: Int

  init(messages: Int, bytes: Int) {
    messageLimit = messages
    byteLimit = bytes
  }

  var dropped: Int { state.withLock { $0.dropped } }

  func put(_ message: MQTTMessage) {
    let reader = state.withLock { state -> CheckedContinuation<MQTTMessage?, Never>? in
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      state.queue.append(message)
      state.bytes += message.payload.count
      while state.queue.count > messageLimit || (state.bytes > byteLimit && state.queue.count > 1) {
        guard let oldest = state.queue.popFirst() else { break }
        state.bytes -= oldest.payload.count
        state.dropped += 1
      }
      return nil
    }
    reader?.resume(returning: message)
  }

  /// Ends the stream; what is queued is still read.
  func finish() {
    let reader = state.withLock { state in
      state.finished = true
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(returning: nil)
  }

  /// The next message; nil at the end, or when the reading task is cancelled.
  func next() async -> MQTTMessage? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready: MQTTMessage?? = state.withLock { state in
          if let message = state.queue.popFirst() {
            state.bytes -= message.payload.count
            return .some(message)
          }
          if state.finished || Task.isCancelled { return .some(nil) }
          precondition(state.reader == nil, "two tasks read one MQTT client's messages")
          state.reader = continuation
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      let reader = state.withLock { state in
        defer { state.reader = nil }
        return state.reader
      }
      reader?.resume(returning: nil)
    }
  }
}

/// The messages of one client in order of arrival, for one reading task; it ends when `run()` does.
public struct MQTTMessages: AsyncSequence, Sendable {
  let inbox: Inbox

  /// Reads on from where the last reader stopped.
  public func makeAsyncIterator() -> Iterator { Iterator(inbox: inbox) }

  public struct Iterator: AsyncIteratorProtocol {
    let inbox: Inbox
    /// The next message; nil when the client has ended or the task was cancelled.
    public mutating func next() async -> MQTTMessage? { await inbox.next() }
    /// The same, wherever the caller runs.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> MQTTMessage? {
      await inbox.next()
    }
  }
}
