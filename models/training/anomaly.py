# SPDX-License-Identifier: Apache-2.0
"""Trains the anomaly model: an autoencoder of standardised windows, quantized to INT8 QDQ.

    python models/training/anomaly.py CORPUS.csv

Machines are split by name into train (60 %), validation (20 %: early stopping, INT8 calibration and the
thresholds) and test (20 %: every figure on the card). Faulty windows are used for evaluation only.
"""
import base64
import csv
import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
import torch

import dense
from standardize import NAMES, Baseline, forward

SEED = 20261123
MODELS = pathlib.Path(__file__).resolve().parent.parent
WIDTHS = [46, 32, 8, 32, 46]
ENERGY_WEIGHT = 0.25
RATES = [0.01, 0.001]  # the validation sample is too small for rarer ones


def read(path):
    """{machine: {"healthy": z, "<fault>:<severity>": z}}, each window against its own state's baseline."""
    groups = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            key = (row["machine"], row["point"], row["state"])
            values = [float(row[n]) if row[n] else np.nan for n in NAMES]
            groups.setdefault(key, {}).setdefault(row["label"], []).append(values)
    machines = {}
    for (machine, _, _), labels in groups.items():
        baseline = Baseline()
        for y in forward(labels.get("learn", np.empty((0, len(NAMES))))):
            baseline.observe(y)
        if not baseline.armed:
            continue
        for label, rows in labels.items():
            if label != "learn":
                z = baseline.standardize(forward(rows))
                machines.setdefault(machine, {}).setdefault(label, []).append(z)
    return {m: {k: np.concatenate(v) for k, v in labels.items()} for m, labels in machines.items()}


def part(machine):
    share = int(hashlib.sha256(machine.encode()).hexdigest()[:8], 16) / 2 ** 32
    return "train" if share < 0.6 else "validation" if share < 0.8 else "test"


def train(x, v):
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    net = dense.network(WIDTHS)
    adam = torch.optim.Adam(net.parameters(), lr=2e-3, weight_decay=1e-5)
    x, v = torch.tensor(x), torch.tensor(v)
    best, best_state, stale = np.inf, None, 0
    for epoch in range(200):
        order = torch.randperm(len(x))
        for batch in order.split(256):
            adam.zero_grad()
            loss = torch.nn.functional.mse_loss(net(x[batch]), x[batch])
            loss.backward()
            adam.step()
        with torch.no_grad():
            now = torch.nn.functional.mse_loss(net(v), v).item()
        if now < best * 0.9995:
            best, best_state, stale = now, {k: p.clone() for k, p in net.state_dict().items()}, 0
        else:
            stale += 1
            if stale == 12:
                break
    net.load_state_dict(best_state)
    print(f"  {epoch + 1} epochs, validation reconstruction error {best:.4f}")
    return [p.detach().numpy() for p in net.parameters()]


def scores(run, z):
    r = z - run(z)
    return (r.astype(float) ** 2 + ENERGY_WEIGHT * z.astype(float) ** 2).mean(axis=1)


def conformal(sample, rate):
    n = len(sample)
    k = int(np.ceil((n + 1) * (1 - rate) - 1e-9))
    return float(np.sort(sample)[min(k, n) - 1])


def unsteady(run):
    """Scores of a machine whose every input spreads by its full SD, independently, around a baseline of 60
    windows: simulated machines are steadier than the baseline's floors, real ones need not be."""
    rng = np.random.default_rng(SEED)
    z = rng.standard_t(59, (50_000, len(NAMES))) * np.sqrt(1 + 1 / 60)
    return scores(run, np.clip(z, -8, 8).astype(np.float32))


def auc(healthy, faulty):
    """Probability that a faulty window scores above a healthy one (Mann-Whitney)."""
    both = np.concatenate([healthy, faulty])
    rank = np.empty(len(both))
    rank[np.argsort(both, kind="stable")] = np.arange(1, len(both) + 1)
    return (rank[len(healthy):].sum() - len(faulty) * (len(faulty) + 1) / 2) / (len(healthy) * len(faulty))


def gather(machines, which, label):
    found = [m[label] for name, m in sorted(machines.items()) if part(name) == which and label in m]
    return np.concatenate(found) if found else np.empty((0, len(NAMES)), np.float32)


def evaluate(machines, runs, threshold, steady):
    """Rows of the card: for each fault and severity AUC by FP32, INT8 and energy alone, and recall."""
    healthy = gather(machines, "test", "healthy")
    base = {name: scores(run, healthy) for name, run in runs.items()}
    base["energy"] = (healthy.astype(float) ** 2).mean(axis=1)
    rows = []
    for label in sorted({l for m in machines.values() for l in m if l != "healthy"}):
        z = gather(machines, "test", label)
        if len(z) == 0:
            continue
        fault, severity = label.rsplit(":", 1)
        row = {"fault": fault, "severity": float(severity), "windows": len(z)}
        for name, run in runs.items():
            s = scores(run, z)
            row[name] = auc(base[name], s)
            if name == "int8":
                row["recall"] = float((s > threshold).mean())
                row["calibrated"] = float((s > steady).mean())
        row["energy"] = auc(base["energy"], (z.astype(float) ** 2).mean(axis=1))
        rows.append(row)
    return base, rows


def write_golden(model, machines):
    golden = MODELS / "golden"
    golden.mkdir(exist_ok=True)
    run = dense.runner(model)
    z = np.concatenate([gather(machines, "test", "healthy")[:24], gather(machines, "test", "unbalance:0.5")[:8],
                        gather(machines, "test", "bearing-outer-race:0.8")[:8]])
    out = run(z)
    scale, zero = output_quantization(model)
    q = np.rint(out / scale).astype(int) + zero
    encode = lambda a: base64.b64encode(np.ascontiguousarray(a, "<f4").tobytes()).decode()
    (golden / "anomaly.json").write_text(json.dumps({
        "onnxruntime": ort.__version__, "windows": len(z), "inputs": encode(z), "outputs": encode(out),
        "integers": base64.b64encode(q.astype(np.int8).tobytes()).decode(),
        "scores": [float(s) for s in scores(run, z)]}) + "\n")
    rng = np.random.default_rng(SEED)
    raw = np.concatenate([rng.normal(-2, 0.3, (150, 32)), np.exp(rng.normal(0, 0.25, (150, 14)))], axis=1)
    raw[:30] += 1.0  # a start that is forgotten
    raw[100] += 4.0  # and one window that is not learned
    baseline = Baseline()
    for y in forward(raw[:140]):
        baseline.observe(y)
    (golden / "standardize.json").write_text(json.dumps({
        "names": NAMES, "learn": 140, "rows": [[float(v) for v in r] for r in raw],
        "z": [[float(v) for v in r] for r in baseline.standardize(forward(raw[140:]))]}) + "\n")


def output_quantization(model):
    node = model.graph.node[[n.output[0] for n in model.graph.node].index("output")]
    values = {t.name: onnx.numpy_helper.to_array(t) for t in model.graph.initializer}
    return float(values[node.input[1]]), int(values[node.input[2]])


def write_card(path, data, corpus, machines, base, rows, thresholds, steady):
    count = lambda which: sum(part(m) == which for m in machines)
    rate = lambda t: float((base["int8"] > t).mean())
    small = [r for r in rows if r["severity"] <= 0.3]
    mean = lambda name, rs: np.mean([r[name] for r in rs])
    lines = [
        "# Made by models/training/train anomaly; do not edit.",
        "model: anomaly",
        f"file: {path.name}",
        f"bytes: {len(data)}",
        f"sha256: {hashlib.sha256(data).hexdigest()}",
        "licence: Apache-2.0",
        "purpose: says how unlike its own healthy days a vibration window is; it names no fault",
        "inputs: 32 log bands and 14 features in standard deviations from the machine's own baseline, clipped to 8",
        f"architecture: autoencoder {'-'.join(map(str, WIDTHS))}, ReLU; int8 activations per tensor, int8 weights per channel",
        f"score: mean(residual^2) + {ENERGY_WEIGHT} * mean(input^2)",
        "data:",
        "  source: millwright-sim machines with random specs, speeds, sensors and day plans, through the product's own extractor (models/training/corpus); no recording of a real machine",
        f"  corpus_sha256: {corpus}",
        f"  machines: {{ train: {count('train')}, validation: {count('validation')}, test: {count('test')} }}",
        "  split: by machine; no machine on two sides; faulty windows for evaluation only",
        f"  seed: {SEED}",
        "thresholds: # until a machine has its own: of a machine whose inputs spread fully and independently",
        *[f"  {r}: {t:.6g}" for r, t in thresholds.items()],
        "thresholds_of_steady_machines: # conformal, on healthy windows of the validation machines",
        *[f"  {r}: {t:.6g}" for r, t in steady.items()],
        "test:",
        f"  healthy_windows: {len(base['int8'])}",
        *[f"  false_alarm_rate_at_{r}: {{ threshold: {rate(thresholds[r]):.5f}, steady: {rate(steady[r]):.5f} }}" for r in RATES],
        f"  mean_auc_severity_up_to_0.3: {{ fp32: {mean('fp32', small):.4f}, int8: {mean('int8', small):.4f}, energy_alone: {mean('energy', small):.4f} }}",
        f"  mean_auc: {{ fp32: {mean('fp32', rows):.4f}, int8: {mean('int8', rows):.4f}, energy_alone: {mean('energy', rows):.4f} }}",
        "  by_fault: # AUC of healthy against faulty windows; recall at the two thresholds for 0.001",
        *[f"    - {{ fault: {r['fault']}, severity: {r['severity']}, windows: {r['windows']}, auc_fp32: {r['fp32']:.4f}, "
          f"auc_int8: {r['int8']:.4f}, auc_energy_alone: {r['energy']:.4f}, recall: {r['recall']:.3f}, recall_steady: {r['calibrated']:.3f} }}" for r in rows],
        "limits:",
        "  - Trained and judged on simulated machines only; a real machine's own calibration replaces the threshold after 1029 healthy windows of an operating state.",
        "  - On simulated machines, whose quantities wander independently, the autoencoder ranks windows no better than the plain size of the input (energy_alone).",
        "  - Simulated cavitation below severity 0.8 leaves no trace at most of the working points drawn.",
        "  - Small faults that hide in the healthy spread of the machine are not seen; see recall.",
        "  - A window in an operating state that is not learned yet gets no score.",
        f"versions: {{ torch: {torch.__version__}, onnx: {onnx.__version__}, onnxruntime: {ort.__version__} }}",
    ]
    (MODELS / "anomaly.card.yaml").write_text("\n".join(lines) + "\n")


def main():
    corpus = pathlib.Path(sys.argv[1])
    machines = read(corpus)
    print(f"  {len(machines)} machines with a learned baseline")
    train_z, valid_z = gather(machines, "train", "healthy"), gather(machines, "validation", "healthy")
    fp32 = dense.fp32_model(train(train_z, valid_z), "anomaly")
    rng = np.random.default_rng(SEED)
    rows = train_z[rng.permutation(len(train_z))[:2000]]
    # Corners of the input range, so that what is clipped is what the product clips.
    corners = np.repeat(np.float32([[8], [-8]]), rows.shape[1], axis=1)
    int8 = dense.quantize(fp32, np.concatenate([rows, corners]))
    runs = {"fp32": dense.runner(fp32), "int8": dense.runner(int8)}
    sample = scores(runs["int8"], valid_z)
    steady = {rate: conformal(sample, rate) for rate in RATES}
    worst = unsteady(runs["int8"])
    thresholds = {rate: max(steady[rate], conformal(worst, rate)) for rate in RATES}
    meta = {"anomaly.inputs": ",".join(NAMES), "anomaly.energy_weight": str(ENERGY_WEIGHT),
            "anomaly.thresholds": ",".join(f"{r}:{t:.6g}" for r, t in thresholds.items())}
    path = MODELS / "anomaly.int8.onnx"
    data = dense.finish(int8, meta)
    path.write_bytes(data)
    base, rows = evaluate(machines, runs, thresholds[0.001], steady[0.001])
    write_golden(int8, machines)
    digest = hashlib.sha256(corpus.read_bytes()).hexdigest()
    write_card(path, data, digest, machines, base, rows, thresholds, steady)
    print((MODELS / "anomaly.card.yaml").read_text())


main()
