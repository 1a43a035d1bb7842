// SPDX-License-Identifier: Apache-2.0

/// Puts nodes after those whose outputs they read. The order of the file stays where it is one.
enum NodeOrder {
  /// - Parameter before: by node, the places of the nodes whose outputs it and the graphs inside it read.
  /// - Throws: a cycle, with the names of its nodes.
  static func sorted(_ nodes: [Node], after before: [[Int]]) throws(ModelError) -> [Node] {
    var order: [Int] = []
    var state = Array(repeating: State.new, count: nodes.count)
    for start in nodes.indices where state[start] == .new {
      // A path through the graph, by hand: a chain of nodes may be longer than a thread's stack.
      var path: [(node: Int, next: Int)] = [(start, 0)]
      state[start] = .open
      while let (node, next) = path.last {
        guard next < before[node].count else {
          state[node] = .done
          order.append(node)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let other = before[node][next]
        switch state[other] {
        case .done: continue
        case .new:
          state[other] = .open
          path.append((other, 0))
        case .open:
          let cycle = path.map(\.node).drop { $0 != other }.map { nodes[$0].name }
          throw .graph(reason: Self.describe(cycle))
        }
      }
    }
    return order.map { nodes[$0] }
  }

  private enum State { case new, open, done }

  private static func describe(_ cycle: [String]) -> String {
    guard cycle.count > 1 else { return "a cycle: node \(cycle[0]) needs its own output" }
    let rest = cycle.count > 8 ? " and \(cycle.count - 8) more" : ""
    return "a cycle: nodes \(cycle.prefix(8).joined(separator: ", "))\(rest) need each other's outputs"
  }
}
