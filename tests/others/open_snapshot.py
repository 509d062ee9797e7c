#!/usr/bin/env python3
"""Opens a snapshot with pyarrow and polars and counts in their own ways what the program counts.

    python3 tests/others/open_snapshot.py SNAPSHOT RANK.json

RANK.json is what `modelkin rank --top 0 --format json --snapshot SNAPSHOT` printed.
"""

import collections
import json
import sys

import polars
import pyarrow as pa

snapshot, rank = sys.argv[1:]

with pa.memory_map(snapshot) as source:
    table = pa.ipc.open_file(source).read_all()
provenance = json.loads(table.schema.metadata[b"modelkin.provenance"])
ids = table["id"].to_pylist()
alias_of = table["alias_of"].to_pylist()
assert ids == sorted(ids, key=str.lower), "sorted by id"

links = set()
for child, parents in enumerate(table["parents"].to_pylist()):
    for parent in parents:
        row = parent["row"] if alias_of[parent["row"]] is None else alias_of[parent["row"]]
        assert parent["relation"] in ("unstated", "finetune", "quantized", "adapter", "merge")
        assert parent["learned"] in ("inferred", "hub", "declared")
        if row != child:
            links.add((row, child))
assert len(links) == provenance["counts"]["links"], "links"
assert sum(table["listed"].to_pylist()) == provenance["counts"]["models"], "models"

children = collections.defaultdict(list)
for parent, child in links:
    children[parent].append(child)
rows = {row["id"]: row for row in json.load(open(rank))["rows"]}
assert len(rows) == len(children), "models with children"
for parent in children:
    reached, stack = set(), [parent]
    while stack:
        for child in children.get(stack.pop(), ()):
            if child not in reached:
                reached.add(child)
                stack.append(child)
    reached.discard(parent)
    row = rows[ids[parent]]
    assert (row["direct"], row["descendants"]) == (len(children[parent]), len(reached)), ids[parent]

frame = polars.read_ipc(snapshot)
assert frame.height == table.num_rows
downloads = frame.select(polars.col("downloads").sum()).item()
assert downloads == sum(value or 0 for value in table["downloads"].to_pylist()), "downloads"

print(f"{snapshot}: {len(ids)} rows and {len(links)} links by pyarrow {pa.__version__} and polars {polars.__version__}; "
      f"descendants of {len(children)} models agree")
