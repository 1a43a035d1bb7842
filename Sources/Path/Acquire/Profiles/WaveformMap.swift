// SPDX-License-Identifier: Apache-2.0

public import Fieldbus
public import Machine

/// How a device hands out a captured waveform through its registers: trigger, wait until ready, read the
/// header, read the blocks, and look again whether it is still the same capture.
public struct WaveformMap: Sendable {
  /// A number that the profile states, or the register that holds it.
  public enum Term: Sendable {
    case constant(Double)
    /// Position in `registers`.
    case register(Int)
  }

  /// What starts a capture. Without one the device captures by itself.
  public struct Trigger: Sendable {
    public var register: Int
    public var value: UInt16
  }

  /// The register that tells how far the capture is, as raw values.
  public struct State: Sendable {
    public var register: Int
    public var ready: Double
    public var error: Double?
  }

  /// Where the samples lie: one after the other from `address`.
  public struct Block: Sendable {
    public var function: RegisterFunction
    public var address: UInt16
    public var type: RegisterType
    public var order: ByteOrder
    public var maximumSamples: Int
  }

  public var name: String
  /// Of the samples; raw * scale is in this unit.
  public var unit: Unit
  public var registers: [Register]
  public var trigger: Trigger?
  public var state: State?
  /// Counts captures; a change while the blocks are read means that they come from two of them.
  public var sequence: Int
  public var sampleRate: Term
  public var count: Term
  public var scale: Term
  /// Largest magnitude in counts.
  public var fullScale: Term?
  public var speed: Int?
  /// Unix time of the capture; its profile scales it to seconds.
  public var captureTime: Int?
  public var data: Block
  /// Seconds between two looks at a capture that is not ready.
  public var poll_s: Double
  /// Seconds from trigger to the last block, after which the capture is given up.
  public var timeout_s: Double
  /// Seconds from one capture to the next.
  public var period_s: Double
}
