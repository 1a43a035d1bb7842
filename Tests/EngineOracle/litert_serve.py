# SPDX-License-Identifier: Apache-2.0
"""LiteRT as a process of the benchmark: obeys stdin as `engine-lab serve` does, through its raw Invoke."""
import json, sys, time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

models, walked = {}, np.ones(1, np.uint8)


def resident_kb():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def load(name, path):
    start = time.perf_counter()
    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    spent = time.perf_counter() - start
    port = interpreter.get_input_details()[0]
    noise = np.random.default_rng(0).random(port["shape"]) * 2 - 1
    interpreter.set_tensor(port["index"], (noise * 127).astype(np.int8) if port["dtype"] == np.int8 else noise.astype(np.float32))
    models[name] = interpreter, interpreter._interpreter.Invoke
    return dict(load_ms=spent * 1e3, rss_kb=resident_kb())


def run(name, count, cold=0):
    global walked
    if cold and len(walked) != int(cold) << 10:
        walked = np.ones(int(cold) << 10, np.uint8)
    invoke, spent, clock = models[name][1], [], time.perf_counter_ns
    for _ in range(int(count)):
        if cold:
            walked[::64] += 1
        start = clock()
        invoke()
        spent.append(clock() - start)
    spent.sort()
    return dict(med_ns=spent[len(spent) // 2], min_ns=spent[0], rss_kb=resident_kb())


for line in sys.stdin:
    verb, *rest = line.split()
    try:
        answer = (load if verb == "load" else run)(*rest)
    except Exception as error:
        answer = dict(error=str(error)[:200])
    print(json.dumps(answer), flush=True)
