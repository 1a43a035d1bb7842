# SPDX-License-Identifier: Apache-2.0
"""Golden vectors for the INT8 engine, made by ONNX Runtime in its exact mode.

    python models/training/golden_engine.py [folder of the peers' models]

Writes models/golden/dense.json: small random QDQ graphs, every layer width odd or even, int8 and uint8, per
tensor and per channel, Gemm and MatMul, with and without bias. With the folder of the peers' models it also
writes models/golden/ad.json for `ad_qdq_*.onnx`, without the models. Each case is golden vectors as
`millwright model verify` reads them, with its model or the name of its file.
"""
import base64
import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper

OUT = pathlib.Path(__file__).resolve().parent.parent / "golden"
rng = np.random.default_rng(20261123)


def session(model):
    options = ort.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def lcg(seed, count, scale):
    """Cheap noise: uniform in [-scale, scale)."""
    out = np.empty(count, np.float32)
    state = seed
    for i in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = np.float32(np.float32((state >> 8) / 8388608.0 - 1.0) * np.float32(scale))
    return out


def vectors(run, x):
    """The windows `x`, and what the session makes of each."""
    y = np.stack([run.run(None, {"input": row[None]})[0][0] for row in x])
    encode = lambda a: base64.b64encode(np.ascontiguousarray(a, "<f4").tobytes()).decode()
    return {"onnxruntime": ort.__version__, "windows": len(x), "inputs": encode(x), "outputs": encode(y)}


class Graph:
    def __init__(self, signed, raw):
        self.raw = raw
        self.nodes, self.constants = [], []
        self.kind = TensorProto.INT8 if signed else TensorProto.UINT8
        self.lowest = -128 if signed else 0

    def constant(self, name, value, kind):
        value = np.asarray(value).astype(helper.tensor_dtype_to_np_dtype(kind))
        data = value.tobytes() if self.raw else value.flatten().tolist()
        self.constants.append(helper.make_tensor(name, kind, value.shape, data, raw=self.raw))
        return name

    def activation(self, name, raw, scale, zero):
        s = self.constant(f"{name}_scale", np.float32(scale), TensorProto.FLOAT)
        z = self.constant(f"{name}_zero", zero, self.kind)
        self.nodes.append(helper.make_node("QuantizeLinear", [raw, s, z], [f"{name}_q"], f"{name}_Q"))
        self.nodes.append(helper.make_node("DequantizeLinear", [f"{name}_q", s, z], [f"{name}_dq"], f"{name}_DQ"))
        return f"{name}_dq"


def dense_model(signed, per_channel, form, widths, float_end, raw):
    """A chain of dense layers; `form` is gemm, gemm_t, matmul or matmul_add."""
    g = Graph(signed, raw)
    scale = np.float32(rng.uniform(0.01, 0.05))
    value = g.activation("x", "input", scale, int(rng.integers(-128, 128) if signed else rng.integers(0, 256)))
    for i, (k, n) in enumerate(zip(widths, widths[1:])):
        w = rng.integers(-127, 128, (n, k))
        ws = rng.uniform(0.002, 0.01, n if per_channel else 1).astype(np.float32)
        axis, stored = (0, w) if form == "gemm_t" else (1, w.T)
        shape = ws if per_channel else ws[0]
        s = g.constant(f"w{i}_scale", shape, TensorProto.FLOAT)
        z = g.constant(f"w{i}_zero", np.zeros_like(shape, np.int32), TensorProto.INT8)
        q = g.constant(f"w{i}_q", stored, TensorProto.INT8)
        extra = {"axis": axis} if per_channel else {}
        g.nodes.append(helper.make_node("DequantizeLinear", [q, s, z], [f"w{i}"], f"w{i}_DQ", **extra))
        inputs, op = [value, f"w{i}"], "MatMul" if form.startswith("matmul") else "Gemm"
        if form in ("gemm", "gemm_t"):
            bs = (scale * ws).astype(np.float32)
            b = g.constant(f"b{i}_q", rng.integers(-3000, 3000, n), TensorProto.INT32)
            bscale = g.constant(f"b{i}_scale", bs if per_channel else bs[0], TensorProto.FLOAT)
            extra = {"axis": 0} if per_channel else {}
            g.nodes.append(helper.make_node("DequantizeLinear", [b, bscale], [f"b{i}"], f"b{i}_DQ", **extra))
            inputs.append(f"b{i}")
        attributes = {"transB": 1} if form == "gemm_t" else {}
        last = i == len(widths) - 2
        result = "output" if last and float_end else f"y{i}_sum"
        g.nodes.append(helper.make_node(op, inputs, [result], f"dense{i}", **attributes))
        if last and float_end:
            break
        spread = float(scale) * float(ws.max()) * 75 * 75 * np.sqrt(k) * 4 / 255
        scale = np.float32(spread)
        value = g.activation(f"y{i}", result, scale, int(rng.integers(-128, 20) if signed else rng.integers(0, 150)))
        if last:
            g.nodes[-1].output[0] = "output"
    graph = helper.make_graph(
        g.nodes, "dense",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, widths[0]])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, widths[-1]])], g.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def engine_cases():
    cases = []
    shapes = [(1, 1), (2, 3), (7, 8), (9, 31), (16, 32), (17, 33), (40, 5, 40), (33, 63, 12), (12, 65, 3)]
    for signed in (True, False):
        for per_channel in (True, False):
            for form in ("gemm", "gemm_t", "matmul"):
                for float_end in (False, True):
                    widths = shapes[len(cases) % len(shapes)]
                    model = dense_model(signed, per_channel, form, widths, float_end, raw=len(cases) % 3 == 0)
                    x = np.stack([lcg(100 + i, widths[0], 3.0) for i in range(8)])
                    cases.append({
                        "name": f"{'s8' if signed else 'u8'} {'channel' if per_channel else 'tensor'} {form} "
                                f"{'x'.join(map(str, widths))}{' float' if float_end else ''}",
                        "sha256": hashlib.sha256(model).hexdigest()[:12],
                        "model": base64.b64encode(model).decode(), **vectors(session(model), x)})
    return cases


def ad_cases(folder):
    cases = []
    for name in ("ad_qdq_s8s8", "ad_qdq_u8s8"):
        x = np.stack([lcg(i, 640, 25.0) - np.float32(10) for i in range(8)])
        cases.append({"file": f"{name}.onnx", **vectors(session(str(folder / f"{name}.onnx")), x)})
    return cases


OUT.mkdir(exist_ok=True)
(OUT / "dense.json").write_text(json.dumps({"cases": engine_cases()}, indent=0) + "\n")
if len(sys.argv) > 1:
    (OUT / "ad.json").write_text(json.dumps({"cases": ad_cases(pathlib.Path(sys.argv[1]))}, indent=0) + "\n")
