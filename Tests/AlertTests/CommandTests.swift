// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine
import Testing

@Suite("Alarm commands")
struct CommandTests {
  private func raised() -> AlarmBook {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 60))
    _ = book.update([finding()], for: pump, at: stamp(0))
    return book
  }

  @Test("An acknowledgement says who and why, and is refused where it makes no sense")
  func acknowledge() throws {
    var book = raised()
    #expect(refusal(command(.acknowledge, "P-9:unbalance"), &book, at: 1) == .unknownAlarm("P-9:unbalance"))
    #expect(refusal(command(.acknowledge, by: " "), &book, at: 1) == .nobody(.acknowledge))
    let done = try book.apply(command(.acknowledge, why: "balancing on Monday"), at: stamp(2))
    #expect(done.map(\.by) == ["Ana"] && done.map(\.why) == ["balancing on Monday"])
    #expect(done[0].alarm.updated == stamp(2))
    #expect(
      refusal(command(.acknowledge), &book, at: 3) == .notAllowed(.acknowledge, unbalance, .acknowledged))
  }

  @Test(
    "A shelf without end, with an end in the past or too late, or without reason is refused in words",
    arguments: [
      (nil, "planned", "a shelf needs an end: no alarm is shelved for ever"),
      (5, "planned", "the shelf would have ended at 2026-01-01T00:00:05.000Z, which has passed"),
      (10, "planned", "the shelf would have ended at 2026-01-01T00:00:10.000Z, which has passed"),
      (
        604_811, "planned",
        "the shelf would end at 2026-01-08T00:00:11.000Z; the site allows 7 days at most"
      ),
      (3600, " ", "shelve needs a reason"),
      (3600, "a\nb", "a reason must be plain text of at most 500 characters in one line"),
      (604_810, "planned", nil),
    ] as [(Double?, String, String?)])
  func shelf(until: Double?, why: String, words: String?) {
    var book = raised()
    #expect(refusal(command(.shelve, why: why, until: until), &book, at: 10)?.description == words)
  }

  @Test("A shelf ends by itself: the alarm is told where its condition stands, else it is over")
  func expiry() throws {
    for (isThere, expected) in [(true, "shelved>unacknowledged expired"), (false, "shelved>normal expired")] {
      var book = raised()
      _ = try book.apply(command(.shelve, until: 3600), at: stamp(10))
      for second in [100.0, 200] {
        let hidden = book.update(isThere ? [finding()] : [], for: pump, at: stamp(second))
        #expect(hidden.isEmpty)
      }
      let (before, standing) = (book.tick(at: stamp(3599)), book.standing.count)
      let after = book.tick(at: stamp(3600))
      #expect(before.isEmpty && standing == 0 && moves(after) == [expected])
    }
  }

  @Test("A wall clock that is set back does not make a shelf longer than the site's maximum")
  func clockSetBack() throws {
    var book = raised()
    _ = try book.apply(command(.shelve, until: 3600), at: stamp(10))
    var late = stamp(7 * 86_400 + 10)
    late.received = stamp(-1e6).received
    let ended = book.tick(at: late)
    #expect(moves(ended) == ["shelved>unacknowledged expired"])
  }

  @Test("A shelf does not hold what is worse than it was made for")
  func brokenShelf() throws {
    var book = raised()
    _ = try book.apply(command(.shelve, until: 3600), at: stamp(10))
    let same = book.update([finding()], for: pump, at: stamp(20))
    let worse = book.update([finding("unbalance", .alarm)], for: pump, at: stamp(30))
    #expect(same.isEmpty && moves(worse) == ["shelved>unacknowledged escalated"])
  }

  @Test("Unshelved by a person")
  func unshelve() throws {
    var book = raised()
    _ = try book.apply(command(.shelve, until: 3600), at: stamp(10))
    let done = try book.apply(command(.unshelve, why: ""), at: stamp(20))
    #expect(moves(done) == ["shelved>unacknowledged unshelve"] && done[0].by == "Ana" && done[0].why == nil)
  }

  @Test("Out of service until a person returns it, with reasons, whatever the severity")
  func outOfService() throws {
    var book = raised()
    #expect(refusal(command(.outOfService, why: ""), &book, at: 5) == .noReason(.outOfService))
    _ = try book.apply(command(.outOfService), at: stamp(10))
    let quiet = book.update([finding("unbalance", .danger)], for: pump, at: stamp(1e6))
    let still = book.tick(at: stamp(1e6))
    #expect(quiet.isEmpty && still.isEmpty && state(book) == .outOfService)
    #expect(refusal(command(.returnToService, why: ""), &book, at: 5) == .noReason(.returnToService))
    let back = try book.apply(command(.returnToService), at: stamp(1e6 + 1))
    #expect(moves(back) == ["out-of-service>unacknowledged return-to-service"])
  }

  @Test("An act is taken back within the time for it, and the undo is in the trail")
  func undo() throws {
    for (verb, before) in [
      (AlarmCommand.Verb.acknowledge, AlarmState.unacknowledged), (.shelve, .unacknowledged),
      (.outOfService, .unacknowledged), (.shelve, .acknowledged), (.outOfService, .acknowledged),
    ] {
      var book = raised()
      if before == .acknowledged { _ = try book.apply(command(.acknowledge), at: stamp(1)) }
      let done = try book.apply(command(verb, until: 3600), at: stamp(10))
      let undone = try book.apply(command(.undo, by: "Ben", why: "wrong alarm"), at: stamp(310))
      #expect(undone[0].from == done[0].alarm.state && undone[0].alarm.state == before)
      #expect(undone[0].by == "Ben" && undone[0].alarm.hold == nil)
      #expect(refusal(command(.undo), &book, at: 311) == .nothingToUndo(unbalance))
    }
    var late = raised()
    _ = try late.apply(command(.acknowledge), at: stamp(10))
    #expect(refusal(command(.undo), &late, at: 311) == .tooLateToUndo(unbalance, after_s: 300))
  }

  @Test("An undo does not bring back what has changed since")
  func undoAfterChange() throws {
    var book = raised()
    _ = try book.apply(command(.shelve, until: 3600), at: stamp(10))
    for second in [20.0, 80] { _ = book.update([], for: pump, at: stamp(second)) }
    let undone = try book.apply(command(.undo), at: stamp(100))
    #expect(moves(undone) == ["shelved>returned-unacknowledged undo"])
    var other = raised()
    _ = try other.apply(command(.acknowledge), at: stamp(10))
    _ = other.update([finding("unbalance", .danger)], for: pump, at: stamp(20))
    #expect(refusal(command(.undo), &other, at: 30) == .nothingToUndo(unbalance))
  }

  @Test(
    "A record closes an alarm: repaired, it may come back after the off-delay; refuted, after it has been away"
  )
  func close() throws {
    #expect(try AlarmCommand(.close, unbalance, by: "Ana").refusal == .noRecord)
    var book = raised()
    let done = try book.apply(command(.close, record: "WO-7", verdict: .repaired), at: stamp(10))
    #expect(moves(done) == ["unacknowledged>normal repaired"] && done[0].why == "WO-7: planned")
    let soon = book.update([finding()], for: pump, at: stamp(60))
    let later = book.update([finding()], for: pump, at: stamp(70))
    #expect(soon.isEmpty && moves(later) == ["normal>unacknowledged finding"])

    var other = raised()
    _ = try other.apply(command(.close, record: "WO-8", verdict: .refuted), at: stamp(10))
    let still = other.update([finding()], for: pump, at: stamp(1e5))
    #expect(still.isEmpty)
    let worse = other.update([finding("unbalance", .alarm)], for: pump, at: stamp(1e5 + 1))
    #expect(moves(worse) == ["normal>unacknowledged finding"])

    var third = raised()
    _ = try third.apply(command(.close, record: "WO-9", verdict: .refuted), at: stamp(10))
    for second in [20.0, 80] { _ = third.update([], for: pump, at: stamp(second)) }
    let again = third.update([finding()], for: pump, at: stamp(90))
    #expect(moves(again) == ["normal>unacknowledged finding"])
  }
}

extension AlarmCommand {
  fileprivate var refusal: AlarmError? {
    get throws {
      do throws(AlarmError) {
        try validate(AlarmPolicy(), at: stamp(0).received)
        return nil
      } catch { return error }
    }
  }
}
