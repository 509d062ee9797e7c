#!/usr/bin/env python3
"""Finds the known answers on the listing of July 2025 twice, before and since renamed accounts are joined, and names every difference.

    python3 tests/others/known_answers.py MODELKIN SNAPSHOT DATA

DATA is the folder with hub-2025-07.jsonl.gz, SNAPSHOT is made of it. The figures of before are those of the raw rows, by networkx, with the
table of single repositories alone; those of today are the program's. docs/known-answers.md has to have all figures, and to name all
models by which the two differ.
"""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

import networkx

modelkin, snapshot, data = sys.argv[1:4]
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp()
BLASTS = [  # the model, then: direct, descendants, only through it, owners, before and now
    ("Qwen/Qwen2.5-7B", (541, 4751, 4625, 919), (541, 4766, 4639, 921)),
    ("meta-llama/Llama-3.1-8B-Instruct", (1124, 2715, 2529, 857), (1125, 2730, 2542, 864)),
    ("cognitivecomputations/dolphin-2.9-llama3-8b", (15, 33, 11, 22), (15, 33, 11, 22)),
    ("dphn/dolphin-2.9-llama3-8b", (0, 0, 0, 0), (15, 33, 11, 22)),
]
MERGE, BASE = "Novaciano/BAHAMUTH-PURGED-3.2-1B", "meta-llama/Llama-3.2-1B-Instruct"


def ask(*words):
    return json.loads(subprocess.run([modelkin, *words, "--format", "json", "--snapshot", snapshot], capture_output=True, check=True).stdout)


def table(name):
    with open(os.path.join(root, "data/reference", name), newline="") as file:
        return list(csv.DictReader(file))


# Of two records of one model, the last one says what its parents are, if it has tags at all. Capitals tell no ids apart.
today = {row["legacy_id"].lower(): row["canonical_id"].lower() for row in table("aliases.csv")}
parents = {}
with gzip.open(os.path.join(data, "hub-2025-07.jsonl.gz"), "rt", encoding="utf-8") as file:
    for row in map(json.loads, file):
        named = {tag.rsplit(":", 1)[1].lower() for tag in row["tags"] if tag.startswith("base_model:")}
        if row["tags"] or row["id"].lower() not in parents:
            parents[row["id"].lower()] = {today.get(parent, parent) for parent in named}
graph = networkx.DiGraph((parent, child) for child, above in parents.items() for parent in above if parent != child)
graph.add_nodes_from(parents)
order = networkx.condensation(graph)
node = order.graph["mapping"]
roots = [at for at, many in order.in_degree() if many == 0]


def before(base):
    """What descends from a model, and which of it hangs only through it: nothing else leads there from any root."""
    below, start = networkx.descendants(graph, base), node[base]
    free, left = set(), [at for at in roots if at != start]
    while left:
        if (at := left.pop()) not in free:
            free.add(at)
            left.extend(child for child in order[at] if child != start)
    return graph.out_degree(base), below, {model for model in below if node[model] not in free}


with open(os.path.join(root, "docs/known-answers.md"), encoding="utf-8") as file:
    text = file.read()
told = {model.lower() for model in re.findall(r"`([^`\s]+/[^`\s]+)`", text)}
owner = lambda models: {model.split("/")[0] for model in models}
named = set()
for model, *expected in BLASTS:
    direct, below, only = before(model.lower())
    rows = {row["id"].lower(): row for row in ask("blast", model, "--list")["rows"]}
    only_now = {one for one, row in rows.items() if row["only_through"]}
    each = [(direct, len(below), len(only), len(owner(below))), (sum(row["direct"] for row in rows.values()), len(rows), len(only_now), len(owner(rows)))]
    assert each == expected, (model, each)
    for figures in each:
        line = " / ".join(f"{figure:,}" for figure in figures)
        assert line in text or not any(figures), (model, line, "is not in the document")
    print(f"  {model}: direct, descendants, only through, owners: {each[0]} before, {each[1]} now")
    if not any(each[0]):
        continue
    assert below <= set(rows) and only <= only_now, (model, "lost", sorted(below - set(rows)), sorted(only - only_now))
    named |= (set(rows) - below) | (only_now - only)
    assert owner(rows) - owner(below) <= owner(told), (model, owner(rows) - owner(below))
    assert not named - told, (model, "not named in the document", sorted(named - told))
above = networkx.ancestors(graph, MERGE.lower())
inside = networkx.ancestors(order, node[MERGE.lower()]) | {node[MERGE.lower()]}
ways = {node[MERGE.lower()]: 1}
for at in reversed(list(networkx.topological_sort(order.subgraph(inside)))):
    ways.setdefault(at, sum(ways[child] for child in order[at] if child in inside))
first = (len(above), len(above - set(parents)), sum(node[model] in set(roots) for model in above), ways[node[BASE.lower()]])
rows = ask("upstream", MERGE)["rows"]
second = (len(rows), sum(not row["listed"] for row in rows), sum(row["root"] for row in rows), next(row["ways"] for row in rows if row["id"] == BASE))
LLAMA = "meta-llama/Meta-Llama-3-8B"
both = len(networkx.descendants(graph, LLAMA.lower())), len(ask("blast", LLAMA, "--list")["rows"])
assert both == (1826, 1814) and all(f"{many:,}" in text for many in both), both
print(f"  {LLAMA}: descendants: {both[0]} before, {both[1]} now")
assert first == second == (79, 26, 32, 29), (first, second)
assert {row["id"].lower() for row in rows} == above
print(f"  {MERGE}: ancestors, unlisted, roots, ways from {BASE}: {first} before and now")
assert f"{len(graph.edges):,}" in text, len(graph.edges)
print(f"  {len(graph.edges):,} links before; all {len(named)} models by which the answers differ are named in docs/known-answers.md")
