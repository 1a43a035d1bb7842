// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Machine
import TestData
import Testing

/// `Unanswered` against a model of the line, without any wire: a unit that answers in order, loses what it
/// likes, and lets a reply wait as long as it likes.
@Suite("Requests and replies in step")
struct StepTests {
  @Test("In 10^6 requests no reply is taken for another request's", arguments: 1...4)
  func model(seed: Int) {
    var dice = Noise(UInt64(seed))
    var unit = Unanswered()
    // Serial numbers of requests whose replies are still in the unit, oldest first.
    var pending: [(serial: Int, query: Query)] = []
    var (serial, taken, wrong, clock) = (0, 0, 0, MonotonicTime(nanoseconds: 0))

    /// Sends and waits once; true when a reply was taken for this request.
    func exchange(_ query: Query) -> Bool {
      serial += 1
      clock = clock.advanced(bySeconds: 0.01)
      unit.sent(query, at: clock)
      if Int.random(in: 0..<10, using: &dice) > 0 { pending.append((serial, query)) }
      // Any number of replies comes out before the deadline.
      while !pending.isEmpty, Int.random(in: 0..<3, using: &dice) > 0 {
        let (number, asked) = pending.removeFirst()
        let refuses = Int.random(in: 0..<8, using: &dice) == 0
        let reply = refuses ? Reply.exception(function: asked.function, code: 2) : .answer(asked.shape)
        if unit.judge(reply) == .answer {
          if number != serial { wrong += 1 }
          return true
        }
      }
      return false
    }

    for _ in 0..<250_000 {
      let count = UInt16.random(in: 1...4, using: &dice)
      let wanted =
        Int.random(in: 0..<5, using: &dice) == 0
        ? Query(unit: 1, write: 1, address: 100)
        : Query(unit: 1, read: count % 2 == 0 ? .holding : .input, address: count, count: count)
      if !unit.isSettled { _ = exchange(unit.canary(before: wanted)) }
      if unit.isSettled, exchange(wanted) {
        taken += 1
        unit.proved(wanted)
      }
    }
    #expect(wrong == 0)
    #expect(taken > 50_000)
  }

  private let late = Query(unit: 1, read: .holding, address: 7, count: 1)
  private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(seconds: seconds) }

  @Test("An exception is not believed while an older request of its function is unanswered")
  func exceptions() {
    var unit = Unanswered()
    unit.sent(late, at: time(0))
    unit.sent(Query(unit: 1, read: .holding, address: 7, count: 2), at: time(1))
    #expect(unit.judge(.exception(function: 3, code: 2)) == .late)
    #expect(unit.judge(.exception(function: 3, code: 2)) == .answer)
    #expect(unit.isSettled)
  }

  @Test("A canary differs from all that is under way, and stays within what the unit has answered")
  func canaries() {
    var unit = Unanswered()
    unit.proved(Query(unit: 1, read: .input, address: 40, count: 22))
    unit.sent(Query(unit: 1, read: .input, address: 0, count: 2), at: time(0))
    let canary = unit.canary(before: Query(unit: 1, read: .input, address: 0, count: 2))
    #expect(canary == Query(unit: 1, read: .input, address: 40, count: 4))
  }

  @Test("A write is never sent again as a canary")
  func writes() {
    var unit = Unanswered()
    let write = Query(unit: 1, write: 1, address: 100)
    unit.sent(write, at: time(0))
    for second in 1...20 {
      let canary = unit.canary(before: write)
      #expect(!canary.isWrite)
      unit.sent(canary, at: time(Double(second)))
    }
  }

  @Test("After a silence of half a minute no reply is expected any more")
  func silence() {
    var unit = Unanswered()
    unit.sent(late, at: time(0))
    unit.forget(at: time(29))
    #expect(!unit.isSettled)
    unit.forget(at: time(31))
    #expect(unit.isSettled)
  }
}
