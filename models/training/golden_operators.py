# SPDX-License-Identifier: Apache-2.0
"""Golden vectors for the operators of networks, made by ONNX Runtime on one thread in its exact mode.

    python models/training/golden_operators.py

Writes models/golden/operators.json. `cases` are models of one node or a few with inputs and outputs: what the ONNX
node tests leave out, like sequences of several lengths, groups, computed weights and dynamic quantization.
`refused` are models that a loader has to turn down, and a part of what it has to say.
"""
import base64
import json
import pathlib

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "golden" / "operators.json"
rng = np.random.default_rng(20261123)
MS = "com.microsoft"


def f(*shape, scale=1.0):
    return np.asarray(rng.standard_normal(shape) * scale, np.float32)


def whole(kind, *shape):
    info = np.iinfo(kind)
    return rng.integers(info.min, info.max, shape, endpoint=True).astype(kind)


def node(op, inputs, outputs, **attributes):
    domain, _, name = op.rpartition(".")
    return helper.make_node(name, inputs, outputs, domain=domain, **attributes)


def model(nodes, inputs, constants, outputs, opset=21):
    graph = helper.make_graph(
        nodes,
        "golden",
        [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in inputs.items()],
        [onnx.ValueInfoProto(name=n) for n in outputs],
        [numpy_helper.from_array(a, n) for n, a in constants.items()],
    )
    sets = [helper.make_opsetid("", opset), helper.make_opsetid(MS, 1)]
    return helper.make_model(graph, opset_imports=sets, ir_version=10).SerializeToString()


def tensor(array):
    kind = {"float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7}[str(array.dtype)]
    return {"type": kind, "shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode()}


cases, refused = [], []


def add(name, nodes, inputs, constants=None, outputs=("y",), opset=21):
    data = model(nodes if isinstance(nodes, list) else [nodes], inputs, constants or {}, outputs, opset)
    options = ort.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.intra_op_num_threads = 1
    results = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"]).run(None, inputs)
    cases.append({
        "name": name,
        "model": base64.b64encode(data).decode(),
        "inputs": [tensor(a) for a in inputs.values()],
        "outputs": [tensor(np.asarray(r)) for r in results],
    })


def refuse(name, nodes, inputs, constants, reason, opset=21):
    data = model([nodes], inputs, constants, ["y"], opset)
    refused.append({"name": name, "model": base64.b64encode(data).decode(), "reason": reason})


def products():
    conv = node("Conv", ["x", "w", "b"], ["y"], dilations=[3], pads=[6, 0])
    add("causal convolution", conv, {"x": f(2, 5, 19)}, {"w": f(7, 5, 3), "b": f(7)})
    conv = node("Conv", ["x", "w"], ["y"], strides=[2, 1], dilations=[1, 2], pads=[1, 0, 2, 3])
    add("convolution in two axes", conv, {"x": f(2, 3, 9, 8)}, {"w": f(17, 3, 3, 2)})
    conv = node("Conv", ["x", "w", "b"], ["y"], group=3, strides=[2], auto_pad="SAME_LOWER")
    add("convolution in groups", conv, {"x": f(1, 6, 14)}, {"w": f(9, 2, 4), "b": f(9)})
    conv = node("Conv", ["x", "w", "b"], ["y"], group=11, pads=[1, 1, 1, 1], strides=[1, 2])
    add("depthwise convolution", conv, {"x": f(2, 11, 6, 7)}, {"w": f(11, 1, 3, 3), "b": f(11)})
    conv = node("Conv", ["x", "w"], ["y"], group=4)
    add("depthwise convolution that doubles", conv, {"x": f(1, 4, 9)}, {"w": f(8, 1, 3)})
    conv = node("Conv", ["x", "w"], ["y"], pads=[1, 0, 1, 0, 1, 1])
    add("convolution in three axes", conv, {"x": f(1, 2, 4, 5, 6)}, {"w": f(3, 2, 2, 3, 2)})
    add("convolution with computed weights", conv, {"x": f(1, 2, 4, 5, 6), "w": f(3, 2, 2, 3, 2)})
    turned = node("ConvTranspose", ["x", "w", "b"], ["y"], group=2, strides=[2, 3], pads=[1, 0, 0, 1], output_padding=[1, 2])
    add("transposed convolution", turned, {"x": f(2, 6, 4, 5)}, {"w": f(6, 5, 3, 2), "b": f(10)})
    add("vector by matrices", node("MatMul", ["x", "w"], ["y"]), {"x": f(13)}, {"w": f(3, 13, 6)})
    add("computed matrices", node("MatMul", ["x", "w"], ["y"]), {"x": f(2, 1, 5, 33), "w": f(3, 33, 21)})
    for kind in (np.int32, np.int64):
        add(f"{kind.__name__} matrices", node("MatMul", ["x", "w"], ["y"]), {"x": whole(kind, 3, 4), "w": whole(kind, 4, 2)})
    gemm = node("Gemm", ["x", "w", "c"], ["y"], alpha=0.7, beta=1.3, transA=1, transB=1)
    add("product with a column", gemm, {"x": f(18, 4)}, {"w": f(9, 18), "c": f(4, 1)})
    add("product with a row", gemm, {"x": f(18, 4)}, {"w": f(9, 18), "c": f(9)})
    add("fused product", node(MS + ".FusedMatMul", ["x", "w"], ["y"], alpha=0.25, transB=1), {"x": f(2, 4, 8), "w": f(2, 5, 8)})


def pools():
    pool = dict(kernel_shape=[3, 2], strides=[2, 2], dilations=[1, 2], pads=[1, 0, 1, 1], ceil_mode=1)
    add("largest with places", node("MaxPool", ["x"], ["y", "i"], **pool), {"x": f(2, 3, 8, 9)}, outputs=("y", "i"))
    add("largest of int8", node("MaxPool", ["x"], ["y"], **pool), {"x": whole(np.int8, 2, 3, 8, 9)})
    for counted in (0, 1):
        average = node("AveragePool", ["x"], ["y"], count_include_pad=counted, **pool)
        add(f"means, padding {counted}", average, {"x": f(2, 3, 8, 9)})
    add("norms", node("LpPool", ["x"], ["y"], kernel_shape=[3], p=3, pads=[1, 1]), {"x": f(1, 2, 9)})
    for op in ("GlobalAveragePool", "GlobalMaxPool"):
        conv = node("Conv", ["x", "w"], ["c"])
        add(op, [conv, node(op, ["c"], ["y"])], {"x": f(2, 3, 21)}, {"w": f(5, 3, 3)})


def norms():
    c = {n: f(5) for n in ("s", "b", "m")} | {"v": np.abs(f(5)) + np.float32(0.1)}
    norm = node("BatchNormalization", ["c", "s", "b", "m", "v"], ["y"])
    add("normalized convolution", [node("Conv", ["x", "w"], ["c"]), norm], {"x": f(2, 3, 9)}, {"w": f(5, 3, 2)} | c)
    norm = node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])
    add("normalized with computed statistics", norm, {"x": f(2, 5, 3)} | c)
    norm = node("LayerNormalization", ["x", "s", "b"], ["y", "m", "d"], axis=1)
    add("normalized layers", norm, {"x": f(3, 7, 5)}, {"s": f(7, 5), "b": f(7, 5)}, outputs=("y", "m", "d"))
    norm = node("InstanceNormalization", ["x", "s", "b"], ["y"])
    add("normalized instances", norm, {"x": f(2, 5, 4, 3)}, {"s": f(5), "b": f(5)})
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        add(f"{op} of an inner axis", node(op, ["x"], ["y"], axis=1), {"x": f(2, 9, 5, scale=4)})


def recurrent():
    # Directions, weights, what else: names in the order of the operator's inputs.
    def cell(op, gates, directions, size=(5, 3, 6, 11), **attributes):
        steps, batch, inputs, hidden = size
        return {
            "op": op, "attributes": dict(hidden_size=hidden, **attributes), "x": f(steps, batch, inputs),
            "w": f(directions, gates * hidden, inputs, scale=0.5), "r": f(directions, gates * hidden, hidden, scale=0.5),
            "b": f(directions, 2 * gates * hidden, scale=0.5), "l": np.array([5, 2, 4], np.int32)[:batch],
            "h": f(directions, batch, hidden), "c": f(directions, batch, hidden), "p": f(directions, 3 * hidden, scale=0.5),
        }

    def run(name, cell, inputs, outputs):
        constants = {n: cell[n] for n in inputs if n and n != "x"}
        add(name, node(cell["op"], inputs, outputs, **cell["attributes"]), {"x": cell["x"]}, constants, [o for o in outputs if o])

    both = dict(direction="bidirectional")
    run("LSTM both ways, lengths, peepholes", cell("LSTM", 4, 2, **both), ["x", "w", "r", "b", "l", "h", "c", "p"], ["y", "yh", "yc"])
    other = dict(activations=["HardSigmoid", "Softsign", "Elu"], activation_alpha=[0.3, 0.7], activation_beta=[0.4])
    run("LSTM with other activations", cell("LSTM", 4, 1, clip=0.8, input_forget=1, **other), ["x", "w", "r"], ["", "yh", "yc"])
    for linear in (0, 1):
        backward = cell("GRU", 3, 1, direction="reverse", linear_before_reset=linear)
        run(f"GRU backward, {linear}", backward, ["x", "w", "r", "b", "l", "h"], ["y", "yh"])
    run("RNN both ways", cell("RNN", 1, 2, activations=["Tanh", "Sigmoid"], **both), ["x", "w", "r", "b", "l"], ["y", "yh"])
    for name, kind, columns in (("", np.int8, False), (" by channel", np.int8, True), (" of uint8", np.uint8, False)):
        quantized = cell(MS + ".DynamicQuantizeLSTM", 4, 2, (4, 2, 19, 13), **both)
        shape = (2, 52) if columns else (2,)
        quantized |= {"w": whole(kind, 2, 19, 52), "r": whole(kind, 2, 13, 52), "l": np.array([4, 2], np.int32)}
        quantized |= {n: np.abs(f(*shape, scale=0.005)) + np.float32(0.001) for n in ("ws", "rs")}
        quantized |= {n: np.full(shape, 0 if kind == np.int8 else 120, kind) for n in ("wz", "rz")}
        inputs = ["x", "w", "r", "b", "l", "h", "c", "p", "ws", "wz", "rs", "rz"]
        run("INT8 LSTM" + name, quantized, inputs, ["y", "yh", "yc"])


def quantization():
    for kind in (np.uint8, np.int8, np.uint16, np.int16):
        c = {"s": np.abs(f(4)) + np.float32(0.01), "z": whole(kind, 4)}
        both = [node("QuantizeLinear", ["x", "s", "z"], ["q"], axis=1), node("DequantizeLinear", ["q", "s", "z"], ["y"], axis=1)]
        add(f"{kind.__name__} by channel", both, {"x": f(3, 4, 5, scale=40)}, c, ["q", "y"])
        c = {"s": np.float32(0.25), "z": whole(kind)}
        # Halves, to be rounded to even, and values out of range.
        x = np.concatenate([np.arange(-20, 20, dtype=np.float32) * np.float32(0.125), f(9, scale=1e5)])
        add(f"{kind.__name__} of all", both, {"x": x}, c, ["q", "y"])
    blocks = node("DequantizeLinear", ["x", "s", "z"], ["y"], axis=1, block_size=3)
    add("blocks", blocks, {"x": whole(np.int8, 2, 7, 2)}, {"s": f(2, 3, 2), "z": whole(np.int8, 2, 3, 2)})
    add("int32", node("DequantizeLinear", ["x", "s"], ["y"]), {"x": whole(np.int32, 2, 3)}, {"s": np.float32(0.01)})
    dynamic = node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"])
    for name, x in (("", f(4, 9)), (" above 0", np.abs(f(4, 9)) + 1), (" of zeros", np.zeros((2, 3), np.float32))):
        add("dynamic quantization" + name, dynamic, {"x": np.asarray(x, np.float32)}, outputs=("y", "s", "z"))


def refusals():
    x, w = {"x": f(1, 4, 9)}, {"w": f(6, 4, 3)}
    for name, reason, attributes in (
        ("groups that do not divide", "in 3 groups", dict(group=3)),
        ("no groups", "in 0 groups", dict(group=0)),
        ("a stride of 0", "out of range", dict(strides=[0])),
        ("a huge dilation", "out of range", dict(dilations=[1 << 62])),
        ("a negative pad", "out of range", dict(pads=[-1, 0])),
        ("a window that is too long", "a window of 17 over 9 positions", dict(dilations=[8])),
        ("another kernel", "kernel_shape [5]", dict(kernel_shape=[5])),
        ("padding of another mode", "auto_pad SAME", dict(auto_pad="SAME")),
    ):
        refuse(name, node("Conv", ["x", "w"], ["y"], **attributes), x, w, reason)
    refuse("matrices that do not fit", node("MatMul", ["x", "w"], ["y"]), x, {"w": f(8, 3)}, "do not fit")
    refuse("a bias that does not broadcast", node("Gemm", ["x", "w", "c"], ["y"]), {"x": f(2, 3)}, {"w": f(3, 4), "c": f(3)}, "does not broadcast")
    refuse("an axis that is not there", node("Softmax", ["x"], ["y"], axis=3), x, {}, "axis 3")
    refuse("a pool without a window", node("MaxPool", ["x"], ["y"]), x, {}, "kernel_shape")
    refuse("training", node("BatchNormalization", ["x", "s", "s", "s", "s"], ["y"], training_mode=1), x, {"s": f(4)}, "training_mode")
    refuse("gates that do not fit", node("LSTM", ["x", "w", "r"], ["y"], hidden_size=2), x, {"w": f(1, 8, 9), "r": f(1, 7, 2)}, "weights of shapes")
    refuse("an unknown activation", node("RNN", ["x", "w", "r"], ["y"], activations=["Sine"]), x, {"w": f(1, 2, 9), "r": f(1, 2, 2)}, "activation Sine")
    refuse("scales of another axis", node("QuantizeLinear", ["x", "s"], ["y"], axis=2), x, {"s": f(4)}, "4 scales for an axis of 9")


def tails():
    """Convolutions of which a part of the positions is read."""
    for name, dilations, strides, reads in (
        ("the last position of dilated convolutions", (1, 2, 4, 8), (1, 1, 1, 1), [(-1, 1 << 40, 1)]),
        ("every second position from the fifth", (3, 1, 2), (1, 2, 1), [(4, 1 << 40, 2)]),
        ("two stretches", (2, 5), (1, 1), [(3, 5, 1), (20, 29, 3)]),
    ):
        channels, values, last = 6, {"s": np.float32(0.05), "z": np.uint8(120)}, "q"
        nodes = [node("QuantizeLinear", ["x", "s", "z"], [last])]
        for i, (dilation, stride) in enumerate(zip(dilations, strides)):
            values |= {f"w{i}": whole(np.int8, channels, channels, 3), f"ws{i}": np.float32(0.002), f"wz{i}": np.int8(0)}
            weights = [f"w{i}", f"ws{i}", f"wz{i}"]
            nodes.append(node("QLinearConv", [last, "s", "z", *weights, "s", "z"], [f"c{i}"],
                              dilations=[dilation], strides=[stride], pads=[2 * dilation, 0]))
            both = [last, "s", "z", f"c{i}", "s", "z", "s", "z"]
            if stride == 1:
                nodes.append(node(MS + ".QLinearAdd", both, [f"a{i}"]))
            last = f"a{i}" if stride == 1 else f"c{i}"
        outputs = [f"y{i}" for i in range(len(reads))]
        for i, (start, end, step) in enumerate(reads):
            values |= {f"{n}{i}": np.array([v]) for n, v in (("from", start), ("to", end), ("axis", 2), ("step", step))}
            nodes.append(node("Slice", [last, f"from{i}", f"to{i}", f"axis{i}", f"step{i}"], [f"part{i}"]))
            nodes.append(node("DequantizeLinear", [f"part{i}", "s", "z"], [f"y{i}"]))
        add(name, nodes, {"x": f(1, channels, 30)}, values, outputs)


if __name__ == "__main__":
    for part in (products, pools, norms, recurrent, quantization, refusals, tails):
        part()
    OUT.write_text(json.dumps({"cases": cases, "refused": refused}, indent=0) + "\n")
    print(f"{len(cases)} cases, {len(refused)} refusals, {OUT.stat().st_size} bytes")
