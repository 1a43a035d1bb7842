// SPDX-License-Identifier: Apache-2.0

public import Fieldbus

/// How long requests take on the wire.
public struct WireTiming: Sendable {
  /// Seconds that `bytes` take to send.
  private let byte_s: Double
  /// Seconds of silence around each frame.
  private let gap_s: Double
  /// Seconds of the way there and back, apart from sending.
  private let latency_s: Double
  /// Bytes around a PDU: unit and CRC, or the MBAP header.
  private let framing: Int

  /// Seconds that a TCP request takes there and back in a plant's network, when nothing better is known.
  public static let assumedLatency_s = 0.002

  public init(_ endpoint: Endpoint) {
    switch endpoint {
    case .tcp:
      (byte_s, gap_s, latency_s, framing) = (8 / 100e6, 0, WireTiming.assumedLatency_s, 7)
    case .rtu(_, let baud, let parity, let stopBits):
      // Start bit, 8 data bits, parity, stop bits.
      byte_s = Double(1 + 8 + (parity == .none ? 0 : 1) + stopBits) / Double(baud)
      // 3.5 characters of 11 bits, and never under 1.75 ms (Modbus over serial line 1.02, 2.5.1.1).
      gap_s = max(3.5 * 11 / Double(baud), 0.00175)
      (latency_s, framing) = (0, 3)
    }
  }

  /// Seconds from the start of a request until the next one may start.
  public func seconds(for request: ReadRequest, limits: RequestLimits) -> Double {
    seconds(reading: request.count, bits: request.function.readsBits, limits: limits)
  }

  /// Seconds of a read of `count` registers, or bits.
  func seconds(reading count: Int, bits: Bool = false, limits: RequestLimits) -> Double {
    exchange(request: 5, reply: 2 + (bits ? (count + 7) / 8 : 2 * count), limits)
  }

  /// Seconds of a write of one register: the reply repeats the request.
  func writeSeconds(limits: RequestLimits) -> Double { exchange(request: 5, reply: 5, limits) }

  private func exchange(request: Int, reply: Int, _ limits: RequestLimits) -> Double {
    Double(request + reply + 2 * framing) * byte_s + 2 * gap_s + latency_s + limits.turnaround_s
      + limits.pause_s
  }
}

/// What a connection's schedule asks of its bus.
public struct BusLoad: Sendable {
  /// Whether a schedule fits.
  public enum Verdict: String, Sendable {
    case fits
    /// Above 80 %: retries and a slow device will make polls late.
    case tight
    /// Above 100 %: polls would be left out for ever.
    case impossible
  }
  /// The share of one device.
  public struct Share: Sendable {
    public var device: String
    /// Requests that one round of all its scalar registers takes.
    public var requests: Int
    /// Part of the bus time, 1 for all of it.
    public var scalars: Double
    public var waveforms: Double
    /// Seconds to read one waveform when nothing else is on the bus; nil when none is read.
    public var waveform_s: Double?
  }

  public var connection: String
  public var endpoint: Endpoint
  public var shares: [Share]

  /// Part of the bus time that the schedule takes, 1 for all of it.
  public var utilisation: Double { shares.reduce(0) { $0 + $1.scalars + $1.waveforms } }
  public var verdict: Verdict {
    utilisation > 1 ? .impossible : utilisation > 0.8 ? .tight : .fits
  }

  /// Computes the load of what is bound on a connection.
  public init(_ connection: ModbusConnection, bindings: [ModbusBinding]) throws(BindingError) {
    self.connection = connection.name
    endpoint = connection.endpoint
    let wire = WireTiming(connection.endpoint)
    shares = try connection.bind(bindings).map { BusLoad.share(of: $0, wire) }
  }

  private static func share(of bound: BoundDevice, _ wire: WireTiming) -> Share {
    let (profile, limits) = (bound.profile, bound.profile.limits)
    var share = Share(device: bound.device.name, requests: 0, scalars: 0, waveforms: 0, waveform_s: nil)
    for group in bound.groups {
      let plan = ReadPlan(profile.registers, wanted: group.registers, limits: limits)
      let time_s = plan.requests.reduce(0) { $0 + wire.seconds(for: $1, limits: limits) }
      share.requests += plan.requests.count
      share.scalars += time_s / group.period_s
    }
    if let map = profile.waveform, !bound.waveformPoints.isEmpty {
      let time_s = wire.seconds(for: map, limits: limits)
      share.waveform_s = time_s
      share.waveforms = time_s / map.period_s
    }
    return share
  }
}

extension WireTiming {
  /// Seconds on the bus of one whole capture of the largest size; its polls while it is not ready excluded.
  func seconds(for map: WaveformMap, limits: RequestLimits) -> Double {
    let header = ReadPlan(map.registers, wanted: map.registers.indices, limits: limits).requests
    let perBlock = limits.maximumRegisters / map.data.words * map.data.words
    let words = map.expectedSamples * map.data.words
    var total = header.reduce(0) { $0 + seconds(for: $1, limits: limits) }
    total += Double(words / perBlock) * seconds(reading: perBlock, limits: limits)
    if words % perBlock > 0 { total += seconds(reading: words % perBlock, limits: limits) }
    total += 3 * seconds(reading: 1, limits: limits)  // the sequence before and after, and the state
    return total + (map.trigger == nil ? 0 : writeSeconds(limits: limits))
  }
}

extension WaveformMap {
  /// Samples that a capture has, as far as the profile tells.
  fileprivate var expectedSamples: Int {
    if case .constant(let number) = count { return min(Int(number), data.maximumSamples) }
    return data.maximumSamples
  }
}
