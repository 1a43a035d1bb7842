// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Knowledge

/// The fault files that come with the program.
public let shippedKnowledge: KnowledgeBase = {
  let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  do {
    return try KnowledgeBase(base: root.appending(path: "models/faults").path)
  } catch {
    fatalError("\(error)")
  }
}()
