#!/usr/bin/env python3
"""Validates what the program writes as JSON by the published schemas, with the package jsonschema (draft 2020-12).

    python3 tests/others/check_schemas.py MODELKIN SNAPSHOT

Some 200 questions of every command and form, with names drawn from the snapshot by a fixed seed, and the same of a small snapshot of odd
values. Each answer is validated by the schema as it is published, and by one that takes no key but those that it names: a new key must
come into the schema. Answers that are none, with a key that is gone or a value of another kind, must not pass.
"""

import collections
import copy
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import jsonschema

modelkin, snapshot = map(os.path.abspath, sys.argv[1:])
chance = random.Random(20261129)
work = tempfile.TemporaryDirectory()
os.chdir(work.name)
Validator = jsonschema.Draft202012Validator
FORMATS = jsonschema.FormatChecker(["date", "regex"])


def strict(schema):
    """The same schema, which takes no key that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "type" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


subprocess.run([modelkin, "schemas", "schemas"], check=True)
published, closed = {}, {}
for path in sorted(pathlib.Path("schemas").iterdir()):
    schema = json.loads(path.read_text())
    Validator.check_schema(schema)
    assert schema["$id"].startswith(f"urn:modelkin:schema:{path.stem}:") and schema["title"] and schema["description"], path
    published[path.stem] = Validator(schema, format_checker=FORMATS)
    closed[path.stem] = Validator(strict(schema), format_checker=FORMATS)

odd = """?gone/base -> a/one : finetune downloads=5 created=2024-05-01 licences=other licence_name=own\\u{20}words gated=auto
a/one -> b/two : quantized downloads=7 created=2024-06-01 licences=mit,apache-2.0 gated=manual disabled=true
a/one -> m/one : finetune created=2021-01-01
a/one, b/two, ?gone/other -> c/blend : merge created=2024-07-01 licences=cc-by-nc-4.0
c/blend -> c/kept : adapter licences=mit
d/loop -> d/back : unstated
d/back, c/kept -> d/loop : finetune
c/blend -> bare, month, all, x/__proto__ : quantized
"""
odd += "".join(f"a/one -> mass/m-{at} : quantized created=2024-05-02\n" for at in range(60))
odd += "".join(f"w/n{at} -> w/x{at}, w/y{at} : finetune\nw/x{at}, w/y{at} -> w/n{at + 1} : merge\n" for at in range(61))
pathlib.Path("odd.edges").write_text(odd)
pathlib.Path("later.edges").write_text(odd.replace("licences=mit\n", "licences=gpl-3.0\n").replace("d/back, ", "d/new, "))
pathlib.Path("none.edges").write_text("a/lone\n")
pathlib.Path("list.txt").write_text("a/one\nno/such\n")
pathlib.Path("flags.csv").write_text("id,reason,since,source\na/one,bad,2024-06-15,us\nno/such,,,\n")
for name, more in [("odd", ["--date", "2025-01-31"]), ("later", ["--date", "2025-03-31"]), ("none", [])]:
    subprocess.run([modelkin, "import", f"{name}.edges", "-o", name, *more], check=True, capture_output=True)


def run(words):
    done = subprocess.run([modelkin, *words, "--format", "json"], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 3), (words, done.returncode, done.stderr)
    return json.loads(done.stdout)


def of(where, words):
    return run([*words.split(), "--snapshot", where])


ranked = [row["id"] for row in of(snapshot, "rank --top 400")["rows"]]
ids = [row["id"] for row in of(snapshot, "show --all --depth 2 --siblings 3")["rows"] if row["id"]]
families = [row["id"] for row in of(snapshot, "rank --of families --top 20")["rows"]]
owners = [row["id"] for row in of(snapshot, "rank --of owners --top 40")["rows"]]
child = {row["of"]: row["id"] for row in of(snapshot, "show --all --depth 1 --siblings 1")["rows"] if row["of"] and row["id"]}


def questions():
    """Yields the form, the snapshot, and the words."""
    measures = ["descendants", "direct", "authors", "downloads", "likes", "merge"]
    for group in ["models", "owners", "families", "authors", "countries", "licences"]:
        yield "rank", snapshot, ["rank", "--of", group, "--by", ",".join(chance.sample(measures, 3))]
        yield "rank", "odd", ["rank", "--of", group]
        yield "rank", "none", ["rank", "--of", group]
    yield "rank", snapshot, "rank --by credit,deepest,first-degree,downloads-with-own,likes-with-own,downloads-all-time --top 0".split()
    for facet in ["month", "quarter", "year", "relation", "country", "licence", "size", "generation", "owner"]:
        # A part by generation has no share of all.
        for figure in ["f2", "authors" if facet == "generation" else "share", "downloads"]:
            yield "compare-by", snapshot, ["compare", *chance.sample(families, 2), "--by", facet, "--show", figure]
        yield "compare-by", "odd", ["compare", "month", "a/one", "--by", facet]
    for _ in range(5):
        names = [chance.choice(families), chance.choice(owners), chance.choice(ranked)]
        yield "compare", snapshot, ["compare", *names]
        yield "family", snapshot, ["family", chance.choice(names)]
        yield "explain", snapshot, ["explain", chance.choice(names)]
        for part in ["members", "f1", "f2", "f3"]:
            yield "family-list", snapshot, ["family", chance.choice(names), "--list", part]
    for name in ["a/one", "gone/base", "mass/*", "month"]:
        yield "compare", "odd", ["compare", name]
        yield "family", "odd", ["family", name, "--include-members", "--since", "2024-06"]
        yield "family-list", "odd", ["family", name, "--list", "f2"]
        yield "explain", "odd", ["explain", name]
    for ends in ["owner", "publisher", "converter", "country", "kind", "family"]:
        yield "flows", snapshot, ["flows", "--by", ends, "--within", chance.choice(families)]
        yield "flows", "odd", ["flows", "--by", ends, "--own", "count", "--top", "2"]
    for at in range(6):
        model, parent = chance.choice(ids), chance.choice([parent for parent in child if parent in ranked])
        yield "show", snapshot, ["show", ["--below", "--above", "--around"][at % 3], model]
        yield "upstream", snapshot, ["upstream", child[parent], model]
        yield "why", snapshot, ["why", child[parent], parent]
        yield "common", snapshot, ["common", child[parent], parent]
        yield "siblings", snapshot, ["siblings", child[parent]]
        yield "blast", snapshot, ["blast", parent]
        yield "blast-list", snapshot, ["blast", parent, "--list"]
        yield "licences", snapshot, ["licences", child[parent], model]
        yield "search", snapshot, ["search", model.split("/")[-1][:6]]
    for form, words in [
        ("show", "show --all --siblings 0"),
        ("upstream", "upstream c/kept d/loop w/n61"),
        ("upstream", "upstream --from list.txt"),
        ("why", "why w/n61 w/n0"),
        ("why", "why a/one c/kept"),
        ("common", "common a/one w/n3"),
        ("siblings", "siblings b/two"),
        ("blast", "blast --flagged flags.csv"),
        ("blast-list", "blast --flagged flags.csv --mine c/* --mine a/* --list"),
        ("licences", "licences c/kept d/loop b/two --unknown deny --allow mit"),
        ("search", "search proto"),
        ("owners", "owners --top 0"),
        ("report", "report"),
        ("check", "check"),
        ("check-list", "check --list all"),
        ("check-bursts", "check --bursts"),
        ("check-mirrors", "check --mirrors"),
        ("check-aliases", "check --aliases"),
    ]:
        yield form, "odd", words.split()
    for table in ["totals", "bases", "relations", "owners", "publishers", "countries", "licences", "months", "distances"]:
        yield "blast-table", "odd", ["blast", "a/one", "--table", table]
    for form, words in [
        ("owners", "owners --unknown"),
        ("report", "report"),
        ("check", "check"),
        ("check-list", "check --list all"),
        ("check-bursts", "check --bursts"),
        ("check-mirrors", "check --mirrors"),
        ("check-aliases", "check --aliases --top 0"),
    ]:
        for where in [snapshot, "none"]:
            yield form, where, words.split()
    yield "compare-snapshots", None, "compare a/one month --snapshots odd later".split()
    yield "report", None, "report --snapshots odd later".split()
    yield "diff", None, "diff odd later".split()
    for table in ["changes", "relations", "families", "countries", "kinds", "models"]:
        yield "diff-table", None, ["diff", "odd", "later", "--table", table]


def broken(answer):
    """Answers that are none."""
    for place in [answer, answer["snapshot"], *answer["rows"][:1]]:
        for key in place:
            kept = place[key]
            place[key] = {"none": ["of", "these"]}
            yield key, copy.deepcopy(answer)
            place[key] = kept
    for key in ["modelkin", "snapshot", "definition", "rows"]:
        yield key, {name: value for name, value in answer.items() if name != key}


def check(form, answer, asked):
    for which in (published, closed):
        fault = next(which[form].iter_errors(answer), None)
        assert fault is None, (form, asked, fault.json_path, fault.message[:300])
    counts[form] += 1


counts, refused = collections.Counter(), 0
for form, where, words in questions():
    answer = run(words + (["--snapshot", where] if where else []))
    check(form, answer, words)
    if counts[form] < 3:
        answer["rows"] = answer["rows"][:2]
        for key, mutant in broken(answer):
            assert not published[form].is_valid(mutant), (form, words, key)
            refused += 1
for where in [snapshot, "odd"]:
    subprocess.run([modelkin, "report", "--snapshot", where, "--output", "page"], check=True, stdout=subprocess.DEVNULL)
    for path in pathlib.Path("page/tables").glob("*.json"):
        check("report" if path.stem == "report" else "report-table", json.loads(path.read_text()), path.name)
assert set(counts) == set(published), set(published) ^ set(counts)
print(f"{len(published)} schemas, {sum(counts.values())} answers valid, {refused} broken ones refused")
