"""Makes bills of materials of 300 models, validates each with other programs and reads the ancestors back:

    python3 tests/others/read_boms.py MODELKIN NPM SCHEMAS SNAPSHOT [LINEAGE]

NPM is a folder with read_boms.mjs and the packages that it imports; SCHEMAS one with SPDX's schema.json, model.ttl and context.jsonld.
Where it is not there, SPDX's files are read back, but not validated. A second, made-up snapshot has what is odd. LINEAGE is a JSON file of
small real lineages, with more and larger cycles than a listing has. Some bills are made a second time by `export --above`, or of an
inventory, and have the same bytes.
"""

import collections
import concurrent.futures
import json
import os
import random
import subprocess
import sys
import tempfile
import time

import networkx
import pyarrow as pa
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

modelkin, npm, schemas, snapshot, *lineage = map(os.path.abspath, sys.argv[1:])
schemas = schemas if os.path.isdir(schemas) else None
# These two are slow: so many seconds each may take, and it is said how many documents were looked at.
SECONDS = {"jsonschema": 5, "pyshacl": 25}
FORMATS = {
    "cyclonedx": ("cyclonedx.cdx.json", SchemaVersion.V1_6),
    "cyclonedx-1.7": ("cyclonedx-1.7.cdx.json", SchemaVersion.V1_7),
    "spdx": ("spdx.spdx3.json", None),
}


class Truth:
    """Who descends from whom, found without the program."""

    def __init__(self, path):
        with pa.memory_map(path) as source:
            names = ["id", "listed", "alias_of", "parents", "licences", "tags", "sha"]
            table = pa.ipc.open_file(source).read_all().select(names)
            self.rows = table.to_pylist()
        self.graph = networkx.DiGraph()
        for child, row in enumerate(self.rows):
            if row["alias_of"] is None:
                self.graph.add_node(row["id"])
            for parent in row["parents"]:
                at = self.rows[parent["row"]]["alias_of"]
                at = parent["row"] if at is None else at
                if at != child:
                    self.graph.add_edge(row["id"], self.rows[at]["id"])
        self.known = {row["id"]: row for row in self.rows}

    def pick(self, many):
        """Models with deep ancestries, in cycles, with ids of the oldest kind, with licences that are `other`, and others at random."""
        chance = random.Random(20260101)
        listed = sorted(row["id"] for row in self.rows if row["listed"] and row["alias_of"] is None)
        chance.shuffle(listed)
        merges = [model for model in listed if self.graph.out_degree(model) > 1]
        kinds = {
            "with more than 50 ancestors": (model for model in merges if len(networkx.descendants(self.graph, model)) > 50),
            "in cycles": (model for cycle in sorted(map(sorted, networkx.strongly_connected_components(self.graph))) if len(cycle) > 1 for model in cycle),
            "with ids of the oldest kind": (model for model in sorted(self.graph) if "/" not in model),
            "with licences that are other": (model for model in listed if "other" in self.known[model]["licences"]),
            "with names of old models above": (
                model for model in listed if self.graph.out_degree(model) and any("/" not in above for above in self.graph[model])),
            "at random": (model for model in listed if self.graph.out_degree(model)),
        }
        picked = []
        for kind, models in kinds.items():
            before = len(picked)
            for model in models:
                if len(picked) >= (many if kind == "at random" else before + 5):
                    break
                if model not in picked:
                    picked.append(model)
            print(f"  {len(picked) - before} {kind}")
        return picked


def id_of(component):
    return "/".join(part for part in (component.get("group"), component["name"]) if part)


def closure(links, start):
    graph = networkx.DiGraph(links)
    graph.add_nodes_from(start)
    return {model: networkx.descendants(graph, model) for model in start}


def read_cyclonedx(bom, asked, truth):
    """Everything that no validator looks at."""
    refs = collections.Counter()

    def count(value):
        if isinstance(value, dict):
            refs.update([value["bom-ref"]] if "bom-ref" in value else [])
            value = list(value.values())
        for inner in value if isinstance(value, list) else []:
            count(inner)

    count(bom)
    assert max(refs.values()) == 1, [ref for ref, times in refs.items() if times > 1]
    assert len({ref.lower() for ref in refs}) == len(refs), "references that differ in case alone"
    root = bom["metadata"]["component"]
    components = bom["components"] + ([root] if root["type"] == "machine-learning-model" else [])
    models = {component["bom-ref"]: component for component in components}
    names = {ref: id_of(component) for ref, component in models.items()}
    assert len(set(names.values())) == len(names)
    entries = [entry["ref"] for entry in bom["dependencies"]]
    assert len(set(entries)) == len(entries) and set(entries) <= set(refs)
    links = [(entry["ref"], to) for entry in bom["dependencies"] for to in entry.get("dependsOn", [])]
    assert all(to in models for _, to in links)
    if len(asked) > 1:
        assert {names[to] for ref, to in links if ref == root["bom-ref"]} == set(asked)
    above = closure([(names[ref], names[to]) for ref, to in links if ref in names], asked)
    for model in asked:
        expected = networkx.descendants(truth.graph, model)
        assert above[model] == expected, (model, above[model] ^ expected)
        component = next(component for component in components if id_of(component) == model)
        pedigree = [id_of(stub) for stub in component["pedigree"]["ancestors"]]
        assert sorted(pedigree) == sorted(expected), (model, "pedigree")
        assert not any("bom-ref" in stub for stub in component["pedigree"]["ancestors"])
    assert set(names.values()) == set(asked).union(*above.values())
    (composition,) = bom["compositions"]
    assert composition["aggregate"] == "unknown" and set(composition["dependencies"]) <= set(models)
    ends = {names[ref] for ref in composition["dependencies"]}
    assert {name for name in names.values() if not truth.graph.out_degree(name)} <= ends
    purls = collections.Counter(component["purl"] for component in components if "purl" in component)
    assert not purls or max(purls.values()) == 1
    for purl in purls:
        read = PackageURL.from_string(purl)
        assert read.to_string() == purl and read.type == "huggingface" and read.namespace and not read.qualifiers, purl
    for component in components:
        row = truth.known[id_of(component)]
        if "purl" in component and "/" in row["id"]:
            assert component["purl"] == f"pkg:huggingface/{row['id']}" + (f"@{row['sha'].hex()}" if row["sha"] else "")
        data = {tag[8:].lower() for tag in row["tags"] if tag.startswith("dataset:") and tag[8:].strip()}
        told = component.get("modelCard", {}).get("modelParameters", {}).get("datasets", [])
        assert {one["name"].lower() for one in told} == data and len(told) == len(data), (row["id"], told, data)
        assert len(component.get("licenses", [])) <= len(row["licences"]) and bool(component.get("licenses")) == bool(row["licences"])


def read_spdx(document, asked, truth):
    elements = document["@graph"]
    ids = collections.Counter(element.get("spdxId") or element["@id"] for element in elements)
    assert max(ids.values()) == 1
    names = {e["spdxId"]: e["name"] for e in elements if e["type"] in ("ai_AIPackage", "software_Package")}
    kinds = {e["name"]: e["type"] for e in elements if e["spdxId" if "spdxId" in e else "@id"] in names}
    assert all((kinds[name] == "ai_AIPackage") == truth.known[name]["listed"] for name in kinds)
    for kind in ("descendantOf", "dependsOn"):
        links = [(names[e["from"]], names[to]) for e in elements if e.get("relationshipType") == kind for to in e["to"]]
        for model, above in closure(links, asked).items():
            expected = networkx.descendants(truth.graph, model)
            assert above == expected, (kind, model, above ^ expected)
    known = set(ids)
    for element in elements:
        for to in element.get("to", []) + element.get("rootElement", []) + element.get("element", []):
            assert to in known, to
    (bill,) = [e for e in elements if e["type"] == "software_Sbom"]
    assert sorted(names[root] for root in bill["rootElement"]) == sorted(asked)


def shacl(documents):
    """How many of these documents agree with the shapes of SPDX's model, in the time that there is."""
    import pyshacl
    import rdflib

    shapes = rdflib.Graph().parse(os.path.join(schemas, "model.ttl"))
    with open(os.path.join(schemas, "context.jsonld")) as file:
        context = json.load(file)["@context"]
    begun, done, at_once = time.monotonic(), 0, 8
    while done < len(documents) and time.monotonic() - begun < SECONDS["pyshacl"]:
        graph = rdflib.Graph()
        for number, document in enumerate(documents[done:done + at_once]):
            text = json.dumps(document | {"@context": context}).replace('"_:creation"', f'"_:creation{number}"')
            graph.parse(data=text, format="json-ld")
        agrees, _, words = pyshacl.validate(graph, shacl_graph=shapes, ont_graph=shapes, inplace=True)
        assert agrees, words[:5000]
        done += len(documents[done:done + at_once])
    return done


def make(snapshot, number, bill, folder):
    """Writes a bill in all formats, tells how many of them were made in another way too."""
    again = 0

    def run(*words):
        path = words[words.index("-o") + 1]
        done = subprocess.run([modelkin, *words, "--snapshot", snapshot], capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stderr)
        with open(path, "rb") as file:
            return file.read()

    for name, (suffix, _) in FORMATS.items():
        path = os.path.join(folder, f"{number}.{suffix}")
        written = run("bom", *bill, "--to", name, "-o", path)
        other = os.path.join(folder, f"again-{number}.{suffix}")
        if number % 10 == 0 and len(bill) == 1:
            assert run("export", "--above", *bill, "--to", name, "-o", other) == written, (bill, name)
            again += 1
        elif number % 10 == 1 or len(bill) > 1:
            with open(other + ".txt", "w") as file:
                file.writelines(model + "\n" for model in bill)
            assert run("bom", "--from", other + ".txt", "-o", other, "--to", name) == written, (bill, name)
            again += 1
    return again


def look(snapshot, bills, folder):
    """Has the bills written, a list of models each, and looks at them all."""
    truth = Truth(snapshot)
    bills = bills(truth)
    os.makedirs(folder)
    begun = time.monotonic()
    lap = lambda what: print(f"  {what}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        again = sum(pool.map(lambda bill: make(snapshot, *bill, folder), enumerate(bills)))
    print(f"  {again} made a second time, by export or of an inventory")
    lap("modelkin")
    validators = {version: JsonStrictValidator(version) for _, version in FORMATS.values() if version}
    told, spdx = collections.Counter(), []
    for number, bill in enumerate(bills):
        for suffix, version in FORMATS.values():
            with open(os.path.join(folder, f"{number}.{suffix}"), encoding="utf-8") as file:
                text = file.read()
            document = json.loads(text)
            if version is None:
                read_spdx(document, bill, truth)
                spdx.append(document)
                continue
            fault = validators[version].validate_str(text)
            assert fault is None, (bill, fault)
            told[f"PyPI's schema of {version.to_version()}"] += 1
            read_cyclonedx(document, bill, truth)
            assert ("citations" in document) == (version == SchemaVersion.V1_7 and "timestamp" in document["metadata"])
            bom = Bom.from_json(document)
            assert bom.validate()
            again = {component.bom_ref.value for component in bom.components}
            assert again == {component["bom-ref"] for component in document["components"]}
            told["Bom.validate()"] += 1
    lap("PyPI")
    schema = [os.path.join(schemas, "schema.json")] if schemas else []
    done = subprocess.run(["node", os.path.join(npm, "read_boms.mjs"), folder, *schema], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for what, many in json.loads(done.stdout).items():
        assert many == len(bills), what
        told[what] = many
    lap("npm")
    if schemas:
        import jsonschema

        with open(os.path.join(schemas, "schema.json")) as file:
            validator = jsonschema.Draft202012Validator(json.load(file))
        start = time.monotonic()
        for number, document in sorted(enumerate(spdx), key=lambda one: len(one[1]["@graph"])):
            # It tries every class for every element: large documents take minutes. The smallest come first; ajv has looked at all.
            if time.monotonic() - start > SECONDS["jsonschema"]:
                break
            fault = next(validator.iter_errors(document), None)
            assert fault is None, (bills[number], str(fault)[:3000])
            told["SPDX's schema by jsonschema"] += 1
        lap("SPDX's schema")
        told["SPDX's shapes by pyshacl"] = shacl(spdx)
        lap("SPDX's shapes")
    print(f"{len(bills)} bills, read back whole in three formats; " + ", ".join(f"{name}: {many}" for name, many in told.items()))
    if not schemas:
        print("SPDX's schema and shapes: left out, the schemas are not there")


ODD = """
{"id": "gpt2", "sha": "ABCDEF0123456789abcdef0123456789ABCDEF01", "tags": ["license:mit", "dataset:a/b", "dataset:A/B", "dataset:<odd> \\u0007\\"{}", "dataset: ", "dataset:\\ud83d\\ude80/x"]}
{"id": "a/one", "tags": ["license:apache-2.0", "license:llama3.1", "license:Apache-2.0"], "baseModels": {"relation": "merge", "models": [{"id": "a/two"}, {"id": "gpt2"}]}}
{"id": "a/two", "tags": ["license:\\"<script>\\u001b[31m"], "pipeline_tag": "]]>\\u0000\\n", "baseModels": {"relation": "finetune", "models": [{"id": "A/One"}, {"id": "gone/Away"}]}}
{"id": "a/three", "tags": ["license:other"], "cardData": {"license": "other", "license_name": "\\u901a\\u4e49 licence", "license_link": "LICENSE", "base_model": ["a/one", "bert-base-uncased"]}}
{"id": "a/four", "tags": ["license:other"], "cardData": {"license": "other", "license_name": "\\u901a\\u5343 licence", "license_link": "https://a.example/x", "base_model": ["modelscope:a/one", "a/three"]}}
{"id": "a/alone", "tags": ["license:gpl-3.0", "license:openmdw-1.0", "license:odc-by", "license:lgpl-lr"]}
"""


def tagged(path):
    """Small lineages in the form of rows."""
    with open(path, encoding="utf-8") as file:
        for row in map(json.loads, file):
            tags = [":".join(filter(None, ("base_model", parent["relation"], parent["id"]))) for parent in row["base_models"]]
            yield json.dumps({"id": row["id"], "tags": tags}) + "\n"


def imported(folder, name, lines):
    with open(rows := os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as file:
        file.writelines(lines)
    subprocess.run([modelkin, "import", rows, "-o", path := os.path.join(folder, name + ".mk")], check=True, capture_output=True)
    return path


with tempfile.TemporaryDirectory() as folder:
    os.environ["XDG_DATA_HOME"] = os.path.join(folder, "data")
    print("real models")
    real = lambda truth: [[model] for model in truth.pick(300)]
    look(snapshot, real, os.path.join(folder, "real"))
    print("models that are odd")
    every = lambda truth: [[model] for model in sorted(truth.graph)] + [sorted(truth.graph), ["a/one", "a/two"], ["a/four", "a/alone"]]
    look(imported(folder, "odd", ODD.strip() + "\n"), every, os.path.join(folder, "odd"))
    for path in lineage:
        print("small real lineages")
        some = lambda truth: [[model] for model in truth.pick(20)]
        look(imported(folder, "small", tagged(path)), some, os.path.join(folder, "small"))
