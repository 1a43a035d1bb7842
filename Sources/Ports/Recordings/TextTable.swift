// SPDX-License-Identifier: Apache-2.0

/// Columns of numbers in text: CSV, TSV and what loggers call so.
///
/// The delimiter is the one of tab, semicolon, comma, bar and blanks that cuts most lines into equally many, more than
/// one, fields. The data begins at the first such line with a number in it; a line of as many fields and no number
/// before it is the header. A comma is a decimal comma where it is not the delimiter. The first column that rises in
/// equal steps, and is not a count of 1, is time; it gives the rate. A header may give a unit: `x [g]`, `t (ms)`.
struct TextTable {
  private let bytes: [UInt8]
  private let delimiter: UInt8
  /// Where lines with data stand, and their numbers from 1.
  private let lines: [(range: Range<Int>, number: Int)]
  private let names: [String]

  private static let lineLimit = Recording.sampleLimit
  private static let columnLimit = 4096
  private static let delimiters: [UInt8] = Array("\t;,| ".utf8)
  private static let unevenness = 0.01

  static func parse(_ file: [UInt8], _ selection: Recording.Selection) throws(RecordingError) -> Contents {
    let table = try TextTable(file)
    var contents = Contents(channels: [], areColumns: true)
    for (index, name) in table.names.enumerated() {
      let (label, unit) = split(name)
      contents.channels.append(
        Contents.Channel(name: label, unit: unit) { () throws(RecordingError) in
          try table.column(index).map { Float($0) }
        })
    }
    let time = table.timeColumn()
    contents.usual =
      table.names.indices.first {
        $0 != time && table.isValue($0) && !table.isCount($0)
      } ?? 0
    if let time, selection.rate_Hz == nil { contents.rate_Hz = try table.rate(time) }
    return contents
  }

  private init(_ file: [UInt8]) throws(RecordingError) {
    bytes = file.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(file.dropFirst(3)) : file
    let all = TextTable.lines(of: bytes)
    let probe = all.prefix(64)
    var best: (delimiter: UInt8, fields: Int, votes: Int) = (0x2C, 1, 0)
    for delimiter in TextTable.delimiters {
      var votes: [Int: Int] = [:]
      for line in probe { votes[TextTable.fields(bytes, line.range, delimiter).count, default: 0] += 1 }
      guard let top = votes.filter({ $0.key > 1 }).max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
        top.value > best.votes
      else { continue }
      best = (delimiter, top.key, top.value)
    }
    if best.votes * 2 < probe.count { best = (0x0A, 1, 0) }
    delimiter = best.delimiter
    let bytes = self.bytes
    let first = all.firstIndex { line in
      let fields = TextTable.fields(bytes, line.range, best.delimiter)
      return fields.count == best.fields
        && fields.contains { TextTable.number(bytes, $0, best.delimiter) != nil }
    }
    guard let first else { throw .noVector(format: "CSV", holds: "\(all.count) lines without numbers") }
    guard best.fields <= TextTable.columnLimit, all.count <= TextTable.lineLimit else {
      throw .tooLarge(bytes: file.count, limit: Recording.byteLimit)
    }
    let header = first > 0 ? TextTable.fields(bytes, all[first - 1].range, delimiter) : []
    names =
      header.count == best.fields
      ? header.map { String(decoding: bytes[$0], as: UTF8.self) } : (1...best.fields).map(String.init)
    lines = Array(all[first...])
  }

  /// Lines that are neither blank, nor rows of empty fields as spreadsheets leave them below a table, nor comments
  /// (`#`, `%`).
  private static func lines(of bytes: [UInt8]) -> [(range: Range<Int>, number: Int)] {
    var result: [(Range<Int>, Int)] = []
    var start = 0
    var number = 1
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.count
      let text = bytes[start..<end]
      let mark = text.first { !delimiters.contains($0) && $0 != 0x22 }
      if let mark, mark != 0x23, mark != 0x25 {
        result.append((start..<end, number))
      }
      number += 1
      // CR LF is one end of line.
      start = end + 1
      if end < bytes.count, bytes[end] == 0x0D, start < bytes.count, bytes[start] == 0x0A { start += 1 }
    }
    return result
  }

  /// The fields of a line, without blanks and quotes around them; several blanks delimit once.
  private static func fields(_ bytes: [UInt8], _ line: Range<Int>, _ delimiter: UInt8) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var start = line.lowerBound
    var isQuoted = false
    for i in line {
      if bytes[i] == 0x22 { isQuoted.toggle() }
      guard bytes[i] == delimiter, !isQuoted else { continue }
      if delimiter != 0x20 || start < i { result.append(trimmed(bytes, start..<i)) }
      start = i + 1
    }
    if delimiter != 0x20 || start < line.upperBound {
      result.append(trimmed(bytes, start..<line.upperBound))
    }
    return result
  }

  private static func trimmed(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    let isEdge: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x22 }
    guard let first = bytes[range].firstIndex(where: { !isEdge($0) }),
      let last = bytes[range].lastIndex(where: { !isEdge($0) })
    else { return range.lowerBound..<range.lowerBound }
    return first..<(last + 1)
  }

  private static func number(_ bytes: [UInt8], _ field: Range<Int>, _ delimiter: UInt8) -> Double? {
    // The longest number that anybody writes; "nan" and "inf" are numbers here and refused with their place later.
    guard !field.isEmpty, field.count <= 64 else { return nil }
    let isComma = delimiter != 0x2C
    let text = bytes[field].map { isComma && $0 == 0x2C ? 0x2E : $0 }
    return Double(String(decoding: text, as: UTF8.self))
  }

  private func column(_ index: Int, limit: Int = .max) throws(RecordingError) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(min(limit, lines.count))
    for line in lines.prefix(limit) {
      let fields = TextTable.fields(bytes, line.range, delimiter)
      let field = index < fields.count ? fields[index] : 0..<0
      guard let value = TextTable.number(bytes, field, delimiter) else {
        let text = String(decoding: bytes[field].prefix(40), as: UTF8.self)
        throw .notNumber(line: line.number, column: names[index], text: text)
      }
      result.append(value)
    }
    return result
  }

  private func isValue(_ index: Int) -> Bool { (try? column(index, limit: 16)) != nil }

  /// `a [g]` is `a` in `g`; also with round brackets.
  private static func split(_ name: String) -> (label: String, unit: String?) {
    guard let open = name.lastIndex(where: { "[(".contains($0) }), let last = name.last, "])".contains(last)
    else {
      return (name, nil)
    }
    let unit = name[name.index(after: open)...].dropLast()
    let label = String(name[..<open]).split(separator: " ").joined(separator: " ")
    return label.isEmpty || unit.isEmpty ? (name, nil) : (label, String(unit))
  }

  /// The first column that is named for time, or that rises evenly and is no count of samples.
  private func timeColumn() -> Int? {
    guard names.count > 1 else { return nil }
    let titles = ["time", "t", "seconds", "sec", "zeit", "temps", "timestamp"]
    if let named = names.indices.first(where: {
      titles.contains(TextTable.split(names[$0]).label.lowercased()) && isValue($0)
    }) {
      return named
    }
    return names.indices.prefix(2).first { index in
      guard let head = try? column(index, limit: 16), head.count >= 4 else { return false }
      let step = (head[head.count - 1] - head[0]) / Double(head.count - 1)
      return step > 0 && step != 1
        && zip(head, head.dropFirst()).allSatisfy { abs($1 - $0 - step) < TextTable.unevenness * step }
    }
  }

  /// Whether a column only counts the samples.
  private func isCount(_ index: Int) -> Bool {
    guard let head = try? column(index, limit: 16), head.count >= 4 else { return false }
    return zip(head, head.dropFirst()).allSatisfy { $1 - $0 == 1 }
  }

  /// Samples per second, from a column in which nothing stands further from its even place than 0.4 steps, which a
  /// lost sample exceeds, or than the last digit where that is longer than a step.
  private func rate(_ index: Int) throws(RecordingError) -> Double? {
    let times = try column(index)
    guard times.count >= 2, let begin = times.first, let end = times.last else { return nil }
    let units: [String: Double] = ["ms": 1e-3, "us": 1e-6, "µs": 1e-6, "min": 60]
    let second = TextTable.split(names[index]).unit.flatMap { units[$0] } ?? 1
    let step = (end - begin) / Double(times.count - 1)
    let digit = zip(times, times.dropFirst()).lazy.map { abs($1 - $0) }.filter { $0 > 0 }.min() ?? 0
    let limit = max(0.4 * step, digit > 1.5 * step ? digit : 0)
    let isEven = times.indices.allSatisfy { abs(times[$0] - begin - Double($0) * step) <= limit }
    guard isEven, step > 0 else {
      let worst = times.indices.dropFirst().max {
        abs(times[$0] - times[$0 - 1] - step) < abs(times[$1] - times[$1 - 1] - step)
      }
      let at = worst ?? 1
      throw .unevenTime(
        line: lines[at].number, step_s: (times[at] - times[at - 1]) * second, usual_s: step * second)
    }
    return 1 / (step * second)
  }
}
