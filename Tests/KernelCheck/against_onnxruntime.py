# SPDX-License-Identifier: Apache-2.0
"""Sums and products of quantized tensors against ONNX Runtime: every pair of bytes, random scales and zero points.

    python3 Tests/KernelCheck/against_onnxruntime.py [models [seed]]

needs onnxruntime, onnx and a clang. ONNX Runtime must run on a processor with AVX2 and FMA: elsewhere it rounds in
other places, and the kernels follow its AVX2 form everywhere.
"""
import ctypes
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.join(HERE, "..", "..", "Sources", "Native", "CKernels")
PATHS = {0: "scalar", 1: "sse4.1", 2: "avx2", 3: "avx-vnni", 4: "avx512-vnni", 5: "neon", 6: "neon-dot"}


class Binary(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in ("a_scale", "b_scale", "out_scale")] + [
        (name, ctypes.c_int32) for name in ("a_zero", "b_zero", "out_zero", "low", "high")
    ]


def library(folder):
    path = os.path.join(folder, "kernels.so")
    sources = [os.path.join(KERNELS, name) for name in ("q8.c", "q8_scalar.c", "q8_x86.c", "q8_arm.c")]
    include = "-I" + os.path.join(KERNELS, "include")
    subprocess.run(["clang", "-O2", "-fPIC", "-shared", include, *sources, "-lm", "-o", path], check=True)
    return ctypes.CDLL(path)


def session(operator, scales, zeros, signed, count):
    kind = np.int8 if signed else np.uint8
    tensor = TensorProto.INT8 if signed else TensorProto.UINT8
    constants = [numpy_helper.from_array(np.array(v, np.float32), n) for n, v in zip(("sa", "sb", "sc"), scales)]
    shift = 128 if signed else 0
    constants += [numpy_helper.from_array(np.array(v - shift, kind), n) for n, v in zip(("za", "zb", "zc"), zeros)]
    inputs = ["a", "sa", "za", "b", "sb", "zb", "sc", "zc"]
    node = helper.make_node(operator, inputs, ["y"], domain="com.microsoft")
    values = {name: helper.make_tensor_value_info(name, tensor, [count]) for name in "aby"}
    graph = helper.make_graph([node], "g", [values["a"], values["b"]], [values["y"]], constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def main():
    models = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    random = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    a, b = (x.ravel().astype(np.uint8) for x in np.meshgrid(np.arange(256), np.arange(256)))
    pointer = lambda x: x.ctypes.data_as(ctypes.c_void_p)
    wrong = {}
    with tempfile.TemporaryDirectory() as folder:
        kernels = library(folder)
        paths = [path for path in PATHS if kernels.mw_path_available(path)]
        for model in range(models):
            product, signed = model % 2 == 1, model // 2 % 2 == 1
            sa, sb = (np.float32(10 ** random.uniform(-3, 0)) for _ in range(2))
            sc = np.float32(sa * sb * 128 * random.uniform(0.1, 1.5) if product else (sa + sb) * random.uniform(0.3, 1.5))
            zeros = [int(random.choice([0, 128, 255, random.integers(256)])) for _ in range(3)]
            if model % 16 < 4:  # scales that make ties
                sa, sb, sc = np.float32(0.0625), np.float32(0.0625), np.float32(0.125)
            operator = "QLinearMul" if product else "QLinearAdd"
            feed = {"a": a, "b": b}
            if signed:
                feed = {name: (x ^ 128).view(np.int8) for name, x in feed.items()}
            expected = session(operator, (sa, sb, sc), zeros, signed, a.size).run(None, feed)[0].view(np.uint8)
            expected = expected ^ 128 if signed else expected
            how = Binary(sa, sb, sc, *zeros, 0, 255)
            name = ("mw_q8_multiply_elements" if product else "mw_q8_add") + ("_signed" if signed else "")
            for path in paths:
                out = np.zeros_like(a)
                getattr(kernels, name)(
                    ctypes.c_int(path), ctypes.byref(how), pointer(a), pointer(b), ctypes.c_size_t(a.size), pointer(out)
                )
                key = (operator, "int8" if signed else "uint8", PATHS[path])
                different, count = wrong.get(key, (0, 0))
                wrong[key] = (different + int((out != expected).sum()), count + a.size)
    for (operator, kind, path), (different, count) in sorted(wrong.items()):
        print(f"{operator:10} {kind:5} {path:12} {different} of {count} differ from ONNX Runtime {onnxruntime.__version__}")
    sys.exit(any(different for different, _ in wrong.values()))


if __name__ == "__main__":
    main()
