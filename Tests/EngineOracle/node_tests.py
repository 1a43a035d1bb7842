# SPDX-License-Identifier: Apache-2.0
"""Writes ONNX's own tests of the operators that the engine has, from the code in the wheel of onnx.

usage: node_tests.py FOLDER

Each test becomes FOLDER/<name>/{model.onnx, input_N.pb, output_N.pb}, and one line of JSON on stdout:
{"name", "op", "kind": "node" or "function", "opset", "given": opset of the test as ONNX has it, "types": [...]},
or {"name", "op", "left": reason} for one that cannot be expressed in the engine's opsets at all.

A test of ONNX states the opset in which its operator last changed, which may be older than 13 or newer than 23. Such
a model is carried to the nearest opset of that range where ONNX's checker and its shape inference accept it there
unchanged; that is so where the versions between differ in types only.
"""
import json, os, sys, warnings

import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_node_model_tests

FIRST, LAST = 13, 23

# By purpose, as the engine's operators stand in the design.
OPERATORS = """
    Conv ConvTranspose ConvInteger QLinearConv Gemm MatMul MatMulInteger QLinearMatMul
    QuantizeLinear DequantizeLinear DynamicQuantizeLinear
    LSTM GRU RNN
    Softmax LogSoftmax LayerNormalization BatchNormalization InstanceNormalization GroupNormalization
    RMSNormalization LpNormalization
    AveragePool MaxPool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool
    Relu LeakyRelu PRelu Sigmoid Tanh Gelu Erf HardSwish HardSigmoid Elu Selu Softplus Softsign Clip
    Celu Mish Swish Shrink ThresholdedRelu Hardmax
    Exp Log Sqrt Reciprocal Abs Neg Floor Ceil Round Sign Pow
    Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh
    Add Sub Mul Div Min Max Sum Mean Mod
    Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf Where
    BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot
    Concat Split Slice Gather GatherElements GatherND Reshape Flatten Transpose Squeeze Unsqueeze Pad Expand Tile
    Identity Shape Size Constant ConstantOfShape Range EyeLike Cast CastLike
    DepthToSpace SpaceToDepth Dropout
    ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceSumSquare ReduceL1 ReduceL2 ReduceLogSum
    ReduceLogSumExp
    TopK ArgMax ArgMin OneHot CumSum Trilu ScatterElements ScatterND If
""".split()


def default_opset(model):
    return next((o for o in model.opset_import if o.domain in ("", "ai.onnx")), None)


def carried(model):
    """The model in an opset of the engine, and the opset that it had; None where it means something else there."""
    entry = default_opset(model)
    given = entry.version
    nearest = min(max(given, FIRST), LAST)
    if nearest != given:
        entry.version = nearest
        try:
            # The checker alone accepts a type that a version does not have yet; the inference does not.
            onnx.checker.check_model(onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True))
        except Exception:
            return None, given
    return model, given


def operators(graph):
    for node in graph.node:
        yield node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                yield from operators(inner)


def types(model):
    """Names of the element types among inputs and outputs, "sequence" and "optional" for what is not a tensor."""
    found = set()
    for port in list(model.graph.input) + list(model.graph.output):
        kind = port.type.WhichOneof("value")
        if kind == "tensor_type":
            found.add(onnx.TensorProto.DataType.Name(port.type.tensor_type.elem_type).lower())
        else:
            found.add(kind.removesuffix("_type"))
    return sorted(found)


def write(folder, model, case):
    os.makedirs(folder)
    with open(os.path.join(folder, "model.onnx"), "wb") as file:
        file.write(model.SerializeToString())
    inputs, outputs = case.data_sets[0]
    for kind, values, ports in (("input", inputs, model.graph.input), ("output", outputs, model.graph.output)):
        for index, (value, port) in enumerate(zip(values, ports)):
            if isinstance(value, onnx.TensorProto):
                value.name = port.name
            else:
                value = numpy_helper.from_array(value, port.name)
            with open(os.path.join(folder, f"{kind}_{index}.pb"), "wb") as file:
                file.write(value.SerializeToString())


def main(folder):
    warnings.simplefilter("ignore")
    # Some of ONNX's tests print what they make.
    stdout, sys.stdout = sys.stdout, open(os.devnull, "w")
    for case in load_node_model_tests():
        model = case.model
        used = list(operators(model.graph))
        single = len(model.graph.node) == 1
        if not all(op in OPERATORS for op in used) or not (single or "_expanded" in case.name):
            continue
        entry = dict(name=case.name, op=used[0] if single else case.name.split("_")[1],
                     kind="function" if "_expanded" in case.name else "node", types=types(model))
        model, given = carried(model)
        entry["given"] = given
        if model is None:
            entry["left"] = f"opset {given} only"
        elif {"sequence", "optional"} & set(entry["types"]):
            entry["left"] = "not a tensor"
        else:
            entry["opset"] = default_opset(model).version
            write(os.path.join(folder, case.name), model, case)
        print(json.dumps(entry), file=stdout)


if __name__ == "__main__":
    main(sys.argv[1])
