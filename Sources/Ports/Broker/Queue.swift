// SPDX-License-Identifier: Apache-2.0

/// First in, first out, at constant cost; its bound is its owner's business.
struct Queue<Element> {
  private var front: [Element] = []  // reversed
  private var back: [Element] = []

  var count: Int { front.count + back.count }
  var isEmpty: Bool { front.isEmpty && back.isEmpty }

  mutating func append(_ element: Element) { back.append(element) }

  mutating func popFirst() -> Element? {
    if front.isEmpty {
      front = back.reversed()
      back.removeAll(keepingCapacity: true)
    }
    return front.popLast()
  }
}
