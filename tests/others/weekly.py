#!/usr/bin/env python3
"""Compares snapshots of 17 weeks, built from the real weekly additions and deletions, and checks the published totals.

    python3 tests/others/weekly.py MODELKIN DATA

DATA is the folder with `weekly` and `published`. The first snapshot holds the models that were there before and vanish later;
each next one is the last with the week's additions and without its deletions. `modelkin diff` of two neighbours must give
every published total: models added and deleted, and among them finetunes (with adapters), merges and quantized ones. Those
who published them took an id that was spelled otherwise for another model, and a model that names itself for derived:
`diff` tells both apart.
"""

import csv
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

modelkin, data = sys.argv[1], pathlib.Path(sys.argv[2])
work = tempfile.TemporaryDirectory()
folder = pathlib.Path(work.name)


def weeks(name):
    found = {}
    with gzip.open(data / f"weekly/{name}_models.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["week"], {})[row["model_id"]] = row
    return found


def number(text):
    # One total is printed as 7.098.
    return int(text.replace(",", "").replace(".", ""))


def published(name):
    with open(data / f"published/msc_weekly_{name}.csv", newline="") as file:
        return {f"{row['Week'][:4]}-{row['Week'][4:6]}-{row['Week'][6:]}": {key: number(value) for key, value in row.items() if key != "Week"}
                for row in csv.DictReader(file)}


def line(row):
    parents = [parent for parent in row["base_models"].split(",") if parent] if row["relation"] else []
    tags = [tag for parent in parents for tag in (f"base_model:{parent}", f"base_model:{row['relation']}:{parent}")]
    return json.dumps({"id": row["model_id"], "tags": tags}) + "\n"


def snapshot(models, date):
    source, target = folder / "models.jsonl", folder / f"{date}.modelkin"
    source.write_text("".join(line(row) for row in models.values()))
    subprocess.run([modelkin, "import", str(source), "--date", date, "-o", str(target)], check=True, capture_output=True)
    return target


added, deleted = weeks("added"), weeks("deleted")
totals = {"appeared": published("added"), "vanished": published("deleted")}
state, seen = {}, set()
for week in sorted(set(added) | set(deleted)):
    for identity, row in deleted.get(week, {}).items():
        if identity not in seen:
            state[identity] = row
            seen.add(identity)
    seen.update(added.get(week, {}))
next_of = dict(zip(sorted(added), sorted(added)[1:]))
before = snapshot(state, "2025-03-12")
wrong, checked = [], 0
for week in sorted(totals["appeared"]):
    for identity in deleted[week]:
        state.pop(identity, None)
    state.update(added[week])
    # A model's parents may change between its first week and its last; what was deleted is known as it was last.
    state.update({identity: row for identity, row in deleted.get(next_of.get(week), {}).items() if identity not in added[week]})
    after = snapshot(state, week)
    answer = json.loads(subprocess.run([modelkin, "diff", str(before), str(after), "--format", "json"], check=True, capture_output=True, text=True).stdout)
    tables = answer["rows"][0]["tables"]
    changes = {row["change"]: row["models"] for row in tables["changes"]}
    relations = {row["relation"]: row for row in tables["relations"]}
    for change, letter in (("appeared", "added"), ("vanished", "deleted")):
        side = "after" if change == "appeared" else "before"
        columns = (change, f"{change}_naming_itself", f"respelled_{side}")
        of = lambda *names: sum(relations[name][column] for name in names for column in columns)
        here = {f"M_{{{letter}}}": changes[change] + changes["respelled"], "M_f": of("finetune", "adapter"), "M_m": of("merge"), "M_q": of("quantized"),
                "M_d": of("finetune", "adapter", "merge", "quantized")}
        for name, value in here.items():
            key = name if name in totals[change][week] else name.replace("{", "").replace("}", "")
            checked += 1
            if totals[change][week][key] != value:
                wrong.append(f"{week} {change} {name}: {value}, published {totals[change][week][key]}")
    before.unlink()
    before = after
print("\n".join(wrong))
if wrong:
    sys.exit(f"{len(wrong)} of {checked} totals differ")
print(f"{checked} published totals of {len(totals['appeared'])} weeks come out of `modelkin diff`")
