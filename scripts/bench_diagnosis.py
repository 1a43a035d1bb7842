# SPDX-License-Identifier: Apache-2.0
"""The suite `diagnosis`: what the program makes of simulated failures, chains and healthy weeks.

Called by scripts/bench with the folder of the binaries; `--fit` makes models/faults/calibration.json anew."""
import collections, csv, datetime, json, os, platform, statistics, subprocess, sys

BIN = sys.argv[1]
SHORT = "--short" in sys.argv
# Seeds below 10,000 are for tuning; what is reported is measured on seeds that nobody has seen.
UNSEEN = 10_000
measures = []


def measure(id, value, unit, target, how, peer=None, met=None):
    verdict = "" if met is None else "met" if met else "MISSED"
    measures.append(dict(id=id, value=value, unit=unit, target=target, peer=peer, how=how, met=met))
    print(f"{id:44} {value!s:>10} {unit:22} {target:18} {verdict:7} {peer or ''}", flush=True)


def lab(*arguments, raw=False):
    environment = {**os.environ, **({"MILLWRIGHT_UNCALIBRATED": "1"} if raw else {})}
    text = subprocess.run([f"{BIN}/diagnosis-lab", *map(str, arguments)], capture_output=True, text=True, check=True,
                          env=environment).stdout
    return [json.loads(line) for line in text.splitlines()]


def percent(part, whole):
    return round(100 * part / whole, 1) if whole else None


def failures(results):
    with open("models/faults/confusion.csv" if not SHORT else "out/confusion.csv", "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["fault", "named", "count"])
        for (fault, named), n in sorted(collections.Counter((r["fault"], verdict(r)) for r in results).items()):
            out.writerow([fault, named, n])
    machine = [r for r in results if not r["fault"].startswith("sensor-")]
    how = (f"diagnosis-lab failures: {len(results)} single failures; what stands first in most of the judgements from severity 0.7 on "
           "that name something, where none does of those before")
    top = percent(sum(r.get("late") == r["fault"] for r in results), len(results))
    three = percent(sum(1 <= r["rank"] <= 3 for r in results), len(results))
    measure("named-right-top-1", top, "%", ">= 92", how, met=top >= 92)
    measure("named-right-top-3", three, "%", ">= 98", how, met=three >= 98)
    measure("named-right-top-1/machine", percent(sum(r.get("late") == r["fault"] for r in machine), len(machine)), "%",
            "stated", how + ", without the sensors' own")
    alarmed = [r for r in results if r.get("first")]
    measure("first-alarm-right", percent(sum(r["first"] == r["fault"] for r in alarmed), len(alarmed)), "%", "stated",
            "of the failures that raised an alarm, those whose first alarm names them", f"{len(alarmed)} of {len(results)} alarmed")
    measure("not-assessable", sum(bool(r["missing"]) and r.get("late") != r["fault"] for r in results), "failures", "stated",
            "the fault could not be judged in most of the late judgements")
    measure("false-alarms-before-onset", sum(len(r["falseAlarms"]) for r in results), "alarms", "stated",
            "machine alarms in the days of learning", f"{len(results)} machines, 1.5 to 2.5 days each")
    print(f"\n{'fault':34} {'right':>5} {'top 3':>5} {'of':>3}  lead h median/worst  named instead")
    for fault in dict.fromkeys(r["fault"] for r in results):
        own = [r for r in results if r["fault"] == fault]
        leads = [r["lead_h"] for r in own if r.get("lead_h") is not None]
        wrong = collections.Counter(verdict(r) for r in own if r.get("late") != fault).most_common(4)
        lead = f"{statistics.median(leads):.1f}/{min(leads):.1f} ({len(leads)})" if leads else "-"
        right = sum(r.get("late") == fault for r in own)
        print(f"{fault:34} {right:5} {sum(1 <= r['rank'] <= 3 for r in own):5} {len(own):3}  {lead:19}  "
              + ", ".join(f"{name} {n}" for name, n in wrong))
        measures.append(dict(id=f"lead-time/{fault}", value=round(statistics.median(leads), 2) if leads else None,
                             unit="h, median", target="stated", met=None,
                             peer=f"worst {min(leads):.2f} h, named {len(leads)}/{len(own)}" if leads else f"named 0/{len(own)}",
                             how="first alarm that names the fault to severity 1; slow courses run within a day"))
    print()


def verdict(result):
    if result.get("late"):
        return result["late"]
    return "(not assessable)" if result["missing"] else "(silent)"


def calibration(results):
    said = [(p, right) for r in results for p, right in zip(r["said"], r["wasRight"])]
    near = [right for p, right in said if 0.75 <= p < 0.85]
    value = percent(sum(near), len(near))
    measure("right-of-those-said-at-80-percent", value, "%", "75 to 85",
            "judgements from severity 0.7 whose first finding has a confidence of 0.75 to 0.85", f"{len(near)} judgements",
            met=value is not None and 75 <= value <= 85)
    for low in (0.0, 0.5, 0.65, 0.85, 0.95):
        high = {0.0: 0.5, 0.5: 0.65, 0.65: 0.75, 0.85: 0.95, 0.95: 1.01}[low]
        own = [(p, right) for p, right in said if low <= p < high]
        if own:
            print(f"  said {low:.2f} to {min(high, 1):.2f}: {len(own):6} judgements, mean {statistics.mean(p for p, _ in own):.2f}, "
                  f"right {statistics.mean(right for _, right in own):.2f}")


def isotonic(triples):
    """Pools adjacent violators: (score, right, weight) sorted by score to non-decreasing shares."""
    blocks = []
    for score, right, weight in sorted(triples):
        blocks.append([score, score, right * weight, weight])
        while len(blocks) > 1 and blocks[-2][2] / blocks[-2][3] >= blocks[-1][2] / blocks[-1][3]:
            last = blocks.pop()
            blocks[-1][1] = last[1]
            blocks[-1][2] += last[2]
            blocks[-1][3] += last[3]
    return blocks


def fit(results, seeds, path):
    """Scores in hundredths to shares of the judgements that were right; each failure has a weight of one."""
    triples = [(round(p, 2), right, 1 / len(r["said"])) for r in results for p, right in zip(r["said"], r["wasRight"])]
    knots = []
    for low, high, right, weight in isotonic(triples):
        # A share of few is drawn towards one half; within a block the order of the scores is kept.
        share = (right + 1) / (weight + 2)
        for score, nudge in ((low, -0.005), (high, 0.005)):
            if not knots or score > knots[-1][0]:
                floor = knots[-1][1] + 0.0005 if knots else 0
                knots.append((score, round(min(max(share + nudge, floor, 0), 1), 4)))
    table = dict(
        provenance=f"isotonic fit of confidence to the share that was right; {len(results)} simulated failures of "
                   f"{len({r['fault'] for r in results})} modes, {seeds}, {len(triples)} judgements "
                   "from severity 0.7 to failure, one weight a failure; scripts/bench_diagnosis.py --fit",
        curves=[dict(margin=0, scores=[k[0] for k in knots], probabilities=[k[1] for k in knots])])
    with open(path, "w") as f:
        json.dump(table, f, indent=1)
        f.write("\n")
    print(f"written: {path}, {len(knots)} knots of {len(triples)} judgements")


def chains(results):
    right = sum(r.get("first") == r["faults"][0] for r in results)
    value = percent(right, len(results))
    measure("root-cause-first", value, "%", ">= 92",
            f"diagnosis-lab chains: {len(results)} chains, what most judgements rank first while the last link grows from severity 0.5",
            met=value >= 92)
    for chain in dict.fromkeys(r["chain"] for r in results):
        own = [r for r in results if r["chain"] == chain]
        wrong = collections.Counter(r.get("first") or "(silent)" for r in own if r.get("first") != r["faults"][0])
        print(f"  {chain:34} {sum(r.get('first') == r['faults'][0] for r in own)}/{len(own)}  "
              + ", ".join(f"{name} {n}" for name, n in wrong.most_common(3)))


def weeks(results):
    alarms = sum(len(r["alarms"]) for r in results)
    plain = sum(len(r["plain"]) for r in results)
    value = round(alarms / len(results), 4)
    limits = ("overall velocity above boundary B/C of ISO 10816-3 for the group, rigid (2.8 or 4.5 mm/s), acceleration above twice "
              "its mean of three days, bearing above 80 degC, winding above 120 degC; each crossing counts")
    measure("false-alarms-per-machine-week", value, "alarms", "<= 0.01",
            f"diagnosis-lab weeks: {len(results)} healthy machine-weeks after three days of learning", f"{alarms} alarms", met=value <= 0.01)
    measure("plain-limits-per-machine-week", round(plain / len(results), 4), "alarms", "stated", limits, f"{plain} alarms")
    for name, count in collections.Counter(a for r in results for a in r["alarms"]).most_common(12):
        print(f"  {name:34} {count}")


def main():
    os.makedirs("out", exist_ok=True)
    if "--fit" in sys.argv:
        place = sys.argv.index("--fit")
        first, count = int(sys.argv[place + 1]), int(sys.argv[place + 2])
        results = lab("failures", first, count, raw=True)
        return fit(results, f"seeds {first} to {first + count - 1}", "models/faults/calibration.json")
    print(f"{'measure':44} {'value':>10} {'unit':22} {'target':18} {'':7} beside")
    modes = 64
    found = lab("failures", UNSEEN, 1 if SHORT else -(-500 // modes))
    failures(found)
    calibration(found)
    chains(lab("chains", UNSEEN, 1 if SHORT else -(-100 // 18)))
    weeks(lab("weeks", UNSEEN, 10 if SHORT else 1000))
    pace = lab("time")
    slowest = max(pace, key=lambda r: r["median_us"])
    measure("machine-window", round(slowest["median_us"]), "us", "<= 1000",
            "diagnosis-lab time: a round of readings from gate to alarms with simulator, median, of the slowest of the machines",
            f"{slowest['preset']}; worst round {max(r['worst_us'] for r in pace):.0f}", met=slowest["median_us"] <= 1000)
    print(subprocess.run([f"{BIN}/alarm-lab"], capture_output=True, text=True).stdout)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    with open("out/diagnosis.json", "w") as f:
        json.dump(dict(suite="diagnosis", machine=f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}",
                       commit=commit, measures=measures), f, indent=1)
    print("written: out/diagnosis.json, and what was named instead of what")


main()
