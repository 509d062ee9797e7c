#!/usr/bin/env python3
"""Compares the sample's links with real cards: ../shared/data, seen from the project's root.

    python3 check.py [--all]

Every link of lineages.edges and of models.jsonl.gz is confirmed, contradicted or not known there.
A link is contradicted where the child is there and declares parents, and these are others, or
where the relation is another one. Ends with 1 if a link written by hand is contradicted; the
packages' links are counted alone. `--all` prints the contradicted links of the packages too.
Where the folder is absent nothing is compared, and that is said.
"""

import collections
import csv
import gzip
import json
import pathlib
import sys

import build

DATA = build.HERE.parents[1].parent / "shared" / "data"
FILES = ("hub-2025-07.jsonl.gz", "lineage-small.jsonl", "weekly/added_models.csv.gz")
# Old names of owners and models: the cards of 2025 may hold either.
ALIASES = build.HERE.parents[1].parent / "shared" / "reference" / "aliases.csv"
OWNERS = {
    "all-hands": "openhands", "boatbomber": "torpedosoftware", "bytedance-research": "bytedance-seed",
    "cognitivecomputations": "dphn", "cohereforai": "coherelabs", "ds4sd": "docling-project", "ehartford": "dphn",
    "mistral-community": "mistral-experimental", "neuralmagic": "redhatai", "scb10x": "typhoon-ai",
    "thudm": "zai-org", "wizardlm": "wizardlmteam", "zhuohaoyu": "wisdomshell",
}


def load_aliases():
    table = {}
    if ALIASES.is_file():
        with open(ALIASES, newline="", encoding="utf-8") as text:
            for row in csv.reader(text):
                if len(row) >= 2 and "/" in row[1]:
                    table[row[0].strip().lower()] = row[1].strip().lower()
    return table


def load_known(wanted, same):
    """child -> parent -> set of relations (None: not typed), for the children asked for."""
    known = collections.defaultdict(lambda: collections.defaultdict(set))

    def add(child, parent, relation):
        known[child][same(parent)].add(relation)

    path = DATA / FILES[0]
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                child = same(row["id"])
                if child in wanted:
                    for parent, relation in build.links_of(row).items():
                        add(child, parent, relation)
    path = DATA / FILES[1]
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            child = same(row["id"])
            if child in wanted:
                for base in row.get("base_models") or ():
                    relation = base["relation"] if base["relation"] in build.RELATIONS else None
                    add(child, base["id"], relation)
    path = DATA / FILES[2]
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                child = same(row["model_id"])
                if child in wanted and row["base_models"]:
                    relation = row["relation"] if row["relation"] in build.RELATIONS else None
                    for parent in row["base_models"].replace(";", ",").replace("|", ",").split(","):
                        parent = parent.strip()
                        if parent:
                            add(child, parent, relation)
    return known


def judge(links, known, same):
    """Sorts (parent, child, relation, where) into confirmed, contradicted, not known there."""
    result = collections.defaultdict(list)
    for parent, child, relation, where in links:
        declared = known.get(same(child))
        if not declared:
            result["not known there"].append((parent, child, relation, where, ""))
            continue
        kinds = declared.get(same(parent))
        if kinds is None:
            said = ", ".join(sorted(declared))
            result["contradicted"].append((parent, child, relation, where, f"parents there: {said[:200]}"))
        elif relation in kinds or kinds == {None}:
            result["confirmed"].append((parent, child, relation, where, ""))
        else:
            said = ", ".join(sorted(k for k in kinds if k))
            result["contradicted"].append((parent, child, relation, where, f"relation there: {said}"))
    return result


def main():
    edges = build.read_edges(build.EDGES)
    hand = [(p.removeprefix("?"), c, r, f"line {n}") for p, c, r, _, n in edges]
    packages = [(p, row["id"], r, "") for row in build.read_back() for p, r in build.links_of(row).items()]
    print(f"lineages.edges: {len(hand)} links; models.jsonl.gz: {len(packages)} links")
    if not any((DATA / name).is_file() for name in FILES):
        print("the comparison with real cards was left out: ../shared/data is not there")
        return 0
    aliases = load_aliases()

    def same(name):
        name = name.strip().lower()
        name = aliases.get(name, name)
        owner, slash, rest = name.partition("/")
        return f"{OWNERS.get(owner, owner)}/{rest}" if slash else name

    known = load_known({same(c) for _, c, _, _ in hand + packages}, same)
    failed = 0
    for what, links in (("lineages.edges", hand), ("models.jsonl.gz", packages)):
        result = judge(links, known, same)
        print(what + ": " + ", ".join(f"{len(result[k])} {k}" for k in ("confirmed", "contradicted", "not known there")))
        if what == "lineages.edges":
            failed = len(result["contradicted"])
        if what == "lineages.edges" or "--all" in sys.argv[1:]:
            for parent, child, relation, where, said in result["contradicted"]:
                print(f"  contradicted {where}: {parent} -> {child} : {relation} ({said})")
        if what == "lineages.edges" and "--all" in sys.argv[1:]:
            for parent, child, relation, where, _ in result["not known there"]:
                print(f"  not known {where}: {parent} -> {child} : {relation}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
