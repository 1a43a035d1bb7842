// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Testing

@testable import Knowledge

/// The files that come with the program.
let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "models/faults").path

@Suite struct ShippedTests {
  @Test func `all shipped files load`() throws {
    let knowledge = try KnowledgeBase(base: shipped)
    #expect(!knowledge.all.isEmpty)
  }
}
