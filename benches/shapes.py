#!/usr/bin/env python3
"""What questions cost on lineages that are not like a Hub, at growing sizes: a table for docs/trust.md.

    cargo build --release --bin modelkin --example odd_shapes
    python3 benches/shapes.py --kinds ladder,layers --sizes 5000,10000,20000,40000,80000

Each question is a process; user and system seconds of it are shown. What takes longer than --limit seconds is ended and
not tried at larger sizes.
"""
import argparse
import os
import re
import resource
import subprocess
import tempfile

QUESTIONS = {
    "import": None,
    "rank": ["rank"],
    "rank --by authors": ["rank", "--by", "authors"],
    "rank --of owners": ["rank", "--of", "owners"],
    "... --by authors": ["rank", "--of", "owners", "--by", "authors"],
    "report": ["report", "--format", "json"],
    "family": ["family", "OWNER/*"],
    "show": ["show", "MODEL"],
    "verify": ["verify"],
}
KINDS = ("ladder,ladder-one,ladder-pairs,ladder-leaves,chords,layers,layers-pairs,grid,cycles,nested,butterfly,"
         "permuted,random,window")


def run(words, limit, env):
    """The output, and the CPU seconds; nothing if it took too long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=limit, env=env, check=True)
    except subprocess.TimeoutExpired:
        return None, None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=KINDS)
    parser.add_argument("--sizes", default="5000,10000,20000,40000,80000")
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--program", default="target/release/modelkin")
    parser.add_argument("--make", default="target/release/examples/odd_shapes")
    args = parser.parse_args()
    sizes = [int(size) for size in args.sizes.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, HOME=folder, NO_COLOR="1")
        for kind in args.kinds.split(","):
            found = {question: [] for question in QUESTIONS}
            for size in sizes:
                edges, snapshot = os.path.join(folder, "made.edges"), os.path.join(folder, "made.modelkin")
                with open(edges, "wb") as out:
                    subprocess.run([args.make, kind, str(size)], stdout=out, check=True)
                if os.path.exists(snapshot):
                    os.remove(snapshot)
                _, took = run([args.program, "import", edges, "-o", snapshot], args.limit, env)
                found["import"].append(took)
                if took is None:
                    break
                first, _ = run([args.program, "rank", "--top", "1", "--format", "json", "--snapshot", snapshot], args.limit, env)
                model = re.search(r"o\d+/n\d+", first).group(0)
                for question, words in QUESTIONS.items():
                    if words is None or None in found[question]:
                        continue
                    words = [word.replace("OWNER", model.split("/")[0]).replace("MODEL", model) for word in words]
                    asked = [snapshot] if words[0] == "verify" else ["--snapshot", snapshot]
                    found[question].append(run([args.program, *words, *asked], args.limit, env)[1])
            print(f"\n| {kind} | " + " | ".join(f"{size:,}" for size in sizes) + " |")
            print("|---|" + "---|" * len(sizes))
            for question, times in found.items():
                cells = [f"> {args.limit:.0f}" if took is None else f"{took:.2f}" for took in times]
                print(f"| {question} | " + " | ".join(cells + ["-"] * (len(sizes) - len(cells))) + " |", flush=True)


main()
