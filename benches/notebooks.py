#!/usr/bin/env python3
"""What a researcher does in a notebook today, beside modelkin: from a Parquet dump the descendants of every model, and Qwen's F2.

    cargo run --release --example synthetic_hub -- 300000 --parquet dump.parquet
    pip install modelkin duckdb==2.0.0 networkx==3.6.1 polars==2.1.0 pyarrow==26.0.1 rustworkx==0.18.1
    python3 benches/notebooks.py dump.parquet [--rounds 3] [--limit 60] [--tools modelkin,duckdb]

Each way is one function, written as its library's documentation would have it, and all of it is counted: lines, and seconds from the file to both
answers. Each runs in a process of its own, in turns; libraries are imported before the clock starts. The numbers of all must be equal: of every
model with descendants how many, and F2. Ids are compared without regard to case, as the Hub does. Only modelkin reads what else a dump may
hold (cards, old ids, dirty tags); a made-up one has tags alone, so that nothing is asked of the others that they were not told.
"""

import argparse
import hashlib
import inspect
import json
import statistics
import subprocess
import sys
import time
from importlib.metadata import version


def modelkin(path):
    import modelkin

    hub = modelkin.import_(path, output=path + ".modelkin")
    below = {row["id"]: row["descendants"] for row in hub.rank(columns="descendants", top=None)}
    return below, hub.family("Qwen").f2


def networkx(path):
    import networkx
    import pyarrow.parquet

    graph = networkx.DiGraph()
    for row in pyarrow.parquet.read_table(path, columns=["id", "tags"]).to_pylist():
        for tag in row["tags"] or []:
            if tag.startswith("base_model:"):
                parent, child = tag.split(":")[-1].lower(), row["id"].lower()
                if parent != child:
                    graph.add_edge(parent, child)
    below = {node: len(networkx.descendants(graph, node)) for node, children in graph.out_degree() if children}
    members = {node for node in graph if node.startswith("qwen/")}
    family = set().union(*(networkx.descendants(graph, member) for member in members))
    return below, len(family - members)


def rustworkx(path):
    import pyarrow.parquet
    import rustworkx

    graph = rustworkx.PyDiGraph(multigraph=False)
    nodes = {}
    for row in pyarrow.parquet.read_table(path, columns=["id", "tags"]).to_pylist():
        for tag in row["tags"] or []:
            if tag.startswith("base_model:"):
                parent, child = tag.split(":")[-1].lower(), row["id"].lower()
                if parent != child:
                    for id in (parent, child):
                        if id not in nodes:
                            nodes[id] = graph.add_node(id)
                    graph.add_edge(nodes[parent], nodes[child], None)
    below = {id: len(rustworkx.descendants(graph, node)) for id, node in nodes.items() if graph.out_degree(node)}
    members = {node for id, node in nodes.items() if id.startswith("qwen/")}
    family = set().union(*(rustworkx.descendants(graph, member) for member in members))
    return below, len(family - members)


def polars(path):
    import polars

    tag = polars.col("tags")
    links = (
        polars.scan_parquet(path)
        .select("id", "tags")
        .explode("tags")
        .filter(tag.str.starts_with("base_model:"))
        .select(parent=tag.str.split(":").list.last().str.to_lowercase(), child=polars.col("id").str.to_lowercase())
        .filter(polars.col("parent") != polars.col("child"))
        .unique()
        .collect()
    )
    reach = edge = links.rename({"parent": "base", "child": "id"})
    while edge.height:
        edge = edge.join(links, left_on="id", right_on="parent").select("base", id="child").unique()
        edge = edge.join(reach, on=["base", "id"], how="anti")
        reach = polars.concat([reach, edge])
    counts = reach.filter(polars.col("base") != polars.col("id")).group_by("base").len()
    is_member = lambda column: polars.col(column).str.starts_with("qwen/")
    family = reach.filter(is_member("base") & ~is_member("id"))["id"].n_unique()
    return dict(counts.iter_rows()), family


def duckdb(path):
    import duckdb

    duckdb.sql(f"""
        create table links as
        select distinct lower(split_part(tag, ':', -1)) as parent, lower(id) as child
        from (select id, unnest(tags) as tag from '{path}') where tag like 'base_model:%' and parent <> child""")
    duckdb.sql("""
        create table reach as with recursive reach as (
            select parent as base, child as id from links
            union select base, child from reach join links on id = parent)
        from reach where base <> id""")
    below = dict(duckdb.sql("select base, count(*) from reach group by base").fetchall())
    members = "select count(distinct id) from reach where base like 'qwen/%' and id not like 'qwen/%'"
    return below, duckdb.sql(members).fetchall()[0][0]


WAYS = {way.__name__: way for way in (modelkin, networkx, rustworkx, polars, duckdb)}


def one(name, path):
    """Runs one way, and tells how long it took and what came out."""
    __import__(name)
    if name in ("networkx", "rustworkx"):
        import pyarrow.parquet  # noqa: F401
    begun = time.perf_counter()
    below, family = WAYS[name](path)
    seconds = time.perf_counter() - begun
    known = sorted((id.lower(), models) for id, models in below.items() if models)
    told = {"models": len(known), "pairs": sum(models for _, models in known), "f2": family}
    return {"seconds": seconds, "told": told | {"sha256": hashlib.sha256(json.dumps(known).encode()).hexdigest()[:12]}}


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("dump")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--limit", type=float, default=60, help="seconds after which a way is ended")
    words.add_argument("--tools", default=",".join(WAYS))
    words.add_argument("--one", help=argparse.SUPPRESS)
    words = words.parse_args()
    if words.one:
        print(json.dumps(one(words.one, words.dump)))
        return
    names = words.tools.split(",")
    seconds, told = {name: [] for name in names}, {}
    for _ in range(words.rounds):
        for name in names:
            if seconds[name] is None:
                continue
            try:
                command = [sys.executable, __file__, words.dump, "--one", name]
                ran = subprocess.run(command, capture_output=True, text=True, timeout=words.limit)
            except subprocess.TimeoutExpired:
                seconds[name] = None
                continue
            if ran.returncode:
                sys.exit(f"{name}: {ran.stderr}")
            found = json.loads(ran.stdout.splitlines()[-1])
            seconds[name].append(found["seconds"])
            told.setdefault(name, found["told"])
    first = names[0]
    for name in names:
        lines = sum(bool(line.strip()) for line in inspect.getsource(WAYS[name]).splitlines())
        about = f"{name} {version(name)}: {lines} lines"
        if seconds[name] is None:
            print(f"{about}, ended after {words.limit:.0f} s")
            continue
        median = statistics.median(seconds[name])
        beside = f", {median / statistics.median(seconds[first]):.1f} times {first}" if seconds[first] and name != first else ""
        print(f"{about}, {median:.2f} s{beside}")
    for name, numbers in told.items():
        if numbers != told.get(first):
            print(f"{name}: {numbers}, {first}: {told.get(first)}")
    print(f"{len(told)} ways, {'equal numbers' if all(numbers == told.get(first) for numbers in told.values()) else 'numbers differ'}: {told.get(first)}")
    sys.exit(any(numbers != told.get(first) for numbers in told.values()))


if __name__ == "__main__":
    main()
