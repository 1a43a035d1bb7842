// SPDX-License-Identifier: Apache-2.0

import Acquire
import Foundation
import Machine
import TestData
import Testing

@Suite struct MQTTFuzzTests {
  /// Changes, cuts, doubles and swaps bytes; interesting values more often than others.
  private static func mutate(_ payload: [UInt8], _ chance: inout Noise) -> [UInt8] {
    var bytes = payload
    for _ in 0...Int.random(in: 0..<4, using: &chance) {
      guard !bytes.isEmpty else { return [UInt8.random(in: 0...255, using: &chance)] }
      let place = Int.random(in: 0..<bytes.count, using: &chance)
      switch Int.random(in: 0..<7, using: &chance) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
      case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x22, 0x5B][Int.random(in: 0..<7, using: &chance)]
      case 2: bytes.removeLast(bytes.count - place)
      case 3: bytes.remove(at: place)
      case 4: bytes.insert(UInt8.random(in: 0...255, using: &chance), at: place)
      case 5: bytes.insert(contentsOf: bytes[place...].prefix(16), at: place)
      default:
        for index in place..<min(bytes.count, place + 8) { bytes[index] = 0xFF }
      }
    }
    return bytes
  }

  /// Feeds mutations of the seeds, with good messages between; every sample that comes out must be sane.
  private func fuzz(_ bench: MQTTBench, seeds: [(topic: String, payload: [UInt8])], cases: Int, seed: UInt64)
  {
    var bench = bench
    var chance = Noise(seed)
    var insane = 0
    for count in 0..<cases {
      bench.now_s = Double(count) / 50
      let (topic, payload) = seeds[Int.random(in: 0..<seeds.count, using: &chance)]
      let bytes = count % 16 == 0 ? payload : Self.mutate(payload, &chance)
      var samples = bench.take(bytes, on: topic)
      if count % 64 == 0 { samples += bench.reader.expire(at: bench.stamp, why: nil) }
      for sample in samples {
        switch sample {
        case .reading(let reading): if reading.value?.isFinite == false { insane += 1 }
        case .waveform(let waveform):
          if !waveform.samples.allSatisfy(\.isFinite)
            || (waveform.quality.isGood && !(waveform.sampleRate_Hz > 0))
          {
            insane += 1
          }
        }
      }
    }
    #expect(insane == 0)
    #expect(bench.reader.status.messages == cases)
    #expect(bench.reader.status.malformed > cases / 20)  // the mutations do reach the checks
    #expect(bench.reader.status.values + bench.reader.status.waveforms > 0)  // and good messages still pass
  }

  @Test func `50,000 broken JSON messages`() throws {
    let bench = try MQTTBench(
      "millwright-sim-mqtt", topic: "sim/F-7/telemetry", [("speed", .rotationalSpeed), ("load", .ratio)])
    let seed =
      #"{"ts": 1767225600.5, "seq": 12, "values": {"speed": 1480.25, "load": "7\u0035", "x": [1, null]}}"#
    fuzz(bench, seeds: [("sim/F-7/telemetry", Array(seed.utf8))], cases: 50_000, seed: 1)
  }

  @Test func `40,000 broken waveform segments`() throws {
    let bench = try MQTTBench("millwright-sim-mqtt", topic: "sim/F-7/waveform", [("waveform", .acceleration)])
    let seeds = (0..<6).map {
      MWWF(sequence: UInt32($0 / 2), segment: UInt16($0 % 2), segments: 2, total: 8).payload
    }
    fuzz(bench, seeds: seeds.map { ("sim/F-7/waveform", $0) }, cases: 40_000, seed: 2)
  }

  @Test func `20,000 broken NCD messages`() throws {
    let bench = try MQTTBench(
      "ncd-110", topic: "ncd", [("temperature", .temperature), ("waveform-x", .acceleration)])
    var processed = [UInt8](repeating: 3, count: 56)
    processed[7] = 0
    processed[8] = 0
    let raw = (1...2).map { number in
      [0, 0, 0, 0, 0, 0, 0, 0, 1, 0x32, 0, 32, 11, 42, 8, 0xE0, 0, 2, 0, UInt8(number)]
        + [UInt8](repeating: 5, count: 24)
    }
    fuzz(bench, seeds: ([processed] + raw).map { ("ncd", $0) }, cases: 20_000, seed: 3)
  }

  @Test func `20,000 broken AirVibe messages, in the JSON and in the bytes`() throws {
    let topic = "application/1/device/a/event/up"
    let bench = try MQTTBench(
      "airvibe", topic: topic, [("temperature", .temperature), ("waveform-2", .acceleration)])
    var chance = Noise(9)
    var seeds: [(topic: String, payload: [UInt8])] = []
    for hex in [
      "020000129a6300000000000000000000000000", "032400000701008120" + "4e0200",
      "05240000010002000300040005000600",
    ] {
      for broken in [false, true, true, true] {
        let inner = broken ? Self.mutate(bytes(hex: hex), &chance) : bytes(hex: hex)
        seeds.append((topic, Array(#"{"fPort":8,"data":"\#(Data(inner).base64EncodedString())"}"#.utf8)))
      }
    }
    fuzz(bench, seeds: seeds, cases: 20_000, seed: 4)
  }

  @Test func `30,000 broken Sparkplug messages`() throws {
    let bench = try MQTTBench(
      messages:
        "    - sparkplug: { values: [{ name: speed, metric: Motor/Speed, quantity: rotational-speed, unit: r/min }] }",
      topic: "spBv1.0/#", [("speed", .rotationalSpeed)])
    let data = Wire.payload(seq: 1, [Wire.metric(alias: 1, float: 1500), Wire.metric(alias: 2, int: 20)])
    let death = Wire.payload(seq: nil, [Wire.metric(name: "bdSeq", long: 7)])
    fuzz(
      bench,
      seeds: [
        ("spBv1.0/p/NBIRTH/n", MQTTSparkplugTests.birth), ("spBv1.0/p/NDATA/n", data),
        ("spBv1.0/p/DDATA/n/d", data), ("spBv1.0/p/NDEATH/n", death),
      ], cases: 30_000, seed: 5)
  }

  @Test func `our JSON reader agrees with Foundation's decoder on 20,000 mutations`() throws {
    var chance = Noise(6)
    let seed = Array(#"{"a": [1, -2.5e3, true, null, "xA\n"], "b": {"c": 0.001, "name": ""}}"#.utf8)
    var (accepted, disagreements) = (0, [String]())
    for _ in 0..<20_000 {
      let text = Self.mutate(seed, &chance)
      // Foundation also reads UTF-16, byte order marks and broken UTF-8.
      guard String(validating: text, as: UTF8.self) != nil, !text.contains(0), text.first != 0xEF else {
        continue
      }
      let ours = (try? JSONValue(parsing: text)).map(Tree.init)
      let theirs = try? JSONDecoder().decode(Tree.self, from: Data(text))
      accepted += ours == nil ? 0 : 1
      // Of two equal keys each may take another one; they come only with doubled bytes.
      if text.count > seed.count ? (ours == nil) != (theirs == nil) : ours != theirs {
        disagreements.append(String(decoding: text, as: UTF8.self))
      }
    }
    #expect(disagreements.isEmpty)
    #expect(accepted > 500)
  }
}

/// A JSON text with every leaf looked at, so that Foundation's decoder checks it too.
private enum Tree: Decodable, Equatable {
  case null, flag(Bool), number(Double), text(String), list([Tree]), table([String: Tree])

  init(_ value: JSONValue) {
    self =
      switch value {
      case .null: .null
      case .bool(let flag): .flag(flag)
      case .number(let number): .number(number)
      case .string(let text): .text(text)
      case .array(let entries): .list(entries.map(Tree.init))
      case .object(let entries): .table(entries.mapValues(Tree.init))
      }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([Tree].self) {
      self = .list(list)
    } else {
      self = .table(try container.decode([String: Tree].self))
    }
  }
}
