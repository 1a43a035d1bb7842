# SPDX-License-Identifier: Apache-2.0
"""Holds the engine against ONNX Runtime on random graphs.

usage: fuzz.py ENGINE_LAB [--graphs N] [--seed N] [--only NUMBER] [--form FORM] [--failures FOLDER]

The oracle is ONNX Runtime with all its optimisations and session.x64quantprecision=1, its exact mode: sums of products
are exact, what its fusions make of a graph is the target. Integers, and floats that are dequantized integers, have to
be equal; floats differ by at most 1e-6 of the largest value of their tensor.

A case that floats beside a border explain is counted as "border"; borders.py says what has to be shown for that.
"""
import argparse, collections, json, os, shutil, subprocess, sys, tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, numpy_helper

import borders
import forms
from graphs import Graph

BATCH = 100


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


def difference(got, expected):
    """None when equal, else what is different."""
    if len(got) != len(expected):
        return f"{len(got)} outputs for {len(expected)}"
    for index, (a, b) in enumerate(zip(got, expected)):
        if a.dtype != b.dtype or a.shape != b.shape:
            return f"output {index}: {a.dtype}{list(a.shape)} for {b.dtype}{list(b.shape)}"
        wrong = borders.differing(a, b)
        if wrong.any():
            at = tuple(int(i[0]) for i in np.nonzero(wrong))
            scale = f" ({abs(float(a[at]) - float(b[at])) / borders.largest(b):.1e} of the largest)" if b.dtype == np.float32 else ""
            return f"output {index} {b.dtype}{list(b.shape)}: {int(wrong.sum())} of {wrong.size} differ, at {list(at)} {a[at]} for {b[at]}{scale}"
    return None


def judge(lab, case, text, folder):
    """Finds the first layers that differ and whether floats explain it; ("border" or "WRONG", description)."""
    for count in range(1, len(case.graph.layers) + 1):
        place = f"{folder}/{count}"
        case.write(place, count)
        got, expected = engine(lab, [place])[place], case.expected(count)
        if isinstance(got, str):
            return "WRONG", f"{text}\nthe first {count} layers alone: {got}"
        found = difference(got, expected)
        if found:
            text += f"\nfirst {count} layers: {found}\n"
            if any(a.shape != b.shape or a.dtype != b.dtype for a, b in zip(got, expected)) or len(got) != len(expected):
                return "WRONG", text
            holds, why = borders.explained(case, count, got, expected, folder)
            return "border" if holds else "WRONG", text + why
    return "WRONG", text + "\nno first layers of it differ"


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
                    found = difference(got, expected)
                    verdict, text = ("equal", "") if found is None else judge(options.lab, case, found, f"{place}.parts")
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
