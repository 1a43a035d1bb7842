// SPDX-License-Identifier: Apache-2.0

/// How far a profile has been checked; each rung includes the ones before it.
public enum VerificationRung: String, CaseIterable, Sendable {
  /// Copied from the named source, nothing more.
  case transcribed
  /// Recorded or published words decode to the published values in our tests.
  case publishedValues = "published-values"
  /// Read through an independent Modbus or MQTT implementation that serves this map.
  case interoperability
  /// Read from the device itself.
  case hardware
}

/// Who made a device, where its profile was read, and how far the profile may be trusted.
public struct ProfileHeader: Sendable {
  public var name: String
  public var title: String
  public var vendor: String
  public var source: String
  public var checked: VerificationRung
  /// What was done to reach that rung.
  public var evidence: String
}

/// What a device allows and how fast it is.
public struct RequestLimits: Sendable, Equatable {
  /// Registers in one request, 125 at most (Modbus application protocol 1.1b3, 6.3).
  public var maximumRegisters = 125
  /// Registers nobody asked for that may be read to join two requests.
  public var maximumGap = 16
  /// Seconds of silence that the device needs between two requests.
  public var pause_s = 0.0
  /// Seconds that the device takes to begin its reply; for the bus load.
  public var turnaround_s = 0.005
}

/// The registers of one kind of device, from a file in `devices/`.
public struct DeviceProfile: Sendable {
  public var header: ProfileHeader
  public var limits: RequestLimits
  public var registers: [Register]
  public var crossChecks: [CrossCheck]
  public var waveform: WaveformMap?

  public var name: String { header.name }

  /// Every name that a binding may use: the registers and the waveform.
  public var sourceNames: [String] { registers.map(\.name) + (waveform.map { [$0.name] } ?? []) }
}
