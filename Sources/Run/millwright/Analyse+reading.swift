// SPDX-License-Identifier: Apache-2.0

import Agent
import Analysis
public import ArgumentParser
import Machine
public import Recordings
import Store

extension RawLayout.Format: ExpressibleByArgument {}

/// Which part of a file is read, and what the file does not say.
struct AnalyseReading: ParsableArguments {
  @Option(help: "Sample rate in Hz.") var rate: Double?
  @Option(help: "Unit of the values: g, m/s2 or mg.") var unit: String?
  @Option(help: "What every value is multiplied by.") var scale: Double?
  @Option(help: "Channel or array by name, or a part of it.") var channel: String?
  @Option(help: "Channel or column by number from 1.") var column: Int?
  @Option(help: "Row of an array [row, time, column], from 1.") var row: Int?
  @Option(help: "Begin here, in seconds.") var from: Double?
  @Option(help: "Take so many seconds.") var length: Double?
  @Option(help: "Read bare little-endian samples: int16 or float32.") var raw: RawLayout.Format?
  @Option(help: "Channels that take turns in bare samples.") var channels = 1
  @Option(help: "Channel with a tachometer's pulses, for the order-tracked spectrum.") var tacho: String?
  @Option(help: "Pulses of the tachometer for one turn.") var pulses = 1
  @Option(help: "Channel with the shaft speed in r/min, for the order-tracked spectrum.")
  var speedChannel: String?

  func validate() throws {
    if let rate, !Recordings.Recording.rates_Hz.contains(rate) {
      throw ValidationError("--rate is 0.001 to 10000000 Hz")
    }
    if let scale, !scale.isFinite || scale == 0 { throw ValidationError("--scale is a number other than 0") }
    if let unit, Unit.named(unit, for: .acceleration) == nil {
      throw ValidationError("--unit is one of \(Unit.symbols(for: .acceleration).joined(separator: ", "))")
    }
    if !(1...10_000).contains(pulses) { throw ValidationError("--pulses is 1 to 10000") }
    if tacho != nil, speedChannel != nil {
      throw ValidationError("--tacho and --speed-channel say the same: give one")
    }
    if !(1...1024).contains(channels) { throw ValidationError("--channels is 1 to 1024") }
  }

  /// How the shaft turned, from another channel of the same file; nil where none is named.
  func speedSignal(in path: String) throws -> Analysis.SpeedSignal? {
    guard let name = tacho ?? speedChannel else { return nil }
    var other = selection()
    (other.channel, other.column, other.unit, other.scale) = (name, nil, nil, 1)
    let record = try Recordings.Recording.read(path, other)
    return tacho != nil
      ? .pulses(record.samples, rate_Hz: record.rate_Hz, perTurn: pulses)
      : .speeds(record.samples, rate_Hz: record.rate_Hz)
  }

  func selection() -> Recordings.Recording.Selection {
    var selection = Recordings.Recording.Selection()
    (selection.rate_Hz, selection.unit, selection.scale) = (rate, unit, scale ?? 1)
    (selection.channel, selection.column, selection.row) = (channel, column, row)
    (selection.from_s, selection.length_s) = (from ?? 0, length)
    selection.raw = raw.map { RawLayout($0, channelCount: channels) }
    return selection
  }
}

/// The newest waveform that stood behind an alarm of a point.
struct StoredEvidence {
  var record: EvidenceRecord
  var machine: Machine

  static func newest(of point: PointID, in site: SiteFile) async throws -> StoredEvidence {
    guard let machine = site.plant.machines.first(where: { $0.id == point.machine }),
      machine.point(point.name) != nil
    else {
      let points = site.plant.machines.flatMap { $0.points(.vibration) }.map { "\($0.id)" }
      throw AgentError.unknown(
        "\(point): neither a file nor a point of \(site.path); vibration points: \(points.joined(separator: ", "))"
      )
    }
    guard let newest = try await newest(of: point, stored: site.storage.database) else {
      throw AgentError.unreadable(
        file: "\(point)",
        reason: "\(site.storage.database) holds no evidence of it: no alarm of it was raised")
    }
    return StoredEvidence(record: newest, machine: machine)
  }

  private static func newest(of point: PointID, stored path: String) async throws(AgentError)
    -> EvidenceRecord?
  {
    do throws(StoreError) {
      let store = try Store.openForReading(path)
      var records: [EvidenceRecord] = []
      for alarm in try await store.alarms() where alarm.finding.machine == point.machine {
        records += try await store.evidence(alarm: alarm.id, occurrence: alarm.occurrence)
      }
      return records.filter { $0.waveform.point == point }.max {
        $0.waveform.stamp.wall < $1.waveform.stamp.wall
      }
    } catch { throw .storage("\(error)") }
  }
}
