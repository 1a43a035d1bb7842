# SPDX-License-Identifier: Apache-2.0
"""What the training scripts of dense networks share: the ONNX graph, its INT8 form, and a runner for both."""
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static


def fp32_model(parameters, name):
    """Layers of `Gemm` with `Relu` between, from weights (out x in) and biases by turns."""
    nodes, constants, value = [], [], "input"
    count = len(parameters) // 2
    for i in range(count):
        w, b = parameters[2 * i], parameters[2 * i + 1]
        constants += [onnx.numpy_helper.from_array(w, f"w{i}"), onnx.numpy_helper.from_array(b, f"b{i}")]
        last = i == count - 1
        out = "output" if last else f"sum{i}"
        nodes.append(helper.make_node("Gemm", [value, f"w{i}", f"b{i}"], [out], f"dense{i}", transB=1))
        if not last:
            nodes.append(helper.make_node("Relu", [out], [f"relu{i}"], f"relu{i}"))
            value = f"relu{i}"
    port = lambda name, width: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
    graph = helper.make_graph(nodes, name, [port("input", parameters[0].shape[1])],
                              [port("output", parameters[-1].shape[0])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


class Rows(CalibrationDataReader):
    def __init__(self, x):
        self.rows = iter(x)

    def get_next(self):
        row = next(self.rows, None)
        return None if row is None else {"input": row[None]}


def quantize(model, rows):
    """INT8 in QDQ form, calibrated on these rows."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = f"{folder}/fp32.onnx", f"{folder}/int8.onnx"
        onnx.save(model, source)
        quantize_static(source, target, Rows(rows), quant_format=QuantFormat.QDQ, per_channel=True,
                        activation_type=QuantType.QInt8, weight_type=QuantType.QInt8,
                        calibrate_method=CalibrationMethod.MinMax)
        return onnx.load(target)


def finish(model, metadata):
    """The file's bytes, with this metadata and no operator set but ONNX's own."""
    del model.metadata_props[:]
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    opsets = [o for o in model.opset_import if o.domain in {"", "ai.onnx"}]
    del model.opset_import[:]
    model.opset_import.extend(opsets)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def runner(model):
    """Runs the model row by row."""
    options = ort.SessionOptions()
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda x: np.concatenate([session.run(None, {"input": row[None]})[0] for row in x])


def network(widths):
    """Linear layers with ReLU between."""
    layers = []
    for i, (a, b) in enumerate(zip(widths, widths[1:])):
        layers += [torch.nn.Linear(a, b)] + ([torch.nn.ReLU()] if i < len(widths) - 2 else [])
    return torch.nn.Sequential(*layers)
