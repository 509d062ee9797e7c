#!/usr/bin/env python3
"""Computes every table of the report a second time, in SQL, from the exported Parquet pair.

    python3 tests/others/read_report.py MODELKIN SNAPSHOT

DuckDB does the counting; families, publishers, rivals, licences, languages, tasks and sizes come from `data/reference`. Every cell of
every table is compared, numbers up to the ninth digit.
"""

import collections
import csv
import math
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb

modelkin, snapshot = sys.argv[1:]
root = pathlib.Path(__file__).resolve().parent.parent.parent
reference = root / "data/reference"
work = tempfile.TemporaryDirectory()
folder = pathlib.Path(work.name)
call = lambda *words: subprocess.run([modelkin, *words, "--snapshot", snapshot], check=True, capture_output=True, text=True)
call("export", "--all", "-o", str(folder / "hub.parquet"))
call("report", "--out", str(folder / "report"))

db = duckdb.connect()
sql = lambda text, *values: db.execute(text, values).fetchall()
one = lambda text, *values: sql(text, *values)[0][0]
run = lambda text, *values: db.execute(text, values)
for name in ("orgs", "licences", "languages", "tasks", "sizes", "families", "published", "aliases"):
    run(f"create table {name} as select * from read_csv('{reference}/{name}.csv', all_varchar=true, header=true, delim=',', quote='\"')")
run(f"create table nodes as select *, lower(id) as key from '{folder}/hub-nodes.parquet'")
run(f"create table links as select *, lower(src) as parent, lower(dst) as child from '{folder}/hub-links.parquet'")
# By the rules: who has no owner is its own; accounts in the table are joined under their name.
run("""
create table models as
select n.key, n.id, n.status = 'listed' as listed, case when n.key like '%/%' then split_part(n.key, '/', 1) else n.key end as account,
  coalesce(o.name, case when n.id like '%/%' then split_part(n.id, '/', 1) || '/*' end, n.id) as organisation,
  coalesce(o.name, case when n.key like '%/%' then split_part(n.key, '/', 1) || '/*' end, n.key) as organisation_key,
  coalesce(o.country_iso2, 'unknown') as country, coalesce(o.kind, 'unknown') as kind, o.name as publisher,
  n.created, n.downloads, n.downloads_all_time, n.likes, n.parameters, n.licence, n.task, n.library,
  case when n.licences is null then [] else string_split(n.licences, ';') end as licences,
  case when n.tags is null then [] else string_split(n.tags, ';') end as tags, n.relation, n.direct, n.descendants,
  case when n.created is null then null when n.created < timestamptz '2022-03-03 00:00:00+00' then 'before 2022-03'
       else strftime(n.created at time zone 'UTC', '%Y-%m') end as month
from nodes n left join aliases a on n.key not like '%/%' and n.key = lower(a.legacy_id)
left join orgs o on lower(split_part(case when n.key like '%/%' then n.id else coalesce(a.canonical_id, '') end, '/', 1)) = lower(o.namespace)
""")
# What is exported of whose a model is, and what the tables say.
apart = sql("""select n.id, n.owner, n.publisher, n.country, n.kind, m.publisher, m.country, m.kind from nodes n join models m using (key)
    left join aliases a on n.key not like '%/%' and n.key = lower(a.legacy_id)
    where n.publisher is distinct from m.publisher or n.country is distinct from m.country or n.kind is distinct from m.kind
      or n.owner is distinct from case when n.id like '%/%' then split_part(n.id, '/', 1) when a.canonical_id like '%/%' then split_part(a.canonical_id, '/', 1) end""")
assert not apart, apart[:5]
# A count is judged where half of the counted models have a date since the Hub keeps dates; a conclusion takes thirty as well.
run("create macro is_dated(created) as coalesce(created >= timestamptz '2022-03-03 00:00:00+00', false)")
judged = lambda known, of: 2 * known >= of
conclusive = lambda known, of: judged(known, of) and known >= 30
has_tags = one("select count(*) from models where len(tags) > 0") > 0
run("alter table models add column year varchar")
run("update models set year = case when month like 'before%' then month else month[1:4] end")
taken = one(f"select decode(value) from parquet_kv_metadata('{folder}/hub-nodes.parquet') where decode(key) = 'modelkin.snapshot'").split(",")[0]
run(f"create macro young(created) as (created >= timestamptz '{taken} 00:00:00+00' - interval 365 day and created < timestamptz '{taken} 00:00:00+00' + interval 1 day)")
strength = "case relationship when 'merge' then 4 when 'adapter' then 3 when 'quantized' then 2 when 'finetune' then 1 else 0 end"
run(f"create table edges as select parent, child, {strength} as rel from links")
WORDS = ["unstated", "finetune", "quantized", "adapter", "merge"]
run("create table derived as select child as key, max(rel) as rel, count(*) as parents from edges group by child")

# Bursts: 50 children of one parent, by author or template, within 24 hours.
run(r"""
create table dated as
select e.parent, e.child, epoch_ms(m.created) as made, m.account,
  split_part(e.child, '/', 2) as name from edges e join models m on m.key = e.child
where m.created >= timestamptz '2022-03-03 00:00:00+00'
""")
run(r"""
create table named as
select *, case when child not like '%/%' then child else name end as whole from dated
""")
run(r"""
create table templates as
select parent, child, made, 't' || regexp_replace(case
    when position('-' in whole) = 0 then '-' || whole
    when regexp_extract(whole, '^.*-([^-]*)$', 1) like '%\_%\_%' escape '\' and regexp_extract(whole, '^(.*)-[^-]*$', 1) <> ''
      then regexp_extract(whole, '^(.*)-[^-]*$', 1) || '-*'
    else whole end, '[0-9]+', '#', 'g') as key from named
union all
select parent, child, made, 'a' || split_part(child, '/', 1) from named where child like '%/%'
""")
run("""
create table bursts as
with starts as (
  select parent, child, key, row_number() over w as n,
    coalesce(lead(made, 49) over w - made <= 86400000, false) as starts
  from templates window w as (partition by parent, key order by made, child)
), flagged as (
  select parent, child, bool_or(starts) over (partition by parent, key order by n rows between 49 preceding and current row) as burst
  from starts
)
select distinct parent, child from flagged where burst
""")


def reach(members, name, own):
    """Tables of what descends from the keys in table `members`: F1 in {name}_1 and F2 in {name}_2, with their relations."""
    run(f"create or replace temp table {name}_all as with recursive r(key) as (select key from {members} union "
        f"select e.child from r join edges e on e.parent = r.key) select key from r")
    run(f"create or replace temp table {name}_reached as select distinct e.child as key from edges e join {name}_all r on r.key = e.parent")
    left = "" if own else f"where e.child not in (select key from {members})"
    run(f"create or replace temp table {name}_1 as select e.child as key, max(rel) as rel from edges e join {members} m on m.key = e.parent {left} group by e.child")
    run(f"create or replace temp table {name}_2 as select e.child as key, max(rel) as rel from edges e join {name}_all r on r.key = e.parent {left} group by e.child")


def members_of(family):
    patterns = [word[3:] for word in family["id_patterns"].split() if word.startswith("id:")]
    if patterns:
        return " or ".join(f"regexp_matches(key, '{pattern.lower()}')" for pattern in patterns)
    return "account in (" + ", ".join(f"'{n.strip().lower()}'" for n in family["namespaces"].split(";")) + ") and key like '%/%'"


def mentions_of(family):
    found = []
    for word in family["id_patterns"].split():
        kind, pattern = word.split(":", 1)
        pattern = pattern.replace("'", "''")
        name = "(case when key like '%/%' then key[position('/' in key) + 1:] else key end)"
        if kind == "name":
            found.append(f"regexp_matches({name}, '{pattern}', 'i')")
        elif kind == "tag":
            found.append(f"len(list_filter(tags, lambda t: regexp_matches(t, '{pattern}', 'i'))) > 0")
        elif kind == "lib":
            found.append(f"regexp_matches(library, '{pattern}', 'i')")
    return " or ".join(f"coalesce({part}, false)" for part in found) or "false"


def tally(table):
    rows = dict(sql(f"select rel, count(*) from {table} group by rel"))
    return sum(rows.values()), [rows.get(rel, 0) for rel in range(5)]


authors = lambda table: one(f"select count(distinct m.account) from {table} t join models m using (key)")
def calm(table, name):
    """None if too few have a date: that is judged by nobody."""
    of, known = sql(f"select count(*), count(*) filter (is_dated(created)) from {table} join models using (key)")[0]
    return one(f"select count(*) from {table} where key not in (select b.child from bursts b join {name}_all r on r.key = b.parent)") \
        if judged(known, of) else None


def in_every_way(members, where_mentions):
    run(f"create or replace temp table of_family as select key from models where {members}")
    reach("of_family", "own", True)
    own = [one("select count(*) from own_1"), one("select count(*) from own_2")]
    reach("of_family", "fam", False)
    f1, by_1 = tally("fam_1")
    f2, by_2 = tally("fam_2")
    is_known = where_mentions and (has_tags or "list_filter" not in where_mentions)
    f3 = one(f"select count(*) from models where listed and ({where_mentions}) and key not in (select key from of_family)") if is_known else None
    count = one("select count(*) from of_family")
    return {"members": count, "f1": f1, "f2": f2, "f3": f3, **dict(zip(WORDS, by_1)),
            "f1_without_bursts": calm("fam_1", "fam"), "f1_with_own": own[0], "f1_authors": authors("fam_1"),
            "f2_without_bursts": calm("fam_2", "fam"), "f2_with_own": own[1], "f2_authors": authors("fam_2"),
            **{f"f2_{word}": count for word, count in zip(WORDS, by_2)}}


class Expected:
    """The rows that a table should have: keys and named values."""
    def __init__(self):
        self.tables = {}

    def add(self, table, keys, **values):
        rows = self.tables.setdefault(table, {})
        assert keys not in rows, (table, keys)
        rows[keys] = values


expected = Expected()
families = list(csv.DictReader(open(reference / "families.csv")))
derived_all = one("select count(*) from derived")
run("create table whole (family varchar, key varchar, rel integer, calm boolean)")
counts = {}
for family in families:
    counts[family["family"]] = values = in_every_way(members_of(family), mentions_of(family))
    if not family["part_of"]:
        run("""insert into whole select ?, key, rel, key not in (select b.child from bursts b join fam_all r on r.key = b.parent)
               from fam_2""", family["family"])
    quantized = sql("select count(*), count(*) filter (key in (select key from of_family)) from own_2 where rel = 2")[0]
    gguf = sql("""select count(*), count(*) filter (o.key in (select key from of_family)) from own_2 o join models m using (key)
                  where list_contains(m.tags, 'gguf')""")[0]
    tagged = sql("select count(*) filter (len(tags) > 0), count(*) from own_2 join models using (key)")[0]
    gguf = gguf if judged(*tagged) else (None, None)
    expected.add("intermediaries.conversions", (family["family"],), quantized=quantized[0], own=quantized[1],
                 by_others=quantized[0] - quantized[1],
                 share_by_others=(quantized[0] - quantized[1]) / quantized[0] if quantized[0] else None, gguf=gguf[0], gguf_own=gguf[1])
run("create table shared as select key, count(*) as k from whole group by key")
for family in families:
    in_ways = ("f1", "f1_without_bursts", "f1_with_own", "f1_authors", "f2", "f2_without_bursts", "f2_with_own", "f2_authors")
    values = dict(counts[family["family"]], country=family["origin_country"], part_of=family["part_of"] or None)
    if not family["part_of"]:
        split, exclusive = sql("select coalesce(sum(1.0 / k), 0), count(*) filter (k = 1) from whole join shared using (key) where family = ?", family["family"])[0]
        values.update(split=float(split), exclusive=exclusive, share_full=values["f2"] / derived_all,
                      share_split=float(split) / derived_all, share_exclusive=exclusive / derived_all)
    else:
        values.update(split=None, exclusive=None, share_full=None, share_split=None, share_exclusive=None)
    expected.add("derivatives.families", (family["family"],), **values)
    expected.add("derivatives.families_in_every_way", (family["family"],), **{name: values[name] for name in (*in_ways, "split", "exclusive", "share_split")})

# Organisations: by others is by another organisation.
run("""create table org_links as select p.organisation_key as org, p.key as parent, c.key as child, e.rel from edges e
       join models p on p.key = e.parent join models c on c.key = e.child where p.organisation_key <> c.organisation_key""")
names = dict(sql("select organisation_key, arg_min(organisation, key) from models group by all"))
for org, f1, bases, *by in sql("""with f1 as (select org, child, max(rel) as rel from org_links group by all)
    select org, count(*), (select count(distinct parent) from org_links l where l.org = f1.org),
      count(*) filter (rel = 0), count(*) filter (rel = 1), count(*) filter (rel = 2), count(*) filter (rel = 3), count(*) filter (rel = 4)
    from f1 group by org"""):
    country, kind, models = sql("select any_value(country), any_value(kind), count(*) from models where organisation_key = ?", org)[0]
    expected.add("derivatives.organisations", (names[org],), country=country, kind=kind, f1=f1, bases=bases, models=models, **dict(zip(WORDS, by)))
for org, count in sql("""with recursive r(org, key) as (select organisation_key, key from models where key in (select parent from edges)
    union select r.org, e.child from r join edges e on e.parent = r.key)
    select org, count(*) from (select distinct r.org, e.child from r join edges e on e.parent = r.key) join models m on m.key = child
    where m.organisation_key <> org group by org"""):
    if (names[org],) in expected.tables["derivatives.organisations"]:
        expected.tables["derivatives.organisations"][(names[org],)]["f2"] = count
report = folder / "report/tables"
read = lambda name: list(csv.DictReader(open(report / f"{name}.csv")))
for row in read("derivatives.organisations_in_every_way"):
    org = row["organisation"]
    key = next(key for key, name in names.items() if name == org)
    accounts = [a for (a,) in sql("select distinct account from models where organisation_key = ? and key like '%/%'", key)]
    mention = " or ".join(f"position('{a}' in (case when key like '%/%' then key[position('/' in key) + 1:] else key end)) > 0 or "
                          f"len(list_filter(tags, lambda t: lower(t) = '{a}')) > 0" for a in accounts) or "false"
    values = in_every_way("organisation_key = '" + key.replace("'", "''") + "'", mention)
    expected.add("derivatives.organisations_in_every_way", (org,), **values)
# Who is compared with whom: one with others, who are counted together too; the first comparison names the columns.
by_name = {family["family"]: family for family in families}
rivals = list(csv.DictReader(open(reference / "rivals.csv")))
split_others = lambda rival: [name.strip() for name in rival["others"].split(";")]
column = lambda name: "".join(c if c.isalnum() else "_" for c in name.lower())
columns = [column(name) for name in (rivals[0]["one"], *split_others(rivals[0]), " and ".join(split_others(rivals[0])))]


def clauses_of(kind, name):
    """Members and mentions in SQL; nothing of an organisation with no child of its models."""
    if kind == "family":
        return members_of(by_name[name]), mentions_of(by_name[name])
    accounts = [a for (a,) in sql("select distinct account from models where organisation_key = ? and key like '%/%'", name)]
    if not one("select count(*) from edges e join models p on p.key = e.parent where p.organisation_key = ?", name):
        return None
    return f"organisation_key = '{name}'", " or ".join(
        f"position('{a}' in (case when key like '%/%' then key[position('/' in key) + 1:] else key end)) > 0 or "
        f"len(list_filter(tags, lambda t: lower(t) = '{a}')) > 0" for a in accounts) or "false"


for rival in rivals:
    one_alone, *others = [clauses_of(rival["kind"], name) for name in (rival["one"], *split_others(rival))]
    together = None if None in others else tuple(" or ".join(f"({clause})" for clause in of) for of in zip(*others))
    counted = [clauses and together and in_every_way(*clauses) for clauses in (one_alone, *others, together)]
    for way in ["f1", "f1_without_bursts", "f1_with_own", "f1_authors", "f2", "f2_without_bursts", "f2_with_own", "f2_authors", "f3"]:
        values = [values and values[way] for values in counted]
        expected.add("derivatives.rivals", (f"{way[0].upper()}{way[1:].replace('_', ' ')}, {rival['counted_as']}",), **dict(zip(columns, values)),
                     **{f"{columns[0]}_has_more": None if None in (values[0], values[-1]) else ("yes" if values[0] > values[-1] else "no")})

# Roots: no parent, or in a cycle that nothing outside leads to.
run("""create table up as with recursive r(key, above) as (select child, parent from edges union
       select r.key, e.parent from r join edges e on e.child = r.above) select key, above from r""")
run("""create table in_cycle as select key, min(b.above) as part from up a join up b using (key)
       where a.above = a.key and exists (select 1 from up c where c.key = b.above and c.above = a.key) group by key""")
run("""create table roots as
select key from models where key not in (select child from edges)
union
select c.key from in_cycle c where not exists (
  select 1 from up u where u.key = c.key and not exists (select 1 from up d where d.key = u.above and d.above = c.key))""")
run("create table root_countries as select distinct key, country from roots r join models m using (key) where key in (select parent from edges)")
run("""create table from_country as
select distinct u.key, r.country from up u join root_countries r on r.key = u.above
union select key, country from root_countries""")


def months(table, key, groups):
    """`groups`: group, key, rel, calm of what descends from each."""
    run(f"create or replace temp table grouped as select g.*, s.k, m.month from ({groups}) g join (select key, count(*) as k from ({groups}) group by key) s using (key) join models m using (key) where month is not null")
    rows = sql("""select month, grp, count(*), sum(1.0 / k)::double, count(*) filter (rel <> 2), coalesce(sum(1.0 / k) filter (rel <> 2), 0)::double,
                  count(*) filter (calm), coalesce(sum(1.0 / k) filter (calm), 0)::double from grouped group by all""")
    dates = lambda where: sql(f"""select count(*), count(*) filter (is_dated(created))
        from (select distinct key from ({groups}) where {where}) join models using (key)""")[0]
    of, dated = dates("true")
    concluded = conclusive(dates("grp <> 'unknown'")[1], of)
    totals = {}
    for month, _, _, split, _, split_quantized, _, split_calm in rows:
        total = totals.setdefault(month, [0, 0, 0])
        total[0] += split
        total[1] += split_quantized
        total[2] += split_calm
    for month, group, n, split, nq, sq, nb, sb in rows:
        total = totals[month]
        part = lambda value, whole: value / whole if whole else None
        expected.add(f"months.{table}", (month, group), derivatives=n, split=split, share=part(split, total[0]), without_quantized=nq,
                     share_without_quantized=part(sq, total[1]), without_bursts=nb if judged(dated, of) else None,
                     share_without_bursts=part(sb, total[2]) if judged(dated, of) else None)
    order = sorted(totals, key=lambda month: (month[0] != "b", month))
    for counted, column, at in (("everything", 3, 0), ("without quantized", 5, 1), ("without bursts", 7, 2)) if concluded else ():
        last = None
        for month in order:
            of = {row[1]: row[column] / totals[month][at] for row in rows if row[0] == month and row[1] != "unknown" and totals[month][at]}
            if not of or max(of.values()) == 0 or totals[month][at] < 30 - 1e-6 or (month[0] != "b" and month > taken[:7]):
                continue
            best = max(of.values())
            level = [name for name, share in of.items() if share > best - 1e-12]
            leader = last if last in level else min(level)
            if leader != last:
                expected.add(f"months.leaders_{table.split('_')[1]}", (counted, month), **{key: leader}, share=of[leader], before=last, share_before=of.get(last), of=totals[month][at])
                last = leader


months("months_families", "family", "select family as grp, key, rel, calm from whole")
run("""create table country_all as select distinct f.country, f.key from from_country f""")
run("""create table country_whole as select a.country as grp, e.child as key, max(e.rel) as rel,
       not bool_or((e.parent, e.child) in (select (parent, child) from bursts)) as calm
       from country_all a join edges e on e.parent = a.key
       where not exists (select 1 from root_countries r where r.key = e.child and r.country = a.country) group by all""")
months("months_countries", "country", "select grp, key, rel, calm from country_whole")


def windows(table, word):
    windows = {"30d": ("downloads", "true"), "all_time": ("downloads_all_time", "true"),
               "young": ("downloads_all_time", "young(created)"), "young_30d": ("downloads", "young(created)")}
    columns = {"30d": "downloads_30d", "all_time": "downloads_all_time", "young": "young_all_time", "young_30d": "young_30d"}
    for (group, models) in sql(f"select {word}, count(*) from models where listed group by all"):
        values = {"models": models}
        for name, (column, where) in windows.items():
            total, known = sql(f"select sum({column}) filter ({word} = ?), count({column}) filter ({word} = ?) from models where listed and coalesce({where}, false)", group, group)[0]
            everything, attributed = sql(f"select sum({column}), sum({column}) filter ({word} <> 'unknown') from models where listed and coalesce({where}, false)")[0]
            total = int(total) if known else None
            values[columns[name]] = total
            values[f"share_{name}"] = total / int(everything) if known and everything else None
            values[f"share_{name}_known"] = total / int(attributed) if known and attributed and group != "unknown" else None
        expected.add(f"downloads.{table}", (group,), **values)


windows("countries", "country")
windows("kinds", "kind")
for year, kind, models, total, known in sql("select year, kind, count(*), sum(downloads), count(downloads) from models where listed and year is not null group by all"):
    whole, attributed = sql("select coalesce(sum(downloads), 0), coalesce(sum(downloads) filter (kind <> 'unknown'), 0) from models where listed and year = ?", year)[0]
    total = int(total or 0)
    expected.add("downloads.cohorts", (year, kind), models=models, downloads_30d=total if known else None, share_of_year=total / int(whole) if whole and known else None,
                 share_of_year_known=total / int(attributed) if attributed and known and kind != "unknown" else None)

made = {}
for name, year, count in sql("select coalesce(publisher, 'unknown'), year, count(*) from models where listed and year is not null group by all"):
    made.setdefault(name, {})[year] = count
all_years = sorted({year for years in made.values() for year in years if not year.startswith("before")})
for name, years in made.items():
    for year in all_years:
        before = years.get(str(int(year) - 1), 0) if int(year) > 2022 else None
        if years.get(year, 0) or before:
            country = one("select any_value(country) from models where coalesce(publisher, 'unknown') = ?", name)
            expected.add("releases.releases", (year, name), releases=years.get(year, 0), year_before=before, country=country,
                         ratio=years.get(year, 0) / before if before else None)

run("""create table sized as select m.*, coalesce((select arg_min(class, coalesce(below::bigint, 9223372036854775807)) from sizes
       where m.parameters < coalesce(below::bigint, 9223372036854775807)), 'unknown') as class from models m where listed""")
has_size = one("select count(parameters) from sized") > 0
for (name,) in sql("select class from sizes union all select 'unknown'"):
    run("create or replace temp table of_class as select key from sized where class = ?", name)
    reach("of_class", "cls", True)
    models, thirty, known, ever, ever_known = sql("select count(*), sum(downloads), count(downloads), sum(downloads_all_time), count(downloads_all_time) from sized where class = ?", name)[0]
    whole, ever_whole = sql("select sum(downloads), sum(downloads_all_time) from sized where class <> 'unknown'")[0]
    part = lambda value, known, whole: int(value) / int(whole) if known and whole and name != "unknown" else None
    count = lambda count: count if has_size or name == "unknown" else None
    expected.add("sizes.classes", (name,), models=count(models), downloads_30d=int(thirty) if known else None, share_30d=part(thirty, known, whole),
                 direct=count(one("select count(*) from cls_1")), descendants=count(one("select count(*) from cls_2")), authors=count(authors("cls_2")),
                 downloads_all_time=int(ever) if ever_known else None, share_all_time=part(ever, ever_known, ever_whole),
                 bases=count(one("select count(distinct e.parent) from edges e join of_class c on c.key = e.parent")))


def averages(year, where, *values):
    def weighted(weight):
        total = one(f"select sum({weight}) from sized where parameters is not null and {where}", *values)
        if not total:
            return None, None
        mean = one(f"select sum(parameters::double * {weight}) / sum({weight}) from sized where parameters is not null and {where}", *values)
        median = one(f"""select min(parameters) from (select parameters, sum({weight}) over (order by parameters) as below from sized
                         where parameters is not null and {where}) where below * 2 >= {total}""", *values)
        return mean, median
    models = one(f"select count(*) from sized where parameters is not null and {where}", *values)
    if models:
        (mean, median), (mean_ever, median_ever) = weighted("coalesce(downloads, 0)"), weighted("coalesce(downloads_all_time, 0)")
        expected.add("sizes.averages", (year,), models=models, mean_by_30d=mean, median_by_30d=median, median_of_models=weighted("1")[1],
                     mean_by_all_time=mean_ever, median_by_all_time=median_ever)


averages("all", "true")
for (year,) in sql("select distinct year from models where year is not null"):
    averages(year, "year = ?", year)


def concentration(of, measure, values):
    run(f"create or replace temp table v as select value::hugeint as value, row_number() over (order by value desc) as n from ({values})")
    count, total = sql("select count(*), coalesce(sum(value), 0) from v")[0]
    top = lambda k: one("select coalesce(sum(value), 0) from v where n <= ?", k) / total if total else None
    below = lambda bound: one("select count(*) from v where value < ?", bound) / count if count else None
    gini = one("select 2 * sum((cnt - n + 1)::double * value::double) / (cnt * sum(value)::double) - (cnt + 1.0) / cnt from v, (select count(*)::double as cnt from v) group by cnt") if total else None
    hhi = one("select sum(pow(value::double / t, 2)) from v, (select sum(value)::double as t from v)") if total else None
    expected.add("concentration.concentration", (of, measure), known=count, total=int(total) if count else None, top_1=top(1), top_10=top(10), top_200=top(200),
                 top_1_percent=top(math.ceil(count / 100)), gini=gini, hhi=hhi, top_50=top(50), top_1000=top(1000), zero=below(1), below_200=below(200),
                 **{"top_0.01_percent": top(math.ceil(count / 10000))})


run("create table family_members (family varchar, key varchar)")
for family in families:
    if not family["part_of"]:
        run(f"insert into family_members select ?, key from models where {members_of(family)}", family["family"])
for measure, column in [("downloads_30d", "downloads"), ("downloads_all_time", "downloads_all_time")]:
    concentration("models", measure, f"select {column} as value from models where listed and {column} is not null")
    concentration("owners", measure, f"select sum({column}) as value from models where listed and {column} is not null group by account")
    concentration("families", measure, f"select sum({column}) as value from family_members join models using (key) where {column} is not null group by family")
concentration("models", "direct", "select count(e.child) as value from models m left join edges e on e.parent = m.key where listed group by m.key")
concentration("owners", "f1", "select count(distinct e.child) as value from edges e join models p on p.key = e.parent join models c on c.key = e.child where p.account <> c.account group by p.account")
concentration("families", "f1", "select distinct_f1 as value from (values " + ", ".join(f"({counts[f['family']]['f1']})" for f in families if not f["part_of"]) + ") t(distinct_f1) where distinct_f1 > 0")

# Shape.
nodes = one("select count(*) from models")


def components(where):
    """Union and find in Python: SQL has no answer that is not a thousand lines."""
    above = {key: key for (key,) in sql("select key from models")}
    def first(key):
        while above[key] != key:
            above[key] = above[above[key]]
            key = above[key]
        return key
    for parent, child in sql(f"select parent, child from edges where {where}"):
        above[first(parent)] = first(child)
    sizes, members = {}, {}
    for key in above:
        sizes[first(key)] = sizes.get(first(key), 0) + 1
        members.setdefault(first(key), []).append(key)
    return sizes, members


with_merges, _ = components("true")
without, members = components("rel <> 4")
run("""create table generations as with recursive r(key, generation) as (select key, 0 from roots union
       select e.child, r.generation + 1 from r join edges e on e.parent = r.key where r.generation < 60)
       select key, min(generation) as generation from r group by key""")
parts = dict(sql("select key, part from in_cycle"))
part = lambda key: parts.get(key, key)
children = {}
for parent, child in sql("select parent, child from edges"):
    if part(parent) != part(child):
        children.setdefault(part(parent), set()).add(part(child))
longest = {}
for start in list(children):
    stack = [start]
    while stack:
        at = stack[-1]
        open_ones = [child for child in children.get(at, ()) if child not in longest]
        if open_ones:
            stack += open_ones
        else:
            longest[at] = max((longest[child] + 1 for child in children.get(at, ())), default=0)
            stack.pop()
figures = {
    "models, listed and unlisted": nodes,
    "links": one("select count(*) from edges"),
    "models with a parent": derived_all,
    "models with several parents": one("select count(*) from derived where parents > 1"),
    "most parents of one model": one("select max(parents) from derived"),
    "models with children": one("select count(distinct parent) from edges"),
    "roots with children": one("select count(*) from roots where key in (select parent from edges)"),
    "unlisted parents": one("select count(*) from models where not listed"),
    "cycles": one("select count(distinct part) from in_cycle"),
    "components": len(with_merges), "components of one model": sum(size == 1 for size in with_merges.values()),
    "largest component": max(with_merges.values()),
    "components without merges": len(without), "largest component without merges": max(without.values()),
    "longest chain, in links": max(longest.values()),
    "deepest generation": one("select max(generation) from generations"),
}
fan = [n for (n,) in sql("select count(*) from edges group by parent")]
best = None
for least in sorted(set(fan))[:100]:
    tail = sorted(n for n in fan if n >= least)
    if len(tail) < 50:
        continue
    exponent = 1 + len(tail) / sum(math.log(n / (least - 0.5)) for n in tail)
    below = {}
    for at, n in enumerate(tail):
        below.setdefault(n, at)
    distance = max(abs(at / len(tail) - (1 - ((n - 0.5) / (least - 0.5)) ** (1 - exponent))) for n, at in below.items())
    if best is None or distance < best[0] - 1e-15:
        best = (distance, exponent, (exponent - 1) / math.sqrt(len(tail)), least, len(tail))
distance, exponent, error, least, tail = best or (None,) * 5
figures.update({"fan-out: exponent of the power law": exponent, "fan-out: its standard error": error,
                "fan-out: least number of children of the tail": least, "fan-out: models in the tail": tail,
                "fan-out: distance from the fit (Kolmogorov and Smirnov)": distance})
for figure, value in figures.items():
    expected.add("shape.figures", (figure,), value=value)
for generation, count in sql("""select generation, count(*) from generations
    where key in (select child from edges) or key in (select parent from edges) group by all"""):
    expected.add("shape.generations", (str(generation),), models=count)
for rel, word in enumerate(WORDS):
    models, inner = sql("select count(*), count(*) filter (key in (select parent from edges)) from derived where rel = ?", rel)[0]
    expected.add("shape.relations", (word,), links=one("select count(*) from edges where rel = ?", rel), models=models, with_children=inner,
                 share_with_children=inner / models if models else None)
for key, identity, direct in sql("select key, any_value(id), count(*) from edges e join models m on m.key = e.parent group by key order by count(*) desc, key limit 50"):
    run("create or replace temp table of_model as select ? as key", key)
    reach("of_model", "mod", False)
    expected.add("shape.bases", (identity,), direct=direct, descendants=one("select count(*) from mod_2"))
fan_of = dict(sql("select parent, count(*) from edges group by parent"))
identities = dict(sql("select key, id from models"))
for part_of, size in sorted(without.items(), key=lambda item: (-item[1], min(members[item[0]])))[:50]:
    base = min(members[part_of], key=lambda key: (-fan_of.get(key, 0), key))
    expected.tables.setdefault("shape.components", {}).setdefault((identities[base],), {"models": size})

# Drift.
run("""create table kinds_of as select m.key, m.licence, m.licences, m.task, m.library, list_intersect(m.tags, (select list(code) from languages)) as languages
       from models m where listed""")
exact = dict(sql("select lower(licence), class from licences"))


def licence_class(licence):
    if licence is None:
        return None
    licence = licence.lower()
    begins = sorted((known[:-1] for known in exact if known.endswith("*") and licence.startswith(known[:-1])), key=len)
    return exact.get(licence) or (exact[begins[-1] + "*"] if begins else "unclassed")


run("create table classes (licence varchar, class varchar)")
for (licence,) in sql("select distinct unnest(licences) from models"):
    run("insert into classes values (?, ?)", licence, licence_class(licence))
run("create table classes_of as select key, list(distinct class) as classes from (select key, unnest(licences) as licence from kinds_of) join classes using (licence) group by key")
run("""create table pairs as select e.rel, p.licences as pls, c.licences as cls, coalesce(x.classes, []) as pcs, coalesce(y.classes, []) as ccs, p.licence as pl, c.licence as cl, p.task as pt, c.task as ct, p.library as pb, c.library as cb,
       p.languages as pg, c.languages as cg, a.class as pc, b.class as cc
       from edges e join kinds_of p on p.key = e.parent join kinds_of c on c.key = e.child
       left join classes a on a.licence = p.licence left join classes b on b.licence = c.licence
       left join classes_of x on x.key = p.key left join classes_of y on y.key = c.key""")
apart = lambda one, other: f"1 - len(list_intersect({one}, {other}))::double / len(list_distinct(list_concat({one}, {other})))"
for what, known, changed in [
    ("licence", "len(pls) > 0 and len(cls) > 0", apart("pls", "cls")), ("licence class", "len(pcs) > 0 and len(ccs) > 0", apart("pcs", "ccs")),
    ("language", "len(pg) > 0 and len(cg) > 0", apart("pg", "cg")),
    ("task", "pt is not null and ct is not null", "(pt <> ct)::int"), ("library", "pb is not null and cb is not null", "(pb <> cb)::int"),
]:
    for relation, where in [("all", "true"), *((word, f"rel = {rel}") for rel, word in enumerate(WORDS))]:
        links, both, sum_changed = sql(f"select count(*), count(*) filter ({known}), coalesce(sum({changed}) filter ({known}), 0)::double from pairs where {where}")[0]
        expected.add("drift.drift", (what, relation), links=links, both_known=both, changed=sum_changed if both else None, share=sum_changed / both if both else None)
for parent, child, count in sql("select coalesce(pl, '(none)'), coalesce(cl, '(none)'), count(*) from pairs group by all"):
    expected.add("drift.licences", (parent, child), links=count)
strictness = {"permissive": 0, "copyleft": 1, "restricted": 2, "commercial": 2}
for parent, child, count in sql("select coalesce(pc, '(none)'), coalesce(cc, '(none)'), count(*) from pairs group by all"):
    whole = one("select count(*) from pairs where pc = ? and cc is not null", parent)
    change = None
    if parent in strictness and child in strictness:
        change = "relaxed" if strictness[parent] > strictness[child] else "tightened" if strictness[parent] < strictness[child] else "same"
    expected.add("drift.licence_classes", (parent, child), links=count, share_of_parent=count / whole if "(none)" not in (parent, child) else None, change=change)

# Licences: which verdict a link has is computed twice in tests/it/licences.rs; here it is who meets whom, and how many there are.
def plain(word):
    return "-".join(part for part in re.split(r"[\s_-]+", word.strip().lower()) if part)


with open(reference / "licence-terms.csv", newline="") as file:
    terms = list(csv.DictReader(file))
by_pattern = {plain(row["pattern"]): row for row in terms}
with open(reference / "base-licences.csv", newline="") as file:
    bases = {row["model"].lower(): row["licence"] for row in csv.DictReader(file)}


def term_row(word):
    found = found_row(word)
    return found if found and found["terms"] not in ("open", "unnamed") else None


def found_row(word):
    word = plain(word)
    found = by_pattern.get(word) or next((row for row in terms if row["title"] and word == plain(row["title"])), None)
    begins = [row for row in terms if "*" in row["pattern"] and re.fullmatch(".*".join(map(re.escape, plain(row["pattern"]).split("*"))), word)]
    found = found or max(begins, key=lambda row: len(row["pattern"]), default=None)
    found = by_pattern[plain(found["same_as"])] if found and found["same_as"] else found
    return found


def side_of(key, listed, licences, name):
    if not listed:
        return "unlisted"
    if not licences:
        return "none stated"
    licences = [part for word in licences for part in ([word] if found_row(word) or "," not in word else word.split(",")) if part.strip()]
    rows = [term_row(name if plain(word) == "other" and name else word) for word in licences]
    if not all(rows) and any(plain(word) == "other" for word in licences):
        base = term_row(bases.get(key, "other"))
        rows = [*filter(None, rows), base]
    if not all(rows):
        return "other"
    letters = set(" ".join(row["terms"] for row in rows).replace("none", "").split())
    for group, of in (("no-derivatives", "D"), ("company", "BMKTE"), ("share-alike", "S"), ("non-commercial", "C"), ("use-restricted", "UR")):
        if letters & set(of):
            return group
    return "permissive"


sides = {key: side_of(key, listed, licences, name) for key, listed, licences, name in
         sql("select m.key, m.listed, m.licences, n.licence_name from models m join nodes n using (key)")}
met = collections.Counter((sides[parent], sides[child]) for parent, child in sql("select parent, child from links"))
for keys, count in met.items():
    expected.add("licences.cells", keys, links=count)
derived_models = one("select count(distinct child) from links")
derived_known = sum(sides[key] not in ("other", "none stated", "unlisted") for (key,) in sql("select distinct child from links"))
for figure in ("derived", "its own licence is known", "breaks terms", "breaks the terms of a parent", "breaks terms from further up alone",
               "terms meet above it that no licence keeps", "below a licence that asks for names", "and its name begins so"):
    expected.add("licences.totals", (figure,), **{"derived": {"models": derived_models}, "its own licence is known": {"models": derived_known}}.get(figure, {}))
verdicts = read("licences.verdicts")
for row in verdicts:
    expected.add("licences.verdicts", (row["verdict"],))
for column, whole in (("links", sum(met.values())), ("models", derived_models), ("models_known", derived_known)):
    assert sum(int(row[column]) for row in verdicts) == whole, (column, whole)

# Intermediaries.
run("""create table conversions as select c.organisation_key as org, c.key, p.organisation_key as source, c.downloads, c.kind from edges e
       join models p on p.key = e.parent join models c on c.key = e.child where e.rel = 2 and c.listed""")
by_others = one("select count(distinct key) from conversions where org <> source")
for org, count, sources, kind in sql("select org, count(distinct key), count(distinct source), any_value(kind) from conversions where org <> source group by org"):
    total = one("select sum(downloads) from (select distinct key, downloads from conversions where org <> source and org = ?)", org)
    expected.add("intermediaries.converters", (names[org],), kind=kind, conversions=count, share=count / by_others, sources=sources,
                 downloads_30d=None if total is None else int(total))

# Regions.
run("create table own_root as select f.key, bool_or(f.country = m.country) as own, bool_or(f.country <> m.country) as foreign_ from from_country f join models m using (key) where f.country <> 'unknown' group by f.key")
for (country,) in sql("select distinct country from models where listed union select distinct p.country from edges e join models p on p.key = e.parent join models c on c.key = e.child where c.listed"):
    models, total, known, derived_here = sql("""select count(*), sum(downloads), count(downloads), count(*) filter (key in (select child from edges))
        from models where listed and country = ?""", country)[0]
    received, abroad = sql("""select count(*), count(*) filter (home <> ?) from (select distinct c.key, c.country as home from edges e join models p on p.key = e.parent
        join models c on c.key = e.child where c.listed and p.country = ?)""", country, country)[0]
    own, foreign, both = sql("""select count(*) filter (own and not foreign_), count(*) filter (foreign_ and not own), count(*) filter (own and foreign_)
        from models m join own_root o using (key) where m.listed and m.country = ? and m.key in (select child from edges)""", country)[0]
    share = (foreign + both) / (own + foreign + both) if own + foreign + both and country != "unknown" else None
    expected.add("regions.countries", (country,), models=models, downloads_30d=int(total) if known else None, received=received, derived=derived_here,
                 share_on_foreign_roots=share, received_from_abroad=abroad, on_foreign=foreign, on_own=own, on_both=both)
with_language = one("select count(*) from kinds_of where len(languages) > 0")
for code, name, count, total, known in sql("""select l.code, l.language, count(*), sum(m.downloads), count(m.downloads) from (select key, unnest(languages) as code from kinds_of) k
    join languages l using (code) join models m using (key) group by all"""):
    expected.add("regions.languages", (code,), name=name, models=count, share=count / with_language, downloads_30d=int(total) if known else None)

# Growth.
so_far = 0
for month, count, derived_then in sql("""select month, count(*), count(*) filter (key in (select child from edges)) from models where listed and month is not null
    group by month order by month not like 'before%', month"""):
    so_far += count
    expected.add("growth.models_by_month", (month,), models=count, so_far=so_far, derived=derived_then, share_derived=derived_then / count)
with_task = one("select count(task) from models where listed")
for modality, count in sql("select coalesce(t.modality, 'other'), count(*) from models m left join tasks t using (task) where listed and m.task is not null group by all"):
    expected.add("growth.modalities", (modality,), models=count, share=count / with_task)
order = lambda column: [key for (key,) in sql(f"select key from models where listed and {column} is not null order by {column} desc, key limit 1000")]
liked, orders = order("likes"), {"by_30d": order("downloads"), "by_all_time": order("downloads_all_time")}
for k in (25, 100, 1000):
    expected.add("growth.likes_and_downloads", (str(k),), **{name: len(set(rows[:k]) & set(liked[:k])) if min(len(rows), len(liked)) >= k else None
                                                            for name, rows in orders.items()})

# Cell by cell.
wrong, cells = [], 0
tables = {path.name[:-4] for path in report.glob("*.csv") if not path.name.endswith(".published.csv")}
assert set(expected.tables) <= tables, set(expected.tables) - tables
wrong += [f"{name}: has rows, SQL has none" for name in tables - set(expected.tables) if read(name)]
for name, rows in sorted(expected.tables.items()):
    found = {}
    for row in read(name):
        keys = list(row.values())[:len(next(iter(rows)))]
        found.setdefault(tuple(key[1:] if key[:2] in ("'-", "'=", "'+", "'@") else key for key in keys), row)
    if set(found) != set(rows):
        wrong.append(f"{name}: rows {sorted(set(found) ^ set(rows))[:5]}")
        continue
    for keys, values in rows.items():
        for column, value in values.items():
            cells += 1
            cell = found[keys].get(column)
            if value is None or isinstance(value, str):
                is_same = cell == (value or "")
            else:
                is_same = cell not in ("", None) and math.isclose(float(cell), float(value), rel_tol=1e-9, abs_tol=1e-12)
            if not is_same:
                wrong.append(f"{name} {keys} {column}: {cell!r}, SQL has {value!r}")
if wrong:
    sys.exit("\n".join(wrong[:60]) + f"\n{len(wrong)} cells differ")
print(f"{snapshot}: {cells:,} cells of {len(tables)} tables agree with DuckDB {duckdb.__version__}")
