"""Instructions of ten fixed tasks, by callgrind, on one processor, beside those that are kept in instructions.csv.

    python3 benches/instructions.py PROGRAM DUMP.parquet DUMP.jsonl [--write]

The dumps are those of `synthetic_hub 10000 --parquet DUMP.parquet --jsonl DUMP.jsonl`. A task that takes more than 3 % more or less than what is
kept is told, and the exit code is 1: either it is a regression, or the numbers are to be written anew (--write), in the commit that changed them.
Instructions are the same on a busy machine; another compiler or allocator changes them. Valgrind lacks the processor's own SHA-256, which is
nearly a third of what an import takes here.
"""

import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile

KEPT = pathlib.Path(__file__).with_name("instructions.csv")
SAMPLE = pathlib.Path(__file__).parent.parent / "data" / "sample"
MOST = 0.03


def tasks(parquet, jsonl):
    hub = ["--snapshot", "hub"]
    return {
        "import the sample": ["import", SAMPLE / "models.jsonl.gz", SAMPLE / "lineages.edges", "-o", "sample", "--date", "2026-11-01"],
        "import 10,000 of Parquet": ["import", parquet, "-o", "hub", "--date", "2026-11-01"],
        "import 10,000 of JSON Lines": ["import", jsonl, "-o", "lines", "--date", "2026-11-01"],
        "rank": ["rank", *hub],
        "rank --of families": ["rank", "--of", "families", *hub],
        "rank --relation finetune": ["rank", "--relation", "finetune", *hub],
        "family Qwen": ["family", "Qwen", *hub],
        "explain Qwen": ["explain", "Qwen", *hub],
        "report": ["report", "--out", "report.html", *hub],
        "export --all to Parquet": ["export", "--all", "-o", "all.parquet", *hub],
    }


def instructions(program, arguments, folder):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *map(str, arguments)]
    ran = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    found = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode or not found:
        sys.exit(f"{' '.join(map(str, arguments))}: exit {ran.returncode}\n{ran.stderr}")
    return int(found[1])


def main():
    paths = [argument for argument in sys.argv[1:] if argument != "--write"]
    if len(paths) != 3:
        sys.exit(__doc__)
    program, parquet, jsonl = (pathlib.Path(path).resolve() for path in paths)
    with tempfile.TemporaryDirectory() as folder:
        counted = {name: instructions(program, task, folder) for name, task in tasks(parquet, jsonl).items()}
    if "--write" in sys.argv:
        with KEPT.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("task", "instructions"), *counted.items()])
        return
    kept = {row["task"]: int(row["instructions"]) for row in csv.DictReader(KEPT.open())}
    if kept.keys() != counted.keys():
        sys.exit(f"{KEPT.name}: has other tasks; write it anew")
    worse = 0
    for name, count in counted.items():
        change = count / kept[name] - 1
        is_other = abs(change) > MOST
        worse += is_other
        print(f"{name:30} {count / 1e6:10.1f} million {change:+8.1%}{'  other than kept' if is_other else ''}")
    sys.exit(1 if worse else 0)


main()
