#!/usr/bin/env python3
"""Attacks every parser with made-up input: builds the fuzzers, runs each for so many executions, and prints a table.

    fuzz/run.py                          every target to 1,000,000 executions (resolve: 200,000)
    fuzz/run.py metric --runs 50000      one target
    fuzz/run.py --seconds 120            a short look: two minutes shared among the targets
    fuzz/run.py --minimise               keep what is new in fuzz/corpus, made small

What is done is noted in fuzz/campaign.json after every round: an interrupted campaign goes on where it was. Inputs
that do harm are kept in fuzz/artifacts/TARGET. Exit status: 0 if there are none, 1 otherwise.
"""

import argparse
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
ROOT = FUZZ.parent
CORPUS, CRASHES, WORK = FUZZ / "corpus", FUZZ / "crashes", FUZZ / "work"
ARTIFACTS, DICTIONARIES, CAMPAIGN = FUZZ / "artifacts", FUZZ / "dictionaries", FUZZ / "campaign.json"
RUNS, RUNS_OF = 1_000_000, {"resolve": 200_000}
ROUND = 200_000
# Seconds an input may take before libFuzzer ends it; the targets themselves refuse more than one.
TIMEOUT = 2
MEGABYTES = 512
# What a process may ask for in all: its code and stack come on top of what the parsers may take.
ADDRESS_SPACE = 1 << 30
LONGEST = {"resolve": 8192, "scenario_toml": 6144, "result_table": 8192, "manifest_json": 4096}
LONGEST_OTHERWISE = 2048
DICTIONARY_OF = {
    "scenario_toml": ["toml", "scenario"],
    "set_argument": ["toml", "scenario"],
    "resolve": ["toml", "scenario", "csv", "resolve"],
    "calibration_plan": ["toml", "scenario", "plan"],
    "design_toml": ["toml", "scenario", "design"],
    "design_csv": ["csv", "scenario"],
    "posterior_csv": ["csv", "scenario"],
    "manifest_json": ["json", "manifest"],
    "run_json": ["json", "run"],
    "batch_line": ["json", "scenario"],
    "basemap_geojson": ["json", "geojson"],
    "metric": ["metric"],
    "checkpoint_record": ["json"],
    "checkpoint_state": ["json"],
    "result_table": ["csv", "results", "toml"],
}
# A campaign gives up on a target that does harm so often.
MOST_CRASHES = 5


def targets():
    return re.findall(r'^path = "fuzz_targets/(\w+)\.rs"$', (FUZZ / "Cargo.toml").read_text(), re.MULTILINE)


def build(target_dir):
    """Builds the fuzzers. Dependencies are those of a debug build of the program, which are reused."""
    environment = dict(os.environ, RUSTC_WRAPPER=str(FUZZ / "instrument.sh"), CARGO_TARGET_DIR=str(target_dir))
    command = ["cargo", "build", "--locked", "--bins", "--manifest-path", str(FUZZ / "Cargo.toml")]
    jobs = os.environ.get("CARGO_BUILD_JOBS")
    subprocess.run(command + ([f"-j{jobs}"] if jobs else []), check=True, env=environment)
    return target_dir / "debug"


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def dictionary(target, scratch):
    """One file of all dictionaries of a target: libFuzzer takes one."""
    names = DICTIONARY_OF.get(target, ["csv", "world"])
    path = Path(scratch) / f"{target}.dict"
    path.write_text("\n".join((DICTIONARIES / f"{name}.dict").read_text() for name in names))
    return path


def fuzz(binary, target, scratch, seed, *, runs=None, seconds=None):
    """One round. Gives executions, seconds, and whether it ended well."""
    work, artifacts = WORK / target, ARTIFACTS / target
    for folder in (work, artifacts):
        folder.mkdir(parents=True, exist_ok=True)
    given = [str(folder / target) for folder in (CORPUS, CRASHES) if (folder / target).is_dir()]
    arguments = [
        str(binary), str(work), *given, "-print_final_stats=1", f"-seed={seed}", f"-timeout={TIMEOUT}",
        f"-rss_limit_mb={MEGABYTES}", f"-max_len={LONGEST.get(target, LONGEST_OTHERWISE)}",
        f"-dict={dictionary(target, scratch)}", f"-artifact_prefix={artifacts}/", "-detect_leaks=0", "-verbosity=1",
    ]
    if runs is not None:
        arguments.append(f"-runs={runs}")
    if seconds is not None:
        arguments.append(f"-max_total_time={max(1, round(seconds))}")
    began = time.monotonic()
    environment = dict(os.environ, TMPDIR=scratch)
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=limited,
                               env=environment, text=True, errors="replace")
    try:
        output, _ = process.communicate()
    except KeyboardInterrupt:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        raise
    found = re.search(r"stat::number_of_executed_units:\s+(\d+)", output)
    executed = int(found.group(1)) if found else 0
    if process.returncode != 0:
        (artifacts / "last.log").write_text(output[-20_000:])
        print(output[-3000:], file=sys.stderr)
    return executed, time.monotonic() - began, process.returncode == 0


def load():
    return json.loads(CAMPAIGN.read_text()) if CAMPAIGN.exists() else {}


def note(done, target, executed, seconds, well):
    of = done.setdefault(target, {"executions": 0, "crashes": 0, "seconds": 0.0, "rounds": 0})
    of["executions"] += executed
    of["crashes"] += not well
    of["seconds"] = round(of["seconds"] + seconds, 1)
    of["rounds"] += 1
    part = CAMPAIGN.with_suffix(".part")
    part.write_text(json.dumps(done, indent=1, sort_keys=True) + "\n")
    part.replace(CAMPAIGN)


def campaign(binaries, chosen, runs, scratch):
    """A round of each target in turn until all have their executions, so that all get on alike."""
    done = load()
    wanted = {target: runs or RUNS_OF.get(target, RUNS) for target in chosen}
    while True:
        missing = [t for t in chosen if done.get(t, {}).get("executions", 0) < wanted[t]
                   and done.get(t, {}).get("crashes", 0) < MOST_CRASHES]
        if not missing:
            return done
        for target in missing:
            of = done.get(target, {"executions": 0, "rounds": 0})
            left = min(ROUND, wanted[target] - of["executions"])
            result = fuzz(binaries / target, target, scratch, of["rounds"] + 1, runs=max(left, 1000))
            note(done, target, *result)


def short(binaries, chosen, seconds, scratch):
    """The time shared among the targets; not a part of the campaign."""
    done = {}
    for i, target in enumerate(chosen):
        executed, took, well = fuzz(binaries / target, target, scratch, int(time.time()) + i,
                                    seconds=seconds / len(chosen))
        done[target] = {"executions": executed, "crashes": int(not well), "seconds": round(took, 1)}
    return done


def minimise(binaries, chosen, scratch, most_files, most_bytes):
    """Replaces a corpus by the smallest inputs that reach as much, as far as there is room."""
    for target in chosen:
        merged = Path(scratch) / f"merged-{target}"
        merged.mkdir()
        sources = [str(f / target) for f in (CORPUS, WORK) if (f / target).is_dir()]
        subprocess.run([str(binaries / target), "-merge=1", f"-timeout={TIMEOUT}", f"-rss_limit_mb={MEGABYTES}",
                        f"-max_len={LONGEST.get(target, LONGEST_OTHERWISE)}", str(merged), *sources],
                       check=True, env=dict(os.environ, TMPDIR=scratch), stderr=subprocess.DEVNULL)
        seeds = sorted((CORPUS / target).glob("seed-*")) if (CORPUS / target).is_dir() else []
        room = most_bytes - sum(seed.stat().st_size for seed in seeds)
        known = {seed.read_bytes() for seed in seeds}
        for old in (CORPUS / target).glob("*"):
            if old not in seeds:
                old.unlink()
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        kept = 0
        for path in sorted(merged.iterdir(), key=lambda p: (p.stat().st_size, p.name)):
            size = path.stat().st_size
            if kept == most_files or size > room:
                break
            if path.read_bytes() in known:
                continue
            shutil.copy(path, CORPUS / target / path.name[:16])
            room, kept = room - size, kept + 1
        print(f"{target}: {len(seeds)} seeds and {kept} of {len(list(merged.iterdir()))} inputs kept")


def table(done, chosen):
    rows = [(t, done[t]["executions"], done[t]["crashes"], done[t]["seconds"]) for t in chosen if t in done]
    rows.append(("all", sum(r[1] for r in rows), sum(r[2] for r in rows), sum(r[3] for r in rows)))
    print(f"{'target':<20} {'executions':>12} {'crashes':>8} {'seconds':>9}")
    for target, executions, crashes, seconds in rows:
        print(f"{target:<20} {executions:>12,} {crashes:>8} {seconds:>9,.0f}")
    return rows[-1][2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="those to attack; all, if none is named")
    parser.add_argument("--runs", type=int, help="executions of each target")
    parser.add_argument("--seconds", type=float, help="share this time among the targets instead")
    parser.add_argument("--minimise", action="store_true", help="make fuzz/corpus of what was found")
    parser.add_argument("--most-files", type=int, default=60, help="files a corpus keeps beside its seeds (60)")
    parser.add_argument("--most-bytes", type=int, default=48_000, help="bytes a corpus keeps (48000)")
    parser.add_argument("--status", action="store_true", help="print the table of the campaign and end")
    parser.add_argument("--target-dir", type=Path, default=ROOT / "target", help="where to build (target)")
    parser.add_argument("--binaries", type=Path, metavar="DIR", help="take fuzzers built before, and build none")
    arguments = parser.parse_args()
    known = targets()
    unknown = [t for t in arguments.targets if t not in known]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(known)}")
    chosen = arguments.targets or known
    if arguments.status:
        return 1 if table(load(), chosen) else 0
    binaries = arguments.binaries or build(arguments.target_dir.resolve())
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="antesala-fuzz-", dir=memory) as scratch:
        try:
            if arguments.minimise:
                minimise(binaries, chosen, scratch, arguments.most_files, arguments.most_bytes)
                return 0
            if arguments.seconds:
                done = short(binaries, chosen, arguments.seconds, scratch)
            else:
                done = campaign(binaries, chosen, arguments.runs, scratch)
        except KeyboardInterrupt:
            print("interrupted; what was done is noted", file=sys.stderr)
            table(load(), chosen)
            return 130
    return 1 if table(done, chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
