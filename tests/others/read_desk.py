"""Computes comparisons, flows and rankings of whoever made the derived models again, in SQL over the exported Parquet, and compares every
cell with the program's.

    read_desk.py MODELKIN SNAPSHOT

DuckDB does the counting, over the pair that `export --all` writes. Members of families are those that `family --list members` names; publishers,
countries and classes of sizes stand in the nodes and in data/reference. What is asked is asked under filters of links and days too.
"""

import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import duckdb

modelkin, snapshot = sys.argv[1:3]
reference = pathlib.Path(__file__).parents[2] / "data" / "reference"
RELATIONS = ["unstated", "finetune", "quantized", "adapter", "merge"]
FILTERS = [[], ["--exclude", "quantized"], ["--since", "2024-06-01"], ["--relation", "finetune,merge", "--until", "2025-03-01"]]
cells = 0
wrong = []


def ask(*words):
    command = [modelkin, *words, "--snapshot", snapshot, "--format", "json"]
    ran = subprocess.run(command, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"{' '.join(command)}: exit {ran.returncode}\n{ran.stderr}")
    return json.loads(ran.stdout)


def is_same(ours, theirs):
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-12)
    return ours == theirs


def compare(words, key, found, expected):
    """`found` are the program's rows, `expected` SQL's as {key: {column: value}}."""
    global cells
    ours = {tuple(row[name] for name in key): row for row in found}
    assert len(ours) == len(found), f"{words}: a row twice"
    if ours.keys() != expected.keys():
        wrong.append(f"{words}: rows {sorted(map(str, ours.keys() ^ expected.keys()))[:5]}")
        return
    for at, columns in expected.items():
        for column, value in columns.items():
            cells += 1
            if not is_same(ours[at][column], value):
                wrong.append(f"{words} {at} {column}: {ours[at][column]!r}, SQL has {value!r}")


folder = tempfile.TemporaryDirectory()
pair = pathlib.Path(folder.name) / "all"
subprocess.run([modelkin, "export", "--all", "-o", f"{pair}.parquet", "--snapshot", snapshot], check=True, capture_output=True)
db = duckdb.connect()
db.execute("set timezone = 'UTC'")
sql = lambda text, *values: db.execute(text, list(values)).fetchall()
classes = [(row["class"], int(row["below"] or 2**63 - 1)) for row in csv.DictReader(open(reference / "sizes.csv"))]
db.execute("create table classes (class text, below bigint)")
db.executemany("insert into classes values (?, ?)", classes)
month = "case when created is null then 'without a date' when created < '2022-03-03' then 'before 2022-03' else {} end"
# Accounts are one whatever their case, spelled as the first of their models spells them.
account = "coalesce(nullif(regexp_extract(id, '^(.*)/', 1), ''), id)"
db.execute(f"""create table models as select id, first({account}) over (partition by lower({account}) order by lower(id)) as own, coalesce(country, 'unknown') as country,
    coalesce(kind, 'unknown') as kind, coalesce(publisher, coalesce(nullif(regexp_extract(first(id) over (partition by lower({account}) order by lower(id)), '^(.*)/', 1), '') || '/*', id)) as publisher,
    coalesce(licence, 'none stated') as licence, downloads, created, status = 'listed' as listed,
    coalesce((select class from classes where parameters < below order by below limit 1), 'unknown') as size,
    {month.format("strftime(created, '%Y-%m')")} as month, {month.format("strftime(created, '%Y-Q') || quarter(created)")} as quarter,
    {month.format("strftime(created, '%Y')")} as year from '{pair}-nodes.parquet'""")
ranks = " ".join(f"when '{relation}' then {at}" for at, relation in enumerate(RELATIONS))
db.execute(f"create table every_link as select src, dst, case relationship {ranks} end as rel from '{pair}-links.parquet'")
taken = ask("rank", "--top", "1")["snapshot"]["date"]

families = [row for row in csv.DictReader(open(reference / "families.csv"))]
top_families = [row["family"] for row in families if not row["part_of"]]


def members(name):
    ran = subprocess.run([modelkin, "family", name, "--list", "members", "--snapshot", snapshot, "--format", "json"], capture_output=True, text=True)
    return [row["id"] for row in json.loads(ran.stdout)["rows"]] if ran.returncode == 0 else []


db.execute("create table members (family text, id text)")
for family in top_families:
    ids = members(family)
    if ids:
        db.execute("insert into members select ?, unnest(?)", [family, ids])


def prepare(words):
    """Tables of the links that are followed and of the models that are counted."""
    options = dict(zip(words[::2], words[1::2]))
    kept = "true"
    if "--relation" in options:
        kept = f"rel in ({','.join(str(RELATIONS.index(name)) for name in options['--relation'].split(','))})"
    if "--exclude" in options:
        kept = f"rel not in ({','.join(str(RELATIONS.index(name)) for name in options['--exclude'].split(','))})"
    days = [f"created {sign} '{options[option]}'" for option, sign in (("--since", ">="), ("--until", "<")) if option in options]
    db.execute(f"create or replace table links as select * from every_link where {kept}")
    db.execute(f"create or replace table counted as select id from models where {' and '.join(days) or 'true'}")
    db.execute("""create or replace table derived as select dst as id, max(rel) as rel from links where dst in (from counted) group by dst""")


def reach(ids):
    """F2 of some members: id, rel, direct, generation; and a table `inside` of the members and of all that can be reached."""
    db.execute("create or replace table own as select unnest(?) as id", [ids])
    db.execute("create or replace table level as select id, 0 as generation from own")
    at = 0
    while True:
        at += 1
        db.execute(f"""insert into level select distinct dst, {at} from links join level on src = level.id where generation = {at - 1}
            and dst not in (select id from level)""")
        if not sql(f"select 1 from level where generation = {at} limit 1"):
            break
    db.execute("create or replace table inside as select id from level")
    db.execute("""create or replace table f2 as select dst as id, max(rel) as rel, bool_or(src in (select id from own)) as direct,
        max(rel) filter (src in (select id from own)) as direct_rel, any_value(generation) as generation
        from links join inside on src = inside.id join level on dst = level.id where generation > 0 and dst in (from counted) group by dst""")


TIMES = ("month", "quarter", "year")
PARTS = {"month": "month", "quarter": "quarter", "year": "year", "country": "country", "licence": "licence", "size": "size", "owner": "own",
         "relation": "rel", "generation": "generation"}
SHOWN = {"f2": "count(*)", "f1": "count(*) filter (direct)", "authors": "count(distinct own)", "downloads": "sum(downloads)::bigint"}


def comparisons(names, words):
    ids = {name: members(name) for name in names}
    tables = {}
    for at, name in enumerate(names):
        reach(ids[name])
        db.execute(f"create or replace table of_{at} as select f2.*, own, country, licence, size, month, quarter, year, downloads, created from f2 join models using (id)")
        tables[name] = f"of_{at}"
        db.execute(f"create or replace table reached_{at} as select id from level where generation > 0")
    db.execute("create or replace table of_all as select derived.*, true as direct, rel as direct_rel, 0 as generation, own, country, licence, size, month, quarter, year, downloads, created from derived join models using (id)")
    all_derived = sql("select count(*) from of_all")[0][0]
    # Totals.
    expected = {}
    for name, table in tables.items():
        f1, f2, authors, downloads, known = sql(f"select count(*) filter (direct), count(*), count(distinct own), sum(downloads)::bigint, count(downloads) from {table}")[0]
        others = " union all ".join(f"select id from {other}" for other in tables.values() if other != table)
        only = sql(f"select count(*) from {table} where id not in ({others or 'select null where false'})")[0][0]
        row = dict(members=len(ids[name]), f1=f1, f2=f2, authors=authors, downloads_30d=downloads, downloads_known_of=known, only=only,
                   share=f2 / all_derived if all_derived else None)
        for days in (30, 90, 365):
            has_dates = f2 == 0 or sql(f"select count(created) from {table}")[0][0]
            row[f"created_{days}d"] = None if not has_dates else sql(f"""select count(*) from {table} where created >= ?::timestamptz - to_days({days})
                and created < ?::timestamptz + to_days(1)""", taken, taken)[0][0]
        row |= {relation: sql(f"select count(*) from {table} where rel = {at}")[0][0] for at, relation in enumerate(RELATIONS)}
        expected[(name,)] = row
    question = ["compare", *names, *words]
    compare(question, ["name"], ask(*question)["rows"], expected)
    # Of whom no date is known, whatever days are asked for, nothing is known of a step of time.
    has_dates = {}
    for name in names:
        dates, of = sql("select count(*) filter (created >= '2022-03-03'), count(*) from models where id in (select id from reached_" + str(names.index(name)) + ")")[0]
        has_dates[name] = dates > 0 or of == 0
    # Part by part.
    for by, column in PARTS.items():
        for show in [*SHOWN, "share"]:
            if (by, show) == ("generation", "share"):
                continue
            figure = SHOWN.get(show, "count(*)")
            # Of F1 the links from members alone are looked at.
            word = f"{RELATIONS}[{'direct_rel' if show == 'f1' else 'rel'} + 1]" if by == "relation" else f"{column}::text"
            values = lambda table, figure: dict(sql(f"select {word}, {figure} from {table} {'where direct' if show == 'f1' and table != 'of_all' else ''} group by 1"))
            of = {name: values(table, figure) for name, table in tables.items()}
            every = values("of_all", SHOWN["f2"] if show in ("f1", "share") else figure)
            question = ["compare", *names, "--by", by, "--show", show, *words, *(["--top", "0"] if by in ("country", "licence", "owner") else [])]
            found = ask(*question)["rows"]
            parts = {part for known in of.values() for part in known}
            # Steps of time in between have a row of their own, which says 0.
            dated = sorted(part for part in parts if part[0] == "2")
            between = [row[by] for row in found if row[by] not in parts]
            if not (by in TIMES and all(dated[0] < part < dated[-1] for part in between)) and between:
                wrong.append(f"{question}: {between[:3]} is no part of any")
            nothing = None if show == "downloads" else 0
            expected = {}
            for part in parts | set(between):
                total = every.get(part, nothing)
                row = {name: known.get(part, nothing) if part == "without a date" or by not in TIMES or has_dates[name] else None for name, known in of.items()}
                if show == "share":
                    row = {name: models / total if total and models is not None else None for name, models in row.items()}
                if by != "generation":
                    row["all"] = total
                expected[(part,)] = row
            compare(question, [by], found, expected)


def flows(words):
    ends = {"owner": "own", "publisher": "publisher", "converter": "publisher", "country": "country", "kind": "kind", "family": None}
    for by, column in ends.items():
        # Where no quantization is followed there are no conversions, which is refused.
        if by == "converter" and {"--exclude", "--relation"} & set(words):
            continue
        links = "links" if by != "converter" else "(select * from links where rel = 2) links"
        if column:
            groups = f"select id, {column} as name from models"
        else:
            groups = "select models.id, coalesce(family, 'no family') as name from models left join members using (id)"
        for own in ("count", "leave-out"):
            for within in (None, "Qwen"):
                if within:
                    reach(members(within))
                db.execute(f"""create or replace table pairs as select distinct s.name as source, b.name as builder, dst as id from {links}
                    join ({groups}) s on src = s.id join ({groups}) b on dst = b.id where dst in (from counted)
                    {"and s.name <> b.name" if own == "leave-out" else ""} {"and dst in (from inside)" if within else ""}""")
                total = sql("select count(distinct id) from pairs")[0][0]
                of_source = dict(sql("select source, count(distinct id) from pairs group by all"))
                of_builder = dict(sql("select builder, count(distinct id) from pairs group by all"))
                expected = {}
                for source, builder, models, downloads, known, dated, first in sql("""select source, builder, count(*), sum(downloads)::bigint,
                        count(downloads), count(created), strftime(min(created), '%Y-%m-%d')
                        from pairs join models using (id) group by all"""):
                    expected[(source, builder)] = dict(
                        models=models, dates_known_of=dated, first=first, downloads_30d=downloads, downloads_known_of=known, share=models / total, share_of_source=models / of_source[source],
                        share_of_builder=models / of_builder[builder], models_of_source=of_source[source], models_of_builder=of_builder[builder])
                question = ["flows", "--by", by, "--own", own, "--top", "0", *(["--within", within] if within else []), *words]
                compare(question, ["source", "builder"], ask(*question)["rows"], expected)


def makers(words):
    for of, key, column in (("authors", "author", "own"), ("countries", "country", "country"), ("licences", "licence", "licence")):
        for within in (None, "Llama"):
            if within:
                reach(members(within))
            table = "f2" if within else "(select *, false as direct from derived)"
            expected = {}
            for name, models, direct, authors, downloads, *relations in sql(f"""select {column}, count(*), count(*) filter (direct), count(distinct own),
                    sum(downloads)::bigint, {", ".join(f"count(*) filter (rel = {at})" for at in range(5))} from {table} join models using (id) group by 1"""):
                row = dict(models=models, authors=authors, **dict(zip(RELATIONS, relations)), downloads=downloads)
                expected[(name,)] = row | ({"direct": direct} if within else {})
            question = ["rank", "--of", of, "--by", "descendants,authors,downloads", "--top", "0", *(["--within", within] if within else []), *words]
            compare(question, [key], ask(*question)["rows"], expected)


model = sql("select src from every_link group by src order by count(*) desc, src limit 1")[0][0]
for words in FILTERS:
    prepare(words)
    comparisons(["Qwen", "Llama", "google/*", model], words)
    flows(words)
    makers(words)
if wrong:
    sys.exit("\n".join(wrong[:40]) + f"\n{len(wrong)} differences")
print(f"{snapshot}: {cells:,} cells of comparisons, flows and rankings agree with DuckDB {duckdb.__version__}")
