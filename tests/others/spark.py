#!/usr/bin/env python3
"""Runs `examples/spark_families.py` on exported Parquet pairs and compares every owner's counts with the program's.

    pip install pyspark==4.3.0                                  # and Java 17 or newer
    python3 tests/others/spark.py MODELKIN SNAPSHOT

SNAPSHOT is one in which Qwen has derivatives. A second, made-up one has the shapes that are easily counted wrongly, and
what every owner there must have is written beside them.
"""

import contextlib
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile

modelkin, snapshot = map(os.path.abspath, sys.argv[1:])
sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
import pyspark
import spark_families

os.environ["XDG_DATA_HOME"] = os.path.join(folder := tempfile.mkdtemp(), "data")
os.chdir(folder)

SHAPES = """
ring/a -> ring2/b                   # a cycle, and what hangs from it
ring2/b -> ring3/c
ring3/c -> ring/a, tail/t
top/a -> left/l, right/r            # a diamond, entered a second time at its foot
left/l, right/r, top/a -> foot/f : merge
foot/f -> toe/t
self/s -> self/s, heir/s            # a model that names itself
?gone/old -> kept/k                 # an unlisted parent, whose owner has another model further down
kept/k -> gone/new
gone/new -> kept/l
own/a -> own/b                      # own models in between are walked through, and not counted
own/b -> out/c
out/c -> own/d
own/d -> out/e
Case/x -> far/f, far/g              # one owner in two spellings
cASE/y -> far/g, far/h
case/X -> far/i
old -> heir/o                       # models without an owner
heir/o -> older
older -> heir/p
alone/a -> alone/b                  # no derivatives by others
"""
# Owner: direct, descendants.
EXPECTED = {
    "ring": (1, 3), "ring2": (1, 3), "ring3": (2, 3), "top": (3, 4), "left": (1, 2), "right": (1, 2), "foot": (1, 1),
    "self": (1, 1), "gone": (2, 2), "kept": (1, 1), "own": (2, 2), "out": (1, 1), "case": (4, 4), "heir": (1, 1),
}


def run(*args):
    done = subprocess.run([modelkin, *args], capture_output=True, text=True)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout


def counts(rows):
    """Direct and descendants by id. That a row may come twice must not go unseen."""
    rows = [(row["id"].lower(), (int(row["direct"]), int(row["descendants"]))) for row in rows]
    assert len(dict(rows)) == len(rows), "an id has two rows"
    return dict(rows)


def by_the_program(snapshot):
    return counts(json.loads(run("rank", "--of", "owners", "--top", "0", "--format", "json", "--snapshot", snapshot))["rows"])


def by_spark(pair, *options):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        spark_families.main([f"{pair}-nodes.parquet", f"{pair}-links.parquet", *options])
    return counts(csv.DictReader(io.StringIO(out.getvalue())))


def differing(ours, theirs):
    return {id: (ours.get(id), theirs.get(id)) for id in ours | theirs if ours.get(id) != theirs.get(id)}


pathlib.Path("shapes.edges").write_text(SHAPES)
run("import", "shapes.edges", "-o", "shapes.modelkin")
for name, path in (("hub", snapshot), ("shapes", os.path.abspath("shapes.modelkin"))):
    run("export", "--all", "-o", f"{name}.parquet", "--snapshot", path)
    ours, theirs = by_the_program(path), by_spark(name)
    different = differing(ours, theirs)
    assert not different, f"{path}: {len(different)} owners, here (modelkin, Spark): {dict(list(different.items())[:10])}"
    assert len(ours) > 10 and any(f1 < f2 for f1, f2 in ours.values()), f"{path}: too little to compare"
    print(f"{name}: {len(ours)} owners agree, {sum(f2 for _, f2 in ours.values())} descendants in all")
assert not differing(EXPECTED, ours), differing(EXPECTED, ours)

# One family by an expression; reached by several, a model counts once.
family = json.loads(run("family", "Qwen", "--format", "json", "--snapshot", snapshot))["rows"][0]
assert family["f2"] > family["f1"] > 0, "SNAPSHOT has no family of Qwen"
theirs = by_spark("hub", "--family", "^qwen/")
assert theirs == {"^qwen/": (family["f1"], family["f2"])}, (theirs, family["f1"], family["f2"])
print(f"Qwen: F1 {family['f1']}, F2 {family['f2']}; pyspark {pyspark.__version__}")
