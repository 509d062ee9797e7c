#!/usr/bin/env python3
"""Counts every model's descendants with this program and with others on the same links, and compares what it costs.

    pip install networkx==3.6.1 igraph==1.0.0 rustworkx==0.18.1 networkit==11.3 scipy==1.17.1 duckdb==2.0.0 polars==2.1.0 pyarrow
    cargo build --release --example peer --example synthetic_hub
    target/release/examples/synthetic_hub 3000000 --links hub.bin
    python3 benches/peers/compare.py hub.bin --rounds 3 --limit 300

The links are in memory when the clock starts. Every tool gets one thread on one processor. Rounds are interleaved, the first one is thrown
away if there are more, and the median of the rest is shown: CPU seconds of building the tool's own graph, CPU seconds of
counting, wall seconds of both, and the peak of memory above that of the loaded links. A ratio is printed only where all
counts agree. With `--tools dump,duckdb_dump,polars_dump` the file is a dump (Parquet or JSON Lines), and reading it is part of the
work. A tool that takes longer than the limit is ended, and its line says so; with `--limit` as low as that, the
smaller Hubs show how they grow.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time

ONE = {name: "1" for name in ("RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
# One, but where `table.py` asks for more.
THREADS = int(os.environ.get("PEER_THREADS", 1))
HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parent.parent / "target/release/examples/peer"


def load(path):
    import numpy
    links = numpy.fromfile(path, dtype="<u4").reshape(-1, 2)
    return links, int(links.max()) + 1


def inner(links):
    import numpy
    return numpy.unique(links[:, 0])


def igraph(links, nodes):
    import igraph
    graph = igraph.Graph(n=nodes, edges=links, directed=True)
    yield igraph.__version__
    starts = inner(links).tolist()
    yield starts, [size - 1 for size in graph.neighborhood_size(starts, order=nodes, mode="out")]


def networkx(links, nodes):
    import networkx
    graph = networkx.DiGraph()
    graph.add_edges_from(links.tolist())
    yield networkx.__version__
    starts = inner(links).tolist()
    yield starts, [len(networkx.descendants(graph, start)) for start in starts]


def rustworkx(links, nodes):
    import rustworkx
    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(nodes))
    graph.add_edges_from_no_data([tuple(link) for link in links.tolist()])
    yield rustworkx.__version__
    starts = inner(links).tolist()
    yield starts, [len(rustworkx.descendants(graph, start)) for start in starts]


def networkit(links, nodes):
    import networkit
    networkit.setNumberOfThreads(1)
    graph = networkit.Graph(nodes, directed=True)
    graph.addEdges((links[:, 0].astype("u8"), links[:, 1].astype("u8")))
    yield networkit.__version__
    reached = networkit.reachability.ReachableNodes(graph, True)
    reached.run()
    starts = inner(links).tolist()
    # It counts the node itself.
    yield starts, [reached.numberOfReachableNodes(start) - 1 for start in starts]


def scipy(links, nodes):
    import numpy
    import scipy
    one = numpy.ones(len(links), dtype=bool)
    step = scipy.sparse.csr_matrix((one, (links[:, 0], links[:, 1])), shape=(nodes, nodes))
    yield scipy.__version__
    closure, known = step, -1
    while closure.nnz != known:
        known = closure.nnz
        closure = ((closure @ step) + closure).astype(bool)
    counts = numpy.diff(closure.indptr) - closure.diagonal()
    starts = inner(links)
    yield starts, counts[starts]


def database(links, **columns):
    """DuckDB with the links as a table, and the columns as another one."""
    import duckdb
    import pyarrow
    pairs = pyarrow.table({"parent": links[:, 0], "child": links[:, 1]})
    more = pyarrow.table(columns)
    base = duckdb.connect()
    base.execute(f"SET threads TO {THREADS}")
    base.execute("SET memory_limit = '12GB'")
    base.execute("CREATE TABLE links AS SELECT * FROM pairs")
    if columns:
        base.execute("CREATE TABLE owners AS SELECT * FROM more")
    return base, duckdb.__version__


def duckdb(links, nodes):
    base, version = database(links)
    yield version
    found = base.execute("""
        WITH RECURSIVE reach(above, below) AS (
            SELECT parent, child FROM links
            UNION
            SELECT reach.above, links.child FROM reach JOIN links ON reach.below = links.parent)
        SELECT above, count(*) AS count FROM reach WHERE above <> below GROUP BY above""").fetchnumpy()
    yield found["above"], found["count"]


def polars(links, nodes):
    import polars
    step = polars.DataFrame({"below": links[:, 0], "next": links[:, 1]})
    yield polars.__version__
    reach = step.rename({"below": "above", "next": "below"})
    edge = reach
    while edge.height:
        edge = edge.join(step, on="below").select("above", below="next").unique()
        edge = edge.join(reach, on=["above", "below"], how="anti")
        reach = polars.concat([reach, edge])
    found = reach.filter(polars.col("above") != polars.col("below")).group_by("above").len()
    yield found["above"].to_numpy(), found["len"].to_numpy()


def duckdb_owners(links, nodes, owners):
    base, version = database(links, node=range(nodes), owner=owners[:nodes])
    yield version
    found = base.execute("""
        WITH RECURSIVE reach(owner, below) AS (
            SELECT owner, child FROM links JOIN owners ON node = parent
            UNION
            SELECT reach.owner, links.child FROM reach JOIN links ON reach.below = links.parent)
        SELECT reach.owner AS owner, count(*) AS count FROM reach JOIN owners ON node = below
        WHERE owners.owner <> reach.owner GROUP BY reach.owner""").fetchnumpy()
    yield found["owner"], found["count"]


def duckdb_dump(path):
    """The links of a dump by its tags, and every owner's family."""
    import duckdb
    base = duckdb.connect()
    base.execute(f"SET threads TO {THREADS}")
    base.execute("SET memory_limit = '12GB'")
    source = f"read_parquet('{path}')" if path.endswith("parquet") else (
        f"read_json('{path}', format='newline_delimited', columns={{id: 'VARCHAR', tags: 'VARCHAR[]'}})")
    base.execute(f"""
        CREATE TABLE links AS
        WITH tagged AS (SELECT id AS child, unnest(tags) AS tag FROM {source})
        SELECT DISTINCT lower(child) AS child,
            lower(regexp_replace(substr(tag, 12), '^(finetune|adapter|quantized|merge):', '')) AS parent
        FROM tagged WHERE starts_with(tag, 'base_model:')""")
    yield duckdb.__version__
    found = base.execute("""
        WITH RECURSIVE reach(owner, below) AS (
            SELECT split_part(parent, '/', 1), child FROM links
            UNION SELECT reach.owner, links.child FROM reach JOIN links ON reach.below = links.parent)
        SELECT owner, count(*) AS count FROM reach WHERE split_part(below, '/', 1) <> owner GROUP BY owner""").fetchnumpy()
    yield int(found["count"].sum()), int(found["count"].max())


def polars_dump(path):
    """The same with joins."""
    import polars
    scan = polars.scan_parquet if path.endswith("parquet") else polars.scan_ndjson
    tag = polars.col("tags")
    links = scan(path).select("id", "tags").explode("tags").filter(tag.str.starts_with("base_model:")).select(
        child=polars.col("id").str.to_lowercase(),
        parent=tag.str.slice(11).str.replace("^(finetune|adapter|quantized|merge):", "").str.to_lowercase(),
    ).unique().collect()
    yield polars.__version__
    owner = lambda column: polars.col(column).str.split("/").list.first()
    step = links.select(below="parent", next="child")
    reach = links.select(owner=owner("parent"), below="child").unique()
    edge = reach
    while edge.height:
        edge = edge.join(step, on="below").select("owner", below="next").unique()
        edge = edge.join(reach, on=["owner", "below"], how="anti")
        reach = polars.concat([reach, edge])
    found = reach.filter(owner("below") != polars.col("owner")).group_by("owner").len()["len"]
    yield int(found.sum()), int(found.max())


def pysimdjson_links(path):
    """The links of JSON Lines by tags, as the Hub names them, and nothing counted of them."""
    import simdjson
    parser, links = simdjson.Parser(), 0
    yield ""
    with open(path, "rb") as lines:
        for line in lines:
            row = parser.parse(line)
            links += len({tag.split(":")[-1].lower() for tag in row["tags"] if tag.startswith("base_model:")})
            row["id"]
            # The parser reads no other row while this one is held.
            del row
    yield links, 0


def pyarrow_export(path):
    """Reads an exported pair and writes it again, packed with zstd."""
    import pyarrow.parquet
    pyarrow.set_cpu_count(THREADS)
    yield pyarrow.__version__
    for part in ("nodes", "links"):
        table = pyarrow.parquet.read_table(f"{path}-{part}.parquet")
        start = cpu()
        pyarrow.parquet.write_table(table, f"{path}-again.parquet", compression="zstd", compression_level=1)
        print(f"{part}: {cpu() - start:.2f} CPU s to write", file=sys.stderr)
    yield table.num_rows, 0


def digest(starts, counts):
    """The sum of all counts, and a number that tells equal counts from others; as the Rust peer has it."""
    import numpy
    starts, counts = numpy.asarray(starts, dtype="u8"), numpy.asarray(counts, dtype="u8")
    starts, counts = starts[counts > 0], counts[counts > 0]
    with numpy.errstate(over="ignore"):
        mixed = (starts << numpy.uint64(32) | counts) * numpy.uint64(0x9E3779B97F4A7C15)
    return int(counts.sum()), int(numpy.bitwise_xor.reduce(mixed >> numpy.uint64(12)))


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def once(tool, path, owners):
    """One run of one Python tool, in a process of its own."""
    if tool.endswith(("_dump", "_links", "_export")):
        steps, memory, before, start = globals()[tool](path), 0, cpu(), time.time()
        version = next(steps)
        built = cpu()
        answer = next(steps)
        counted, end = cpu(), time.time()
        print(json.dumps({"version": version, "build": built - before, "run": counted - before, "cpu": counted - before,
                          "wall": end - start, "memory": peak() - memory, "answer": answer}))
        return
    import numpy
    links, nodes = load(path)
    more = [numpy.fromfile(owners, dtype="<u4")] if owners else []
    steps = globals()[tool](links, nodes, *more)
    before, start = cpu(), time.time()
    memory = peak()
    version = next(steps)
    built = cpu()
    starts, counts = next(steps)
    counted, end = cpu(), time.time()
    print(json.dumps({"version": version, "build": built - before, "run": counted - built, "cpu": counted - before,
                      "wall": end - start, "memory": peak() - memory, "answer": digest(starts, counts)}))


def pin():
    """What asks how many processors there are finds one; threads that wait for each other cost nothing else then."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def measure(tool, path, limit, owners, peer):
    if tool in ("modelkin", "search", "dump"):
        command = [peer, path, tool if tool != "modelkin" else "owners" if owners else "census"]
        command += [owners] if owners else []
    else:
        command = [sys.executable, __file__, path, "--once", tool]
        command += ["--owners", owners] if owners else []
    try:
        done = subprocess.run(command, env=os.environ | ONE, capture_output=True, text=True, timeout=limit, preexec_fn=pin)
    except subprocess.TimeoutExpired:
        return f"ended after {limit} s"
    if done.returncode != 0:
        return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:60]
    return json.loads(done.stdout)


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("links")
    words.add_argument("--tools", default="modelkin,search,duckdb,igraph,rustworkx,networkit,scipy,polars,networkx")
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--limit", type=int, default=300, help="seconds after which a tool is ended")
    words.add_argument("--owners", help="count every owner's family instead: a file of the owners; tools modelkin,duckdb_owners")
    words.add_argument("--peer", default=PEER, help="the example `peer`, if it was built elsewhere")
    words.add_argument("--once", help=argparse.SUPPRESS)
    words = words.parse_args()
    if words.once:
        return once(words.once, words.links, words.owners)
    for path in filter(None, (words.links, words.owners, words.peer)):
        if not pathlib.Path(path).is_file():
            sys.exit(f"{path}: no such file; `compare.py` says at its top how it is made")
    tools = words.tools.split(",")
    runs = {tool: [] for tool in tools}
    load_before = os.getloadavg()[0]
    for _ in range(words.rounds):
        for tool in tools:
            # What was ended once is not tried again.
            if not runs[tool] or isinstance(runs[tool][-1], dict):
                runs[tool].append(measure(tool, words.links, words.limit, words.owners, words.peer))
    ours = None
    print(f"{words.links}: one thread each, {words.rounds} rounds, load {load_before:.1f} before and "
          f"{os.getloadavg()[0]:.1f} after, {platform.machine()}, Python {platform.python_version()}\n")
    print("| tool | build CPU s | count CPU s | wall s | peak MB | times modelkin |")
    print("|---|---|---|---|---|---|")
    failed = False
    for tool in tools:
        good = [run for run in runs[tool] if isinstance(run, dict)]
        if len(good) < len(runs[tool]):
            print(f"| {tool} | {runs[tool][-1]} | | | | |")
            # Slowness is an answer, a fault is none.
            failed |= not runs[tool][-1].startswith("ended after")
            continue
        good = good[1:] or good
        middle = {key: statistics.median(run[key] for run in good) for key in ("build", "run", "wall", "memory")}
        answers = {tuple(run["answer"]) for run in good}
        if ours is None:
            # Of a dump `run` is everything, and `build` the reading in it.
            ours = middle["run"] + (0 if tool == "dump" else middle["build"]), answers
        agrees = answers == ours[1]
        failed |= not agrees
        ratio = f"{middle['run'] / ours[0]:.1f}" if agrees else f"other counts: {answers}"
        print(f"| {tool} {good[0]['version']} | {middle['build']:.3f} | {middle['run']:.3f} | {middle['wall']:.3f} "
              f"| {middle['memory']:.0f} | {ratio} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
