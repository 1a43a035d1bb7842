// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Testing

@Suite struct MQTTWaveformTests {
  private let topic = "sim/F-7/waveform"
  private func bench() throws -> MQTTBench {
    try MQTTBench("millwright-sim-mqtt", topic: "sim/F-7/+", [("waveform", .acceleration)])
  }

  /// Bytes from Python: struct.pack('<4sBBHIHHIfffQ', b'MWWF', 1, 2, 40, 9, 0, 1, 3, 25600, 1, nan,
  /// 1767225600500) + struct.pack('<3f', 0.5, -1.25, 2).
  @Test func `one message of float32 made by another hand is a whole capture`() throws {
    var bench = try bench()
    let payload = bytes(
      hex: "4d57574601022800090000000000010003000000" + "0000c8460000803f0000c07f"
        + "f4a9da769b010000" + "0000003f0000a0bf00000040")
    let waveform = try #require(bench.take(payload, on: topic).waveforms.first)
    #expect(waveform.samples == [0.5, -1.25, 2])
    #expect(waveform.sampleRate_Hz == 25_600)
    #expect(waveform.speed_rpm == nil)
    #expect(waveform.stamp.source == WallTime(seconds: 1_767_225_600.5))
    #expect(waveform.quality.isGood)
  }

  @Test func `segments in any order make one waveform, second copies are counted`() throws {
    var bench = try bench()
    let whole: [Int16] = (0..<10).map { $0 * 100 - 450 }
    let segments = (0..<3).map { index in
      MWWF(
        sequence: 5, segment: UInt16(index), segments: 3, total: 10,
        samples: Array(whole[index * 4..<min(10, index * 4 + 4)]))
    }
    #expect(bench.take(segments[2].payload, on: topic).isEmpty)
    #expect(bench.take(segments[0].payload, on: topic).isEmpty)
    #expect(bench.take(segments[0].payload, on: topic).isEmpty)
    let waveform = try #require(bench.take(segments[1].payload, on: topic).waveforms.first)
    #expect(waveform.samples == whole.map { Float($0) * 0.5 })
    #expect(waveform.facts.expectedCount == 10 && waveform.facts.segments?.missing == [])
    #expect(waveform.fullScale == 16_383.5)
    #expect(waveform.speed_rpm == 1480)
    for segment in segments { #expect(bench.take(segment.payload, on: topic).isEmpty) }
    #expect(bench.reader.status.duplicates == 4)
    #expect(bench.reader.status.waveforms == 1)
  }

  @Test func `a capture that lacks a segment is reported once, with what is missing`() throws {
    var bench = try bench()
    _ = bench.take(MWWF(segment: 0, segments: 3, total: 12).payload, on: topic)
    _ = bench.take(MWWF(segment: 2, segments: 3, total: 12).payload, on: topic)
    #expect(bench.expire(at: 29).isEmpty)
    let failed = try #require(bench.expire(at: 30).waveforms.first)
    #expect(failed.samples.isEmpty)
    #expect(failed.facts.segments?.missing == [1])
    #expect(failed.quality.defect?.kind == .incomplete)
    #expect(failed.quality.defect?.evidence.contains("1 of 3 segments missing (1)") == true)
    #expect(bench.expire(at: 31).isEmpty)
    #expect(bench.take(MWWF(segment: 1, segments: 3, total: 12).payload, on: topic).isEmpty)  // too late
    #expect(bench.reader.status.failedCaptures == 1)
    #expect(bench.reader.status.duplicates == 1)
  }

  @Test(arguments: [0, 1, 2]) func `two captures under one number are never joined`(difference: Int) throws {
    var bench = try bench()
    var other = MWWF(segment: 1, segments: 2, total: 8)
    switch difference {
    case 0: other.time_ms += 1
    case 1: other.rate = 6400
    default: other.segment = 0; other.samples = [9, 9, 9, 9]  // one place, other samples
    }
    #expect(bench.take(MWWF(segment: 0, segments: 2, total: 8).payload, on: topic).isEmpty)
    let failed = try #require(bench.take(other.payload, on: topic).waveforms.first)
    #expect(failed.quality.defect?.kind == .incomplete)
    #expect(failed.quality.defect?.evidence.contains("two captures are mixed") == true)
    #expect(bench.reader.status.waveforms == 0)
  }

  @Test func `interleaved captures with numbers of their own both come through`() throws {
    var bench = try bench()
    var count = 0
    for segment in 0..<2 {
      for sequence in 1...4 {
        count += bench.take(
          MWWF(sequence: UInt32(sequence), segment: UInt16(segment), segments: 2, total: 8).payload, on: topic
        ).waveforms.count { $0.quality.isGood }
      }
    }
    #expect(count == 4)
    // A fifth open capture makes the oldest be given up: memory is bounded.
    for sequence in 11...15 {
      _ = bench.take(MWWF(sequence: UInt32(sequence), segment: 0, segments: 2, total: 8).payload, on: topic)
    }
    #expect(bench.reader.status.failedCaptures == 1)
  }

  @Test func `a capture with another number of samples than announced is refused`() throws {
    var bench = try bench()
    let failed = try #require(bench.take(MWWF(total: 5).payload, on: topic).waveforms.first)
    #expect(failed.quality.defect?.evidence.contains("4 samples came, 5 were announced") == true)
  }

  @Test func `a source that restarts and counts anew is read`() throws {
    var bench = try bench()
    #expect(bench.take(MWWF(sequence: 1).payload, on: topic).waveforms.count == 1)
    bench.now_s = 5
    #expect(bench.take(MWWF(sequence: 1, time_ms: 1_767_225_605_500).payload, on: topic).waveforms.count == 1)
  }

  @Test func `big-endian samples without a count are whole captures, in the canonical unit`() throws {
    var bench = try MQTTBench(
      messages: """
            - waveform:
                { quantity: acceleration, unit: g, order: big, samples: int16, header-length: 4,
                  sample-rate: { at: 0, type: u32 }, scale: 0.001 }
        """, topic: "w", [("waveform", .acceleration)])
    let payload: [UInt8] = [0, 0, 0x19, 0, 0x03, 0xE8, 0xFC, 0x18]
    let waveform = try #require(bench.take(payload, on: "w").waveforms.first)
    #expect(waveform.sampleRate_Hz == 6400)
    #expect(waveform.samples == [9.80665, -9.80665])
  }

  @Test func `messages that contradict their own header are malformed`() throws {
    var bench = try bench()
    let good = MWWF().payload
    var cases: [[UInt8]] = [[], Array(good.prefix(39)), Array(good.prefix(40)), good + [0]]
    for (offset, value) in [(0, 0), (5, 7), (6, 3), (14, 0), (12, 1), (23, 0xFF), (27, 0xFF)]
      as [(Int, UInt8)]
    {
      var bad = good
      bad[offset] = value
      cases.append(bad)
    }
    for payload in cases { #expect(bench.take(payload, on: topic).isEmpty) }
    #expect(bench.reader.status.malformed == cases.count)
  }
}
