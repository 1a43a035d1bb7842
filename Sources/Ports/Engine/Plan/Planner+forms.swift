// SPDX-License-Identifier: Apache-2.0

/// Values in the form that an operator works on.
extension Planner {
  /// How a value lies: the order of its elements, and whether its sign bits are turned.
  struct Form: Hashable {
    var layout: Value.Layout
    var isFlipped: Bool
  }

  /// `id` as the standard sees it: itself, or a copy that a step makes.
  mutating func rowMajor(_ id: ValueID) throws(ModelError) -> ValueID {
    try arranged(id, Form(layout: .rowMajor, isFlipped: keepsFlip && values[id].isFlipped))
  }

  /// `id` with its channels last, signed as the standard sees it.
  mutating func channelsLast(_ id: ValueID) throws(ModelError) -> ValueID {
    try arranged(id, Form(layout: .channelsLast, isFlipped: false))
  }

  /// An 8-bit value with its elements as uint8: those of an int8 tensor with their sign bits turned.
  mutating func unsigned(_ id: ValueID, _ layout: Value.Layout? = nil) throws(ModelError) -> ValueID {
    try arranged(
      id, Form(layout: layout ?? values[id].layout, isFlipped: values[id].type == .int8))
  }

  /// `id` in the given form: itself, or a copy that steps make.
  mutating func arranged(_ id: ValueID, _ form: Form) throws(ModelError) -> ValueID {
    var value = values[id]
    guard value.layout != form.layout || value.isFlipped != form.isFlipped else { return id }
    if let made = arrangements[id]?[form] { return made }
    let firstStep = steps.count
    var current = id
    if value.isFlipped != form.isFlipped {
      value.isFlipped = form.isFlipped
      let copy = try make(value)
      emit(FlipStep(from: current, to: copy, count: value.count, path: path))
      current = copy
    }
    if value.layout != form.layout {
      value.layout = form.layout
      let channels = value.shape.count > 1 ? value.shape[1] : 1
      let positions = value.shape.dropFirst(2).reduce(1, *)
      if channels == 1 || positions == 1 {  // the same bytes either way
        if case .constant = values[current].home {} else { value.home = .alias(current) }
        current = values.append(value)
      } else {
        let toChannelsLast = form.layout == .channelsLast
        let copy = try make(value)
        emit(
          TransposeStep(
            from: current, to: copy, batch: value.shape[0], rows: toChannelsLast ? channels : positions,
            columns: toChannelsLast ? positions : channels, elementSize: value.type.size, path: path))
        current = copy
      }
    }
    if values.isConstant(id) { fold(steps: firstStep) }
    arrangements[id, default: [:]][form] = current
    return current
  }

  /// Whether what `name` stands for lies with its sign bits turned.
  func isFlipped(_ name: Name) -> Bool { bindings[name].map { values[$0].isFlipped } ?? false }

  /// Makes a value like `value`, in the arena.
  private mutating func make(_ value: Value) throws(ModelError) -> ValueID {
    let id = try values.make(value.name, value.type, value.shape) { .tensor(value.name, reason: $0) }
    values[id].layout = value.layout
    values[id].isFlipped = value.isFlipped
    return id
  }
}
