# SPDX-License-Identifier: Apache-2.0
"""Whether a difference from ONNX Runtime comes from floats that lie beside a border.

Two programs that add floats in another order may fall to either side of a half, and all that follows differs. Such a
difference is no error, but an error may look like one, so it has to be shown in ONNX Runtime's own numbers:

- A graph in floats, or one that makes its scales from floats: where the results are apart, ONNX Runtime's own result
  moves as far (within a factor of 8) when the input, the weights or what passes from operator to operator move by one
  unit in their last place.
- A quantized graph: ONNX Runtime gives our result once some of the values that it computed in floats (an operator
  without a quantized form, or an int8 tensor of two readers, whose product it does not fuse) and that lie within 1e-6
  of the range beside a half fall to the other side. Where the result itself is such floats, it moves as far as it is
  apart, which is 1e-5 at most, when what passes from operator to operator moves by one unit in its last place.
"""
import itertools
import os

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

import forms

TOLERANCE = 1e-6
FACTOR = 8
TRIES = 24
SIDES = 8  # values beside a half that may fall to either side, the nearest ones


def largest(array):
    return float(np.abs(array[np.isfinite(array)]).max(initial=0))


def differing(got, expected):
    """Which elements differ, beyond the tolerance where they are floats."""
    if expected.dtype != np.float32:
        return got != expected
    close = np.isclose(got, expected, rtol=0, atol=TOLERANCE * largest(expected))
    return ~(close | (np.isnan(got) & np.isnan(expected)))


def nudged(array, rng):
    return np.asarray(array * (1 + rng.choice([-1, 0, 1], array.shape) * 2.0**-23), np.float32)


def moves_as_far(got, expected, others, bound=np.inf):
    """Whether results of slightly other numbers are as far from the expected ones as what we got, and within `bound`."""
    far = [np.zeros(a.shape) for a in expected]
    for other in others:
        far = [np.maximum(f, np.abs(a.astype(float) - b)) for f, a, b in zip(far, other, expected)]
    apart = [np.abs(a.astype(float) - b) for a, b in zip(got, expected)]
    holds = all((a <= np.minimum(FACTOR * f, bound * largest(b)))[differing(g, b)].all()
                for a, f, g, b in zip(apart, far, got, expected))
    return holds, f"apart {[float(a.max()) for a in apart]}, one ulp moves ONNX Runtime by {[float(f.max()) for f in far]}"


def of_moved_numbers(case, count):
    """ONNX Runtime's results for the graph with input and weights moved by one ulp."""
    model, rng = onnx.ModelProto.FromString(case.bytes(count)), np.random.default_rng(0)
    for _ in range(TRIES):
        other = onnx.ModelProto()
        other.CopyFrom(model)
        for constant in other.graph.initializer:
            if constant.data_type == TensorProto.FLOAT:
                constant.CopyFrom(numpy_helper.from_array(nudged(numpy_helper.to_array(constant), rng), constant.name))
        session = ort.InferenceSession(other.SerializeToString(), forms.plain_options(case.form),
                                       disabled_optimizers=forms.NOT_FOLLOWED)
        yield session.run(None, {"x0": nudged(case.x, rng)})


class Open:
    """ONNX Runtime's optimised graph, opened where floats pass from operator to operator.

    Each is multiplied by an input of the graph, and what a QuantizeLinear gets is moved by another: `of(...)` runs the
    graph with some of them changed.
    """

    def __init__(self, model, x):
        self.x, graph = x, model.graph
        self.constants = {c.name: numpy_helper.to_array(c) for c in graph.initializer}
        self.outputs = [output.name for output in graph.output]
        inside = [name for node in graph.node for name in node.output if name and name not in self.outputs]
        shown = onnx.ModelProto()
        shown.CopyFrom(model)
        shown.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inside)
        names = self.outputs + inside
        session = ort.InferenceSession(shown.SerializeToString(), forms.plain_options())
        self.values = dict(zip(names, session.run(names, {"x0": x})))
        self.floats = [name for name in inside if self.values[name].dtype == np.float32]
        self.halves, nodes = [], []
        for node in list(graph.node):
            if node.op_type == "QuantizeLinear" and node.input[0] in self.values:
                self.halves.append((node.input[0], node.input[1]))
                moved = f"moved {len(self.halves)}"
                nodes.append(helper.make_node("Add", [node.input[0], f"move {len(self.halves)}"], [moved]))
                node.input[0] = moved
            nodes.append(node)
            for at, name in enumerate(node.output):
                if name in self.floats:
                    node.output[at] += " exact"
                    nodes.append(helper.make_node("Mul", [node.output[at], f"scale {self.floats.index(name) + 1}"], [name]))
        del graph.node[:]
        graph.node.extend(nodes)
        inputs = [f"move {i + 1}" for i in range(len(self.halves))] + [f"scale {i + 1}" for i in range(len(self.floats))]
        graph.input.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in inputs)
        self.session = ort.InferenceSession(model.SerializeToString(), forms.plain_options())

    def of(self, changes):
        neutral = {f"move {i + 1}": np.zeros(1, np.float32) for i in range(len(self.halves))}
        neutral |= {f"scale {i + 1}": np.ones(1, np.float32) for i in range(len(self.floats))}
        return self.session.run(self.outputs, {"x0": self.x} | neutral | changes)

    def of_other_sides(self):
        """The results with each choice of values beside a half on the other side, few before many."""
        beside = []
        for number, (name, scale) in enumerate(self.halves):
            steps = self.values[name] / self.constants[scale]
            over = steps - np.floor(steps) - 0.5
            for at in np.argwhere(np.abs(over) <= 255 * TOLERANCE):
                step = steps[tuple(at)]
                across = np.copysign(510 * TOLERANCE, step - np.rint(step)) * np.ravel(self.constants[scale])[0]
                beside.append((abs(over[tuple(at)]), number, tuple(at), across))
        beside = sorted(beside)[:SIDES]
        for many in range(1, len(beside) + 1):
            for chosen in itertools.combinations(beside, many):
                changes = {}
                for _, number, at, across in chosen:
                    name = f"move {number + 1}"
                    changes.setdefault(name, np.zeros(self.values[self.halves[number][0]].shape, np.float32))[at] = across
                yield many, self.of(changes)

    def of_moved_floats(self):
        rng = np.random.default_rng(0)
        for _ in range(TRIES):
            yield self.of({f"scale {i + 1}": nudged(np.ones(self.values[name].shape, np.float32), rng)
                           for i, name in enumerate(self.floats)})


def explained(case, count, got, expected, folder):
    """Whether floats beside a border explain how the first `count` layers of a graph differ, and how."""
    path = f"{folder}/optimized.onnx"
    case.expected(count, optimized=path)
    model = onnx.load(path)
    os.remove(path)
    ops = sorted({node.op_type for node in model.graph.node})
    graph = Open(model, case.x)
    if case.form in forms.FLOATING:
        return moves_as_far(got, expected, itertools.chain(of_moved_numbers(case, count), graph.of_moved_floats()))
    for many, other in graph.of_other_sides():
        if not any(differing(a, b).any() for a, b in zip(got, other)):
            return True, f"{many} values of ONNX Runtime's beside a half explain it"
    holds, why = moves_as_far(got, expected, graph.of_moved_floats(), bound=1e-5)
    return holds, f"{why}\nONNX Runtime runs {ops}"
