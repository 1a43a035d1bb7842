// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The bounds within which a file is read at all.
enum ModelLimit {
  static let fileBytes = 64 << 20
  static let nodes = 4096
  static let tensors = 8192
  /// Elements of one tensor.
  static let elements = 1 << 24
  /// All values of a plan together, before memory is shared.
  static let planBytes = 256 << 20
  static let metadata = 256
  static let messageDepth = 8
}

/// The bytes of a model file, read once.
struct ModelFile {
  let bytes: [UInt8]

  init(path: String) throws(ModelError) {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      bytes = [UInt8](try handle.read(upToCount: ModelLimit.fileBytes + 1) ?? Data())
    } catch {
      throw .file(path: path, reason: error.localizedDescription)
    }
    if bytes.isEmpty { throw .file(path: path, reason: "the file is empty") }
  }
}
