// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The poll loop of a rack: accepts, reads requests, answers, and sends delayed pieces when they are due.
struct RackLoop {
  /// One client: a TCP connection, or a serial line.
  private struct Link {
    var descriptor: Int32
    var endpoint: Int
    var input: [UInt8] = []
    var heard_s = 0.0
  }
  private struct Due {
    var at_s: Double
    var descriptor: Int32
    var isSocket: Bool
    var bytes: [UInt8]
  }

  private var endpoints: [Rack.Endpoint]
  private var players: [FaultPlayer]
  private var links: [Link] = []
  private var queue: [Due] = []
  private var descriptors: [pollfd] = []
  private let timebase: Timebase
  private let began_s = steadyClock()

  init(_ rack: Rack) {
    endpoints = rack.endpoints
    timebase = rack.timebase
    players = endpoints.map { FaultPlayer($0.faults) }
    for (i, endpoint) in endpoints.enumerated() where endpoint.framing == .rtu {
      links.append(Link(descriptor: endpoint.descriptor, endpoint: i))
    }
    watch()
  }

  /// Serves until told to stop, then closes everything.
  mutating func run(until rack: RunningRack) {
    while !rack.shouldStop {
      let next_s = queue.map(\.at_s).min().map { max(0, $0 - steadyClock()) } ?? 0.1
      let ready = waitForInput(&descriptors, timeout_ms: Int32(min(next_s, 0.1) * 1000 + 0.999))
      sendDue()
      let listening = endpoints.count
      var gone: [Int] = []
      for place in ready {
        if place < listening {
          accept(place)
        } else if !serve(place - listening, rack) {
          gone.append(place - listening)
        }
      }
      for link in gone.reversed() { drop(link) }
      if !gone.isEmpty || ready.contains(where: { $0 < listening }) { watch() }
    }
    close()
  }

  /// Listening sockets first, in the order of the endpoints (-1 is skipped by poll), then the links.
  private mutating func watch() {
    descriptors =
      endpoints.map { pollfd(fd: $0.framing == .tcp ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0) }
      + links.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
  }

  private mutating func accept(_ endpoint: Int) {
    while let client = acceptConnection(endpoints[endpoint].descriptor) {
      links.append(Link(descriptor: client, endpoint: endpoint))
    }
  }

  private mutating func drop(_ link: Int) {
    let descriptor = links.remove(at: link).descriptor
    queue.removeAll { $0.descriptor == descriptor }
    Glibc.close(descriptor)
  }

  private mutating func close() {
    for link in links { Glibc.close(link.descriptor) }
    for endpoint in endpoints {
      if endpoint.framing == .tcp { Glibc.close(endpoint.descriptor) }
      if let far = endpoint.far { Glibc.close(far) }
      // SAFETY: unlink reads the path only.
      if let link = endpoint.link { _ = unsafe unlink(link) }
    }
  }

  /// Reads from one link and answers every complete request; false when the client has gone.
  private mutating func serve(_ place: Int, _ rack: RunningRack) -> Bool {
    switch receive(links[place].descriptor) {
    case .end: return links[place].endpoint < endpoints.count && isSerial(place)
    case .nothing: return true
    case .bytes(let bytes):
      let now = steadyClock()
      // A pause ends a frame on a serial line: what was left over before it belongs to no request.
      if isSerial(place), now - links[place].heard_s > 0.05 { links[place].input.removeAll() }
      links[place].heard_s = now
      links[place].input += bytes
    }
    let framing = endpoints[links[place].endpoint].framing
    while let request = framing.take(from: &links[place].input) { respond(place, request, rack) }
    return true
  }

  private func isSerial(_ place: Int) -> Bool { endpoints[links[place].endpoint].framing == .rtu }

  private mutating func respond(
    _ place: Int, _ request: (head: [UInt8], unit: UInt8, pdu: [UInt8]), _ rack: RunningRack
  ) {
    let number = links[place].endpoint
    let framing = endpoints[number].framing
    let reply: [UInt8]
    if endpoints[number].units[request.unit] != nil {
      reply = answer(
        request.pdu, by: &endpoints[number].units[request.unit, default: Absent()], at: timebase.now())
    } else if framing == .tcp, let function = request.pdu.first {
      // A gateway says that nobody answered; on a serial line nobody does.
      reply = [function | 0x80, ModbusException.targetSilent.rawValue]
    } else {
      return
    }
    let good = framing.wrap(head: request.head, unit: request.unit, pdu: reply)
    let pieces = players[number].play(good, framing: framing, elapsed_s: steadyClock() - began_s)
    rack.count(request: players[number].last)
    // On a paced line request and reply both take their time.
    let perByte_s = endpoints[number].baud.map { 11 / Double($0) } ?? 0
    for piece in pieces {
      let wait_s = piece.delay_s + perByte_s * Double(request.pdu.count + 3 + piece.bytes.count)
      if wait_s <= 0 {
        transmit(links[place].descriptor, piece.bytes, isSocket: framing == .tcp)
      } else {
        queue.append(
          Due(
            at_s: steadyClock() + wait_s, descriptor: links[place].descriptor, isSocket: framing == .tcp,
            bytes: piece.bytes))
      }
    }
  }

  private mutating func sendDue() {
    guard !queue.isEmpty else { return }
    let now = steadyClock()
    for due in queue where due.at_s <= now { transmit(due.descriptor, due.bytes, isSocket: due.isSocket) }
    queue.removeAll { $0.at_s <= now }
  }
}

/// A unit without registers.
private struct Absent: RegisterDevice {
  func read(_: UInt8, _: Int, _: Int, at _: Moment) throws(ModbusException) -> [UInt16] {
    throw .targetSilent
  }
}
