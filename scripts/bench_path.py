# SPDX-License-Identifier: Apache-2.0
"""The suite `path`: from the sensor to the alarm. Called by scripts/bench with the folder of the binaries."""
import collections, json, os, platform, re, signal, socket, statistics, subprocess, sys, tempfile, time

BIN = sys.argv[1]
SHORT = "--short" in sys.argv
measures = []


def measure(id, value, unit, target, how, peer=None):
    measures.append(dict(id=id, value=value, unit=unit, target=target, peer=peer, how=how))
    print(f"{id:52} {value!s:>14} {unit:14} {target or '':18} {peer or ''}", flush=True)


def free_port(count=1):
    """The first of `count` free ports in a row."""
    for base in range(20000, 60000, 500):
        sockets = []
        try:
            for port in range(base, base + count):
                s = socket.socket()
                sockets.append(s)
                s.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()
    sys.exit("no free ports on 127.0.0.1")


def swift_test(name, **variables):
    command = ["swift", "test", "-c", "release", "--skip-build", "--explicit-target-dependency-import-check", "error",
               "--filter", name]
    run = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True)
    return run.stdout + run.stderr


def rate():
    text = swift_test("RateTests", MILLWRIGHT_BENCH="1")
    near = re.search(r"on the bus's thread: ([\d.]+) \| ([\d.]+) \| ([\d.]+) of bare", text)
    bare = re.search(r"bare libmodbus: [\d.]+ \| ([\d.]+)", text)
    measure("modbus-tcp-read-rate", float(near[2]) if near else None, "x bare libmodbus", ">= 0.90",
            "FieldbusTests/RateTests: 101 interleaved rounds of 300 reads of 125 registers over loopback, median ratio, each side with a thread and a connection of its own",
            f"libmodbus {bare[1]} reads/s" if bare else None)


def wrong_values():
    count = 10_000 if SHORT else 100_000
    text = swift_test("FieldbusTests", MILLWRIGHT_FAULTS=str(count))
    found = re.findall(r"(\d+) faulty replies.*?(\d+) wrong", text)
    measure("wrong-values", sum(int(w) for _, w in found) if found else None, "values", "0",
            f"FieldbusTests with MILLWRIGHT_FAULTS={count}: late, torn, garbage, swapped, duplicated, bad CRC, "
            "exception and drip on TCP and pty", f"{sum(int(n) for n, _ in found)} faulty replies")


POINTS = [("speed", "shaft-speed"), ("bearing-temperature", "bearing-temperature"),
          ("winding-temperature", "winding-temperature"), ("ambient-temperature", "ambient-temperature"),
          ("suction-pressure", "suction-pressure"), ("discharge-pressure", "discharge-pressure"), ("flow", "flow"),
          ("current", "current"), ("power", "power"), ("velocity-rms", "velocity-rms"),
          ("acceleration-rms", "acceleration-rms"), ("load", "other, quantity: ratio")]
POINTS += [(name, "other, quantity: status") for name in ("id", "map-version", "machine-on", "sensor-fault")]
POINTS += [("heartbeat", "other, quantity: count")]
# A node has 17 values, so a thousand of them take 59 nodes.
NODES = 59


def site(folder, base, count):
    lines = ["site: bench", "node: gateway-1", f"storage: {{ directory: {folder} }}", "connections:"]
    for i in range(1, count + 1):
        lines += [f"  - name: line-{i}", "    modbus:", f"      tcp: 127.0.0.1:{base + i - 1}",
                  "      devices: [{ name: node, unit: 1, profile: millwright-sim-node }]"]
    lines.append("machines:")
    for i in range(1, count + 1):
        lines += [f"  - id: N-{i}", "    kind: pump", "    rated-power-kw: 75", "    rated-speed-rpm: 1480",
                  "    support: rigid", "    points:"]
        lines += [f"      - {{ name: {name}, role: {role}, from: line-{i}.node.{name} }}" for name, role in POINTS]
    path = os.path.join(folder, "site.yaml")
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")
    return path


def proportional_set_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:"))


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def many_devices(alive):
    count, warm_s, run_s = NODES, (20 if SHORT else 60), (60 if SHORT else 600 if alive else 120)
    with tempfile.TemporaryDirectory() as folder:
        base = free_port(count)
        simulator = None
        if alive:
            simulator = subprocess.Popen(
                [f"{BIN}/millwright-sim", "run", "--devices", str(count), "--separate-ports", "--port", str(base)],
                stdout=subprocess.DEVNULL)
            time.sleep(1)
        log = open(os.path.join(folder, "log"), "w")
        agent = subprocess.Popen([f"{BIN}/millwright", "run", "--site", site(folder, base, count)], stderr=log)
        try:
            time.sleep(warm_s)
            status = lambda: json.load(open(os.path.join(folder, "status.json")))
            before, cpu, began, memory = status(), cpu_s(agent.pid), time.monotonic(), []
            while time.monotonic() - began < run_s:
                time.sleep(10)
                memory.append(proportional_set_kb(agent.pid))
            used, elapsed, after = cpu_s(agent.pid) - cpu, time.monotonic() - began, status()
            total = lambda report, key: sum(bus[key] for bus in report["modbus"])
            if alive:
                how = f"{count} millwright-sim devices on {count} ports, {count * len(POINTS)} values at 1 Hz, {run_s} s after {warm_s} s"
                polls = total(after, "polls") - total(before, "polls")
                measure("missed-schedules", total(after, "missedSchedules") - total(before, "missedSchedules"),
                        "schedules", "0", how, f"{polls} polls")
                measure("memory", round(statistics.median(memory) / 1024, 1), "MiB PSS", "<= 30", how + ", median")
                measure("cpu", round(100 * used / elapsed, 2), "% of a core", "<= 5", how)
            else:
                measure("cpu-everything-dead", round(100 * used / elapsed, 2), "% of a core", "< 1",
                        f"{count} endpoints that refuse, {run_s} s after {warm_s} s")
            began = time.monotonic()
            agent.send_signal(signal.SIGTERM)
            agent.wait(30)
            if alive:
                measure("drain", round(time.monotonic() - began, 2), "s", "< 2", "SIGTERM to exit, same process")
        finally:
            for process in (agent, simulator):
                if process and process.poll() is None:
                    process.kill()
                    process.wait()


def lab():
    seeds, days = (3, 3) if SHORT else (20, 30)
    lines = subprocess.run([f"{BIN}/path-lab", "onset", str(seeds)], capture_output=True, text=True, check=True).stdout
    trials = collections.defaultdict(list)
    for line in lines.splitlines():
        result = json.loads(line)
        trials[result["fault"]].append(result)
    for fault, results in trials.items():
        delays = sorted(r["delay_s"] / 3600 for r in results if r.get("delay_s") is not None)
        named = sum(r.get("rightDelay_s") is not None for r in results)
        how = f"path-lab onset {seeds}: pump, two days healthy, then full-grown in " + (
            "10 min" if fault.startswith("sensor") else "24 h")
        detail = f"seen {len(delays)}/{len(results)}, named right {named}/{len(results)}"
        if delays:
            detail += f", worst {delays[-1]:.1f} h"
        measure(f"onset-to-alarm/{fault}", round(statistics.median(delays), 2) if delays else None, "h, median",
                "stated", how, detail)
    measure("false-alarms-before-onset", sum(r["falseAlarms"] for rs in trials.values() for r in rs), "alarms", "0",
            f"path-lab onset {seeds}: machine alarms in the healthy days", f"{2 * seeds * len(trials)} machine-days and more")
    measure("machine-alarms-of-sensor-faults",
            sum(r["machineAlarmsOfSensorFault"] for rs in trials.values() for r in rs), "alarms", "0",
            f"path-lab onset {seeds}: machine alarms while only a sensor was faulty")
    lines = subprocess.run([f"{BIN}/path-lab", "healthy", str(days)], capture_output=True, text=True, check=True).stdout
    for line in lines.splitlines():
        result = json.loads(line)
        measure(f"healthy-alarms/{result['machine']}", result["alarms"], "alarms", "0",
                f"path-lab healthy {days}: {days} simulated days, speed and load varying")


print(f"{'measure':52} {'value':>14} {'unit':14} {'target':18} beside")
rate()
wrong_values()
lab()
many_devices(alive=True)
many_devices(alive=False)
commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
os.makedirs("out", exist_ok=True)
with open("out/path.json", "w") as f:
    json.dump(dict(suite="path", machine=f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
                   commit=commit, measures=measures), f, indent=1)
print("written: out/path.json")
