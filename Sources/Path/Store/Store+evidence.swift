// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

/// Where a piece of evidence lies, without its waveform.
public struct EvidencePlace: Sendable, Equatable {
  /// Number in the store, larger than those of all older evidence.
  public var id: Int64
  public var point: PointID
  public var taken: WallTime
}

extension Store {
  /// The evidence of one occurrence of an alarm, oldest first; its checksum is verified.
  public func evidence(alarm: String, occurrence: Int) async throws(StoreError) -> [EvidenceRecord] {
    try await evidence("alarm = ? AND occurrence = ? ORDER BY id", .text(alarm), .integer(Int64(occurrence)))
  }

  /// The evidence with this number; nil when it is not, or no longer, there.
  public func evidence(id: Int64) async throws(StoreError) -> EvidenceRecord? {
    try await evidence("id = ?", .integer(id)).first
  }

  /// Where the newest evidence of one occurrence of an alarm lies; nil when there is none.
  public func newestEvidence(alarm: String, occurrence: Int) async throws(StoreError) -> EvidencePlace? {
    let rows = try await query(
      "SELECT alarm, about, id FROM evidence WHERE alarm = ? AND occurrence = ? ORDER BY id DESC LIMIT 1",
      .text(alarm), .integer(Int64(occurrence)))
    guard let row = rows.first, let id = row[2].integer else { return nil }
    let about = try row.json(WaveformAbout.self, of: "evidence")
    return EvidencePlace(id: id, point: about.point, taken: about.stamp.wall)
  }

  private func evidence(_ condition: String, _ values: SQLValue...) async throws(StoreError)
    -> [EvidenceRecord]
  {
    let rows = try await query(
      """
      SELECT alarm, about, waveform, crc, spectrum, resolution_hz, spectrum_unit, occurrence FROM evidence
      WHERE \(condition)
      """, values)
    var records: [EvidenceRecord] = []
    for row in rows {
      let (alarm, bytes) = (row[0].text ?? "", row[2].blob ?? [])
      guard row[3].integer == Int64(Checksum.crc32(bytes)) else {
        throw .damaged(record: "evidence of \(alarm)", detail: "checksum of the waveform differs")
      }
      let waveform = try row.json(WaveformAbout.self, of: "evidence").waveform(FloatBytes.decode(bytes))
      var spectrum: Spectrum?
      if let amplitudes = row[4].blob, let resolution = row[5].real, let unit = row[6].text {
        spectrum = Spectrum(resolution_Hz: resolution, amplitudes: FloatBytes.decode(amplitudes), unit: unit)
      }
      records.append(
        EvidenceRecord(
          alarm: alarm, occurrence: Int(row[7].integer ?? 0), waveform: waveform, spectrum: spectrum))
    }
    return records
  }
}
