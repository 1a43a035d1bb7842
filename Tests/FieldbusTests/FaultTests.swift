// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Glibc
import Synchronization
import TestData
import Testing

/// What a slave can do wrong with one reply.
enum Fault: CaseIterable, Sendable {
  case dead, late, tornShort, tornLate, noiseBefore, noiseInstead
  case otherUnit, otherFunction, otherLength, twice, badChecksum, exception, drip
}

/// A slave that spoils most of its replies, and keeps the record by which the reader is judged.
private final class FaultySlave: Sendable {
  let injected = Atomic<Int>(0)
  /// Raised by the reader before each call.
  let epoch = Atomic<Int>(0)
  /// The epoch in which the last exception was sent.
  let exceptionEpoch = Atomic<Int>(-1)
  /// The last write received.
  let written = Mutex<(epoch: Int, address: UInt16, value: UInt16)>((-1, 0, 0))
  private let dice: Mutex<Noise>

  init(seed: UInt64) { dice = Mutex(Noise(seed)) }

  private func roll<T>(_ body: (inout Noise) -> T) -> T { dice.withLock { body(&$0) } }

  func respond(_ asked: Asked, _ line: Slave.Line) -> Bool {
    let now = epoch.load(ordering: .sequentiallyConsistent)
    if asked.function == 6 { written.withLock { $0 = (now, asked.address, asked.operand) } }
    let body = asked.answer(epoch: now)
    guard roll({ Double.random(in: 0..<1, using: &$0) }) < 0.5 else {
      line.send(line.frame(body))
      return true
    }
    injected.add(1, ordering: .sequentiallyConsistent)
    let fault = roll { dice in Fault.allCases.randomElement(using: &dice) ?? .dead }
    spoil(fault, asked, body, line, epoch: now)
    return true
  }

  private func spoil(_ fault: Fault, _ asked: Asked, _ body: [UInt8], _ line: Slave.Line, epoch: Int) {
    let whole = line.frame(body)
    let cut = roll { Int.random(in: 1..<whole.count, using: &$0) }
    // The reader waits 3 ms.
    let delay_ms = roll { Double.random(in: 2.5...9, using: &$0) }
    let noise = roll { dice in
      (0..<Int.random(in: 1...30, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
    }
    switch fault {
    case .dead: break
    case .late:
      line.pause(ms: delay_ms)
      line.send(whole)
    case .tornShort: line.send(Array(whole[..<cut]))
    case .tornLate:
      line.send(Array(whole[..<cut]))
      line.pause(ms: delay_ms)
      line.send(Array(whole[cut...]))
    case .noiseBefore: line.send(noise + whole)
    case .noiseInstead: line.send(noise)
    case .otherUnit:
      // Not a unit that is polled: a device that is late and uses another's address at once is, by every
      // byte it sends, that other device.
      line.send(line.frame([body[0] + 100] + body[1...]))
    case .otherFunction:
      let twin: [UInt8: UInt8] = [1: 2, 2: 1, 3: 4, 4: 3, 6: 5]
      line.send(line.frame([body[0], twin[body[1]] ?? 3] + body[2...]))
    case .otherLength:
      var other = asked
      other.operand =
        asked.function <= 2 ? asked.operand + 8 : [1, 2, 10, 125].first { $0 != asked.operand } ?? 3
      line.send(line.frame(other.answer(epoch: epoch)))
    case .twice: line.send(whole + whole)
    case .badChecksum:
      var bad = whole
      // On TCP the protocol number or the length; on the serial line anything.
      let position = line.wire == .tcp ? 2 + cut % 4 : cut
      bad[position] ^= 1 << UInt8(cut % 8)
      line.send(bad)
    case .exception:
      exceptionEpoch.store(epoch, ordering: .sequentiallyConsistent)
      line.send(line.frame([body[0], body[1] | 0x80, 2]))
    case .drip:
      for byte in whole.prefix(5) {
        line.send([byte])
        line.pause(ms: 1)
      }
      line.send(Array(whole.dropFirst(5)))
    }
  }
}

/// What came of one lane of calls.
private struct Tally: Sendable {
  var right = 0, wrong = 0, calls = 0, faults = 0
  var errors: [String: Int] = [:]
  var firstWrong: String?

  mutating func add(_ other: Tally) {
    right += other.right
    wrong += other.wrong
    calls += other.calls
    faults += other.faults
    errors.merge(other.errors, uniquingKeysWith: +)
    firstWrong = firstWrong ?? other.firstWrong
  }
}

/// Calls one faulty slave until it has spoilt `faults` replies.
private func lane(_ wire: Slave.Wire, seed: UInt64, faults: Int) async -> Tally {
  let faulty = FaultySlave(seed: seed)
  let slave = Slave(wire) { faulty.respond($0, $1) }
  let bus = ModbusBus(slave.endpoint)
  var dice = Noise(seed ^ 0xABCD)
  var tally = Tally()
  let tables: [RegisterFunction] = [.holding, .holding, .holding, .input, .coils, .discreteInputs]
  var (unit, function, count) = (UInt8(1), RegisterFunction.holding, 2)
  while faulty.injected.load(ordering: .sequentiallyConsistent) < faults {
    let epoch = faulty.epoch.add(1, ordering: .sequentiallyConsistent).newValue
    let address = UInt16.random(in: 0..<60_000, using: &dice)
    // Half of the time the same unit, table and count as before: the case in which a late reply fits.
    if Bool.random(using: &dice) {
      unit = UInt8.random(in: 1...3, using: &dice)
      function = tables.randomElement(using: &dice) ?? .holding
      count = [2, 2, 2, 1, 10, 125].randomElement(using: &dice) ?? 2
    }
    tally.calls += 1
    var fault: String?
    do {
      if tally.calls % 8 == 0 {
        let value = UInt16.random(in: 0...3, using: &dice)
        try await bus.write(unit: unit, address: address, value: value, timeout_s: 0.003)
        if faulty.written.withLock({ $0 != (epoch, address, value) }) { fault = "write not received" }
      } else {
        let words = try await bus.read(
          unit: unit, function, address: address, count: count, timeout_s: 0.003)
        let expected = (0..<count).map {
          truth(unit: unit, function: function.rawValue, address: address + UInt16($0), epoch: epoch)
        }
        if words != expected { fault = "unit \(unit) \(function) \(address) x \(count): \(words.prefix(4))" }
      }
      if fault == nil { tally.right += 1 }
    } catch {
      let name = Mirror(reflecting: error).children.first?.label ?? "\(error)"
      tally.errors[name, default: 0] += 1
      if case .exception = error, faulty.exceptionEpoch.load(ordering: .sequentiallyConsistent) != epoch {
        fault = "exception of another request"
      }
    }
    if let fault {
      tally.wrong += 1
      tally.firstWrong = tally.firstWrong ?? fault
    }
  }
  tally.faults = faulty.injected.load(ordering: .sequentiallyConsistent)
  await bus.close()
  slave.stop()
  return tally
}

extension WireTests {
  @Suite("Faulty slaves")
  struct FaultTests {
    /// 100,000 over both wires with `MILLWRIGHT_FAULTS=100000`.
    static let faults = environment("MILLWRIGHT_FAULTS").flatMap { Int($0) } ?? 10_000

    @Test("No value is ever wrong, whatever the slave does to its replies", arguments: Slave.Wire.allCases)
    func injected(wire: Slave.Wire) async {
      let lanes = 8
      let share = Self.faults / Slave.Wire.allCases.count / lanes
      let total = await withTaskGroup(of: Tally.self) { group in
        for seed in 0..<lanes { group.addTask { await lane(wire, seed: UInt64(seed), faults: share) } }
        var total = Tally()
        for await tally in group { total.add(tally) }
        return total
      }
      print(
        "\(wire): \(total.faults) faulty replies, \(total.calls) calls, \(total.right) right, \(total.wrong) wrong"
      )
      for (name, count) in total.errors.sorted(by: { $0.value > $1.value }) { print("  \(count) \(name)") }
      #expect(total.wrong == 0, "\(total.firstWrong ?? "")")
      #expect(total.faults >= share * lanes)
      // The bus keeps getting back into step: silence would be safe, and useless. On a busy machine most calls time out.
      #expect(total.right > total.calls / 1000)
    }
  }
}

func environment(_ name: String) -> String? {
  // SAFETY: getenv's string is copied at once; nothing here changes the environment.
  unsafe getenv(name).map { unsafe String(cString: $0) }
}
