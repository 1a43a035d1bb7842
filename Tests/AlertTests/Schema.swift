// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// One of the shipped JSON schemas, and Python's jsonschema as the judge.
struct Schema {
  private let path: String

  init(_ name: String) {
    path =
      URL(filePath: #filePath).appending(path: "../../../packaging/schemas/\(name).schema.json")
      .standardized.path
  }

  static let isUsable: ConditionTrait = .enabled(
    if: (try? python("import jsonschema", []).0) ?? false,
    "no Python with jsonschema; scripts/test makes one and names it in MILLWRIGHT_PYTHON")

  /// Why the message is not what the schema says; nil when it is.
  func refusal(of message: Data) throws -> String? {
    try refusal(ofEach: Data("[".utf8) + message + Data("]".utf8))
  }

  /// The same for a list of messages: a start of Python for each would take long.
  func refusal(ofEach messages: Data) throws -> String? {
    let (isGood, why) = try Schema.python(
      """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      judge = jsonschema.Draft202012Validator(schema)
      for message in json.load(sys.stdin): judge.validate(message)
      """, [path], input: messages)
    return isGood ? nil : why
  }

  /// Runs Python on standard input; whether it succeeded, and its output.
  private static func python(
    _ script: String, _ arguments: [String], input: Data = Data()
  ) throws -> (Bool, String) {
    let process = Process()
    let named = ProcessInfo.processInfo.environment["MILLWRIGHT_PYTHON"]
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [named ?? "python3", "-c", script] + arguments
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stdout
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: input)
    try stdin.fileHandleForWriting.close()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus == 0, String(decoding: output, as: UTF8.self))
  }
}
