// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Store

/// The head of a batch, `millwright/<site>/up/<node>`:
/// ```json
/// {"schema":1,"node":"gateway-1","boot":7,"floor":0,"after":0,"first":1,"last":2,"rows":[
///   {"sequence":1,"kind":"alarm","crc":123,"body":{…}}, {"sequence":2,"kind":"features","crc":456,"body":{…}}]}
/// ```
/// The sender holds no row of this boot up to `floor`, and none between `after` and `first`. Both let the
/// receiver tell rows that were given up from rows that were lost on the way. `crc` is CRC-32 of the body's text.
struct BatchHead: Codable {
  var schema: Int
  var node: String
  var boot: Int64
  var floor: Int64
  var after: Int64
  var first: Int64
  var last: Int64

  static let schema = 1

  /// The whole message. Bodies are put in as they stand in the database, so their checksum holds.
  func message(_ rows: [OutboxRow]) -> [UInt8] {
    var text = """
      {"schema":\(schema),"node":\(JSONString(node)),"boot":\(boot),"floor":\(floor),"after":\(after),\
      "first":\(first),"last":\(last),"rows":[
      """
    for (index, row) in rows.enumerated() {
      if index > 0 { text += "," }
      text += """
        {"sequence":\(row.sequence),"kind":\(JSONString(row.kind)),"crc":\(row.crc),"body":\(row.body)}
        """
    }
    text += "]}"
    return Array(text.utf8)
  }
}

/// The receiver's word, `millwright/<site>/committed/<node>`: every row of `boot` up to `through` is on its disk.
struct Committed: Codable, Equatable {
  var schema: Int
  var node: String
  var boot: Int64
  var through: Int64

  var message: [UInt8] {
    Array(#"{"schema":\#(schema),"node":\#(JSONString(node)),"boot":\#(boot),"through":\#(through)}"#.utf8)
  }

  static func read(_ payload: [UInt8]) -> Committed? {
    let message = try? JSONDecoder().decode(Committed.self, from: Data(payload))
    return message?.schema == BatchHead.schema ? message : nil
  }
}

/// A string as a JSON literal.
private struct JSONString: CustomStringConvertible {
  let description: String
  init(_ text: String) {
    description =
      text.unicodeScalars.reduce(into: "\"") { result, scalar in
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case "\0"..<" ":
          result +=
            "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2)
            + String(scalar.value, radix: 16)
        default: result.unicodeScalars.append(scalar)
        }
      } + "\""
  }
}
