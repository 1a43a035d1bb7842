// SPDX-License-Identifier: Apache-2.0

import Foundation
import Recordings
public import Simulation

/// A real machine from the Case Western Reserve University bearing recordings, behind the same face as a
/// simulated one: successive captures from one record, from the beginning again when it ends.
///
/// ```swift
/// let record = try RecordedMachine(cwru: "\(data)/cwru/12k_Drive_End_OR007@6_0_130.npz", id: "CWRU-130")
/// let first = record.waveform(0, count: 12_000)       // m/s2, record.sampleRate_Hz, record.speed_rpm
/// ```
public struct RecordedMachine: MachineSource {
  /// The id it goes by.
  public let id: String
  /// The whole record, m/s2.
  public let samples: [Float]
  /// Samples per second.
  public let sampleRate_Hz: Double
  /// Shaft speed as the recording states it, r/min.
  public let speed_rpm: Double
  /// Samples of one capture.
  public let captureLength: Int
  /// The drive end: recordings have one direction.
  public let channels: [Channel] = [.driveEndHorizontal]
  private var next = 0

  /// Reads the drive-end channel of an .npz file with the arrays DE, DE_scale (g), fs and rpm.
  public init(cwru path: String, id: String, captureLength: Int = 12_000) throws(FirmwareError) {
    var selection = Recording.Selection()
    (selection.channel, selection.scale) = ("DE", gravity)
    let record: Recording
    do {
      record = try Recording.read(path, selection)
    } catch {
      throw .badRecording(path: path, reason: "\(error)")
    }
    guard let speed = record.speed_rpm else {
      throw .badRecording(path: path, reason: "does not say its shaft speed: no array rpm")
    }
    (samples, sampleRate_Hz, speed_rpm) = (record.samples, record.rate_Hz, speed)
    self.id = id
    self.captureLength = captureLength
    guard samples.count >= captureLength else {
      throw .badRecording(path: path, reason: "\(samples.count) samples are less than one capture")
    }
  }

  /// Whole captures in the record.
  public var captureCount: Int { samples.count / captureLength }

  /// The samples from `index * count` on, m/s2; nil past the end of the record.
  public func waveform(_ index: Int, count: Int) -> [Float]? {
    let start = index * count
    guard start >= 0, start + count <= samples.count else { return nil }
    return Array(samples[start..<(start + count)])
  }

  /// The next capture of the record, whatever the time.
  public mutating func capture(at t: Double, channel: Channel) -> Capture {
    let samples = waveform(next, count: captureLength) ?? []
    next = (next + 1) % captureCount
    return Capture(
      samples: samples, sampleRate_Hz: sampleRate_Hz, fullScale_m_s2: 16 * gravity, speed_rpm: speed_rpm)
  }

  /// Speed only: the recording has no other sensor.
  public mutating func scalars(at t: Double) -> MachineScalars {
    var result = MachineScalars(isOn: true)
    result[.speed] = speed_rpm
    return result
  }

  /// The folder of recordings: `MILLWRIGHT_DATA`, else `../shared/data` beside the working directory.
  public static var dataFolder: String {
    ProcessInfo.processInfo.environment["MILLWRIGHT_DATA"] ?? "../shared/data"
  }
}
