// SPDX-License-Identifier: Apache-2.0

/// The names of one graph while it is read: who makes each, and which node needs which.
struct Scope {
  enum Maker {
    case nobody, input, initializer
    case constant(node: String)
    /// A node by its name and its place in `Graph.nodes`.
    case node(String, at: Int)
  }

  private var numbers: [String: Int] = ["": 0]
  /// By number.
  private(set) var names = [Name.none]
  /// By number of the name.
  private var makers = [Maker.nobody]
  /// By node: numbers of the names that have to be there before it runs.
  private var needs: [[Int]] = []
  /// Whether every node stands behind those that make what it needs.
  private(set) var isInOrder = true
  /// Numbers of the names that the graph gives out.
  private var results: [Int] = []
  /// Names that the graphs inside it make.
  private var inside: [String] = []

  init(capacity: Int) { numbers.reserveCapacity(capacity) }

  /// The name that this text is.
  mutating func name(_ text: String) -> Name {
    let number = Scope.enter(names.count, into: &numbers[text])
    if number == names.count {
      names.append(Name(text: text, number: number))
      makers.append(.nobody)
    }
    return names[number]
  }

  /// Fills an empty place; the text is hashed once for reading and writing.
  private static func enter(_ number: Int, into place: inout Int?) -> Int {
    if let known = place { return known }
    place = number
    return number
  }

  /// Notes who makes a name; each name has one maker.
  mutating func define(
    _ name: Name, by maker: Maker, fault: ((String) -> ModelError)? = nil
  ) throws(ModelError) {
    let reason: String
    switch makers[name.number] {
    case .nobody:
      makers[name.number] = maker
      return
    case .input: reason = "an input of the graph has this name too"
    case .initializer: reason = "an initializer has this name too"
    case .constant(let node), .node(let node, _): reason = "node \(node) makes it too"
    }
    throw fault?(reason) ?? .tensor(name.text, reason: reason)
  }

  /// Notes what the next node reads, before what it makes is noted: its inputs, and what the graphs inside it take from around them.
  mutating func append(needs inputs: [Name], inside readings: [GraphReader.Reading]) {
    var numbers: [Int] = []
    numbers.reserveCapacity(inputs.count)
    for name in inputs where !name.isEmpty { numbers.append(name.number) }
    for reading in readings {
      numbers += reading.graph.captures.map(\.around.number)
      inside.append(contentsOf: reading.made)
    }
    isInOrder = isInOrder && !numbers.contains(where: isOuter)
    needs.append(numbers)
  }

  /// Notes an output of the graph.
  mutating func result(_ name: Name) { results.append(name.number) }

  // MARK: what came out

  /// Throws when this graph, which nothing surrounds, reads a name that it does not make.
  func checkAlone(_ graph: Graph) throws(ModelError) {
    for (index, needs) in needs.enumerated() {
      for number in needs where isOuter(number) {
        let (node, name) = (graph.nodes[index], names[number])
        throw node.fault(
          node.inputs.contains(name)
            ? "nothing makes this input" : "a graph inside the node reads this, which nothing makes",
          tensor: name)
      }
    }
    for number in results where isOuter(number) {
      throw .tensor(names[number].text, reason: "it is an output of the graph, and nothing makes it")
    }
    try checkInside()
  }

  /// Names that the graph reads or gives out and does not make.
  func outer() -> [Name] { names.dropFirst().filter { isOuter($0.number) } }

  /// Throws when the graph and one inside it make something of the same name.
  private func checkInside() throws(ModelError) {
    for name in inside {
      if let number = numbers[name], !isOuter(number) {
        throw .tensor(name, reason: "a graph and another one inside it both make something of this name")
      }
    }
  }

  /// Names that the graph and those inside it make.
  func made() throws(ModelError) -> [String] {
    try checkInside()
    return inside + names.dropFirst().filter { !isOuter($0.number) }.map(\.text)
  }

  /// By node: the places of the nodes that make what it needs.
  func makersOfNeeds() -> [[Int]] {
    needs.map { numbers in
      numbers.compactMap { if case .node(_, let place) = makers[$0] { place } else { nil } }
    }
  }

  private func isOuter(_ number: Int) -> Bool {
    if case .nobody = makers[number] { true } else { false }
  }
}
