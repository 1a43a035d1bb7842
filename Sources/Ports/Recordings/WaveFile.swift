// SPDX-License-Identifier: Apache-2.0

/// RIFF/WAVE, as "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991) and
/// WAVEFORMATEXTENSIBLE lay it out; RF64 headers are read as far as they agree with it.
enum WaveFile {
  private struct Layout {
    var format: NumberFormat
    var channelCount: Int
    var rate_Hz: Double
  }

  /// Integer samples become shares of full scale, -1 to 1, as everywhere in audio: `Selection.scale` says how much
  /// full scale is. A data chunk longer than the file, as loggers leave it when power fails, is read to the end.
  static func parse(_ file: [UInt8]) throws(RecordingError) -> Contents {
    let bytes = Bytes(all: file, format: "WAV")
    try bytes.check(0, 12, "the header RIFF....WAVE")
    guard bytes.begins(with: "RIFF") || bytes.begins(with: "RF64"), bytes.begins(with: "WAVE", at: 8) else {
      throw bytes.damaged("does not begin with RIFF....WAVE", at: 0)
    }
    var layout: Layout?
    var place = 12
    while place + 8 <= bytes.count {
      let size = try bytes.u32(place + 4, "a chunk size")
      if bytes.begins(with: "fmt ", at: place) {
        layout = try WaveFile.layout(bytes, at: place + 8, size: size)
      }
      if bytes.begins(with: "data", at: place) {
        guard let layout else { throw bytes.damaged("the data chunk comes before any fmt chunk", at: place) }
        return try samples(bytes, at: place + 8, claimed: size, layout)
      }
      // Chunks begin at even places.
      place += 8 + size + size % 2
    }
    throw .noVector(format: "WAV", holds: layout == nil ? "no fmt chunk" : "no data chunk")
  }

  private static func samples(
    _ bytes: Bytes, at start: Int, claimed: Int, _ layout: Layout
  ) throws(RecordingError) -> Contents {
    let size = min(claimed, bytes.count - start)
    guard size > 0 else {
      throw bytes.damaged(
        "the data chunk says that it is empty; if the recorder was cut off, read it with --raw and --rate",
        at: start)
    }
    let (scale, zero): (Double, Double) =
      switch layout.format {
      case .u8: (1.0 / 128, 128)
      case .i16: (1.0 / 32768, 0)
      case .i24: (1.0 / 8_388_608, 0)
      case .i32: (1.0 / 2_147_483_648, 0)
      default: (1, 0)
      }
    var contents = try RawSamples.interleaved(
      bytes, layout.format, at: start, size: size, channelCount: layout.channelCount, scale: scale, zero: zero
    )
    contents.rate_Hz = layout.rate_Hz
    if claimed > size { contents.notes.append("the data chunk claims \(claimed) bytes; \(size) are there") }
    return contents
  }

  private static func layout(_ bytes: Bytes, at place: Int, size: Int) throws(RecordingError) -> Layout {
    guard size >= 16 else { throw bytes.damaged("a fmt chunk of \(size) bytes", at: place) }
    var tag = try bytes.u16(place, "the format tag")
    let channelCount = try bytes.u16(place + 2, "the channel count")
    let rate = try bytes.u32(place + 4, "the sample rate")
    let frame = try bytes.u16(place + 12, "the block size")
    let bits = try bytes.u16(place + 14, "the sample size")
    // WAVEFORMATEXTENSIBLE: the first two bytes of the subformat are the tag.
    if tag == 0xFFFE, size >= 40 { tag = try bytes.u16(place + 24, "the subformat") }
    let format: NumberFormat
    switch (tag, bits) {
    case (1, 8): format = .u8
    case (1, 16): format = .i16
    case (1, 24): format = .i24
    case (1, 32): format = .i32
    case (3, 32): format = .f32
    case (3, 64): format = .f64
    default:
      throw .unsupported(
        format: "WAV", what: "format \(tag) with \(bits) bits",
        advice: "Save it as PCM of 8, 16, 24 or 32 bits or as float")
    }
    guard channelCount > 0, frame == channelCount * format.size else {
      throw bytes.damaged("\(channelCount) channels of \(bits) bits in blocks of \(frame) bytes", at: place)
    }
    return Layout(format: format, channelCount: channelCount, rate_Hz: Double(rate))
  }
}
