// SPDX-License-Identifier: Apache-2.0

internal import Glibc

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
public struct ModelFile: Sendable {
  let bytes: [UInt8]

  /// A file whose bytes are in memory.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads the file at `path`.
  public init(path: String) throws(ModelError) {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Self.fault(path) }
    defer { close(file) }
    var about = stat()
    guard unsafe fstat(file, &about) == 0 else { throw Self.fault(path) }
    // One byte more than the file has, or may have: what is longer is then seen to be.
    let room = min(Int(about.st_size), ModelLimit.fileBytes) + 1
    var isRead = true
    // SAFETY: reads no more than the buffer still holds.
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      while let start = buffer.baseAddress, count < room {
        let more = unsafe read(file, start + count, room - count)
        isRead = more >= 0
        guard more > 0 else { return }
        count += more
      }
    }
    guard isRead else { throw Self.fault(path) }
    if bytes.isEmpty { throw .file(path: path, reason: "the file is empty") }
  }

  /// First 12 hexadecimal digits of the SHA-256 of the bytes, computed each time.
  public var hash: String { SHA256.hexadecimal(bytes, digits: 12) }

  private static func fault(_ path: String) -> ModelError {
    var text = [CChar](repeating: 0, count: 128)
    // SAFETY: writes at most the given count; unlike `strerror` it shares nothing with other threads.
    _ = unsafe strerror_r(errno, &text, text.count)
    return .file(
      path: path,
      reason: String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
  }
}
