# SPDX-License-Identifier: Apache-2.0
"""The suite `inference`: the engine beside ONNX Runtime and LiteRT. Called by scripts/bench with the folder of the
binaries; the peers are in this Python's environment.

Each runtime is one process that keeps all models loaded. A round visits every model, and for a model every runtime one
after the other, so that all of them meet the same machine; what is stated is the median over the rounds of the median
within a visit. One thread, batch 1.
"""
import glob, json, os, platform, re, shutil, site, statistics, subprocess, sys

BIN = sys.argv[1]
SHORT = "--short" in sys.argv
ROUNDS = 3 if SHORT else 15
VISIT_NS, COLD_RUNS, COLD_KIB = 25e6, 5, 64 << 10
MODELS = os.environ.get("MILLWRIGHT_PEERS", "../shared/peers/int8") + "/models"
TOOLS = "out/bench-tools"
# Multiply-accumulates of one run of the whole graph, and the targets: ratios to ONNX Runtime's default INT8, its exact INT8, LiteRT's
# INT8, ONNX Runtime in floats, ONNX Runtime's default with cold caches. None: stated, not judged.
TARGETS = {
    "ad": (264_192, 4.5, 5, 1.5, 4.5, 4.5),
    "wdcnn": (716_776, 2.5, 3, 7, 4, 6),
    "cnn1d": (6_553_600, 1.1, 1.45, 2.9, 2.7, 1.2),
    "tcn": (2_688_000, 1.4, 1.8, 1.7, 2.6, 3),
    "cnnlstm": (780_000, 2.2, 2.2, 2.5, 2.2, None),
    "transformer": (54_600_000, 1.4, 1.6, 3, 1.9, None),
}
EXACT = "session.x64quantprecision=1"
measures = []


def measure(id, value, unit, target, how, peer=None):
    measures.append(dict(id=id, value=value, unit=unit, target=target, peer=peer, how=how))
    print(f"{id:40} {value!s:>10} {unit:22} {target or '':12} {peer or ''}", flush=True)


class Runtime:
    """A process that answers each command with one line of JSON."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "it ended"}')
        if "error" in answer:
            raise RuntimeError(f"{words}: {answer['error']}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compile_tool(name, *arguments):
    os.makedirs(TOOLS, exist_ok=True)
    subprocess.run([os.environ.get("CC") or shutil.which("clang") or "cc", "-O2", *arguments, "-o", f"{TOOLS}/{name}"], check=True)
    return f"{TOOLS}/{name}"


def peaks(tool):
    """GMAC/s of bare loops and GB/s of bare reads, by what the tool calls them."""
    text = subprocess.run([tool, "99"], capture_output=True, text=True, check=True).stdout
    found = {}
    for key, pattern in (("avx512-vnni", r"peak vpdpbusd.*?([\d.]+) GMAC"), ("avx2", r"peak vpmovsxbw.*?([\d.]+) GMAC"),
                         ("L2", r"read L2.*?([\d.]+) GB")):
        match = re.search(pattern, text)
        if match:
            found[key] = float(match[1])
    return found


class Contest:
    """Every model in every runtime, timed in rounds."""

    def __init__(self, runtimes):
        self.runtimes, self.loaded, self.counts, self.times, self.loads, self.left_out = runtimes, [], {}, {}, {}, {}
        self.macs = {}  # what our plan computes: positions that nobody reads are left out
        self.allocations = 0

    def load(self, runtime, name, path, *entries):
        key = runtime, name
        try:
            answer = self.runtimes[runtime].ask("load", name, path, *entries)
            times = [answer["load_ms"]]
            self.macs[key] = answer.get("macs")
            first = self.runtimes[runtime].ask("run", name, 5)["med_ns"]
        except RuntimeError as error:
            self.left_out[key] = str(error)
            return
        self.loaded.append(key)
        self.loads[key] = times[0]
        self.counts[key] = max(3, int(VISIT_NS / first))
        self.times[key], self.times[key + ("cold",)] = [], []

    def round(self, cold):
        for model in sorted({name.split(".")[0] for _, name in self.loaded}):
            visits = [key for key in self.loaded if key[1].split(".")[0] == model]
            turn = len(self.times[visits[0]]) % len(visits)
            for key in visits[turn:] + visits[:turn]:
                runtime, name = key
                if name != "identity" or not cold:
                    words = (COLD_RUNS, COLD_KIB) if cold else (self.counts[key],)
                    answer = self.runtimes[runtime].ask("run", name, *words)
                    self.times[key + ("cold",) * cold].append(answer["med_ns"] / 1e3)
                    self.allocations += answer.get("allocations", 0)

    def us(self, runtime, name, cold=False):
        """Median over the rounds in microseconds, None where it was not run."""
        found = self.times.get((runtime, name) + ("cold",) * cold)
        return statistics.median(found) if found else None

    def best(self, runtime, *names, cold=False):
        found = [(t, n) for n in names if (t := self.us(runtime, n, cold)) is not None]
        return min(found) if found else (None, None)


def ratio(id, peer, ours, target, how):
    target = f">= {target}" if isinstance(target, (int, float)) else target
    if peer is None or ours is None:
        measure(id, None, "x", target, how + "; not run")
    else:
        measure(id, round(peer / ours, 2), "x", target, how, f"{peer:.1f} us to {ours:.1f} us")


def main():
    if not os.path.exists(f"{MODELS}/ad_fp32.onnx"):
        sys.exit(f"the models are not in {MODELS}: set MILLWRIGHT_PEERS to the folder that has `models`")
    here = os.path.dirname(os.path.abspath(__file__)) + "/.."
    packages = site.getsitepackages()[0]
    library = glob.glob(f"{packages}/onnxruntime/capi/libonnxruntime.so.*")[0]
    kernels = f"{here}/Sources/Native/CKernels"
    peak_tool = compile_tool("peak", f"-I{kernels}/include", f"-I{kernels}", *glob.glob(f"{kernels}/q8*.c"),
                             f"{here}/Tests/KernelCheck/bench.c", "-lm")
    ort_tool = compile_tool("ort_serve", "-Wno-deprecated-non-prototype", f"{here}/Tests/EngineOracle/ort_serve.c", "-ldl")
    form = json.loads(subprocess.run([f"{BIN}/engine-lab", "time", f"{MODELS}/ad_qdq_u8s8.onnx", "0.01"],
                                     capture_output=True, text=True, check=True).stdout)["form"]
    forms = [form] + [f for f in ("avx2",) if f != form and "avx" in form]
    runtimes = {f"ours {f}": Runtime(f"{BIN}/engine-lab", "serve", "--form", f) for f in forms}
    runtimes["ort"] = Runtime(ort_tool, library)
    runtimes["litert"] = Runtime(sys.executable, f"{here}/Tests/EngineOracle/litert_serve.py")
    contest = Contest(runtimes)
    try:
        for runtime in runtimes:
            for model in TARGETS:
                path = f"{MODELS}/{model}"
                if runtime == "litert":
                    contest.load(runtime, f"{model}.int8", f"{path}_int8.tflite")
                    continue
                for kind in ("qdq_s8s8", "qdq_u8s8", "fp32", "dyn"):
                    contest.load(runtime, f"{model}.{kind}", f"{path}_{kind}.onnx")
                if runtime == "ort":
                    contest.load(runtime, f"{model}.exact", f"{path}_qdq_u8s8.onnx", EXACT)
        contest.load("ort", "identity.fp32", f"{MODELS}/identity_fp32.onnx")
        contest.load("litert", "identity.int8", f"{MODELS}/identity_int8.tflite")
        found_peaks = []
        for _ in range(ROUNDS):
            contest.round(cold=False)
            found_peaks.append(peaks(peak_tool))
        for _ in range(max(3, ROUNDS // 2)):
            contest.round(cold=True)
    finally:
        for runtime in runtimes.values():
            runtime.close()
    report(contest, forms, {k: statistics.median(p[k] for p in found_peaks) for k in found_peaks[0]})


def report(contest, forms, peak):
    us, best = contest.us, contest.best
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    vnni = forms[0] in ("avx-vnni", "avx512-vnni")
    note = ("; this CPU has VNNI and the peers use it, ONNX Runtime cannot be held to AVX2: their INT8 is faster here "
            "than on a gateway without" if vnni else "")
    how = f"{ROUNDS} interleaved rounds, median of medians, one thread, batch 1, {cpu}"
    for key, why in contest.left_out.items():
        print(f"not run: {' '.join(key)}: {why}")
    measure("overhead/onnxruntime", us("ort", "identity.fp32"), "us", "stated", how + ": identity_fp32.onnx through the C API, contained in its figures")
    measure("overhead/litert", us("litert", "identity.int8"), "us", "stated", how + ": identity_int8.tflite through raw Invoke from Python, contained in its figures")
    for f in forms:
        ours, tail = f"ours {f}", "" if f == forms[0] else f"/{f}"
        for model, (macs, default, exact, litert, floats, cold) in TARGETS.items():
            mine, form = best(ours, f"{model}.qdq_s8s8", f"{model}.qdq_u8s8")
            judged = lambda target: target if not tail else None
            peer, kind = best("ort", f"{model}.qdq_s8s8", f"{model}.qdq_u8s8")
            said = f"{how}; ours: {f} form, the faster of S8S8 and U8S8{note}"
            ratio(f"{model}/onnxruntime-default{tail}", peer, mine, judged(default), f"{said}; ONNX Runtime: the faster of both, {kind}")
            ratio(f"{model}/onnxruntime-exact{tail}", us("ort", f"{model}.exact"), us(ours, f"{model}.qdq_u8s8"), judged(exact), f"{said}; U8S8 in both, {EXACT}")
            ratio(f"{model}/litert{tail}", us("litert", f"{model}.int8"), mine, judged(litert), said)
            ratio(f"{model}/onnxruntime-fp32{tail}", us("ort", f"{model}.fp32"), mine, judged(floats), f"{said}; ONNX Runtime in floats to our INT8")
            peer, kind = best("ort", f"{model}.qdq_s8s8", f"{model}.qdq_u8s8", cold=True)
            mine_cold, _ = best(ours, f"{model}.qdq_s8s8", f"{model}.qdq_u8s8", cold=True)
            ratio(f"{model}/cold{tail}", peer, mine_cold, judged(cold) or (None if tail else "stated"), f"{said}; {COLD_KIB >> 10} MiB walked before each run")
            ratio(f"{model}/fp32-to-fp32{tail}", us("ort", f"{model}.fp32"), us(ours, f"{model}.fp32"), None, how + "; floats in both")
            ratio(f"{model}/dynamic{tail}", us("ort", f"{model}.dyn"), us(ours, f"{model}.dyn"), None, how + "; dynamic quantization in both")
            if f in peak and model in ("cnn1d", "tcn") and mine:
                done = contest.macs[ours, form]
                measure(f"{model}/share-of-peak{tail}", round(100 * done / mine / 1e3 / peak[f]), "%", ">= 75",
                        f"the {done} MAC that the plan computes, of {macs} in the graph, in the time of the whole run, against a bare loop of the form's own products in registers, measured each round",
                        f"{done / mine / 1e3:.1f} of {peak[f]:.1f} GMAC/s")
            if model == "ad" and "L2" in peak and mine:
                rate = macs / mine / 1e3  # one byte of weight a multiply-accumulate
                measure(f"ad/share-of-L2{tail}", round(100 * rate / peak["L2"]), "%", ">= 60",
                        "bytes of weights in the whole run against bare 32-byte reads of 512 KiB, measured each round", f"{rate:.1f} of {peak['L2']:.1f} GB/s")
    for model in TARGETS:
        for id, kinds in (("load", ("qdq_s8s8", "qdq_u8s8", "dyn")), ("load-fp32", ("fp32",))):
            found = {k: contest.loads.get((f"ours {forms[0]}", f"{model}.{k}")) for k in kinds}
            found = {k: v for k, v in found.items() if v is not None}
            if found:
                theirs = contest.loads.get(("ort", f"{model}.{'fp32' if id == 'load-fp32' else 'qdq_u8s8'}"))
                measure(f"{model}/{id}", round(max(found.values()), 2), "ms", "<= 2",
                        "bytes in memory to a planned network, median of 5, the slowest of " + ", ".join(f"{k} {v:.2f}" for k, v in found.items()),
                        f"ONNX Runtime, from the file: {theirs:.1f} ms")
    paths = [f"{MODELS}/{m}_qdq_u8s8.onnx" for m in TARGETS]
    memory = json.loads(subprocess.run([f"{BIN}/engine-lab", "memory", *paths], capture_output=True, text=True, check=True).stdout)
    above = (memory["rss_kb"] - memory["rss0_kb"]) / 1024 - memory["constant_bytes"] / 2**20
    measure("memory/six-models", round(above, 2), "MiB above weights", "<= 8",
            "engine-lab memory: resident after loading the six U8S8 models and running each once, less before and less their packed weights; one scratch",
            f"{memory['rss_kb'] / 1024:.1f} MiB resident in all, weights {memory['constant_bytes'] / 2**20:.2f} MiB, scratch {memory['scratch_bytes'] / 2**10:.0f} KiB")
    measure("allocations", contest.allocations, "in all timed runs", "0", "malloc, calloc, realloc and memalign counted in the process of the engine")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    os.makedirs("out", exist_ok=True)
    times = {f"{r} {n}{' cold' * bool(c)}": round(statistics.median(v), 2) for (r, n, *c), v in contest.times.items() if v}
    with open("out/inference.json", "w") as f:
        json.dump(dict(suite="inference", machine=f"{platform.machine()}, {cpu}, {os.cpu_count()} cores, Linux {platform.release()}",
                       commit=commit, peak=peak, microseconds=times, measures=measures), f, indent=1)
    print("written: out/inference.json")


main()
