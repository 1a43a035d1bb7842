// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Glibc
import Synchronization
import Testing

/// Everything with threads, descriptors and deadlines, one after the other.
@Suite("On the wire", .serialized)
struct WireTests {}

extension WireTests {
  /// The hazards measured in libmodbus 3.1.6, one test each.
  @Suite("Measured hazards")
  struct HazardTests {
    private func expected(_ address: UInt16, _ count: Int, epoch: Int = 0) -> [UInt16] {
      (0..<count).map { truth(unit: 1, function: 3, address: address + UInt16($0), epoch: epoch) }
    }

    @Test(
      "A slave that drips a byte each 400 ms holds no call beyond its deadline",
      arguments: Slave.Wire.allCases)
    func drip(wire: Slave.Wire) async throws {
      let slave = Slave(wire) { asked, line in
        for byte in line.frame(asked.answer(epoch: 0)).prefix(4) {
          line.send([byte])
          line.pause(ms: 400)
        }
        return true
      }
      defer { slave.stop() }
      let bus = ModbusBus(slave.endpoint)
      let clock = ContinuousClock()
      let began = clock.now
      await #expect(throws: FieldbusError.self) {
        try await bus.read(unit: 1, .holding, address: 0, count: 125, timeout_s: 0.5)
      }
      let took = clock.now - began
      #expect(took > .milliseconds(450) && took < .milliseconds(1000), "\(took)")
      await bus.close()
    }

    @Test("A late reply is never taken for the next one of the same length", arguments: Slave.Wire.allCases)
    func late(wire: Slave.Wire) async throws {
      let isLate = Atomic<Bool>(false)
      let slave = Slave(wire) { asked, line in
        if isLate.exchange(false, ordering: .sequentiallyConsistent) { line.pause(ms: 60) }
        line.send(line.frame(asked.answer(epoch: 0)))
        return true
      }
      defer { slave.stop() }
      let bus = ModbusBus(slave.endpoint)
      _ = try? await bus.read(unit: 1, .holding, address: 1, count: 2, timeout_s: 1)
      for round in UInt16(1)...10 {
        isLate.store(true, ordering: .sequentiallyConsistent)
        await #expect(throws: FieldbusError.self) {
          try await bus.read(unit: 1, .holding, address: round * 10, count: 2, timeout_s: 0.05)
        }
        let words = try await bus.read(unit: 1, .holding, address: round * 10 + 5, count: 2, timeout_s: 0.5)
        #expect(words == expected(round * 10 + 5, 2))
      }
      await bus.close()
    }

    @Test("A read works with more than 1024 descriptors open", arguments: Slave.Wire.allCases)
    func descriptors(wire: Slave.Wire) async throws {
      let slave = Slave(wire) { asked, line in
        line.send(line.frame(asked.answer(epoch: 0)))
        return true
      }
      defer { slave.stop() }
      var limit = rlimit()
      unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 4096))
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      let files = (0..<1200).map { _ in unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
      defer { for file in files { close(file) } }
      try #require(files.allSatisfy { $0 >= 0 } && (files.max() ?? 0) > 1100)
      let bus = ModbusBus(slave.endpoint)
      let words = try await bus.read(unit: 1, .holding, address: 10, count: 125, timeout_s: 2)
      #expect(words == expected(10, 125))
      try await bus.write(unit: 1, address: 10, value: 3, timeout_s: 2)
      await bus.close()
    }

    @Test(
      "With no descriptor left the error says so, and the next call works", arguments: Slave.Wire.allCases)
    func exhausted(wire: Slave.Wire) async throws {
      let slave = Slave(wire) { asked, line in
        line.send(line.frame(asked.answer(epoch: 0)))
        return true
      }
      defer { slave.stop() }
      let bus = ModbusBus(slave.endpoint)
      var before = rlimit()
      unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
      // Descriptors of this process end below 64 here; a limit of 3 leaves none free.
      var none = rlimit(rlim_cur: 3, rlim_max: before.rlim_max)
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none)
      let failed: FieldbusError? = await {
        do throws(FieldbusError) {
          _ = try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
          return nil
        } catch { return error }
      }()
      unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
      #expect(failed == .descriptorsExhausted(slave.endpoint))
      let words = try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      #expect(words == expected(0, 1))
      await bus.close()
    }

    @Test("A peer that drops the connection after each reply costs no read and no signal")
    func dropped() async throws {
      let slave = Slave(.tcp) { asked, line in
        line.send(line.frame(asked.answer(epoch: 0)))
        return false
      }
      defer { slave.stop() }
      let bus = ModbusBus(slave.endpoint)
      for address in UInt16(0)..<50 {
        let words = try await bus.read(unit: 1, .holding, address: address, count: 3, timeout_s: 1)
        #expect(words == expected(address, 3))
      }
      await bus.close()
      await #expect(throws: FieldbusError.closed(slave.endpoint)) {
        try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      }
    }

    @Test("A peer that never answers loses its connection after three requests, and is found again")
    func forgetful() async throws {
      let connections = Atomic<Int>(0)
      let slave = Slave(.tcp) { asked, line in
        // Deaf for three requests, as after a restart that forgot the connection.
        if connections.add(1, ordering: .sequentiallyConsistent).newValue > 3 {
          line.send(line.frame(asked.answer(epoch: 0)))
        }
        return true
      }
      defer { slave.stop() }
      let bus = ModbusBus(slave.endpoint)
      for _ in 0..<3 {
        await #expect(throws: FieldbusError.self) {
          try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 0.02)
        }
      }
      let words = try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      #expect(words == expected(0, 1))
      await bus.close()
    }

    @Test("What cannot be reached says so before the deadline")
    func unreachable() async throws {
      let clock = ContinuousClock()
      let endpoints: [Endpoint] = [
        .tcp(host: "127.0.0.1", port: 1),
        // TEST-NET-1 of RFC 5737: nobody answers there.
        .tcp(host: "192.0.2.1", port: 502),
        .tcp(host: "no-such-host.invalid", port: 502),
        .rtu(device: "/dev/no-such-device", baud: 9600, parity: .even, stopBits: 1),
        .rtu(device: "/dev/null", baud: 9600, parity: .even, stopBits: 1),
      ]
      for endpoint in endpoints {
        let bus = ModbusBus(endpoint)
        let began = clock.now
        do {
          _ = try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 0.3)
          Issue.record("\(endpoint) answered")
        } catch {
          guard case .unreachable = error else {
            Issue.record("\(error)")
            continue
          }
        }
        #expect(clock.now - began < .milliseconds(800), "\(endpoint)")
      }
    }

    @Test("A peer that swallows connection requests holds no call beyond its deadline")
    func swallowed() async throws {
      // A listener whose queue is full drops what else comes.
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      var fillers: [Int32] = []
      unsafe withUnsafeMutablePointer(to: &address) { p in
        unsafe p.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
          precondition(unsafe bind(listener, raw, size) == 0 && listen(listener, 0) == 0)
          unsafe getsockname(listener, raw, &size)
          for _ in 0..<4 {
            let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
            let filler = socket(AF_INET, Int32(flags), 0)
            unsafe connect(filler, raw, size)
            fillers.append(filler)
          }
        }
      }
      defer { for descriptor in fillers + [listener] { close(descriptor) } }
      let endpoint = Endpoint.tcp(host: "127.0.0.1", port: UInt16(bigEndian: address.sin_port))
      let bus = ModbusBus(endpoint)
      let clock = ContinuousClock()
      let began = clock.now
      await #expect(
        throws: FieldbusError.unreachable(endpoint, reason: "no answer to the connection request")
      ) {
        try await bus.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 0.3)
      }
      #expect(clock.now - began < .milliseconds(800))
    }

    @Test("A serial device is used by one bus at a time, and only at a speed that it takes")
    func exclusive() async throws {
      let slave = Slave(.pty) { asked, line in
        line.send(line.frame(asked.answer(epoch: 0)))
        return true
      }
      defer { slave.stop() }
      let (first, second) = (ModbusBus(slave.endpoint), ModbusBus(slave.endpoint))
      _ = try await first.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      await #expect(
        throws: FieldbusError.unreachable(slave.endpoint, reason: "another program uses the device")
      ) {
        try await second.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      }
      await first.close()
      _ = try await second.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      await second.close()
      guard case .rtu(let device, _, let parity, let stopBits) = slave.endpoint else { return }
      let odd = ModbusBus(.rtu(device: device, baud: 12_345, parity: parity, stopBits: stopBits))
      await #expect(throws: FieldbusError.self) {
        try await odd.read(unit: 1, .holding, address: 0, count: 1, timeout_s: 1)
      }
    }

    @Test(
      "Requests that break the protocol are refused before they are sent",
      arguments: [(0, 0, 1.0), (0, 126, 1.0), (65_535, 2, 1.0), (0, 1, 0), (0, 1, -.infinity), (0, 1, .nan)]
        as [(UInt16, Int, Double)])
    func invalid(address: UInt16, count: Int, timeout_s: Double) async {
      let bus = ModbusBus(.tcp(host: "127.0.0.1", port: 1))
      do {
        _ = try await bus.read(unit: 1, .holding, address: address, count: count, timeout_s: timeout_s)
        Issue.record("was sent")
      } catch {
        guard case .invalidRequest = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }
}
