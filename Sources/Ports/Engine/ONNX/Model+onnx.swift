// SPDX-License-Identifier: Apache-2.0

internal import SwiftProtobuf

extension Model {
  /// Reads a model from the bytes of an ONNX file. Every defect of the file is an error that says where it is.
  package init(onnx bytes: [UInt8]) throws(ModelError) {
    try ModelLimit.check("the file's length in bytes", bytes.count, ModelLimit.fileBytes)
    let outline = try WireSurvey.outline(bytes)
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    options.messageDepthLimit = ModelLimit.messageDepth
    let file: Onnx_ModelProto
    do {
      file = try Onnx_ModelProto(serializedBytes: outline, options: options)
    } catch {
      throw .notAModel(reason: Self.reason(error))
    }
    guard file.hasGraph else { throw .notAModel(reason: "it has no graph") }
    metadata = try Self.metadata(file.metadataProps)
    var reader = GraphReader(bytes: bytes, opsets: try OperatorSets(file.opsetImport))
    graph = try reader.readMain(file.graph)
  }

  /// What protobuf says of bytes that it cannot read.
  private static func reason(_ error: any Error) -> String {
    switch error as? BinaryDecodingError {
    case .truncated: "it is cut short"
    case .invalidUTF8: "a name or text in it is not UTF-8"
    case .messageDepthLimit: "its messages stand more than \(ModelLimit.messageDepth) deep inside each other"
    default: "it is not a protobuf message of this kind"
    }
  }

  private static func metadata(_ entries: [Onnx_StringStringEntryProto]) throws(ModelError) -> [String:
    String]
  {
    try ModelLimit.check("the number of metadata entries", entries.count, ModelLimit.metadata)
    var metadata: [String: String] = [:]
    for entry in entries {
      try ModelLimit.check(
        "the length of a metadata key in bytes", entry.key.utf8.count, ModelLimit.nameBytes)
      try ModelLimit.check(
        "the length of the metadata \(entry.key) in bytes", entry.value.utf8.count, ModelLimit.metadataBytes)
      guard metadata.updateValue(entry.value, forKey: entry.key) == nil else {
        throw .metadata(key: entry.key, reason: "it stands there twice")
      }
    }
    return metadata
  }
}

/// The versions of the operator sets that a model imports, by domain.
struct OperatorSets {
  /// Versions of the default domain whose operators the engine knows.
  static let supported = 13...23

  private var versions: [String: Int] = [:]

  init(_ imports: [Onnx_OperatorSetIdProto]) throws(ModelError) {
    try ModelLimit.check("the number of imported operator sets", imports.count, ModelLimit.perNode)
    for entry in imports {
      let domain = Self.canonical(entry.domain)
      if let other = versions.updateValue(Int(entry.version), forKey: domain), other != entry.version {
        throw .graph(
          reason:
            "the operator sets of the \(Self.display(domain)) are imported as version \(other) and as \(entry.version)"
        )
      }
    }
  }

  /// "ai.onnx" is another name of the default domain.
  static func canonical(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  /// Version of the set that `operator` of `domain` comes from.
  func version(of operator: String, domain: String, node: String) throws(ModelError) -> Int {
    guard let version = versions[domain] else {
      throw .node(
        node, operator: `operator`, tensor: nil,
        reason: "the model imports no operator set of the \(Self.display(domain))")
    }
    if domain.isEmpty, !Self.supported.contains(version) {
      throw .graph(
        reason:
          "operator set \(version) of the default domain; \(Self.supported.lowerBound) to \(Self.supported.upperBound) are supported"
      )
    }
    return version
  }

  private static func display(_ domain: String) -> String {
    domain.isEmpty ? "default domain" : "domain \(domain)"
  }
}
