// SPDX-License-Identifier: Apache-2.0

/// The topic of a Sparkplug message: `spBv1.0/group/type/node` or `spBv1.0/group/type/node/device`
/// (Sparkplug 3.0.0, chapter 4).
struct SparkplugTopic: Equatable {
  enum Kind: String { case NBIRTH, NDATA, NDEATH, DBIRTH, DDATA, DDEATH }
  var group: String
  var kind: Kind
  var node: String
  var device: String?

  /// Nil for other topics, and for commands and states, which are not read.
  init?(_ topic: String) {
    let levels = topic.split(separator: "/", omittingEmptySubsequences: false)
    guard levels.count == 4 || levels.count == 5, levels[0] == "spBv1.0",
      let kind = Kind(rawValue: String(levels[2]))
    else { return nil }
    let isOfDevice = kind == .DBIRTH || kind == .DDATA || kind == .DDEATH
    guard isOfDevice == (levels.count == 5) else { return nil }
    group = String(levels[1])
    self.kind = kind
    node = String(levels[3])
    device = levels.count == 5 ? String(levels[4]) : nil
  }
}
