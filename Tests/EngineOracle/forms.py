# SPDX-License-Identifier: Apache-2.0
"""Writes a graph of graphs.py as an ONNX model: in floats, or quantized in one of the forms that quantizers write."""
import logging
import os
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import quantization as quantizer

# The last two are written by ONNX Runtime's own quantizer, the others here, with parameters that it would not choose.
FORMS = ["fp32", "qdq-u8s8", "qdq-s8s8", "qdq-u8u8", "qoperator-u8s8", "qoperator-s8s8", "qoperator-u8u8", "dynamic",
         "quantizer-static", "quantizer-dynamic"]
# Sums of integers, but every scale is made from floats that another step computed.
FLOATING = {"fp32", "dynamic", "quantizer-dynamic"}
RECURRENT = FLOATING | {"quantizer-static"}
# What ONNX Runtime's quantizer wraps into DequantizeLinear and QuantizeLinear; the rest stays in floats between them.
QUANTIZED = {"Conv", "Gemm", "MatMul", "Add", "Mul", "MaxPool", "AveragePool", "GlobalAveragePool", "LeakyRelu",
             "Sigmoid", "Softmax", "Concat", "Reshape", "Transpose", "Slice", "Relu", "Clip"}
# Their result has the quantization of what they move.
MOVES = {"MaxPool", "Reshape", "Transpose", "Slice"}

# Optimisations of ONNX Runtime that compute something else than the file says: the first rounds to integers the weights
# that a file has as floats, the second drops a quantization between two others.
NOT_FOLLOWED = ["WeightBiasQuantization", "DoubleQDQPairsRemover"]


class Writer:
    """Collects nodes and constants of one model."""

    def __init__(self, graph, count, opset):
        self.graph, self.count, self.opset = graph, count, opset
        self.nodes, self.constants, self.microsoft = [], [], False

    def constant(self, array, name):
        self.constants.append(numpy_helper.from_array(np.array(array, order="C"), name))
        return name

    def node(self, op, inputs, output, domain="", **attributes):
        self.microsoft |= domain != ""
        outputs = output if isinstance(output, list) else [output]
        self.nodes.append(helper.make_node(op, inputs, outputs, name=f"{outputs[0]}.{op}", domain=domain, **attributes))
        return outputs[0]

    def float_node(self, index, layer, inputs, output, weights=None):
        """The layer as the default domain has it. `weights` are names that stand for its constants."""
        names = weights if weights is not None else {
            key: self.constant(array, f"{key}{index}") for key, array in layer.weights.items()}
        a = dict(layer.attributes)
        inputs = inputs + [names[key] for key in ("W", "C") if key in names]
        if layer.op in ("Conv", "Gemm", "LayerNormalization") and "B" in names:
            inputs.append(names["B"])
        if layer.op in ("LSTM", "GRU"):
            inputs += [names["R"], names.get("B", "")]
            middle = self.node(layer.op, inputs, f"{output}.y", **a)
            return self.node("Transpose", [middle], output, perm=[0, 1, 2, 3])
        if layer.op == "Clip":
            for key in ("low", "high"):
                inputs.append(self.constant(np.float32(a.pop(key)), f"{key}{index}"))
        if layer.op == "Slice":
            for key in ("start", "end", "axis", "step"):
                inputs.append(self.constant(np.array([a.pop(key)], np.int64), f"{key}{index}"))
        if layer.op == "Reshape":
            inputs.append(self.constant(np.array(a.pop("shape"), np.int64), f"shape{index}"))
        if layer.op == "ReduceMean" and self.opset >= 18:
            inputs.append(self.constant(np.array(a.pop("axes"), np.int64), f"axes{index}"))
        return self.node(layer.op, inputs, output, **a)

    def model(self, outputs):
        shape = self.graph.shapes[0]
        # Types and shapes of outputs are left to the reader, as some exporters do.
        ports = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(
            self.nodes, "fuzz", [helper.make_tensor_value_info("x0", TensorProto.FLOAT, shape)], ports, self.constants)
        opsets = [helper.make_opsetid("", self.opset)] + [helper.make_opsetid("com.microsoft", 1)] * self.microsoft
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def float_model(graph, count, opset, everything=False):
    writer = Writer(graph, count, opset)
    for i, layer in enumerate(graph.layers[:count]):
        writer.float_node(i, layer, [f"x{v}" for v in layer.inputs], f"x{i + 1}")
    outputs = range(1, count + 1) if everything else graph.leaves(count)
    return writer.model([f"x{v}" for v in outputs])


class Quantization:
    """Scales and zero points of every value, from a run in floats, distorted here and there."""

    def __init__(self, graph, seed, form, opset, x):
        self.form, self.x = form, x
        self.activation = np.int8 if "-s8" in form else np.uint8
        self.weight = np.uint8 if form.endswith("u8u8") else np.int8
        rng = np.random.default_rng(seed)
        self.per_channel = bool(rng.random() < 0.5) and self.weight == np.int8
        self.seed = seed
        session = ort.InferenceSession(
            float_model(graph, len(graph.layers), opset, everything=True).SerializeToString(), plain_options())
        values = [x] + session.run(None, {"x0": x})
        self.parameters = []
        for v, array in enumerate(values):
            layer = graph.layers[v - 1] if v else None
            if layer and layer.op in MOVES and rng.random() < 0.9:
                self.parameters.append(self.parameters[layer.inputs[0]])
            else:
                self.parameters.append(self._of(array, rng, layer))

    def _of(self, array, rng, layer):
        limits = np.iinfo(self.activation)
        low, high = min(0.0, float(array.min())), max(0.0, float(array.max()))
        if layer is not None and layer.op == "Softmax" and rng.random() < 0.7:
            low, high = 0.0, 1.0
        draw = rng.random()
        if draw < 0.15:
            low, high = low * rng.uniform(0.2, 1), high * rng.uniform(0.2, 1)
        elif draw < 0.3:
            low, high = low * rng.uniform(1, 4), high * rng.uniform(1, 4)
        elif draw < 0.4:
            high = max(-low, high)
            low = -high
        scale = np.float32((high - low) / 255) or np.float32(rng.uniform(0.001, 1))
        zero = int(np.clip(round(limits.min - low / float(scale)), limits.min, limits.max))
        if rng.random() < 0.04:
            zero = int(rng.integers(limits.min, limits.max + 1))
        return np.float32(scale), self.activation(zero)

    def of_weights(self, array, axis, index, per_channel=None):
        """Integers, scales, zero points; `axis` is that of the output channels, None for a constant operand."""
        rng = np.random.default_rng([self.seed, index])
        if axis is None:
            scale, zero = self._of(array, rng, None)
            limits = np.iinfo(self.activation)
            return np.clip(np.rint(array / scale) + int(zero), limits.min, limits.max).astype(self.activation), scale, zero
        per_channel = self.per_channel if per_channel is None else per_channel
        limits = np.iinfo(self.weight)
        others = tuple(i for i in range(array.ndim) if i != axis) if per_channel else None
        largest = np.maximum(np.abs(array).max(axis=others), 1e-3)
        if self.weight == np.uint8:
            zero = int(rng.integers(100, 157))
            scale = np.float32(largest / min(zero, 255 - zero))
        else:
            zero = int(rng.integers(-20, 21)) if not per_channel and rng.random() < 0.08 else 0
            scale = np.asarray(largest / 127, np.float32)
        if rng.random() < 0.2:  # every value that there is, the lowest included
            whole = rng.integers(limits.min, limits.max + 1, array.shape).astype(self.weight)
        else:
            along = [1] * array.ndim
            if per_channel:
                along[axis] = -1
            whole = np.clip(np.rint(array / scale.reshape(along)) + zero, limits.min, limits.max).astype(self.weight)
        return whole, scale, np.full(scale.shape, zero, self.weight)


def plain_options(form=None, optimized=None):
    """Options of a session for one form in exact mode, or, without a form, for reference values in floats."""
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if form is None:
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    elif form != "qoperator-s8s8":
        # Turns signed weights into unsigned ones. For activations that a file has as int8 for good there is no such
        # kernel, and no need: their products are exact without it.
        options.add_session_config_entry("session.x64quantprecision", "1")
    if optimized:
        options.optimized_model_filepath = optimized
    return options


class QuantizedWriter(Writer):
    def __init__(self, graph, count, opset, quantization):
        super().__init__(graph, count, opset)
        self.q = quantization
        self.scales = {}

    def parameter_names(self, v):
        """Constants of a value's scale and zero point, one pair for each value that has its own."""
        scale, zero = self.q.parameters[v]
        key = (float(scale), int(zero))
        if key not in self.scales:
            self.scales[key] = [self.constant(scale, f"s{v}"), self.constant(zero, f"z{v}")]
        return self.scales[key]

    def weight_names(self, i, layer, channel_axis, bias_scale=None):
        """Quantized weights of a layer with their scale and zero point, and the bias as int32, each as names."""
        whole, scale, zero = self.q.of_weights(layer.weights["W"], channel_axis, i)
        names = [self.constant(whole, f"W{i}"), self.constant(scale, f"Ws{i}"), self.constant(zero, f"Wz{i}")]
        bias = None
        if "B" in layer.weights:
            sx = self.q.parameters[layer.inputs[0]][0]
            bias_scale = np.asarray(sx * scale, np.float32)
            ints = np.clip(np.rint(layer.weights["B"] / bias_scale), -2**31 + 1, 2**31 - 1).astype(np.int32)
            bias = [self.constant(ints, f"B{i}"), bias_scale]
        return names, bias, scale

    def operand_names(self, i, layer):
        whole, scale, zero = self.q.of_weights(layer.weights["C"], None, i)
        return [self.constant(whole, f"C{i}"), self.constant(scale, f"Cs{i}"), self.constant(zero, f"Cz{i}")]

    @staticmethod
    def channel_axis(layer):
        if layer.op == "Conv" or layer.attributes.get("transB"):
            return 0
        return layer.weights["W"].ndim - 1


def qdq_model(graph, count, opset, quantization, seed):
    """DequantizeLinear before and QuantizeLinear behind each operator."""
    w = QuantizedWriter(graph, count, opset, quantization)
    rng = np.random.default_rng(seed)
    floats, ends_in_integers = rng.random(count + 1) < 0.06, rng.random() < 0.4
    # ONNX Runtime takes quantization through what only moves data, forwards and backwards.
    moves = [(i + 1, layer) for i, layer in enumerate(graph.layers[:count]) if layer.op in MOVES]
    moved = {v for v, layer in moves} | {u for _, layer in moves for u in layer.inputs}
    floats[list(moved)] = False
    readers = [[i for i, layer in enumerate(graph.layers[:count]) for u in layer.inputs if u == v] for v in range(count + 1)]

    def behind(v, name):
        """Value v, whose float form is `name`, quantized and dequantized; the name that readers use."""
        quantized = w.node("QuantizeLinear", [name, *w.parameter_names(v)], f"q{v}")
        if v in leaves and ends_in_integers:
            outputs.append(quantized)
            return None
        return w.node("DequantizeLinear", [quantized, *w.parameter_names(v)], f"d{v}")

    leaves, outputs = set(graph.leaves(count)), []
    names = [behind(0, "x0")]
    for i, layer in enumerate(graph.layers[:count]):
        v = i + 1
        weights = {}
        quantized = layer.op in QUANTIZED and not floats[v]
        if quantized and "W" in layer.weights:
            axis = w.channel_axis(layer)
            (whole, scale, zero), bias, scales = w.weight_names(i, layer, axis)
            along = dict(axis=axis) if scales.ndim else {}
            weights["W"] = w.node("DequantizeLinear", [whole, scale, zero], f"Wd{i}", **along)
            if bias:
                scale = w.constant(bias[1], f"Bs{i}")
                zero = w.constant(np.zeros(bias[1].shape, np.int32), f"Bz{i}")
                weights["B"] = w.node("DequantizeLinear", [bias[0], scale, zero], f"Bd{i}", **(dict(axis=0) if scales.ndim else {}))
        elif quantized and "C" in layer.weights:
            weights["C"] = w.node("DequantizeLinear", w.operand_names(i, layer), f"Cd{i}")
        else:
            weights = None
        result = w.float_node(i, layer, [names[u] for u in layer.inputs], f"x{v}", weights)
        # A Relu or Clip alone behind a product is quantized with it.
        follower = graph.layers[readers[v][0]].op if len(readers[v]) == 1 else None
        joined = layer.op in ("Conv", "Gemm", "MatMul", "Add") and follower in ("Relu", "Clip")
        in_between = not quantized and v not in leaves and not floats[v]  # floats between quantized operators
        names.append(behind(v, result) if in_between or quantized and not joined else result)
    return w.model(outputs + [names[v] for v in sorted(leaves) if names[v]])


def qoperator_model(graph, count, opset, quantization, seed):
    """Every value in integers from the input to the output, with the operators of QLinear... names."""
    w = QuantizedWriter(graph, count, opset, quantization)
    rng = np.random.default_rng(seed)
    names = [w.node("QuantizeLinear", ["x0", *w.parameter_names(0)], "q0")]
    simple = dict(AveragePool="QLinearAveragePool", GlobalAveragePool="QLinearGlobalAveragePool",
                  LeakyRelu="QLinearLeakyRelu", Sigmoid="QLinearSigmoid", Softmax="QLinearSoftmax")
    for i, layer in enumerate(graph.layers[:count]):
        v, a = i + 1, layer.attributes
        x = [[names[u], *w.parameter_names(u)] for u in layer.inputs]
        y, out = w.parameter_names(v), f"q{v}"
        if layer.op in ("Conv", "Gemm", "MatMul"):
            right, bias = x[-1], None
            if "W" in layer.weights:
                right, bias, _ = w.weight_names(i, layer, w.channel_axis(layer))
            bias = [bias[0]] if bias else []
        if layer.op == "Conv":
            w.node("QLinearConv", [*x[0], *right, *y, *bias], out, **a)
        elif layer.op == "MatMul":
            w.node("QLinearMatMul", [*x[0], *right, *y], out)
        elif layer.op == "Gemm":
            w.node("QGemm", [*x[0], *right, *(bias or [""]), *y], out, "com.microsoft", **a)
        elif layer.op in ("Add", "Mul"):
            other = w.operand_names(i, layer) if "C" in layer.weights else x[1]
            w.node("QLinear" + layer.op, [*x[0], *other, *y], out, "com.microsoft")
        elif layer.op == "Concat":
            w.node("QLinearConcat", [*y, *(name for part in x for name in part)], out, "com.microsoft", **a)
        elif layer.op in simple:
            extra = dict(opset=opset) if layer.op == "Softmax" else {}
            extra |= dict(channels_last=0) if layer.op == "GlobalAveragePool" else {}
            w.node(simple[layer.op], [*x[0], *y], out, "com.microsoft", **a, **extra)
        elif layer.op in MOVES and w.q.parameters[v] is w.q.parameters[layer.inputs[0]]:
            w.float_node(i, layer, [names[layer.inputs[0]]], out)
        else:
            inputs = [w.node("DequantizeLinear", part, f"d{v}.{k}") for k, part in enumerate(x)]
            w.node("QuantizeLinear", [w.float_node(i, layer, inputs, f"x{v}"), *y], out)
        names.append(out)
    whole = rng.random() < 0.4
    return w.model([names[v] if whole else w.node("DequantizeLinear", [names[v], *w.parameter_names(v)], f"d{v}")
                    for v in graph.leaves(count)])


def dynamic_model(graph, count, opset, quantization):
    """Products of integers, each after a DynamicQuantizeLinear; everything else in floats."""
    w = QuantizedWriter(graph, count, opset, quantization)
    for i, layer in enumerate(graph.layers[:count]):
        inputs, out = [f"x{u}" for u in layer.inputs], f"x{i + 1}"
        if layer.op not in ("Conv", "Gemm", "MatMul") or "W" not in layer.weights:
            w.float_node(i, layer, inputs, out)
            continue
        per_channel = None if layer.op != "Conv" else False
        weights, axis = layer.weights["W"], w.channel_axis(layer)
        if layer.attributes.get("transB"):
            weights, axis = weights.T, 1
        whole, scale, zero = w.q.of_weights(weights, axis, i, per_channel)
        whole, scale, zero = w.constant(whole, f"W{i}"), w.constant(scale, f"Ws{i}"), w.constant(zero, f"Wz{i}")
        x = [f"{out}.q", f"{out}.s", f"{out}.z"]
        w.node("DynamicQuantizeLinear", [inputs[0]], x)
        attributes = layer.attributes if layer.op == "Conv" else {}
        product = w.node("ConvInteger" if layer.op == "Conv" else "MatMulInteger", [x[0], whole, x[2], zero],
                         f"{out}.i", **attributes)
        product = w.node("Cast", [product], f"{out}.f", to=TensorProto.FLOAT)
        both = w.node("Mul", [x[1], scale], f"{out}.m")
        bias = layer.weights.get("B")
        scaled = w.node("Mul", [product, both], out if bias is None else f"{out}.r")
        if bias is not None:
            if layer.op == "Conv":
                bias = bias.reshape([1, -1] + [1] * (weights.ndim - 2))
            w.node("Add", [scaled, w.constant(bias, f"B{i}")], out)
    return w.model([f"x{v}" for v in graph.leaves(count)])


class OneInput(quantizer.CalibrationDataReader):
    def __init__(self, x):
        self.left = [x]

    def get_next(self):
        return {"x0": self.left.pop()} if self.left else None


def quantizer_model(graph, count, form, opset, x, seed):
    """The graph in floats, quantized by the tool that comes with ONNX Runtime."""
    logging.disable(logging.WARNING)
    rng = np.random.default_rng(seed)
    model = onnx.shape_inference.infer_shapes(float_model(graph, count, opset))
    signed, unsigned = quantizer.QuantType.QInt8, quantizer.QuantType.QUInt8
    per_channel, draw = bool(rng.random() < 0.5), rng.integers(4)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.onnx")
        if form == "quantizer-dynamic":
            quantizer.quantize_dynamic(model, path, per_channel=per_channel, weight_type=signed if draw else unsigned)
        else:
            operators = quantizer.QuantFormat.QOperator if draw == 0 else quantizer.QuantFormat.QDQ
            quantizer.quantize_static(
                model, path, OneInput(x), quant_format=operators, per_channel=per_channel,
                activation_type=signed if draw == 1 else unsigned, weight_type=unsigned if draw == 2 else signed)
        return onnx.load(path)


def model(graph, count, form, opset, quantization, seed):
    if form.startswith("quantizer"):
        return quantizer_model(graph, count, form, opset, quantization.x, seed)
    if form == "fp32":
        return float_model(graph, count, opset)
    if form == "dynamic":
        return dynamic_model(graph, count, opset, quantization)
    return (qdq_model if form.startswith("qdq") else qoperator_model)(graph, count, opset, quantization, seed)
