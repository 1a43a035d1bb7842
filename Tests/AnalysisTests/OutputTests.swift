// SPDX-License-Identifier: Apache-2.0

import Analysis
import Features
import Foundation
import FoundationXML
import Machine
import TestData
import Testing

/// Whether a parser that is not ours takes the text as XML.
func isXML(_ text: String) -> Bool { XMLParser(data: Data(text.utf8)).parse() }

/// The points of each path of a picture that is a trace.
private func traces(_ svg: String) -> [[(x: Double, y: Double)]] {
  svg.split(separator: "\n").filter { $0.hasPrefix("<path") && $0.contains("fill=\"none\"") }.map { line in
    let path = line.split(separator: "\"")[1].dropFirst()
    return path.split(separator: "L").compactMap { point in
      let numbers = point.split(separator: " ").compactMap { Double($0) }
      return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }
  }
}

/// Tips of the triangles of one colour: where they stand.
private func pointers(_ svg: String, _ ink: String) -> [Double] {
  svg.split(separator: "\n").filter { $0.hasPrefix("<path") && $0.contains("fill=\"\(ink)\"") }.compactMap {
    line in
    Double(line.split(separator: "\"")[1].dropFirst().prefix { $0 != " " }).map { $0 + 4 }
  }
}

/// Impacts at BPFO that ring at 3.2 kHz for a millisecond, in noise; elements slip by 1 % at random, without which the
/// impacts would be a pure tone.
private let outerRace: [Float] = {
  let shaft_Hz = 1797.0 / 60
  let period_s = 1 / (9.0 / 2 * (1 - 7.94 / 39.04) * shaft_Hz)
  var samples = sines([(0.5, shaft_Hz)], count: 60_000, rate_Hz: 12_000)
  var noise = Noise(7)
  func random() -> Double { Double(noise.centred()) }
  var impact_s = 0.0
  for n in samples.indices {
    let time_s = Double(n) / 12_000
    if time_s >= impact_s + period_s { impact_s += period_s * (1 + 0.01 * random()) }
    let since_s = time_s - impact_s
    samples[n] += Float(random() + 5 * exp(-since_s / 1e-3) * sin(2 * .pi * 3200 * since_s))
  }
  return samples
}()

@Suite("Analysis: what is written") struct OutputTests {
  @Test("A spike of one sample in a million is drawn at its place and full height") func spike() throws {
    var samples = sines([(0.1, 40)], count: 1_000_000, rate_Hz: 50_000)
    samples[700_000] = 20
    let trace = try #require(traces(makePage(samples, rate_Hz: 50_000).svg()).first)
    #expect(trace.count < 2000)
    let top = try #require(trace.min { $0.y < $1.y })
    let rest = trace.filter { abs($0.x - top.x) > 1 }.map(\.y).min() ?? 0
    #expect(abs(top.x - (64 + 0.7 * 416)) <= 1.5)
    // 20 of an axis that ends at 21; everything else stays within 0.1 of its middle.
    #expect(rest - top.y > 45)
  }

  @Test("Markers stand on the peaks of the envelope spectrum that they name") func markers() throws {
    let result = makePage(outerRace, rate_Hz: 12_000, speed_rpm: 1797)
    #expect(result.findings[0].title.hasPrefix("Outer race damage"))
    let svg = result.svg()
    #expect(isXML(svg))
    #expect(!svg.contains("<script") && !svg.contains("http://www.w3.org/1999"))
    let envelope = try #require(traces(svg).last)
    let marks = pointers(svg, "#f2b84b")
    #expect(marks.count == 5)
    for mark in marks {
      let near = try #require(envelope.filter { abs($0.x - mark) < 15 }.min { $0.y < $1.y })
      #expect(abs(near.x - mark) <= 2, "marker at \(mark), peak at \(near.x)")
    }
    #expect(svg.contains(">BPFO 107.") && svg.contains(">5×</text>"))
    #expect(svg.contains("&lt;samples&gt; &amp; &quot;more&quot;"))
  }

  @Test("No line of the text is longer than the terminal", arguments: [80, 100, 140])
  func width(columns: Int) {
    let text = makePage(outerRace, rate_Hz: 12_000, speed_rpm: 1797).text(width: columns)
    let longest = text.split(separator: "\n").map(\.count).max() ?? 0
    #expect(longest <= columns)
    #expect(!text.contains("\u{1B}"))
  }

  @Test("JSON has the keys of its documentation and no samples") func json() throws {
    let data = try JSONEncoder().encode(makePage(outerRace, rate_Hz: 12_000, speed_rpm: 1797))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["schema"] as? Int == 1)
    let keys = [
      "schema", "origin", "machine", "speed", "statistics", "overall", "severity", "band", "orders", "lines",
      "unplaced", "survey", "cepstrum", "findings",
    ]
    #expect(Set(object.keys) == Set(keys))
    let lines = try #require(object["lines"] as? [[String: Any]])
    let row = try #require(lines.first { $0["name"] as? String == "BPFO" })
    #expect(row["verdict"] as? String == "named")
    #expect((row["harmonics_Hz"] as? [Double])?.count == 5)
    #expect(data.count < 20_000)
  }

  @Test("CSV has a line for every bin of the spectra") func csv() throws {
    let result = makePage(outerRace, rate_Hz: 12_000, speed_rpm: 1797)
    var text = ""
    result.csv { text += $0 }
    let lines = text.split(separator: "\n")
    let spectra = try #require(result.spectra)
    #expect(lines[0] == "frequency [Hz],acceleration [m/s2],velocity [mm/s],envelope [m/s2]")
    #expect(lines.count == spectra.acceleration.amplitudes.count + 1)
    let fields = lines[101].split(separator: ",").compactMap { Double($0) }
    #expect(fields.count == 4 && abs(fields[0] - 20) < 1e-9)
    #expect(Float(fields[3]) == spectra.envelope.amplitudes[100])
  }
}
