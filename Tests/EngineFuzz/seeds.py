# SPDX-License-Identifier: Apache-2.0
"""Writes small models for the fuzzer to start from.

usage: seeds.py FOLDER

One small model of each operator from ONNX's own tests, operands after the first bound as constants (many operators want
them known at load), and random quantized graphs as ONNX Runtime's quantizer writes them.
"""
import io, contextlib, json, os, pathlib, sys, tempfile

import onnx

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "EngineOracle"))
import fuzz, node_tests

LIMIT = 6 << 10
EACH = 3  # models of one operator


def bound(folder):
    model = onnx.load(folder / "model.onnx")
    for index in range(1, len(model.graph.input)):
        given = folder / f"input_{index}.pb"
        if given.exists():
            tensor = onnx.TensorProto.FromString(given.read_bytes())
            tensor.name = model.graph.input[index].name
            model.graph.initializer.append(tensor)
    return model


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    count = {}
    with tempfile.TemporaryDirectory() as place:
        lines = io.StringIO()
        with contextlib.redirect_stdout(lines):
            node_tests.main(place)
        for entry in map(json.loads, lines.getvalue().splitlines()):
            if "left" in entry or entry["kind"] != "node" or count.get(entry["op"], 0) == EACH:
                continue
            model = bound(pathlib.Path(place) / entry["name"])
            if model.ByteSize() < LIMIT:
                (folder / f"{entry['name']}.onnx").write_bytes(model.SerializeToString())
                count[entry["op"]] = count.get(entry["op"], 0) + 1
    quantized = 0
    for index in range(400):
        try:
            case = fuzz.Case(1, index)
            model = case.bytes()
        except Exception:
            continue
        if len(model) < LIMIT:
            (folder / f"{case.form}-{index}.onnx").write_bytes(model)
            quantized += 1
    print(f"{sum(count.values())} models of {len(count)} operators, {quantized} random graphs")


if __name__ == "__main__":
    main(sys.argv[1])
