#!/usr/bin/env python3
"""Reads every export back with programs that others wrote, and compares nodes, links and attributes with the snapshot.

    python3 tests/others/read_exports.py MODELKIN SNAPSHOT BELOW NPM SCHEMAS

SNAPSHOT is a snapshot with the model BELOW; NPM a folder with read_exports.mjs and the packages that it imports; SCHEMAS
one with graphml.xsd and gexf.xsd, as JGraphT ships them. A second, made-up snapshot has every hostile text that came to mind.
"""

import collections
import csv
import json
import os
import re
import subprocess
import sys
import tempfile

import duckdb
import igraph
import networkx
import pandas
import pyarrow as pa
import pyarrow.parquet
import pydot
from lxml import etree

modelkin, snapshot = map(os.path.abspath, sys.argv[1:3])
below = sys.argv[3]
schemas = os.path.abspath(sys.argv[5])
reader = os.path.join(os.path.abspath(sys.argv[4]), "read_exports.mjs")
os.environ["XDG_DATA_HOME"] = os.path.join(folder := tempfile.mkdtemp(), "data")
os.chdir(folder)

HOSTILE = [
    'a "quoted" text', "back\\slash\\", "two\nlines", "a --> b", "]]> & <b>", "<script>alert(1)</script>",
    "=cmd|'/c calc'!A1", "@SUM(1)", "-1+1", "+1", "\u202eright to left", "\U0001f680 emoji", "x" * 10_000, "{braces} [brackets]",
    "semi;colon, comma", "click n0 callback", "%% comment", "#quot;", "\\N \\G \\l", "tab\tinside", "null", "'single'",
    "bell \a rings", "escape \x1b[31m", "return\rhere", "two\r\nends", "nul \0 here",
]


def run(*args):
    done = subprocess.run([modelkin, *args], capture_output=True, text=True)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout


def day(at):
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S") + (f".{at.microsecond // 1000:03d}".rstrip("0") if at.microsecond else "") + "Z"


def table(name):
    with open(os.path.join(reference, name), newline="") as file:
        return list(csv.DictReader(file))


reference = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../data/reference")
COUNTRIES = {row["namespace"].lower(): row["country_iso2"] for row in table("orgs.csv")}
ALIASES = {row["legacy_id"].lower(): row["canonical_id"] for row in table("aliases.csv")}
CLASSES = {row["licence"]: row["class"] for row in table("licences.csv")}


def owner(model):
    """The owner in its id, or, of an id without one, in the id that it has today."""
    today = model if "/" in model else ALIASES.get(model.lower(), "")
    return today.split("/")[0] if "/" in today else None


def licence_class(licence):
    if licence is None or licence.lower() in CLASSES:
        return licence and CLASSES[licence.lower()]
    begins = [name for name in CLASSES if name.endswith("*") and licence.lower().startswith(name[:-1])]
    return CLASSES[max(begins, key=len)] if begins else "unclassed"


class Truth:
    """What the snapshot says of everything below a model, found without the program; its counts are checked elsewhere."""

    def __init__(self, snapshot, below):
        with pa.memory_map(snapshot) as source:
            table = pa.ipc.open_file(source).read_all()
        rows = table.drop_columns(["tags", "oddities"]).to_pylist()
        counts = {row["id"]: row for row in json.loads(run("rank", "--top", "0", "--format", "json", "--snapshot", snapshot))["rows"]}
        order = ["unstated", "finetune", "quantized", "adapter", "merge"]
        # Of one link that is declared twice, the better known holds, then the stronger.
        best = {}
        for child, row in enumerate(rows):
            for parent in row["parents"]:
                at = rows[parent["row"]]["alias_of"]
                at = parent["row"] if at is None else at
                known = (["inferred", "hub", "declared"].index(parent["learned"]), order.index(parent["relation"]))
                if at != child:
                    best[at, child] = max(best.get((at, child), (-1, -1)), known)
        children = collections.defaultdict(list)
        for parent, child in best:
            children[parent].append(child)
        chosen, edge = set(), [next(at for at, row in enumerate(rows) if row["id"] == below)]
        while edge:
            at = edge.pop()
            if at not in chosen:
                chosen.add(at)
                edge += children[at]
        self.nodes, self.links = {}, {}
        for at in chosen:
            row = rows[at]
            licence = (row["licences"] or [None])[0]
            relations = [known[1] for (_, child), known in best.items() if child == at] if len(rows) < 1000 else None
            self.nodes[row["id"]] = {
                "owner": owner(row["id"]),
                "country": COUNTRIES.get((owner(row["id"]) or "").lower(), "unknown"),
                "counted": "yes",
                "licence_class": licence_class(licence),
                "status": "listed" if row["listed"] else "unlisted",
                "models": 1,
                "created": day(row["created"]),
                "licence": licence,
                "licences": ";".join(row["licences"]) or None,
                "licence_name": row["licence_name"],
                "gated": row["gated"],
                "task": row["task"],
                "downloads": row["downloads"],
                "likes": row["likes"],
                "direct": counts.get(row["id"], {"direct": 0})["direct"],
                "descendants": counts.get(row["id"], {"descendants": 0})["descendants"],
            }
            if relations is not None:
                self.nodes[row["id"]]["relation"] = order[max(relations)] if relations else None
        for (parent, child), (learned, relation) in best.items():
            if parent in chosen and child in chosen:
                self.links[rows[parent]["id"], rows[child]["id"]] = {
                    "relation": order[relation], "learned": ["inferred", "hub", "declared"][learned], "models": 1,
                }

    def equals(self, what, nodes, links, change=lambda text: text):
        """Compares what was read; texts may have been changed by what the format cannot carry."""
        assert set(nodes) == set(self.nodes), (what, set(nodes) ^ set(self.nodes))
        for name, expected in self.nodes.items():
            for field, value in expected.items():
                value = change(value) if isinstance(value, str) else value
                found = nodes[name].get(field)
                found = None if found in ("", None) or found != found else found
                found = int(found) if isinstance(value, int) and found is not None else found
                assert found == value, (what, name, field, found, value)
        assert set(links) == set(self.links), (what, set(links) ^ set(self.links))
        for ends, expected in self.links.items():
            for field, value in expected.items():
                found = links[ends].get(field)
                found = int(found) if isinstance(value, int) else found
                assert found == value, (what, ends, field, links[ends], value)
        print(f"{what}: {len(nodes)} nodes, {len(links)} links")


def of_networkx(graph, name=None):
    graph = networkx.relabel_nodes(graph, networkx.get_node_attributes(graph, name)) if name else graph
    return {node: dict(data) for node, data in graph.nodes(data=True)}, {(a, b): dict(data) for a, b, data in graph.edges(data=True)}


def valid(schema, path, change):
    with open(path, encoding="utf-8", newline="") as file:
        document = etree.fromstring(change(file.read()).encode(), etree.XMLParser(huge_tree=True))
    schema = etree.XMLSchema(etree.parse(os.path.join(schemas, schema)))
    assert schema.validate(document), (path, schema.error_log)
    print(f"{path}: valid")


def as_gexf_1_2(text):
    """No registry has the schema of GEXF 1.3. What we use of it is 1.2 with another name, and a `kind` for edges. Both
    schemas want colours and sizes in GEXF's own namespace; its primer, Gephi and networkx have them in that of `viz`."""
    kind = re.compile(r'(<edge id="[0-9]+" source="[^"]*" target="[^"]*") kind="[a-z]+"')
    text = text.replace("http://gexf.net/1.3", "http://www.gexf.net/1.2draft").replace('version="1.3"', 'version="1.2"').replace("<viz:", "<")
    return kind.sub(r"\1", text)


def of_node(path):
    done = subprocess.run(["node", reader, path], capture_output=True, text=True)
    assert done.returncode == 0, (path, done.stderr)
    found = json.loads(done.stdout)
    return dict(found["nodes"]), {(source, target): data for source, target, data in found["links"]}


def unquoted(text):
    """A DOT word as Graphviz reads it: only the quote is escaped; we write backslashes twice and line ends as \\n."""
    if text.startswith('"'):
        text = text[1:-1].replace('\\"', '"')
    return text


def xml_word(text):
    """What XML 1.0 cannot carry is written as U+FFFD."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", text)


def dot_word(text):
    """Control characters but tabs stand as blanks: DOT has no escapes for them."""
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", " ", text.replace("\\", "\\\\").replace("\n", "\\n"))


def read_all(snapshot, below):
    truth = Truth(snapshot, below)
    chosen = ["--below", below, "--snapshot", snapshot]
    for name in ["x.json", "x.graphml", "x.gexf", "x.dot", "x.csv", "x.parquet", "x.cyjs", "x.edges", "x.mmd"]:
        run("export", *chosen, "-o", name)
    run("export", *chosen, "--to", "neo4j", "-o", "neo.csv")

    with open("x.json") as file:
        truth.equals("node-link JSON, networkx", *of_networkx(networkx.node_link_graph(json.load(file), edges="links")))
    valid("graphml.xsd", "x.graphml", lambda text: text)
    valid("gexf.xsd", "x.gexf", as_gexf_1_2)
    truth.equals("GraphML, networkx", *of_networkx(networkx.read_graphml("x.graphml"), "name"), xml_word)
    graph = igraph.Graph.Read_GraphML("x.graphml")
    nodes = {node["name"]: node.attributes() for node in graph.vs}
    links = {(graph.vs[link.source]["name"], graph.vs[link.target]["name"]): link.attributes() for link in graph.es}
    truth.equals("GraphML, igraph", nodes, links, xml_word)
    truth.equals("GEXF, networkx", *of_networkx(networkx.read_gexf("x.gexf")), xml_word)

    # Graphviz reads what we wrote and writes it anew; its JSON is what it understood.
    done = subprocess.run(["dot", "-Tdot_json", "x.dot"], capture_output=True, check=True)
    graph = json.loads(done.stdout, strict=False)
    names = {node["_gvid"]: node["name"] for node in graph["objects"]}
    nodes = {node["name"]: node for node in graph["objects"]}
    links = {(names[link["tail"]], names[link["head"]]): link for link in graph["edges"]}
    truth.equals("DOT, Graphviz", nodes, links, dot_word)
    (graph,) = pydot.graph_from_dot_file("x.dot")
    nodes = {unquoted(node.get_name()): {key: unquoted(value) for key, value in node.get_attributes().items()} for node in graph.get_nodes()}
    nodes = {name: data for name, data in nodes.items() if name not in ("node", "edge", "graph")}
    links = {
        (unquoted(link.get_source()), unquoted(link.get_destination())): {key: unquoted(value) for key, value in link.get_attributes().items()}
        for link in graph.get_edges()
    }
    truth.equals("DOT, pydot", nodes, links, dot_word)

    guard = lambda text: "'" + text if text[:1] in "=+-@\t\r" else text
    read = lambda path: pandas.read_csv(path, dtype=str, keep_default_na=False).to_dict("records")
    nodes = {row["id"]: row for row in read("x-nodes.csv")}
    links = {(row["source"], row["target"]): row for row in read("x-links.csv")}
    truth.equals("CSV, pandas", nodes, links, guard)
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in nodes.values() for cell in row.values() if cell), "a formula"

    rows = pyarrow.parquet.read_table("x-nodes.parquet").to_pylist()
    nodes = {row["id"]: row | {"created": day(row["created"])} for row in rows}
    rows = duckdb.sql("select * from 'x-links.parquet'").to_arrow_table().to_pylist()
    links = {(row["src"], row["dst"]): row | {"relation": row["relationship"]} for row in rows}
    truth.equals("Parquet, pyarrow and DuckDB", nodes, links)
    ((count,),) = duckdb.sql("select count(*) from 'x-nodes.parquet' n join 'x-links.parquet' l on n.id = l.dst").fetchall()
    assert count == len(truth.links)

    nodes = {row["id:ID"]: {key.split(":")[0]: value for key, value in row.items()} for row in read("neo-nodes.csv")}
    links = {(row[":START_ID"], row[":END_ID"]): row | {"relation": row[":TYPE"].lower(), "models": row["models:long"]} for row in read("neo-links.csv")}
    truth.equals("Neo4j CSV, pandas", nodes, links)

    truth.equals("Cytoscape JSON, cytoscape", *of_node("x.cyjs"))
    nodes, links = of_node("x.mmd")
    assert set(nodes) == set(truth.nodes), ("Mermaid", set(nodes) ^ set(truth.nodes))
    assert {ends: link["relation"] for ends, link in links.items()} == {ends: link["relation"] for ends, link in truth.links.items()}
    print(f"Mermaid, its own parser: {len(nodes)} nodes, {len(links)} links")

    # Pictures: outlines are our own, Graphviz takes its text without a complaint, and the SVG is a picture to others.
    for name, begin in [("x.png", b"\x89PNG"), ("x.pdf", b"%PDF"), ("x-sfdp.svg", b"<?xml")]:
        run("export", *chosen, "-o", name, "--layout", "sfdp" if "sfdp" in name else "outline")
        with open(name, "rb") as file:
            picture = file.read()
        assert picture.startswith(begin) and len(picture) > 5_000, name
    with open("x.png", "rb") as file:
        picture = file.read()
    assert all(text.encode() in picture for text in ["Declared lineage", "sha256", "modelkin 0."]), "notes of the PNG"
    print("PNG, PDF: painted; SVG: laid out by Graphviz")

    # Our own text again: the notation has no blanks in words.
    run("import", "x.edges", "-o", "again")
    again = Truth("again", below)
    assert set(again.nodes) == set(truth.nodes) and set(again.links) == set(truth.links), "edges"
    for ends, link in truth.links.items():
        assert again.links[ends]["relation"] == link["relation"], ends
    for name, node in truth.nodes.items():
        for field in ("status", "downloads", "likes", "created"):
            assert again.nodes[name][field] == node[field], (name, field)
    print("edges: imported again")

    for name in os.listdir("."):
        if name.startswith("x.") and not name.endswith(("png", "pdf")):
            with open(name, encoding="utf-8") as file:
                text = file.read()
            assert "eclared lineage" in text and "sha256" in text and "modelkin " in text, name


read_all(snapshot, below)

with open("hostile.jsonl", "w") as file:
    for number, text in enumerate(HOSTILE):
        parent = "h/base" if number % 3 else f"h/m{number - 1}" if number else "h/base"
        row = {"id": f"h/m{number}", "pipeline_tag": text, "tags": [f"license:{text}"], "downloads": number, "baseModels": {"relation": "finetune", "models": [{"id": parent}]}}
        file.write(json.dumps(row) + "\n")
    file.write(json.dumps({"id": "h/base", "pipeline_tag": "text"}) + "\n")
run("import", "hostile.jsonl", "-o", "hostile")
read_all("hostile", "h/base")
