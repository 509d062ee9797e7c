#!/usr/bin/env python3
"""The same models as the Hub's rows, as the official client writes them, and as pandas, polars, DuckDB and pyarrow convert
them: the snapshots of all of them have one digest, or differ in what is said here.

    pip install huggingface_hub pyarrow pandas polars duckdb
    python3 tests/others/make_dumps.py target/release/modelkin
"""

import dataclasses
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from huggingface_hub import ModelInfo
from huggingface_hub.cli._output import _dataclass_to_dict

warnings.simplefilter("ignore")
modelkin = sys.argv[1]
folder = pathlib.Path(tempfile.mkdtemp())
rng = random.Random(14)


def digest(path):
    """What the program says of an import; a remark about it would be a fault."""
    out = folder / "snapshot"
    told = subprocess.run([modelkin, "import", path, "-o", out], capture_output=True, text=True)
    assert told.returncode == 0, (path, told.stderr)
    lines = told.stdout.splitlines()
    assert " 0 rejects" in lines[0] and len(lines) > 3, told.stdout
    said = [line for line in lines if line.startswith("  ") or "oddities" in line]
    return next(line.split()[-1] for line in lines if line.startswith("sha256")), said


def key_of(id):
    return f"{int(id.split('/m')[1]):024x}"


# Rows as the Hub writes them.
rows = []
for at in range(400):
    owner = f"o{at % 37}"
    parents = [f"o{p % 37}/m{p}" for p in rng.sample(range(at), min(at, rng.choice([0, 0, 1, 1, 1, 3])))]
    relation = "merge" if len(parents) > 1 else rng.choice(["finetune", "quantized", "adapter"])
    tags = ["transformers", "en", "license:" + rng.choice(["mit", "apache-2.0"]), 'odd "tag", with \\ marks']
    tags += [tag for parent in parents for tag in (f"base_model:{parent}", f"base_model:{relation}:{parent}")]
    row = {
        "_id": f"{at:024x}",
        "id": f"{owner}/m{at}",
        "author": owner,
        "sha": f"{at:040x}",
        "createdAt": f"2024-0{at % 9 + 1}-1{at % 9}T12:30:{at % 60:02}.000Z",
        "lastModified": "2024-12-01T00:00:00.000Z",
        "private": False,
        "disabled": at % 50 == 0,
        "gated": rng.choice([False, "auto", "manual"]),
        "downloads": rng.randrange(10**6),
        "downloadsAllTime": rng.randrange(10**8),
        "likes": rng.randrange(1000),
        "trendingScore": rng.randrange(10),
        "tags": tags,
        "cardData": {"license": "mit", "base_model": parents, "language": "no", "tags": ["a", "b"]},
        "siblings": [{"rfilename": "README.md"}],
    }
    if at % 3:
        row |= {"pipeline_tag": "text-generation", "library_name": "transformers"}
    if at % 4 == 0:
        row["safetensors"] = {"parameters": {"BF16": at * 10**6}, "total": at * 10**6}
    if parents:
        row["baseModels"] = {"relation": relation, "models": [{"_id": key_of(parent), "id": parent} for parent in sorted(parents)]}
    rows.append(row)


def lines(name, rows, **options):
    path = folder / name
    path.write_text("".join(json.dumps(row, **options) + "\n" for row in rows))
    return path


# The dump: the columns of hub-stats, with cardData as JSON text.
base_models = pa.struct([
    ("relation", pa.string()),
    ("models", pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())]))),
])
stamps = pd.to_datetime([row["createdAt"] for row in rows])
text = lambda name: pa.array([row.get(name) for row in rows], pa.string())
number = lambda name: pa.array([row.get(name) for row in rows], pa.int64())
table = pa.table({
    "_id": text("_id"),
    "id": text("id"),
    "author": text("author"),
    "cardData": pa.array([json.dumps(row["cardData"]) for row in rows]),
    "disabled": pa.array([row["disabled"] for row in rows]),
    "gated": pa.array([row["gated"] or "false" for row in rows]),
    "createdAt": pa.array(stamps, pa.timestamp("us", "UTC")),
    "downloads": number("downloads"),
    "downloadsAllTime": number("downloadsAllTime"),
    "likes": number("likes"),
    "library_name": text("library_name"),
    "pipeline_tag": text("pipeline_tag"),
    "sha": text("sha"),
    "tags": pa.array([row["tags"] for row in rows], pa.list_(pa.string())),
    "safetensors": pa.array([{"total": row["safetensors"]["total"]} if "safetensors" in row else None for row in rows],
                            pa.struct([("total", pa.int64())])),
    "baseModels": pa.array([row.get("baseModels") for row in rows], base_models),
    "trendingScore": pa.array([float(row["trendingScore"]) if at % 7 else None for at, row in enumerate(rows)]),
})
dump = folder / "dump.parquet"
pq.write_table(table, dump)
wanted, said = digest(dump)
assert said == [], said
files = {"the Hub's rows": lines("hub.jsonl", rows)}

# pandas.
frame = pd.read_parquet(dump)
frame.to_json(folder / "pandas.jsonl", orient="records", lines=True, date_format="epoch")
frame.to_json(folder / "pandas-iso.jsonl", orient="records", lines=True, date_format="iso")
frame.to_json(folder / "pandas.json", orient="records", date_format="epoch", date_unit="s")
frame.to_csv(folder / "pandas.csv", index=False)
frame.to_csv(folder / "pandas.csv.gz")
frame.to_parquet(folder / "pandas.parquet")
frame.to_parquet(folder / "pandas-gzip.parquet", compression="gzip", index=False)
plain = frame.copy()
texts = {
    column: [json.dumps(row) if row is not None else None for row in table[column].to_pylist()]
    for column in ["tags", "baseModels", "safetensors"]
}
for column, values in texts.items():
    plain[column] = values
plain["createdAt"] = plain["createdAt"].map(lambda at: f"{at:%Y-%m-%d %H:%M:%S} UTC")
plain.to_json(folder / "pandas-text.jsonl", orient="records", lines=True)
plain.to_csv(folder / "pandas-text.csv", index=False)
lines("pandas-nan.jsonl", plain.astype(object).to_dict("records"))

# polars: its CSV has no lists.
polars = pl.read_parquet(dump)
polars.write_ndjson(folder / "polars.jsonl")
polars.write_parquet(folder / "polars.parquet")
polars.write_parquet(folder / "polars-snappy.parquet", compression="snappy", row_group_size=50)
flat = polars.with_columns(pl.Series(column, values, pl.String) for column, values in texts.items())
flat.write_csv(folder / "polars.csv")
flat.write_csv(folder / "polars-tabs.tsv", separator="\t")
flat.with_columns(pl.col("createdAt").dt.epoch("s")).write_parquet(folder / "polars-seconds.parquet")

# DuckDB.
duck = duckdb.connect()
duck.execute("SET TimeZone = 'UTC'")
for name, options in {
    "duckdb.jsonl": "FORMAT json",
    "duckdb.json": "FORMAT json, ARRAY true",
    "duckdb.jsonl.gz": "FORMAT json, COMPRESSION gzip",
    "duckdb.jsonl.zst": "FORMAT json, COMPRESSION zstd",
    "duckdb.csv": "FORMAT csv, HEADER",
    "duckdb.csv.zst": "FORMAT csv, HEADER, COMPRESSION zstd",
    "duckdb.parquet": "FORMAT parquet",
    "duckdb-v2.parquet": "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd",
}.items():
    duck.execute(f"COPY (FROM '{dump}') TO '{folder / name}' ({options})")

# pyarrow.
lines("pyarrow.jsonl", table.to_pylist(), default=str)
for name, options in {
    "pyarrow-v1.parquet": {"version": "1.0", "data_page_version": "1.0"},
    "pyarrow-v2.parquet": {"data_page_version": "2.0", "compression": "lz4"},
    "pyarrow-plain.parquet": {"use_dictionary": False, "row_group_size": 33},
    "pyarrow-delta.parquet": {"use_dictionary": False, "column_encoding": {"id": "DELTA_BYTE_ARRAY"}},
}.items():
    pq.write_table(table, folder / name, **options)
snake = {"createdAt": "created_at", "downloadsAllTime": "downloads_all_time", "baseModels": "base_models", "cardData": "card_data"}
pq.write_table(table.rename_columns([snake.get(name, name) for name in table.column_names]), folder / "pyarrow-snake.parquet")

for prefix in ["pandas", "polars", "duckdb", "pyarrow"]:
    files |= {path.name: path for path in sorted(folder.glob(f"{prefix}*"))}

wrong = []
for name, path in files.items():
    found, said = digest(path)
    if found != wanted or said:
        wrong.append((name, found, said))


# The official client: it drops what it does not know.
def same(name, path, reference):
    found, said = digest(path)
    expected, _ = digest(lines(f"reference of {name}.jsonl", reference))
    if found != expected or said:
        wrong.append((name, found, expected, said))


infos = [ModelInfo(**row) for row in rows]
without_key = [{name: value for name, value in row.items() if name != "_id"} for row in rows]
listed = folder / "client-list.json"
listed.write_text(json.dumps([_dataclass_to_dict(info) for info in infos], default=str))
# `hf models list --format json` has no `_id`.
same("client-list", listed, without_key)
# `asdict` loses the card.
without_card = [{name: value for name, value in row.items() if name != "cardData"} for row in without_key]
same("client-asdict", lines("client-asdict.jsonl", map(dataclasses.asdict, infos), default=str), without_card)
plainly = lambda value: vars(value) if hasattr(value, "__dict__") else str(value)
# `vars` keeps the objects: as dicts again, or as texts.
same("client-vars", lines("client-vars.jsonl", map(vars, infos), default=plainly), rows)
same("client-vars-text", lines("client-vars-text.jsonl", map(vars, infos), default=str), rows)

for fault in wrong:
    print(*fault, sep="\n  ")
assert not wrong, f"{len(wrong)} of {len(files) + 4} files differ"
print(f"{len(files) + 4} files of the same {len(rows)} models, digest {wanted[:12]}")
