#!/usr/bin/env python3
"""Asks where models come from and whom they reach, and finds all of it again with networkx.

    python3 tests/others/read_origin.py MODELKIN SNAPSHOT [LINEAGE]

All links are read from an export. networkx makes one node of each cycle (its condensation) and tells orders, distances, ancestors and
dominators; ways are added up along its topological order. Compared are models in cycles, those with most ancestors or children, and
others from a fixed seed. LINEAGE is a JSON file of small real lineages, with a cycle of 22 models. A made-up snapshot has what real ones
have too little of: cycles within ways, and more ways than can be said.
"""

import collections
import contextlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import networkx
import pyarrow.parquet

modelkin, *sources = map(os.path.abspath, sys.argv[1:])
STRENGTH = {name: at for at, name in enumerate(["unstated", "finetune", "quantized", "adapter", "merge"])}
MOST = 10**18
# Stands above all roots, so that there is one node from which everything hangs.
TOP = -1
seen, chance, snapshot = collections.Counter(), None, None


def ask(*words, code=0):
    done = subprocess.run([modelkin, *words, "--format", "json", "--snapshot", snapshot], capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stderr)
    seen["calls"] += 1
    return json.loads(done.stdout)


def same(told, expected, *where):
    """Fails with what differs, and no more than that."""
    if told == expected:
        return
    if isinstance(told, set) and isinstance(expected, set):
        told, expected = sorted(told - expected)[:20], sorted(expected - told)[:20]
    elif isinstance(told, dict) and isinstance(expected, dict):
        names = [name for name in {**told, **expected} if told.get(name) != expected.get(name)][:20]
        told, expected = {name: told.get(name) for name in names}, {name: expected.get(name) for name in names}
    raise SystemExit(f"{where}: told {told}, expected {expected}")


def number(ways):
    return ways if ways <= MOST else "more than 10^18"


class Truth:
    """Who descends from whom, and what networkx makes of it."""

    def __init__(self):
        with tempfile.TemporaryDirectory() as folder:
            stem = os.path.join(folder, "all")
            subprocess.run([modelkin, "export", "--all", "--to", "parquet", "-o", stem, "--snapshot", snapshot], check=True, capture_output=True)
            links = pyarrow.parquet.read_table(stem + "-links", columns=["src", "dst", "relationship", "learned"]).to_pylist()
            nodes = pyarrow.parquet.read_table(stem + "-nodes", columns=["id", "downloads"])
        self.downloads = dict(zip(nodes["id"].to_pylist(), nodes["downloads"].to_pylist()))
        # Models without links are left out: they descend from nothing, and nothing from them.
        self.graph = networkx.DiGraph()
        for link in links:
            self.graph.add_edge(link["src"], link["dst"], relation=link["relationship"], learned=link["learned"])
        self.order = networkx.condensation(self.graph)
        self.node = self.order.graph["mapping"]
        self.members = dict(self.order.nodes(data="members"))
        self.place = {node: at for at, node in enumerate(networkx.topological_sort(self.order))}
        self.roots = {node for node, links in self.order.in_degree() if links == 0}
        # What is above without a node is looked for in this one.
        self.around = networkx.DiGraph(self.order)
        whole = networkx.DiGraph(self.order)
        whole.add_edges_from((TOP, root) for root in self.roots)
        self.dominator = networkx.immediate_dominators(whole, TOP)
        self.cycles = sorted(sorted(members) for members in self.members.values() if len(members) > 1)

    def dominators(self, node):
        """The node and all that are on every way to it."""
        found = {node}
        while (node := self.dominator.get(node)) not in (None, TOP):
            found.add(node)
        return found

    def above(self, *nodes):
        return set(nodes).union(*(networkx.ancestors(self.order, node) for node in nodes))

    def ways(self, model):
        """How many ways lead to a model from the node of each of its ancestors."""
        end = self.node[model]
        nodes = self.above(end)
        ways = {end: 1}
        for node in sorted(nodes - {end}, key=self.place.get, reverse=True):
            ways[node] = sum(ways[child] for child in self.order[node] if child in nodes)
        return ways

    def distances(self, model, up):
        graph = networkx.reverse_view(self.graph) if up else self.graph
        return networkx.single_source_shortest_path_length(graph, model)

    @contextlib.contextmanager
    def without(self, nodes):
        links = [link for node in nodes for link in [*self.around.in_edges(node), *self.around.out_edges(node)]]
        self.around.remove_edges_from(links)
        yield self.around
        self.around.add_edges_from(links)

    def strongest(self, links):
        return max((self.graph.edges[link]["relation"] for link in links), key=STRENGTH.get)


def upstream(truth, models):
    found = collections.defaultdict(list)
    for model in models:
        ways, distances = truth.ways(model), truth.distances(model, up=True)
        on_all = truth.dominators(truth.node[model])
        for ancestor in networkx.ancestors(truth.graph, model):
            node = truth.node[ancestor]
            found[ancestor].append((distances[ancestor], ways[node], node in on_all))
            seen["ways counted"] += 1
            seen["most ways"] = max(seen["most ways"], ways[node])
            seen["ancestors that are unavoidable"] += node in on_all
    told = {row["id"]: row for row in ask("upstream", *models)["rows"]}
    same(set(told), set(found), "ancestors", models)
    near = [truth.distances(model, up=True) for model in models]
    for ancestor, each in found.items():
        row = told[ancestor]
        expected = {
            "distance": min(distance for distance, _, _ in each), "ways": number(sum(ways for _, ways, _ in each)), "below": len(each),
            "unavoidable": len(each) == len(models) and all(is_on_all for *_, is_on_all in each), "root": truth.node[ancestor] in truth.roots,
        }
        same({name: row[name] for name in expected}, expected, "upstream", models, ancestor)
        # The link leads down on a shortest way, and is the strongest of those that do.
        nearer = {
            child for distances in near if distances.get(ancestor) == row["distance"]
            for child in truth.graph[ancestor] if distances.get(child) == row["distance"] - 1
        }
        assert row["via"] in nearer, (models, ancestor, row["via"])
        link = truth.graph.edges[ancestor, row["via"]]
        same((row["relation"], row["learned"]), (link["relation"], link["learned"]), "link", models, ancestor)
        same(row["relation"], truth.strongest((ancestor, child) for child in nearer), "strongest", models, ancestor)
    seen["upstream"] += 1


def blast(truth, bases):
    starts = {truth.node[base] for base in bases}
    hits = set().union(*(networkx.descendants(truth.graph, base) for base in bases)) - set(bases)
    from_bases = networkx.multi_source_dijkstra_path_length(truth.graph, set(bases), weight=None)
    told = {row["id"]: row for row in ask("blast", *bases, "--list")["rows"]}
    same(set(told), hits, "blast", bases)
    reached = hits | set(bases)
    counts, relations = collections.Counter(bases=len(bases), total=len(hits)), collections.Counter()
    single = len(bases) == 1
    with truth.without(starts) as around:
        # Of several bases no dominator tells: everything that still hangs from a root without them does not hang only through them.
        if not single:
            free = set().union(*(networkx.descendants(around, root) | {root} for root in truth.roots - starts if root in around))
        others = {}
        for hit in hits:
            node, row = truth.node[hit], told[hit]
            if node not in others:
                above = (networkx.ancestors(around, node) | {node}) & truth.roots if node not in starts else set()
                others[node] = {member for root in above for member in truth.members[root]}
            only = bool(truth.dominators(node) & starts) if single else node in starts or node not in free
            parents = set(truth.graph.pred[hit])
            expected = {
                "distance": from_bases[hit], "only_through": only, "direct": bool(parents & set(bases)), "indirect": bool(parents & hits),
                "relation": truth.strongest((parent, hit) for parent in parents & reached),
            }
            same({name: row[name] for name in expected}, expected, "blast", bases, hit)
            same(set(row["other_roots"]), others[node], "other roots", bases, hit)
            assert only == (not row["other_roots"]), (bases, hit)
            assert row["via"] in parents and from_bases[row["via"]] == row["distance"] - 1, (bases, hit)
            assert row["base"] in bases and networkx.has_path(truth.graph, row["base"], row["via"]), (bases, hit)
            counts.update(name for name in ("direct", "indirect", "only_through") if expected[name])
            relations[expected["relation"], only] += 1
    counts["owners"] = len({hit.split("/")[0].lower() if "/" in hit else "/" + hit.lower() for hit in hits})
    known = [truth.downloads[hit] for hit in hits if truth.downloads[hit] is not None]
    counts["downloads_known_of"], counts["downloads_30d"] = len(known), sum(known)
    tables = ask("blast", *bases)["rows"][0]["tables"]
    totals = {row["figure"]: row["value"] or 0 for row in tables["totals"]}
    same(totals, {name: counts[name] for name in totals}, "totals", bases)
    assert {"direct", "indirect", "total", "only_through", "owners"} <= set(totals), totals
    expected = {name: (relations[name, True] + relations[name, False], relations[name, True]) for name, _ in relations}
    same({row["relation"]: (row["models"], row["only_through"]) for row in tables["relations"]}, expected, "relations", bases)
    seen["blasts"] += 1
    seen["models that descend"] += len(hits)
    seen["of these only through"] += counts["only_through"]


def common(truth, models):
    each = [truth.above(truth.node[model]) for model in models]
    shared = set.intersection(*each)
    # Maximal: nothing that is common hangs from it.
    nearest = {node for node in shared if not networkx.descendants(truth.order, node) & shared}
    ids = {member for node in nearest for member in truth.members[node]}
    answer = ask("common", *models, code=0 if ids else 3)
    same({row["id"] for row in answer["rows"]}, ids, "common", models)
    same(answer["common"], sum(len(truth.members[node]) for node in shared), "all in common", models)
    distances = {model: truth.distances(model, up=True) for model in models}
    for row in answer["rows"]:
        told = {one["model"]: one["links"] for one in row["distances"]}
        same(told, {model: distances[model][row["id"]] for model in models}, "distances", models, row["id"])
    seen["common"] += 1
    seen["nearest common ancestors"] += len(ids)


def why(truth, model, ancestor):
    start, end = truth.node[ancestor], truth.node[model]
    is_above = networkx.has_path(truth.graph, ancestor, model)
    answer = ask("why", model, ancestor, "--all", "--max-paths", "5", code=0 if is_above else 3)
    seen["why"] += 1
    if not is_above:
        same((answer["ways"], answer["rows"]), (0, []), "no way", model, ancestor)
        seen["why without a way"] += 1
        return
    ways = truth.ways(model)[start]
    same(answer["ways"], number(ways), "ways", model, ancestor)
    nodes = truth.above(end) & (networkx.descendants(truth.order, start) | {start})
    between = networkx.DiGraph(truth.order.subgraph(nodes).edges)
    between.add_node(start)
    dominator = networkx.immediate_dominators(between, start)
    chain = [end]
    while (above := dominator.get(chain[-1])) not in (None, chain[-1]):
        chain.append(above)
    on_all = [member for node in reversed(chain) for member in truth.members[node]]
    ends = {model, ancestor}
    same(set(answer["on_all"]), set(on_all) - ends, "on all ways", model, ancestor)
    places = [truth.place[truth.node[each]] for each in answer["on_all"]]
    assert places == sorted(places), (model, ancestor, answer["on_all"])
    inside = {member for node in nodes for member in truth.members[node]}
    same(answer["between"], len(inside - ends), "between", model, ancestor)
    guessed = {(link["parent"], link["child"]) for link in answer["inferred"]}
    links = networkx.subgraph(truth.graph, inside).edges(data="learned")
    same(guessed, {(parent, child) for parent, child, learned in links if learned == "inferred"}, "inferred", model, ancestor)
    shown = [list(rows) for _, rows in itertools.groupby(answer["rows"], key=lambda row: row["way"])]
    same(len(shown), min(5, ways), "ways shown", model, ancestor)
    over = []
    for way in shown:
        names = [row["id"] for row in way]
        same((names[0], names[-1]), (ancestor, model), "ends")
        assert len(set(names)) == len(names), names
        for above, row in zip(names, way[1:]):
            link = truth.graph.edges[above, row["id"]]
            same((row["relation"], row["learned"]), (link["relation"], link["learned"]), "step", model, ancestor, names)
        over.append([node for node, _ in itertools.groupby(truth.node[name] for name in names)])
    same(len(shown[0]) - 1, networkx.shortest_path_length(truth.graph, ancestor, model), "shortest", model, ancestor)
    assert len(set(map(tuple, over))) == len(over), "a way stands twice"
    # Behind the first one stand the shortest of the others, by the nodes that they lead over.
    best = list(itertools.islice(networkx.shortest_simple_paths(between, start, end), 5))
    lengths = [len(way) for way in best]
    lengths.remove(len(over[0]) if len(over[0]) in lengths else lengths[-1])
    same([len(way) for way in over[1:]], lengths, "lengths", model, ancestor)
    seen["ways shown"] += len(shown)


def siblings(truth, model):
    parents = set(truth.graph.pred[model])
    expected = {
        child: {
            "shared": sorted(parents & set(truth.graph.pred[child])), "parents": truth.graph.in_degree(child),
            "relation": truth.strongest((parent, child) for parent in parents & set(truth.graph.pred[child])),
        }
        for parent in parents for child in truth.graph[parent] if child != model
    }
    told = {row["id"]: {"shared": sorted(row["shared"]), "parents": row["parents"], "relation": row["relation"]} for row in ask("siblings", model)["rows"]}
    same(told, expected, "siblings", model)
    seen["siblings asked"] += 1
    seen["siblings found"] += len(expected)


def pick(models, many):
    return chance.sample(models, min(many, len(models)))


def look(what, path):
    """Compares everything that is asked of one snapshot."""
    global chance, snapshot
    begun, chance, snapshot = time.monotonic(), random.Random(20260102), path
    seen.clear()
    truth = Truth()
    graph = truth.graph
    in_cycles = [model for cycle in truth.cycles for model in cycle]
    # Of many members of one cycle some are enough for what costs more.
    some = [model for cycle in truth.cycles for model in cycle[:3]][:40]
    merges = sorted((model for model, parents in graph.in_degree() if parents > 1))
    deep = sorted(merges, key=lambda model: (-len(networkx.ancestors(graph, model)), model))[:30]
    derived = sorted(model for model, parents in graph.in_degree() if parents)
    bases = sorted(model for model, children in graph.out_degree() if children)
    wide = sorted(bases, key=lambda model: (-graph.out_degree(model), model))[:8]
    print(f"{what}: {len(graph):,} models with links, {len(graph.edges):,} links, {len(truth.cycles)} cycles of {len(in_cycles)} models: {time.monotonic() - begun:.0f} s")

    asked = list(dict.fromkeys(in_cycles[:60] + deep + pick(merges, 30) + pick(derived, 15)))
    for model in asked:
        upstream(truth, [model])
    for models in itertools.chain(zip(pick(deep, 8), pick(derived, 8)), zip(some[:4], some[1:5])):
        upstream(truth, models)
    # Bases with merges below them hang together with others.
    above = sorted({ancestor for model in deep[:10] for ancestor in networkx.ancestors(graph, model)})
    for model in dict.fromkeys(some + wide + pick(above, 25) + pick(bases, 15)):
        blast(truth, [model])
    for models in itertools.chain(zip(pick(above, 6), pick(bases, 6)), zip(some[:2], wide)):
        blast(truth, models)
    for merge in pick(merges, 25) + deep[:10]:
        common(truth, pick(sorted(graph.pred[merge]), 2))
    for models in [pick(deep, 3) for _ in range(10)] + [pick(derived, 3) for _ in range(10)] + [pick(some, 2) for _ in range(5 if len(some) > 1 else 0)]:
        common(truth, models)
    for model in deep + some + pick(merges, 15):
        ancestors = sorted(networkx.ancestors(graph, model))
        fewer = [ancestor for ancestor in ancestors if truth.node[ancestor] in truth.roots]
        for ancestor in dict.fromkeys(pick(ancestors, 1) + pick(fewer, 1)):
            why(truth, model, ancestor)
    for model, other in zip(pick(derived, 5), pick(derived, 5)):
        if model != other:
            why(truth, model, other)
    for model in dict.fromkeys(some[:10] + deep[:10] + pick(merges, 10) + pick(derived, 10) + pick(bases, 5)):
        siblings(truth, model)
    print("  as networkx has it: " + ", ".join(f"{name}: {many:,}" for name, many in seen.items()) + f"; {time.monotonic() - begun:.0f} s")


def made_up():
    """Small lineages with cycles, merges of merges, unlisted parents and guessed relations, and a ladder of 64 merges: 2^63 ways."""
    rows, chance = [], random.Random(7)
    for group in range(40):
        size = chance.randrange(4, 26)
        for at in range(size):
            # Most links lead down; some lead back up, or to what nobody lists.
            above = [chance.randrange(max(0, at - 6), at) for _ in range(chance.choice((0, 1, 1, 2, 2, 3))) if at]
            above += [chance.randrange(size)] * (chance.random() < 0.08)
            parents = [f"o{parent % 3}/g{group}-{parent}" for parent in above] + [f"gone/g{group}-{at % 2}"] * (chance.random() < 0.1)
            row = {"id": f"o{at % 3}/g{group}-{at}", "downloads": at * group} if group % 2 else {"id": f"o{at % 3}/g{group}-{at}"}
            relation = chance.choice(("merge", "adapter", "quantized", "finetune"))
            card = {"cardData": {"base_model": parents, "library_name": chance.choice(("peft", "transformers"))}}
            rows.append(row | (card if chance.random() < 0.4 else {"tags": [f"base_model:{relation}:{parent}" for parent in parents]}))
    for at in range(64):
        names = [f"ladder/{side}{at - 1}" for side in "ab"] if at else ["ladder/top"]
        rows.extend({"id": f"ladder/{side}{at}", "tags": [f"base_model:merge:{name}" for name in names]} for side in "ab")
    return rows


def lineages(path):
    with open(path, encoding="utf-8") as file:
        for row in map(json.loads, file):
            tags = [":".join(filter(None, ("base_model", parent["relation"], parent["id"]))) for parent in row["base_models"]]
            yield {"id": row["id"], "tags": tags}


with tempfile.TemporaryDirectory() as folder:
    os.environ["XDG_DATA_HOME"] = os.path.join(folder, "data")
    look("the snapshot", sources[0])
    for what, rows in [("made up", made_up())] + [("small lineages", lineages(path)) for path in sources[1:]]:
        path = os.path.join(folder, what.replace(" ", "-"))
        with open(path + ".jsonl", "w") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
        subprocess.run([modelkin, "import", path + ".jsonl", "-o", path + ".mk"], check=True, capture_output=True)
        look(what, path + ".mk")
