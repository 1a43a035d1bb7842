// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The bounds within which a file is read at all.
enum ModelLimit {
  static let fileBytes = 64 << 20
  /// Nodes of all graphs of the file.
  static let nodes = 4096
  /// Initializers, constants and tensors in attributes, of all graphs of the file.
  static let tensors = 8192
  /// Elements of one tensor.
  static let elements = 1 << 24
  /// Axes of one tensor.
  static let rank = 8
  /// All values of a plan together, before memory is shared.
  static let planBytes = 256 << 20
  /// UTF-8 bytes of a name.
  static let nameBytes = 1024
  /// Inputs, outputs or attributes of one node; inputs or outputs of a graph.
  static let perNode = 256
  /// Elements of a list in an attribute.
  static let attributeList = 1 << 16
  /// Graphs inside a node of the main graph, one inside the other.
  static let graphDepth = 4
  /// Messages inside each other: what `graphDepth` needs, and one graph more.
  static let messageDepth = 3 * graphDepth + 11
  /// Fields of all messages of the file.
  static let fields = 1 << 18
  /// Entries of the metadata.
  static let metadata = 256
  /// UTF-8 bytes of a key or value of the metadata.
  static let metadataBytes = 1 << 20

  /// Runs that golden vectors ask for.
  static let windows = 1 << 20

  /// Throws when `value` is above `limit`.
  static func check(_ what: @autoclosure () -> String, _ value: Int, _ limit: Int) throws(ModelError) {
    if value > limit { throw .limit(what: what(), value: value, limit: limit) }
  }
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
