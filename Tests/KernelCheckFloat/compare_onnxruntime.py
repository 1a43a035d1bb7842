# SPDX-License-Identifier: Apache-2.0
"""Float kernels against ONNX Runtime, one operator at a time: compare_onnxruntime.py KERNELS.so [PATH ...]

Prints the largest differences for each path (the numbers of q8.h) and fails where one is above its limit.
Needs onnx, onnxruntime and numpy.
"""
import ctypes
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

library = ctypes.CDLL(sys.argv[1])
paths = [int(p) for p in sys.argv[2:]] or [0]
random = np.random.default_rng(7)
failed = False
F = ctypes.POINTER(ctypes.c_float)
SIGMOID, TANH, RELU, HARD_SIGMOID, SOFTSIGN = 0, 1, 2, 6, 8


class Activation(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int), ("alpha", ctypes.c_float), ("beta", ctypes.c_float)]


class LSTM(ctypes.Structure):
    _fields_ = [("hidden", ctypes.c_size_t), ("f", Activation), ("g", Activation), ("h", Activation),
                ("clip", ctypes.c_float), ("input_forget", ctypes.c_int), ("peepholes", F)]


class GRU(ctypes.Structure):
    _fields_ = [("hidden", ctypes.c_size_t), ("f", Activation), ("g", Activation), ("clip", ctypes.c_float)]


def at(array):
    return array.ctypes.data_as(F) if array is not None else F()


def size(n):
    return ctypes.c_size_t(int(n))


def runtime(operator, inputs, outputs, opset=20, **attributes):
    """What ONNX Runtime makes of one node, single-threaded."""
    names = [name if value is not None else "" for name, value in inputs]
    given = [(n, v) for n, v in inputs if v is not None]
    graph = helper.make_graph(
        [helper.make_node(operator, names, outputs, **attributes)], "one",
        [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in given],
        [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs if o])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, dict(given))


def report(path, name, got, want, limit, floor=1.0):
    """Difference relative to max(floor, |want|)."""
    global failed
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    with np.errstate(invalid="ignore"):
        gap = np.where(same, 0, np.abs(got.astype(np.float64) - want))
    relative = (gap / np.maximum(floor, np.abs(want))).max()
    ulp = (gap / np.spacing(np.maximum(np.abs(want), np.float32(1e-30)))).max()
    bad = not relative <= limit
    failed |= bad
    print(f"  {name:34} absolute {gap.max():9.2e}  of max({floor:g}, |y|) {relative:9.2e}  {ulp:10.3g} ulp"
          f"{'   ABOVE ' + str(limit) if bad else ''}")


def functions(path):
    x = np.concatenate([np.linspace(-30, 30, 600_001), random.normal(0, 3, 400_000),
                        random.normal(0, 1, 100_000) * 10.0 ** random.integers(-20, 2, 100_000)]).astype(np.float32)
    for name, operator in [("exp", "Exp"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"), ("erf", "Erf")]:
        got = np.empty_like(x)
        getattr(library, "mw_f32_" + name)(path, at(x), size(x.size), at(got))
        want, = runtime(operator, [("x", x)], ["y"])
        inside = np.abs(x) < 1e-3 if name in ("tanh", "erf") else np.abs(x) < 5
        report(path, name, got, want, 5e-7, 1e-30 if name == "exp" else 1.0)
        where = " |x| < 1e-3" if name in ("tanh", "erf") else " |x| < 5"
        report(path, name + where, got[inside], want[inside], 1e-3, 1e-30)


def rows(path):
    for columns in (1, 3, 10, 16, 31, 64, 128, 500):
        x = random.normal(0, 4, (64, columns)).astype(np.float32)
        for operator, logarithm in (("Softmax", 0), ("LogSoftmax", 1)):
            got = np.empty_like(x)
            library.mw_f32_softmax(path, at(x), size(64), size(columns), logarithm, at(got))
            report(path, f"{operator} of {columns}", got, runtime(operator, [("x", x)], ["y"], axis=-1)[0], 1e-6,
                   1.0 if logarithm else 1e-30)
    for columns in (3, 16, 31, 64, 128, 512):
        x = random.normal(0.5, 2, (64, columns)).astype(np.float32)
        gain, bias = (random.normal(size=columns).astype(np.float32) for _ in range(2))
        got, mean, inverse = np.empty_like(x), np.empty(64, np.float32), np.empty(64, np.float32)
        library.mw_f32_layer_norm(path, at(x), size(64), size(columns), ctypes.c_float(1e-5), at(gain), at(bias),
                                  at(got), at(mean), at(inverse))
        want = runtime("LayerNormalization", [("x", x), ("g", gain), ("b", bias)], ["y", "m", "i"], axis=-1,
                       epsilon=1e-5)
        report(path, f"LayerNormalization of {columns}", got, want[0], 4e-6)
        report(path, "  mean", mean, want[1].ravel(), 1e-6)
        report(path, "  inverse deviation", inverse, want[2].ravel(), 4e-6, 1e-30)


def product(path, x, b, out):
    """out[j] += sum of x[k] * b[j][k], by the kernel."""
    b = np.ascontiguousarray(b)
    bytes_ = library.mw_f32_packed_bytes(path, size(1), size(b.shape[1]), size(b.shape[0]))
    raw = np.zeros(bytes_ + 64, np.uint8)
    start = -raw.ctypes.data % 64
    packed = raw[start:start + bytes_].view(np.float32)
    library.mw_f32_pack(path, at(b), ctypes.c_ssize_t(0), ctypes.c_ssize_t(1), ctypes.c_ssize_t(b.shape[1]),
                        size(1), size(b.shape[1]), size(b.shape[0]), at(packed))
    x = np.ascontiguousarray(x)
    library.mw_f32_accumulate(path, at(x), at(packed), size(b.shape[1]), size(b.shape[0]), at(out))


SETS = {"usual": ([SIGMOID, TANH, TANH], ["Sigmoid", "Tanh", "Tanh"]),
        "hard": ([HARD_SIGMOID, SOFTSIGN, RELU], ["HardSigmoid", "Softsign", "Relu"])}


def activation(kind):
    return Activation(kind, 0.2 if kind == HARD_SIGMOID else 0, 0.5 if kind == HARD_SIGMOID else 0)


def draw(*shape, scale=1.0):
    return (random.normal(size=shape) * scale).astype(np.float32)


def lstm(path, steps, inputs, hidden, kinds="usual", clip=0.0, input_forget=0, peephole=False):
    x, w = draw(steps, 1, inputs), draw(1, 4 * hidden, inputs, scale=inputs ** -0.5)
    r = draw(1, 4 * hidden, hidden, scale=hidden ** -0.5)
    b, p, c = draw(1, 8 * hidden), draw(1, 3 * hidden), draw(1, 1, hidden)
    h0 = draw(1, 1, hidden)
    attributes = {"clip": clip} if clip else {}
    want, _, want_c = runtime(
        "LSTM",
        [("x", x), ("w", w), ("r", r), ("b", b), ("s", None), ("h", h0), ("c", c), ("p", p if peephole else None)],
        ["y", "yh", "yc"], hidden_size=hidden, activations=SETS[kinds][1], input_forget=input_forget,
        **({"activation_alpha": [0.2], "activation_beta": [0.5]} if kinds == "hard" else {}), **attributes)
    how = LSTM(hidden, *[activation(k) for k in SETS[kinds][0]], clip, input_forget, at(p if peephole else None))
    h, cell, got = h0.ravel().copy(), c.ravel().copy(), np.empty((steps, hidden), np.float32)
    for t in range(steps):
        gates = (b[0, :4 * hidden] + b[0, 4 * hidden:]).copy()
        product(path, x[t, 0], w[0], gates)
        product(path, h, r[0], gates)
        library.mw_f32_lstm_step(path, ctypes.byref(how), at(gates), at(cell), at(h))
        got[t] = h
    name = f"LSTM {inputs}->{hidden} {kinds} clip {clip:g}{' forget' * input_forget}{' peep' * peephole}"
    report(path, name, got, want.reshape(steps, hidden), 2e-6)
    report(path, "  last cell", cell, want_c.ravel(), 2e-6)


def gru(path, steps, inputs, hidden, before_reset, kinds="usual", clip=0.0):
    x, w = draw(steps, 1, inputs), draw(1, 3 * hidden, inputs, scale=inputs ** -0.5)
    r = draw(1, 3 * hidden, hidden, scale=hidden ** -0.5)
    b, h0 = draw(1, 6 * hidden), draw(1, 1, hidden)
    attributes = {"clip": clip} if clip else {}
    want, _ = runtime(
        "GRU", [("x", x), ("w", w), ("r", r), ("b", b), ("s", None), ("h", h0)], ["y", "yh"], hidden_size=hidden,
        activations=SETS[kinds][1][:2], linear_before_reset=before_reset,
        **({"activation_alpha": [0.2], "activation_beta": [0.5]} if kinds == "hard" else {}), **attributes)
    how = GRU(hidden, *[activation(k) for k in SETS[kinds][0][:2]], clip)
    h, got, two = h0.ravel().copy(), np.empty((steps, hidden), np.float32), 2 * hidden
    wb, rb = b[0, :3 * hidden], b[0, 3 * hidden:]
    for t in range(steps):
        gates = wb.copy()
        gates[:two] += rb[:two]
        product(path, x[t, 0], w[0], gates)
        sums = np.ascontiguousarray(gates[:two])
        product(path, h, r[0, :two], sums)
        gates[:two] = sums
        recurrent = rb[two:].copy()
        if before_reset:
            product(path, h, r[0, two:], recurrent)
        else:
            reset = np.empty(hidden, np.float32)
            library.mw_f32_gru_reset(path, ctypes.byref(how), at(gates), at(h), at(reset))
            product(path, reset, r[0, two:], recurrent)
            gates[two:] += recurrent
        library.mw_f32_gru_step(path, ctypes.byref(how), at(gates), at(recurrent if before_reset else None), at(h))
        got[t] = h
    name = f"GRU {inputs}->{hidden} {kinds} before {before_reset} clip {clip:g}"
    report(path, name, got, want.reshape(steps, hidden), 2e-6)


library.mw_f32_packed_bytes.restype = ctypes.c_size_t
print(f"onnxruntime {onnxruntime.__version__}, onnx {onnx.__version__}")
for path in paths:
    print(f"path {path}")
    functions(path)
    rows(path)
    lstm(path, 40, 32, 64)
    lstm(path, 40, 5, 19)
    lstm(path, 20, 7, 33, peephole=True)
    lstm(path, 20, 7, 33, clip=0.5)
    lstm(path, 20, 7, 33, input_forget=1)
    lstm(path, 20, 7, 33, kinds="hard", clip=0.7, peephole=True)
    for before_reset in (0, 1):
        gru(path, 40, 32, 64, before_reset)
        gru(path, 40, 5, 19, before_reset)
        gru(path, 20, 7, 33, before_reset, clip=0.5)
        gru(path, 20, 7, 33, before_reset, kinds="hard")
sys.exit(failed)
