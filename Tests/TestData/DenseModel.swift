// SPDX-License-Identifier: Apache-2.0

public import Testing
internal import Foundation

/// A small chain of dense layers; `models/training/golden_engine.py`. Its golden vectors stand beside it in the file.
public struct DenseModel: Decodable, CustomTestStringConvertible, Sendable {
  public var name: String
  private var model: String
  /// First 12 digits.
  public var sha256: String

  public var testDescription: String { name }
  /// The file.
  public var bytes: [UInt8] { [UInt8](Data(base64Encoded: model) ?? Data()) }

  /// All of them; empty when the file is damaged.
  public static let all: [DenseModel] = {
    struct File: Decodable { var cases: [DenseModel] }
    return (try? Golden.decode(File.self, "dense.json").cases) ?? []
  }()
}
