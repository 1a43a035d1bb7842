// SPDX-License-Identifier: Apache-2.0

import Acquire
import Clockwork
import Fieldbus
import Machine
import Settings
import Synchronization
import Testing

/// Registers in memory behind a `RegisterBus`; requests take time on a manual clock.
actor FakeBus: RegisterBus {
  struct Call: Equatable {
    var unit: UInt8
    var address: Int
    var count: Int
    var at_s: Double
    var isWrite = false
  }

  let clock: ManualClock
  var request_s = 0.01
  /// Registers by unit and address; one that is not here reads 0.
  var registers: [UInt8: [Int: UInt16]] = [:]
  /// Addresses that answer exception 2, by unit.
  var refused: [UInt8: Set<Int>] = [:]
  var silent: Set<UInt8> = []
  var isUnreachable = false
  /// When a capture was triggered.
  var triggered_s: Double?
  /// Code that every request of the unit gets.
  var exceptions: [UInt8: UInt8] = [:]
  var longestRequest = 125
  var calls: [Call] = []
  /// Runs before each call is answered, with its number.
  var before: (@Sendable (isolated FakeBus, Call) -> Void)?

  init(_ clock: ManualClock) { self.clock = clock }

  func set(_ change: @Sendable (isolated FakeBus) -> Void) { change(self) }

  func read(
    unit: UInt8, _ function: RegisterFunction, address: UInt16, count: Int, timeout_s: Double
  ) async throws(FieldbusError) -> [UInt16] {
    let request = FieldbusError.Request(
      unit: unit, function: function.rawValue, address: address, count: count)
    let call = Call(unit: unit, address: Int(address), count: count, at_s: clock.monotonic().seconds)
    calls.append(call)
    try answer(call, request, timeout_s)
    let addresses = Int(address)..<Int(address) + count
    if count > longestRequest { throw .exception(request, code: 3) }
    if addresses.contains(where: { refused[unit, default: []].contains($0) }) {
      throw .exception(request, code: 2)
    }
    return addresses.map { registers[unit, default: [:]][$0] ?? 0 }
  }

  func write(unit: UInt8, address: UInt16, value: UInt16, timeout_s: Double) async throws(FieldbusError) {
    let request = FieldbusError.Request(unit: unit, function: 6, address: address, count: 1)
    let call = Call(
      unit: unit, address: Int(address), count: 1, at_s: clock.monotonic().seconds, isWrite: true)
    calls.append(call)
    try answer(call, request, timeout_s)
    registers[unit, default: [:]][Int(address)] = value
  }

  private func answer(_ call: Call, _ request: FieldbusError.Request, _ timeout_s: Double)
    throws(FieldbusError)
  {
    before?(self, call)
    if isUnreachable {
      throw .unreachable(.tcp(host: "gateway", port: 502), reason: "connection refused")
    }
    guard !silent.contains(call.unit) else {
      clock.advance(seconds: timeout_s)
      throw .timeout(request, after_s: timeout_s)
    }
    clock.advance(seconds: request_s)
    if let code = exceptions[call.unit] { throw .exception(request, code: code) }
  }

  func put(_ value: Float, unit: UInt8, at address: Int) {
    registers[unit, default: [:]][address] = UInt16(value.bitPattern >> 16)
    registers[unit, default: [:]][address + 1] = UInt16(truncatingIfNeeded: value.bitPattern)
  }
}

/// Values handed over from a sink.
final class ModbusGathered<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  func add(_ value: Value) { values.withLock { $0.append(value) } }
  var all: [Value] { values.withLock { $0 } }
}

/// A poller on a fake bus and a manual clock, and everything that it delivered.
struct ModbusBench {
  let clock = ManualClock()
  let bus: FakeBus
  let poller: ModbusPoller
  private let batches = ModbusGathered<[Sample]>()
  private let writes = ModbusGathered<RegisterWrite>()

  init(_ connection: ModbusConnection, _ bindings: [ModbusBinding], random: Double = 0.5) throws {
    bus = FakeBus(clock)
    let (clock, batches, writes) = (clock, batches, writes)
    poller = try ModbusPoller(
      connection, bindings: bindings, bus: bus,
      environment: .init(
        clock: clock, sleep: { clock.advance(seconds: $0) }, random: { random }, audit: { writes.add($0) }),
      sink: { batches.add($0) })
  }

  var samples: [Sample] { batches.all.flatMap(\.self) }
  var batchSizes: [Int] { batches.all.map(\.count) }
  var audit: [RegisterWrite] { writes.all }
  var readings: [Reading] {
    samples.compactMap { if case .reading(let reading) = $0 { reading } else { nil } }
  }
  var waveforms: [Waveform] {
    samples.compactMap { if case .waveform(let waveform) = $0 { waveform } else { nil } }
  }

  /// Lets the poller work until the clock says `seconds`.
  func run(until seconds: Double) async {
    while clock.monotonic().seconds < seconds {
      let wait_s = await poller.step()
      clock.advance(seconds: min(wait_s, seconds - clock.monotonic().seconds + 1e-9))
    }
  }
}

/// The shipped profiles.
let shippedProfiles = ProfileLibrary(directories: [
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    + "/devices"
])

/// A connection from the text under `modbus:`.
func modbusConnection(_ text: String, profiles: ProfileLibrary = shippedProfiles) throws -> ModbusConnection {
  try ModbusConnection(name: "line-1", Setting.parse(text, file: "site.yaml"), profiles: profiles)
}

/// A profile from its `modbus:` section.
func modbusProfile(_ registers: String, extra: String = "", base: Int = 0) throws -> DeviceProfile {
  try DeviceProfile(Setting.parse(modbusProfileText(registers, extra: extra, base: base), file: "x.yaml"))
}

func modbusProfileText(_ registers: String, extra: String = "", base: Int = 0) -> String {
  """
  name: x
  title: t
  vendor: v
  source: s
  checked: transcribed
  evidence: e
  modbus:
    address-base: \(base)
    function: holding
  \(extra)
    registers:
  \(registers)
  """
}

func pump(_ name: String) -> PointID { PointID(MachineID("P-101"), name) }
