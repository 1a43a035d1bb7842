# SPDX-License-Identifier: Apache-2.0
"""Holds the engine against ONNX Runtime on random graphs.

usage: fuzz.py ENGINE_LAB [--graphs N] [--seed N] [--only NUMBER] [--form FORM] [--failures FOLDER]

The oracle is ONNX Runtime with all its optimisations and session.x64quantprecision=1, its exact mode: sums of products
are exact, what its fusions make of a graph is the target. Integers, and floats that are dequantized integers, have to
be equal; floats differ by at most 1e-6 of the largest value of their tensor.

Where ONNX Runtime itself computes a quantized operator in floats (an operator without a quantized form, or an int8
tensor of two readers, whose product it does not fuse), a float that lies beside the border of two integers may fall to
either side. Such a case is counted as "border" when ONNX Runtime's optimised graph has such floats, and the first
layers of the graph that differ at all differ by one step of the quantization in few elements, or by 1e-5 in floats. A
graph in floats that differs by more than 1e-6 is counted as "border" too when ONNX Runtime's own result moves as far once
input and weights are moved by one unit in their last place.
"""
import argparse, collections, json, os, shutil, subprocess, sys, tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, numpy_helper

import forms
from graphs import Graph

TOLERANCE = 1e-6
BATCH = 100
# Operators of the optimised graph that compute in floats what may be quantized afterwards.
MOVES = {"QuantizeLinear", "DequantizeLinear", "Reshape", "Transpose", "Slice", "Concat", "MaxPool", "Flatten",
         "Squeeze", "Unsqueeze", "Relu", "Clip"}


class Case:
    """Graph number `index` of a seed: always the same model and input."""

    def __init__(self, seed, index, form=None):
        self.index = index
        rng = np.random.default_rng([seed, index])
        self.form = form or forms.FORMS[rng.integers(len(forms.FORMS))]
        self.graph = Graph(rng, int(rng.integers(1, 9)), recurrent=self.form in forms.RECURRENT)
        self.opset = int(rng.integers(17, 22))
        self.x = rng.standard_normal(self.graph.shapes[0]).astype(np.float32)
        self.seed = [seed, index, 1]
        self.quantization = forms.Quantization(self.graph, self.seed, self.form, self.opset, self.x)

    def bytes(self, count=None):
        count = count or len(self.graph.layers)
        model = forms.model(self.graph, count, self.form, self.opset, self.quantization, self.seed)
        return model.SerializeToString()

    def write(self, folder, count=None):
        os.makedirs(folder)
        with open(f"{folder}/model.onnx", "wb") as file:
            file.write(self.bytes(count))
        with open(f"{folder}/input_0.pb", "wb") as file:
            file.write(numpy_helper.from_array(self.x, "x0").SerializeToString())

    def expected(self, count=None, optimized=None):
        session = ort.InferenceSession(self.bytes(count), forms.plain_options(self.form, optimized),
                                       disabled_optimizers=forms.NOT_FOLLOWED)
        return session.run(None, {"x0": self.x})

    def describe(self):
        lines = [f"graph {self.index}: {self.form}, opset {self.opset}, input {self.graph.shapes[0]}"]
        for i, layer in enumerate(self.graph.layers):
            weights = " ".join(f"{k}{list(w.shape)}" for k, w in layer.weights.items())
            lines.append(f"  x{i + 1} {self.graph.shapes[i + 1]} = {layer.op}({', '.join(f'x{v}' for v in layer.inputs)}) "
                         f"{weights} {layer.attributes or ''}")
        return "\n".join(lines)


def engine(lab, folders):
    """What the engine gives for each folder: a list of arrays, or a text that says why not."""
    results, left = {}, list(folders)
    while left:
        run = subprocess.run([lab, "run"], input="\n".join(left) + "\n", capture_output=True, text=True)
        for line in run.stdout.splitlines():
            word, rest = line.split(" ", 1)
            folder, _, why = rest.partition(": ")
            results[folder] = why
            if word == "ok":
                results[folder], i = [], 0
                while os.path.exists(f"{folder}/got_{i}.pb"):
                    with open(f"{folder}/got_{i}.pb", "rb") as file:
                        results[folder].append(numpy_helper.to_array(TensorProto.FromString(file.read())))
                    i += 1
        left = [f for f in left if f not in results]
        if left:  # the process ended in the middle of the first of them
            at = [line.split("/Sources/")[-1] for line in run.stderr.splitlines() if "/Sources/" in line]
            results[left[0]] = f"CRASH at {at[0] if at else run.returncode}"
            left = left[1:]
    return results


def difference(form, got, expected):
    """None when equal, else what is different, and whether by one step of integers in few elements at most."""
    if len(got) != len(expected):
        return f"{len(got)} outputs for {len(expected)}", False
    for index, (a, b) in enumerate(zip(got, expected)):
        if a.dtype != b.dtype or a.shape != b.shape:
            return f"output {index}: {a.dtype}{list(a.shape)} for {b.dtype}{list(b.shape)}", False
        if b.dtype == np.float32:
            largest = float(np.abs(b[np.isfinite(b)]).max(initial=0))
            wrong = ~(np.isclose(a, b, rtol=0, atol=TOLERANCE * largest) | (np.isnan(a) & np.isnan(b)))
            steps = np.unique(np.abs(a[wrong] - b[wrong])) if wrong.any() else []
            few = wrong.sum() <= max(2, wrong.size * 0.02)
            small = len(steps) > 0 and (steps[-1] <= 1e-5 * largest or few and steps[-1] - steps[0] <= 1e-3 * steps[-1])
        else:
            wrong = a != b
            few = wrong.sum() <= max(2, wrong.size * 0.02)
            small = few and wrong.any() and np.abs(a.astype(int) - b.astype(int)).max() == 1
        if wrong.any():
            at = tuple(int(i[0]) for i in np.nonzero(wrong))
            scale = f" ({abs(float(a[at]) - float(b[at])) / largest:.1e} of the largest)" if b.dtype == np.float32 else ""
            text = f"output {index} {b.dtype}{list(b.shape)}: {int(wrong.sum())} of {wrong.size} differ, at {list(at)} {a[at]} for {b[at]}{scale}"
            return text, bool(small)
    return None


def moved(case, count):
    """How far each output of ONNX Runtime goes, at most, when the numbers that the graph is given move by one ulp."""
    expected, model, rng = case.expected(count), onnx.ModelProto.FromString(case.bytes(count)), np.random.default_rng(0)
    nudged = lambda a: (a * (1 + rng.choice([-1, 0, 1], a.shape) * 2.0**-23)).astype(np.float32)
    far = [0.0] * len(expected)
    for _ in range(12):
        other = onnx.ModelProto()
        other.CopyFrom(model)
        for constant in other.graph.initializer:
            if constant.data_type == TensorProto.FLOAT and constant.dims:
                constant.CopyFrom(numpy_helper.from_array(nudged(numpy_helper.to_array(constant)), constant.name))
        session = ort.InferenceSession(other.SerializeToString(), forms.plain_options(case.form),
                                       disabled_optimizers=forms.NOT_FOLLOWED)
        for i, got in enumerate(session.run(None, {"x0": nudged(case.x)})):
            far[i] = max(far[i], float(np.abs(got - expected[i]).max(initial=0)))
    return expected, far


def judge(lab, case, text, folder):
    """Finds the first layers that differ and whether floats explain it; ("border" or "WRONG", description)."""
    for count in range(1, len(case.graph.layers) + 1):
        place = f"{folder}/{count}"
        case.write(place, count)
        got = engine(lab, [place])[place]
        if isinstance(got, str):
            return "WRONG", f"{text}\nthe first {count} layers alone: {got}"
        found = difference(case.form, got, case.expected(count))
        if found:
            break
    else:
        return "WRONG", text + "\nno first layers of it differ"
    if case.form in forms.FLOATING:
        expected, far = moved(case, count)
        apart = [float(np.abs(a - b).max(initial=0)) for a, b in zip(got, expected)]
        near = all(a <= max(4 * f, TOLERANCE * np.abs(b).max(initial=0)) for a, f, b in zip(apart, far, expected))
        return "border" if near else "WRONG", f"{text}\nfirst {count} layers: {found[0]}\napart {apart}, one ulp moves ONNX Runtime by {far}"
    path = f"{folder}/optimized.onnx"
    case.expected(count, optimized=path)
    ops = collections.Counter((n.domain + "." if n.domain == "com.microsoft" else "") + n.op_type for n in onnx.load(path).graph.node)
    os.remove(path)
    floats = [op for op in ops if op not in MOVES and "QLinear" not in op and "QGemm" not in op]
    verdict = "border" if floats and found[1] and case.form.startswith("q") else "WRONG"
    return verdict, f"{text}\nfirst {count} layers: {found[0]}\nONNX Runtime runs {dict(ops)}"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("lab")
    parser.add_argument("--graphs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument("--form")
    parser.add_argument("--failures", default="out/fuzz")
    options = parser.parse_args()
    counts, by_operator, by_form, refused, borders = (
        collections.Counter(), collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter),
        collections.Counter(), [])
    shutil.rmtree(options.failures, ignore_errors=True)
    numbers = [options.only] if options.only is not None else range(options.graphs)
    for start in range(0, len(numbers), BATCH):
        with tempfile.TemporaryDirectory() as folder:
            cases = {}
            for index in numbers[start:start + BATCH]:
                case = Case(options.seed, index, options.form)
                try:
                    expected = case.expected()
                except Exception as error:
                    counts["not run by ONNX Runtime"] += 1
                    refused["ONNX Runtime: " + str(error).split("\n")[0][:400]] += 1
                    continue
                place = f"{folder}/{index}"
                case.write(place)
                cases[place] = case, expected
            for place, got in engine(options.lab, cases).items():
                case, expected = cases[place]
                if isinstance(got, str):
                    verdict, text = ("WRONG" if got.startswith("CRASH") else "refused"), got
                else:
                    found = difference(case.form, got, expected)
                    verdict, text = ("equal", "") if found is None else judge(options.lab, case, found[0], f"{place}.parts")
                counts[verdict] += 1
                by_form[case.form][verdict] += 1
                for op in {layer.op for layer in case.graph.layers}:
                    by_operator[op][verdict] += 1
                if verdict == "refused":
                    words = text.split("): ", 1)
                    refused[words[0].split(" (")[-1] + ": " + words[1] if len(words) > 1 else text] += 1
                elif verdict != "equal":
                    kept = f"{options.failures}/{verdict.lower()}-{options.seed}-{case.index}"
                    shutil.copytree(place, kept)
                    for i, array in enumerate(expected):
                        with open(f"{kept}/output_{i}.pb", "wb") as file:
                            file.write(numpy_helper.from_array(array).SerializeToString())
                    with open(f"{kept}/why.txt", "w") as file:
                        file.write(f"{case.describe()}\n{text}\n")
                    if verdict == "WRONG" or options.only is not None:
                        print(f"{verdict} {case.describe()}\n  {text}", flush=True)
    verdicts = ["equal", "border", "refused", "WRONG"]
    print(f"{'':20}" + "".join(f"{v:>9}" for v in verdicts))
    for title, table in (("form", by_form), ("operator", by_operator)):
        for key in sorted(table):
            print(f"{key:20}" + "".join(f"{table[key][v]:9}" for v in verdicts))
    for reason, count in refused.most_common():
        print(f"not run: {count} x {reason}")
    print(json.dumps(dict(seed=options.seed, onnxruntime=ort.__version__, **counts)))
    return 1 if counts["WRONG"] else 0


if __name__ == "__main__":
    sys.exit(main())
