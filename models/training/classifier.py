# SPDX-License-Identifier: Apache-2.0
"""Trains the classifier of faults: a dense network over the pattern of diagnosis, one output a fault, quantized to INT8.

    python models/training/classifier.py CORPUS.jsonl INPUTS.txt

The corpus is what `diagnosis-lab corpus` prints: simulated machines, each learned once, then struck by everything that it can
suffer, one fault or two at a time. Machines are split by seed: one in five is for early stopping and for the card.
"""
import base64
import collections
import hashlib
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime as ort
import torch

import dense

SEED = 20261124
MODELS = pathlib.Path(__file__).resolve().parent.parent
WIDTH = 4  # numbers an observable: value, change, significance, known
HIDDEN = [128]
CLEAR = 0.25  # severity from which a fault counts as present


# What a fault brings about by itself, at a size that nobody planned.
IMPLIES = {"blocked-strainer": ["cavitation"], "fan-fouling": ["unbalance"], "impeller-wear": ["unbalance"],
           "cavitation": ["blocked-strainer"], "bearing-late-stage": ["bearing-outer-race", "bearing-inner-race", "bearing-cage"]}


def read(path):
    """Stories: patterns (rows x numbers) and severities (rows x faults of the story), with the machine they are of."""
    stories = []
    # Machines come in the order in which they were done.
    for machine in sorted(map(json.loads, open(path)), key=lambda m: (m["seed"], m["preset"])):
        for s in machine["stories"]:
            if s["severities"]:
                x = np.frombuffer(base64.b64decode(s["patterns"]), "<f2").astype(np.float32)
                x = np.clip(np.nan_to_num(x.reshape(len(s["severities"]), -1)), -8, 8)
                y = np.array(s["severities"], np.float32).reshape(len(x), -1)
                stories.append(dict(preset=machine["preset"], seed=machine["seed"], faults=s["faults"], x=x, y=y))
    return stories


def rows(stories, faults):
    """Patterns, and targets by fault: 1 present, 0 absent, nan where that is not known."""
    xs, ys = [], []
    place = {f: i for i, f in enumerate(faults)}
    for s in stories:
        y = np.zeros((len(s["x"]), len(faults)), np.float32)
        for fault, severity in zip(s["faults"], s["y"].T):
            for implied in IMPLIES.get(fault, []):
                y[severity > 0.02, place[implied]] = np.nan
        for fault, severity in zip(s["faults"], s["y"].T):
            y[:, place[fault]] = np.where((severity > 0.02) & (severity < CLEAR), np.nan, severity >= CLEAR)
        xs.append(s["x"])
        ys.append(y)
    return np.concatenate(xs), np.concatenate(ys)


def augment(x, generator):
    """Instruments that are not there, baselines that are not learned, noise."""
    n, width = x.shape
    x = x.clone().reshape(n, width // WIDTH, WIDTH)
    u = lambda *shape: torch.rand(*shape, generator=generator)
    share = u(n, 1) ** 2 * 0.4
    x *= (u(n, width // WIDTH) >= share)[..., None]
    unlearned = u(n) < 0.05
    x[unlearned, :, 1:3] = 0
    x[..., :3] += 0.05 * torch.randn(n, width // WIDTH, 3, generator=generator) * (x[..., 3:] > 0)
    return x.reshape(n, width)


def train(x, y, vx, vy):
    torch.manual_seed(SEED)
    torch.set_num_threads(2)
    generator = torch.Generator().manual_seed(SEED)
    net = dense.network([x.shape[1], *HIDDEN, y.shape[1]])
    adam = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=2e-2)
    x, y, vx, vy = map(torch.tensor, (x, y, vx, vy))

    def loss_of(logits, target):
        known = ~torch.isnan(target)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target.nan_to_num(), reduction="none")
        return (loss * known).sum() / known.any(1).sum().clamp(min=1)

    best, state, stale = np.inf, None, 0
    for epoch in range(60):
        net.train()
        for batch in torch.randperm(len(x), generator=generator).split(512):
            adam.zero_grad()
            loss = loss_of(net(augment(x[batch], generator)), y[batch])
            loss.backward()
            adam.step()
        net.eval()
        with torch.no_grad():
            now = loss_of(net(vx), vy).item()
        if now < best * 0.998:
            best, state, stale = now, {k: p.clone() for k, p in net.state_dict().items()}, 0
        else:
            stale += 1
            if stale == 6:
                break
    net.load_state_dict(state)
    print(f"  {epoch + 1} epochs, validation loss {best:.4f}")
    return [p.detach().numpy() for p in net.parameters()]


def judge(run, stories, faults):
    """Of single faults, the share of courses in which most patterns from severity 0.7 on say the right one first."""
    wrong, right, total = collections.Counter(), 0, 0
    for s in stories:
        if len(s["faults"]) != 1 or not (s["y"][:, 0] >= 0.7).any():
            continue
        tops = run(s["x"][s["y"][:, 0] >= 0.7]).argmax(1)
        top = faults[collections.Counter(tops.tolist()).most_common(1)[0][0]]
        total += 1
        right += top == s["faults"][0]
        if top != s["faults"][0]:
            wrong[(s["faults"][0], s["preset"], top)] += 1
    return right, total, wrong


def write_card(data, corpus, kept, held, faults, shares, wrong, shape):
    machines = lambda stories: len({(s["preset"], s["seed"]) for s in stories})
    digest = hashlib.sha256("".join(sorted(corpus.open())).encode()).hexdigest()
    lines = [
        "# Made by models/training/train classifier; do not edit.",
        "model: classifier",
        "file: classifier.int8.onnx",
        f"bytes: {len(data)}",
        f"sha256: {hashlib.sha256(data).hexdigest()}",
        "licence: Apache-2.0",
        "purpose: gives each fault the log odds that it is present, of all that a machine shows; it ranks what rules name, and",
        "  names alone only what departs from usual as that fault's own symptoms say",
        f"inputs: {shape[1] // WIDTH} observables of diagnosis, four numbers each (`Pattern`), clipped to 8; 0 is missing",
        f"architecture: dense {'-'.join(map(str, [shape[1], *HIDDEN, len(faults)]))}, ReLU; int8 activations per tensor, int8 weights per channel",
        "data:",
        "  source: millwright-sim machines, each learned once and then struck by every fault that it can suffer, one or two at a time, through the product's own path (diagnosis-lab corpus); no recording of a real machine",
        f"  corpus_sha256: {digest}",
        f"  machines: {{ train: {machines(kept)}, held_out: {machines(held)} }}",
        f"  courses: {{ train: {len(kept)}, held_out: {len(held)} }}",
        f"  patterns_in_training: {shape[0]}",
        f"  present: from severity {CLEAR} on; smaller ones count neither way",
        "  augmentation: up to 40 % of the observables taken away, baselines not learned in 5 %, noise of 0.05",
        f"  seed: {SEED}",
        "held_out: # of courses of one fault, those in which most patterns from severity 0.7 on say it first",
        *[f"  {name}: {{ right: {r}, of: {n}, percent: {100 * r / n:.1f} }}" for name, (r, n) in shares.items()],
        "  wrong_int8:",
        *[f"    - {{ fault: {f}, machine: {p}, said: {t}, courses: {n} }}" for (f, p, t), n in sorted(wrong.items())],
        "limits:",
        "  - Trained and judged on simulated machines only, by the simulator that the rules were tried on as well; what it is worth on real machines is not known.",
        "  - Early stopping used the held-out machines, so the share above is a little too good.",
        f"versions: {{ torch: {torch.__version__}, onnx: {onnx.__version__}, onnxruntime: {ort.__version__} }}",
    ]
    (MODELS / "classifier.card.yaml").write_text("\n".join(lines) + "\n")


def main():
    corpus, names = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text().split("\n")
    names = [n for n in names if n]
    stories = read(corpus)
    faults = sorted({f for s in stories for f in s["faults"]})
    kept, held = [s for s in stories if s["seed"] % 5 != 3], [s for s in stories if s["seed"] % 5 == 3]
    x, y = rows(kept, faults)
    vx, vy = rows(held, faults)
    assert x.shape[1] == WIDTH * len(names), (x.shape, len(names))
    print(f"  {len(kept)} courses, {len(x)} patterns of {x.shape[1]} numbers, {len(faults)} faults; held out {len(held)}, {len(vx)}")
    fp32 = dense.fp32_model(train(x, y, vx, vy), "classifier")
    int8 = dense.quantize(fp32, x[np.random.default_rng(SEED).permutation(len(x))[:2000]])
    data = dense.finish(int8, {"classifier.inputs": ",".join(names), "classifier.faults": ",".join(faults)})
    (MODELS / "classifier.int8.onnx").write_bytes(data)
    shares = {}
    for name, model in (("fp32", fp32), ("int8", onnx.load_model_from_string(data))):
        run = dense.runner(model)
        right, total, wrong = judge(run, held, faults)
        shares[name] = (right, total)
        print(f"  {name}: {right} of {total} failures named right ({100 * right / total:.1f} %)")
    golden = vx[np.random.default_rng(SEED).permutation(len(vx))[:32]]
    encode = lambda a: base64.b64encode(np.ascontiguousarray(a, "<f4").tobytes()).decode()
    (MODELS / "golden" / "classifier.json").write_text(json.dumps({
        "onnxruntime": ort.__version__, "windows": len(golden), "inputs": encode(golden), "outputs": encode(run(golden))}) + "\n")
    write_card(data, corpus, kept, held, faults, shares, wrong, x.shape)
    for (fault, preset, top), n in sorted(wrong.items()):
        print(f"    {fault} on {preset}: {top} {n}")


main()
