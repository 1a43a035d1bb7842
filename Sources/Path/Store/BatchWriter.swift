// SPDX-License-Identifier: Apache-2.0

internal import Ledger
internal import Machine

/// Writes the tables of one batch inside its transaction.
struct BatchWriter {
  let tx: Transaction
  let known: [PointKey: Int64]
  /// Points that this transaction met first; valid once it is committed.
  var found: [PointKey: Int64] = [:]

  init(tx: Transaction, known: [PointKey: Int64]) {
    self.tx = tx
    self.known = known
  }

  mutating func write(_ encoded: EncodedBatch) throws(LedgerError) {
    let batch = encoded.batch
    let counts: [(UsageClass, RecordClass, Int)] = [
      (.readings, .readings, try write(batch.readings)),
      (.windows, .windows, try write(batch.windows, lines: encoded.lines)),
      (.scores, .scores, try write(batch.scores, contributions: encoded.contributions)),
      (.findings, .findings, try write(batch.findings, bodies: encoded.findings)),
      (.transitions, .transitions, try write(batch.transitions, encoded)),
      (.evidence, .evidence, try write(batch.evidence, about: encoded.about)),
    ]
    for (usage, kind, rows) in counts { try usage.add(rows: rows, bytes: batch.bytes(kind), tx) }
    for answer in batch.answers { try answer.write(tx) }
    for (record, effect) in zip(batch.taken, encoded.effects) { try record.write(effect, tx) }
    for snapshot in batch.snapshots {
      try tx.run(
        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", .text(snapshot.key),
        .integer(snapshot.stamp.received.nanoseconds), .blob(snapshot.bytes),
        .integer(Int64(Checksum.crc32(snapshot.bytes))))
    }
  }

  private mutating func id(_ point: PointID, _ quantity: String) throws(LedgerError) -> SQLValue {
    let key = PointKey(point: point, quantity: quantity)
    if let id = known[key] ?? found[key] { return .integer(id) }
    let (machine, name) = (SQLValue.text(point.machine.rawValue), SQLValue.text(point.name))
    try tx.run(
      "INSERT INTO points (machine, name, quantity) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", machine, name,
      .text(quantity))
    let id = try tx.value(
      "SELECT id FROM points WHERE machine = ? AND name = ? AND quantity = ?", machine, name, .text(quantity))
    found[key] = id?.integer
    return id ?? .null
  }

  private mutating func write(_ readings: [Reading]) throws(LedgerError) -> Int {
    if readings.isEmpty { return 0 }
    let insert = try tx.prepare("INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
    let upsert = try tx.prepare(
      """
      INSERT INTO latest VALUES (?2, ?1, ?3, ?4, ?5, ?6) ON CONFLICT (point) DO UPDATE SET
        received = ?1, lag = ?3, value = ?4, quality = ?5, defect = ?6 WHERE ?1 - ?3 >= received - lag
      """)
    var rows = 0
    for reading in readings {
      let values = [
        .integer(reading.stamp.received.nanoseconds), try id(reading.point, reading.quantity.rawValue),
        .integer(reading.stamp.lag), SQLValue(reading.value), .integer(reading.quality.code),
        SQLValue(reading.quality.defect?.evidence),
      ]
      rows += try insert.run(values)
      try upsert.run(values)
    }
    return rows
  }

  private mutating func write(_ windows: [FeatureWindow], lines: [String]) throws(LedgerError) -> Int {
    var rows = 0
    for (window, lines) in zip(windows, lines) {
      let values: [SQLValue] = [
        .integer(window.stamp.received.nanoseconds), try id(window.point, PointKey.waveform),
        .integer(window.stamp.lag), .text(window.state.motion.rawValue), SQLValue(window.state.speedBin),
        SQLValue(window.state.loadBin), .text(lines), .blob(FloatBytes.encode(window.logBands)),
      ]
      rows += try tx.run(
        BatchWriter.insertWindow, values + Feature.allCases.map { SQLValue(window.values[$0]) })
    }
    return rows
  }

  private static let insertWindow: String = {
    let names = Feature.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    let marks = Array(repeating: "?", count: 8 + Feature.allCases.count).joined(separator: ", ")
    return """
      INSERT INTO windows (received, point, lag, motion, speed_bin, load_bin, lines, bands, \(names))
      VALUES (\(marks)) ON CONFLICT DO NOTHING
      """
  }()

  private mutating func write(_ scores: [ModelScore], contributions: [String]) throws(LedgerError) -> Int {
    var rows = 0
    for (score, contributions) in zip(scores, contributions) {
      rows += try tx.run(
        "INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        .integer(score.stamp.received.nanoseconds), try id(score.point, PointKey.waveform),
        .integer(score.stamp.lag), .text(score.model), .text(score.modelHash), .real(score.score),
        .real(score.threshold), .real(score.falseAlarmRate), .text(contributions))
    }
    return rows
  }

  private func write(_ findings: [Finding], bodies: [String]) throws(LedgerError) -> Int {
    for (finding, body) in zip(findings, bodies) {
      try tx.run(
        """
        INSERT INTO findings (received, machine, fault, severity, confidence, body) VALUES (?, ?, ?, ?, ?, ?)
        """, .integer(finding.stamp.received.nanoseconds), .text(finding.machine.rawValue),
        .text(finding.fault),
        .text(finding.severity.rawValue), .real(finding.confidence), .text(body))
    }
    return findings.count
  }

  private func write(_ transitions: [AlarmTransition], _ encoded: EncodedBatch) throws(LedgerError) -> Int {
    for (index, transition) in transitions.enumerated() {
      let alarm = transition.alarm
      try tx.run(
        """
        INSERT INTO transitions (received, alarm, occurrence, was, became, cause, body, machine, person, why)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, .integer(alarm.updated.received.nanoseconds), .text(alarm.id), .integer(Int64(alarm.occurrence)),
        .text(transition.from.rawValue), .text(alarm.state.rawValue), .text(transition.cause.rawValue),
        .text(encoded.transitions[index]), .text(alarm.finding.machine.rawValue), SQLValue(transition.by),
        SQLValue(transition.why))
      try tx.run(
        "INSERT OR REPLACE INTO alarms VALUES (?, ?, ?, ?, ?, ?, ?)", .text(alarm.id),
        .integer(Int64(alarm.occurrence)), .text(alarm.state.rawValue), .text(alarm.severity.rawValue),
        .text(alarm.finding.machine.rawValue), .integer(alarm.updated.received.nanoseconds),
        .text(encoded.alarms[index]))
    }
    return transitions.count
  }

  /// Of each occurrence the first record and the newest seven are kept.
  private func write(_ evidence: [EvidenceRecord], about: [String]) throws(LedgerError) -> Int {
    var rows = 0
    for (record, about) in zip(evidence, about) {
      let (alarm, occurrence) = (SQLValue.text(record.alarm), SQLValue.integer(Int64(record.occurrence)))
      let waveform = FloatBytes.encode(record.waveform.samples)
      let spectrum = record.spectrum
      rows += try tx.run(
        """
        INSERT INTO evidence (received, alarm, occurrence, about, waveform, crc, spectrum, resolution_hz,
          spectrum_unit) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, .integer(record.waveform.stamp.received.nanoseconds), alarm, occurrence, .text(about),
        .blob(waveform), .integer(Int64(Checksum.crc32(waveform))),
        spectrum.map { .blob(FloatBytes.encode($0.amplitudes)) } ?? .null,
        SQLValue(spectrum?.resolution_Hz), SQLValue(spectrum?.unit))
      rows -= try tx.run(
        """
        DELETE FROM evidence WHERE alarm = ?1 AND occurrence = ?2
          AND id > (SELECT min(id) FROM evidence WHERE alarm = ?1 AND occurrence = ?2)
          AND id NOT IN (SELECT id FROM evidence WHERE alarm = ?1 AND occurrence = ?2 ORDER BY id DESC LIMIT 7)
        """, alarm, occurrence)
    }
    return rows
  }
}

extension PointKey {
  static let waveform = "waveform"
}

extension Stamp {
  /// Nanoseconds from the source's time to that of receipt; 0 without a source time.
  var lag: Int64 { received.nanoseconds - wall.nanoseconds }
}

/// A waveform without its samples.
struct WaveformAbout: Codable {
  let point: PointID
  let quantity: Quantity
  let sampleRate_Hz: Double
  let fullScale: Float?
  let speed_rpm: Double?
  let stamp: Stamp
  let quality: Quality

  init(_ waveform: Waveform) {
    point = waveform.point
    quantity = waveform.quantity
    sampleRate_Hz = waveform.sampleRate_Hz
    fullScale = waveform.fullScale
    speed_rpm = waveform.speed_rpm
    stamp = waveform.stamp
    quality = waveform.quality
  }

  func waveform(_ samples: [Float]) -> Waveform {
    Waveform(
      point: point, quantity: quantity, sampleRate_Hz: sampleRate_Hz, samples: samples, fullScale: fullScale,
      speed_rpm: speed_rpm, stamp: stamp, quality: quality)
  }
}
