# SPDX-License-Identifier: Apache-2.0
"""Random graphs of one to eight layers, without a number format yet: shapes, attributes and float weights."""
import dataclasses

import numpy as np


@dataclasses.dataclass
class Layer:
    op: str
    inputs: list  # numbers of values; value 0 is the graph's input, value i + 1 the output of layer i
    attributes: dict = dataclasses.field(default_factory=dict)
    weights: dict = dataclasses.field(default_factory=dict)  # "W", "B" or "C" (a constant operand): float arrays


class Graph:
    """Layers and the shape of every value."""

    def __init__(self, rng, size, recurrent=False):
        self.rng = rng
        self.layers = []
        self.shapes = [self._start()]
        while len(self.layers) < size:
            self._grow(recurrent)

    def leaves(self, count):
        """Values that nothing reads among the first `count` layers."""
        read = {i for layer in self.layers[:count] for i in layer.inputs}
        return [v for v in range(1, count + 1) if v not in read]

    # shapes

    def _pick(self, *options):
        return options[self.rng.integers(len(options))]

    def _length(self, most):
        """Mostly small, now and then just beside a multiple of a vector's length."""
        if self.rng.random() < 0.25:
            return int(np.clip(self._pick(8, 16, 32, 64) + self.rng.integers(-1, 2), 1, most))
        return int(self.rng.integers(1, most + 1))

    def _start(self):
        batch = int(self.rng.integers(1, 4)) if self.rng.random() < 0.4 else 1
        kind = self._pick("dense", "signal", "signal", "image", "tokens")
        if kind == "dense":
            return [batch, self._length(140)]
        if kind == "signal":
            return [batch, self._length(20), self._length(130)]
        if kind == "image":
            return [batch, self._length(9), self._length(14) + 2, self._length(14) + 2]
        return [batch, self._length(24), self._length(48)]

    # layers

    def _grow(self, recurrent):
        """Adds a layer that fits the newest value, or now and then an older one."""
        value = len(self.shapes) - 1
        if self.rng.random() < 0.15:
            value = int(self.rng.integers(len(self.shapes)))
        shape = self.shapes[value]
        choices = ["Relu", "LeakyRelu", "Sigmoid", "Softmax", "Clip", "Tanh", "add", "mul", "AddC", "MulC", "Concat",
                   "Slice", "Reshape", "Transpose"]
        rank = len(shape)
        if rank == 2:
            choices += ["Gemm"] * 7 + ["MatMul"] * 4
        if rank >= 3:
            choices += ["Conv"] * 10 + ["MaxPool", "MaxPool", "AveragePool", "AveragePool", "GlobalAveragePool"]
            choices += ["MatMul", "MatMul", "attention", "ReduceMean"]
        if rank == 3:
            choices += ["LayerNormalization"] + (["LSTM", "GRU"] * 4 if recurrent else [])
        op = choices[self.rng.integers(len(choices))]
        method = getattr(self, "_" + op, None) or (lambda v, s: self._plain(op, v, s))
        made = method(value, shape)
        if made:
            layer, result = made
            if 0 < np.prod(result) <= 20_000:
                self.layers.append(layer)
                self.shapes.append([int(n) for n in result])

    def _normal(self, *shape, gain=1.0):
        return (self.rng.standard_normal(shape) * gain).astype(np.float32)

    def _plain(self, op, value, shape):
        return Layer(op, [value]), shape

    def _LeakyRelu(self, value, shape):
        return Layer("LeakyRelu", [value], dict(alpha=float(self._pick(0.01, 0.1, 0.3)))), shape

    def _Clip(self, value, shape):
        low = float(self._pick(0.0, -1.0))
        return Layer("Clip", [value], dict(low=low, high=low + float(self._pick(1.0, 6.0)))), shape

    def _Softmax(self, value, shape):
        return Layer("Softmax", [value], dict(axis=self._pick(-1, -1, len(shape) - 1, 1))), shape

    def _Gemm(self, value, shape):
        out, transposed = self._length(70), int(self.rng.random() < 0.6)
        weights = self._normal(shape[1], out, gain=shape[1] ** -0.5)
        layer = Layer("Gemm", [value], dict(transB=transposed), {"W": weights.T.copy() if transposed else weights})
        if self.rng.random() < 0.8:
            layer.weights["B"] = self._normal(out, gain=0.3)
        return layer, [shape[0], out]

    def _MatMul(self, value, shape):
        out = self._length(50)
        weights = self._normal(shape[-1], out, gain=shape[-1] ** -0.5)
        return Layer("MatMul", [value], {}, {"W": weights}), shape[:-1] + [out]

    def _attention(self, value, shape):
        """A product of two activations: with another value that fits, or none."""
        fits = [v for v, s in enumerate(self.shapes) if len(s) == len(shape) and s[:-2] == shape[:-2] and s[-2] == shape[-1]]
        if not fits:
            order = list(range(len(shape)))
            order[-2:] = order[:-3:-1]
            return Layer("Transpose", [value], dict(perm=order)), shape[:-2] + shape[:-3:-1]
        other = fits[self.rng.integers(len(fits))]
        return Layer("MatMul", [value, other]), shape[:-1] + [self.shapes[other][-1]]

    def _window(self, shape):
        """Kernel, strides, dilations and pads along each axis that a window slides over, with the output's lengths."""
        result = dict(kernel_shape=[], strides=[], dilations=[], pads=[[], []]), []
        attributes, lengths = result
        for length in shape[2:]:
            kernel = int(self.rng.integers(1, min(9 if len(shape) == 3 else 5, length) + 1))
            stride = int(self._pick(1, 1, 1, 2, 3))
            dilation = int(self._pick(1, 1, 1, 2, 4)) if kernel > 1 else 1
            reach = (kernel - 1) * dilation
            first, last = (int(self.rng.integers(0, reach + 1)), int(self.rng.integers(0, reach + 1)))
            if self.rng.random() < 0.3:
                first, last = (reach, 0) if self.rng.random() < 0.5 else (0, 0)
            if length + first + last < reach + 1:
                first = reach
            attributes["kernel_shape"].append(kernel)
            attributes["strides"].append(stride)
            attributes["dilations"].append(dilation)
            attributes["pads"][0].append(first)
            attributes["pads"][1].append(last)
            lengths.append((length + first + last - reach - 1) // stride + 1)
        attributes["pads"] = attributes["pads"][0] + attributes["pads"][1]
        return result

    def _Conv(self, value, shape):
        attributes, lengths = self._window(shape)
        divisors = [g for g in range(1, shape[1] + 1) if shape[1] % g == 0]
        groups = shape[1] if self.rng.random() < 0.2 else int(self._pick(*divisors)) if self.rng.random() < 0.25 else 1
        out = groups * max(1, self._length(36) // groups)
        fan = shape[1] // groups * int(np.prod(attributes["kernel_shape"]))
        weights = {"W": self._normal(out, shape[1] // groups, *attributes["kernel_shape"], gain=fan ** -0.5)}
        if self.rng.random() < 0.8:
            weights["B"] = self._normal(out, gain=0.3)
        return Layer("Conv", [value], dict(group=groups, **attributes), weights), [shape[0], out] + lengths

    def _pool(self, op, value, shape):
        attributes, lengths = self._window(shape)
        if any(2 * p > k for p, k in zip(attributes["pads"], attributes["kernel_shape"] * 2)):
            return None
        attributes["dilations"] = [1] * len(lengths)
        reach = [k - 1 for k in attributes["kernel_shape"]]
        pads = attributes["pads"]
        lengths = [(n + a + b - r - 1) // s + 1 for n, a, b, r, s in zip(
            shape[2:], pads, pads[len(reach):], reach, attributes["strides"])]
        if op == "AveragePool":
            del attributes["dilations"]
            attributes["count_include_pad"] = int(self.rng.random() < 0.5)
        return Layer(op, [value], attributes), shape[:2] + lengths

    def _MaxPool(self, value, shape):
        return self._pool("MaxPool", value, shape)

    def _AveragePool(self, value, shape):
        return self._pool("AveragePool", value, shape)

    def _GlobalAveragePool(self, value, shape):
        return Layer("GlobalAveragePool", [value]), shape[:2] + [1] * (len(shape) - 2)

    def _ReduceMean(self, value, shape):
        return Layer("ReduceMean", [value], dict(axes=[-1], keepdims=1)), shape[:-1] + [1]

    def _LayerNormalization(self, value, shape):
        weights = {"W": 1 + self._normal(shape[-1], gain=0.2), "B": self._normal(shape[-1], gain=0.2)}
        return Layer("LayerNormalization", [value], dict(axis=-1), weights), shape

    def _LSTM(self, value, shape, gates=4, op="LSTM"):
        hidden, both = self._length(24), self._pick("forward", "reverse", "bidirectional")
        ways = 2 if both == "bidirectional" else 1
        weights = {"W": self._normal(ways, gates * hidden, shape[2], gain=shape[2] ** -0.5),
                   "R": self._normal(ways, gates * hidden, hidden, gain=hidden ** -0.5)}
        if self.rng.random() < 0.7:
            weights["B"] = self._normal(ways, 2 * gates * hidden, gain=0.3)
        attributes = dict(hidden_size=hidden, direction=both)
        if op == "GRU":
            attributes["linear_before_reset"] = int(self.rng.random() < 0.5)
        return Layer(op, [value], attributes, weights), [shape[0], ways, shape[1], hidden]

    def _GRU(self, value, shape):
        return self._LSTM(value, shape, 3, "GRU")

    def _two(self, op, value, shape):
        fits = [v for v, s in enumerate(self.shapes) if s == shape and v != value] or [value]
        return Layer(op, [value, fits[self.rng.integers(len(fits))]]), shape

    def _add(self, value, shape):
        return self._two("Add", value, shape)

    def _mul(self, value, shape):
        return self._two("Mul", value, shape)

    def _constant(self, op, value, shape):
        kept = [n if self.rng.random() < 0.6 else 1 for n in shape]
        return Layer(op, [value], {}, {"C": self._normal(*kept)}), shape

    def _AddC(self, value, shape):
        return self._constant("Add", value, shape)

    def _MulC(self, value, shape):
        return self._constant("Mul", value, shape)

    def _Concat(self, value, shape):
        axis = int(self.rng.integers(1, len(shape)))
        apart = lambda s: s[:axis] + s[axis + 1:]
        fits = [v for v, s in enumerate(self.shapes) if len(s) == len(shape) and apart(s) == apart(shape)]
        parts = [value] + [int(self._pick(*fits)) for _ in range(self.rng.integers(1, 3))]
        total = sum(self.shapes[v][axis] for v in parts)
        return Layer("Concat", parts, dict(axis=axis)), shape[:axis] + [total] + shape[axis + 1:]

    def _Slice(self, value, shape):
        axis = int(self.rng.integers(1, len(shape)))
        if shape[axis] < 2:
            return None
        start = int(self.rng.integers(0, shape[axis] - 1))
        end, step = int(self.rng.integers(start + 1, shape[axis] + 1)), int(self._pick(1, 1, 2))
        attributes = dict(start=start, end=end, axis=axis, step=step)
        return Layer("Slice", [value], attributes), shape[:axis] + [-(-(end - start) // step)] + shape[axis + 1:]

    def _Reshape(self, value, shape):
        if len(shape) > 2:
            cut = int(self.rng.integers(1, len(shape)))
            result = shape[:cut] + [int(np.prod(shape[cut:]))]
        else:
            parts = [d for d in range(1, shape[1] + 1) if shape[1] % d == 0]
            part = int(self._pick(*parts))
            result = [shape[0], part, shape[1] // part]
        return Layer("Reshape", [value], dict(shape=result)), result

    def _Transpose(self, value, shape):
        order = [0] + [int(i) for i in 1 + self.rng.permutation(len(shape) - 1)]
        return Layer("Transpose", [value], dict(perm=order)), [shape[i] for i in order]
