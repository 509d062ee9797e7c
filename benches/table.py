"""What people wait for, measured: one line for each task, wall and CPU seconds of each program, medians of some rounds in turns.

    cargo build --release --bin modelkin --example synthetic_hub
    python3 benches/table.py FOLDER target/release/modelkin [ANOTHER] [--models 3000000] [--rounds 5] [--threads 1,2] [--only WORD] [--peers]

The made-up Hub is written into FOLDER, unless it is there. ANOTHER is an older program, whose column stands beside; each program asks the
snapshot that it made. The outputs of the programs are compared, but for figures that name time or program. With --peers, what others can do too
is measured beside them in the same rounds (`peers/compare.py`, which says what is to be installed, and `pip install pysimdjson`; build the
example `peer` too); where they count, their counts are compared.
"""

import argparse
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SYNTHETIC = ROOT / "target/release/examples/synthetic_hub"
PEER = ROOT / "target/release/examples/peer"
COMPARE = ROOT / "benches/peers/compare.py"


def tasks(folder, mine):
    parquet, lines = folder / "models.parquet", folder / "models.jsonl"
    ask = ["--snapshot", mine]
    return {
        "Parquet to snapshot": ["import", parquet, "--date", "2026-11-01", "-o", mine],
        "JSON Lines to snapshot": ["import", lines, "--date", "2026-11-01", "-o", f"{mine}-lines"],
        "report --out": ["report", "--out", f"{mine.with_suffix('')}-report.html", *ask],
        "export --all to Parquet": ["export", "--all", "-o", f"{mine}.parquet", *ask],
        "explain Qwen": ["explain", "Qwen", *ask],
        "rank": ["rank", *ask],
        "rank --by authors": ["rank", "--by", "authors", *ask],
        "rank --of owners": ["rank", "--of", "owners", *ask],
        "rank --of families": ["rank", "--of", "families", *ask],
        "rank --relation finetune": ["rank", "--relation", "finetune", *ask],
        "family Qwen": ["family", "Qwen", *ask],
        "show of no model": ["show", "nobody/has-such-a-name", *ask],
        "verify": ["verify", mine],
        "pack": ["pack", mine, "-o", f"{mine}.packed"],
        "unpack": ["unpack", f"{mine}.packed", "-o", f"{mine}.unpacked"],
    }


def peers(folder, mine):
    """Tasks that other programs do too: what each runs. The first is this one."""
    parquet, lines = folder / "models.parquet", folder / "models.jsonl"
    once = lambda tool, path, *more: [sys.executable, COMPARE, path, "--once", tool, *more]
    links, owners = folder / "links.bin", folder / "owners.bin"
    return {
        "Parquet to counts and families in memory": {
            "modelkin": [PEER, parquet, "dump"],
            "DuckDB": once("duckdb_dump", parquet),
            "polars": once("polars_dump", parquet),
        },
        "JSON Lines to counts and families in memory": {
            "modelkin": [PEER, lines, "dump"],
            "DuckDB": once("duckdb_dump", lines),
            "pysimdjson, links alone": once("pysimdjson_links", lines),
        },
        "every owner's family, scattered": {
            "modelkin": [PEER, links, "owners", owners],
            "DuckDB": once("duckdb_owners", links, "--owners", owners),
        },
        "the exported pair": {"pyarrow, read and written": once("pyarrow_export", mine)},
    }


def run_peer(command, threads):
    """Wall and CPU seconds as the program tells them, without its own start, and what it counted; or why there are none."""
    more = {name: str(threads) for name in ("RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS", "PEER_THREADS")}
    ran = subprocess.run(
        list(map(str, command)),
        env={**os.environ, **more},
        preexec_fn=lambda: os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads])),
        capture_output=True,
        text=True,
    )
    if ran.returncode:
        return (ran.stderr.strip().splitlines() or [f"exit {ran.returncode}"])[-1]
    told = json.loads(ran.stdout)
    return told["wall"], told["cpu"], told["answer"]


def measure_peers(folder, mine, threads, rounds, only):
    for task, commands in peers(folder, mine).items():
        if only not in task:
            continue
        took = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                # What failed once is not tried again, nor what takes minutes.
                if not took[name] or (isinstance(took[name][-1], tuple) and took[name][-1][0] < 30):
                    took[name].append(run_peer(command, threads))
        cells, answers = [], set()
        for name, runs in took.items():
            good = [run for run in runs if isinstance(run, tuple)]
            if not good:
                cells.append(f"{name}: {runs[-1]}")
                continue
            wall, cpu = (statistics.median(run[at] for run in good) for at in (0, 1))
            cells.append(f"{name} {wall:.2f} / {cpu:.2f}")
            answers |= set() if "alone" in name else {str(run[2]) for run in good}
        note = "" if len(answers) == 1 else f" (they differ: {sorted(answers)})"
        print(f"| {task}{note} | " + " | ".join(cells) + " |", flush=True)


def run(program, arguments, threads, mine):
    """Wall seconds, CPU seconds, the digest of what was printed but for the program's own paths, and the exit code."""
    home = mine.parent
    before, begun = os.times(), time.perf_counter()
    ran = subprocess.run(
        [program, *map(str, arguments)],
        env={**os.environ, "XDG_DATA_HOME": str(home)},
        preexec_fn=lambda: os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:threads])),
        capture_output=True,
    )
    wall, after = time.perf_counter() - begun, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu, hashlib.sha256(ran.stdout.replace(str(mine.with_suffix("")).encode(), b"")).hexdigest(), ran.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("programs", nargs="+", type=pathlib.Path)
    parser.add_argument("--models", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", default=str(os.cpu_count()))
    parser.add_argument("--only", default="")
    parser.add_argument("--peers", action="store_true", help="measure other programs too")
    args = parser.parse_args()
    folder = args.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "models.jsonl").exists():
        made = [SYNTHETIC, str(args.models), "--parquet", folder / "models.parquet", "--jsonl", folder / "models.jsonl"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    if args.peers and not (folder / "owners.bin").exists():
        made = [SYNTHETIC, str(args.models), "--links", folder / "links.bin", "--owners", folder / "owners.bin"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    programs = [program.resolve() for program in args.programs]
    of = [tasks(folder, folder / f"{at}.modelkin") for at in range(len(programs))]
    print(f"{args.models:,} models; load {os.getloadavg()[0]:.2f}; wall / CPU seconds, medians of {args.rounds}")
    for threads in map(int, args.threads.split(",")):
        print(f"\n| {threads} threads | " + " | ".join(f"{at}" for at in range(len(programs))) + " |")
        print("|---" * (len(programs) + 1) + "|")
        for name in of[0]:
            if args.only not in name:
                continue
            took = [[] for _ in programs]
            said = [set() for _ in programs]
            for _ in range(args.rounds):
                for at, program in enumerate(programs):
                    *times, digest, code = run(program, of[at][name], threads, folder / f"{at}.modelkin")
                    took[at].append(times)
                    said[at].add((digest, code))
            cells = []
            for at, times in enumerate(took):
                codes = {code for _, code in said[at]}
                wall, cpu = (statistics.median(column) for column in zip(*times))
                expected = {1} if name == "show of no model" else {0}
                cells.append(f"{wall:.2f} / {cpu:.2f}" if codes == expected else f"exit {sorted(codes)}")
            note = "" if len({frozenset(known) for known in said}) == 1 else " (they differ)"
            print(f"| {name}{note} | " + " | ".join(cells) + " |", flush=True)
        if args.peers:
            measure_peers(folder, folder / "0.modelkin", threads, args.rounds, args.only)


main()
