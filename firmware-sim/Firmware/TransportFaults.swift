// SPDX-License-Identifier: Apache-2.0

/// Ways in which a slave, a line or a gateway spoils a reply.
public enum TransportFault: String, CaseIterable, Sendable {
  /// Exception 1, 2, 3 or 6 in place of the values.
  case exception
  /// The right reply, after the client has given up.
  case late
  /// The first part of the reply only.
  case torn
  /// Random bytes in place of the reply.
  case garbage
  /// The right reply, one byte at a time.
  case drip
  /// No reply.
  case silent
  /// The right reply twice.
  case duplicate
  /// Another request's reply: over TCP the one before with its own transaction number, over RTU one that
  /// bears another unit's number.
  case swapped
  /// One bit of the reply flipped; over TCP, where no checksum of Modbus guards the values, of its transaction number.
  case flipped
}

/// A seeded plan of spoiled replies on one endpoint.
public struct TransportFaults: Sendable {
  /// Probability per request, of each fault.
  public var rates: [TransportFault: Double]
  /// The plan's seed.
  public var seed: UInt64
  /// How late a late reply is, seconds.
  public var delay_s: ClosedRange<Double>
  /// Time between two bytes of a dripping reply, seconds.
  public var drip_s: Double
  /// Times after the start, seconds, during which nothing is answered.
  public var dead_s: [ClosedRange<Double>]

  /// A plan; without arguments everything is answered well.
  public init(
    rates: [TransportFault: Double] = [:], seed: UInt64 = 1, delay_s: ClosedRange<Double> = 0.2...0.6,
    drip_s: Double = 0.02, dead_s: [ClosedRange<Double>] = []
  ) {
    self.rates = rates
    self.seed = seed
    self.delay_s = delay_s
    self.drip_s = drip_s
    self.dead_s = dead_s
  }
}

/// One piece of a reply and when it goes out, seconds after the request.
struct Piece {
  var delay_s: Double
  var bytes: [UInt8]
}

/// Plays a plan: turns each good reply into what goes out on the wire.
struct FaultPlayer {
  let plan: TransportFaults
  private var random: SeededGenerator
  private var previous: [UInt8] = []
  /// What the last reply suffered.
  private(set) var last: TransportFault?

  init(_ plan: TransportFaults) {
    self.plan = plan
    random = SeededGenerator(seed: plan.seed)
  }

  /// - Parameters:
  ///   - elapsed_s: since the start of the rack.
  ///   - good: the reply in its envelope.
  mutating func play(_ good: [UInt8], framing: Framing, elapsed_s: Double) -> [Piece] {
    defer { previous = good }
    last = nil
    if plan.dead_s.contains(where: { $0.contains(elapsed_s) }) {
      last = .silent
      return []
    }
    var draw = Double.random(in: 0..<1, using: &random)
    for fault in TransportFault.allCases {
      guard let rate = plan.rates[fault] else { continue }
      draw -= rate
      if draw < 0 {
        last = fault
        return spoil(good, fault, framing)
      }
    }
    return [Piece(delay_s: 0, bytes: good)]
  }

  private mutating func spoil(_ good: [UInt8], _ fault: TransportFault, _ framing: Framing) -> [Piece] {
    switch fault {
    case .exception:
      let code = [1, 2, 3, 6].randomElement(using: &random) ?? 1
      return [Piece(delay_s: 0, bytes: rewrap(good, framing) { [$0[0] | 0x80, UInt8(code)] })]
    case .late: return [Piece(delay_s: .random(in: plan.delay_s, using: &random), bytes: good)]
    case .torn:
      let kept = Int.random(in: 1..<good.count, using: &random)
      return [Piece(delay_s: 0, bytes: Array(good[0..<kept]))]
    case .garbage:
      let size = Int.random(in: 1...40, using: &random)
      return [Piece(delay_s: 0, bytes: (0..<size).map { _ in .random(in: 0...255, using: &random) })]
    case .drip: return good.enumerated().map { Piece(delay_s: Double($0) * plan.drip_s, bytes: [$1]) }
    case .silent: return []
    case .duplicate: return [Piece(delay_s: 0, bytes: good), Piece(delay_s: 0.001, bytes: good)]
    case .swapped:
      if framing == .tcp { return previous.isEmpty ? [] : [Piece(delay_s: 0, bytes: previous)] }
      let other = framing.wrap(head: [], unit: good[0] &+ 1, pdu: Array(good[1..<(good.count - 2)]))
      return [Piece(delay_s: 0, bytes: other)]
    case .flipped:
      var bad = good
      let bits = (framing == .tcp ? 2 : good.count) * 8
      let bit = Int.random(in: 0..<bits, using: &random)
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      return [Piece(delay_s: 0, bytes: bad)]
    }
  }

  private func rewrap(_ good: [UInt8], _ framing: Framing, _ change: ([UInt8]) -> [UInt8]) -> [UInt8] {
    switch framing {
    case .tcp: framing.wrap(head: Array(good[0..<2]), unit: good[6], pdu: change(Array(good[7...])))
    case .rtu: framing.wrap(head: [], unit: good[0], pdu: change(Array(good[1..<(good.count - 2)])))
    }
  }
}

/// SplitMix64 (Steele, Lea and Flood 2014), for plans that must repeat.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
