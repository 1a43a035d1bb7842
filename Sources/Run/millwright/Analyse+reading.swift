// SPDX-License-Identifier: Apache-2.0

import Analysis
public import ArgumentParser
import Machine
public import Recordings

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
  @Option(help: "Channels that take turns in bare samples (default 1).") var channels: Int?
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
    if let channels, !(1...1024).contains(channels) { throw ValidationError("--channels is 1 to 1024") }
    if channels != nil, raw == nil {
      throw ValidationError("--channels goes with --raw int16 or --raw float32")
    }
    for (name, place) in [("--column", column), ("--row", row)] {
      if let place, place < 1 { throw ValidationError("\(name) counts from 1") }
    }
    if let from, !(from >= 0 && from.isFinite) { throw ValidationError("--from is 0 seconds or more") }
    if let length, !(length > 0) { throw ValidationError("--length is a number of seconds above 0") }
    if !(1...10_000).contains(pulses) { throw ValidationError("--pulses is 1 to 10000") }
    if tacho != nil, speedChannel != nil {
      throw ValidationError("--tacho and --speed-channel say the same: give one")
    }
  }

  /// The first option that was given; a stored waveform takes none of them.
  var given: String? {
    let all: [(String, Bool)] = [
      ("--rate", rate != nil), ("--unit", unit != nil), ("--scale", scale != nil),
      ("--channel", channel != nil), ("--column", column != nil), ("--row", row != nil),
      ("--from", from != nil), ("--length", length != nil), ("--raw", raw != nil),
      ("--tacho", tacho != nil), ("--speed-channel", speedChannel != nil),
    ]
    return all.first { $0.1 }?.0
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
    selection.raw = raw.map { RawLayout($0, channelCount: channels ?? 1) }
    return selection
  }
}
