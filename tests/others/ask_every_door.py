"""Asks 200 questions at every door, and compares the numbers.

    ask_every_door.py MODELKIN SNAPSHOT

The doors are the program (`--format json`), its server (`/api`), the Python package, the server for agents (by the protocol's own client), and
SQL over the pair that `export --all` writes, where SQL can say it: counts of families and models by relation and day, ancestors with their distances,
siblings, the shortest way. Each question is drawn once and put into the words of each door apart. The program's answer is what the others are
held against: the server's is the same text, Python's rows are the same rows, an agent's rows have the columns that an agent is told, SQL
counts again. Members of a family by rule are those that `family --list members` names; mirrors are folded by the program alone.
"""

import asyncio
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import duckdb
import modelkin
from mcp import Client, StdioServerParameters

program, snapshot = sys.argv[1:3]
SEED = 20261129
KINDS = dict(family=35, family_list=15, rank=35, compare=25, path=20, upstream=20, descendants=20, descendants_list=10, siblings=10, licences=10)
RELATIONS = ["unstated", "finetune", "quantized", "adapter", "merge"]
MEASURES = ["descendants", "direct", "authors", "downloads", "likes", "credit", "deepest"]
GROUPED = ["descendants", "direct", "authors", "downloads"]
FAMILIES = ["Qwen", "Llama", "Gemma", "Mistral", "Phi", "DeepSeek"]
LEFT_OUT = "(text left out)"
# What a tool cuts a list to, of numbers and of all else.
CUT = (100, 10)


@dataclass
class Question:
    """A question in the words of each door."""

    kind: str
    words: list
    address: str
    method: str
    names: tuple
    keywords: dict
    tool: str
    given: dict
    filter: dict = field(default_factory=dict)


def run(*words):
    """What the program says; 3 is the answer that stops a pipeline."""
    ran = subprocess.run([program, *words, "--snapshot", snapshot, "--quiet", "--format", "json"], capture_output=True, text=True)
    if ran.returncode not in (0, 3):
        sys.exit(f"{words}: exit {ran.returncode}: {ran.stderr}")
    return ran.stdout


def rows_of(*words):
    return json.loads(run(*words))["rows"]


class Draw:
    """Draws questions about what the snapshot has."""

    def __init__(self):
        self.dice = random.Random(SEED)
        self.bases = [row["id"] for row in rows_of("rank", "--top", "400")]
        self.below = {name: [row["id"] for row in rows_of("family", name, "--list", "f2")] for name in FAMILIES}
        self.derived = [id for ids in self.below.values() for id in ids]

    def filter(self):
        """Some filters, as Python takes them."""
        dice, made = self.dice, {}
        if dice.random() < 0.4:
            made[dice.choice(["relation", "exclude"])] = dice.sample(RELATIONS, dice.randint(1, 2))
        if dice.random() < 0.15:
            made["no_unlisted"] = True
        if dice.random() < 0.08:
            made["fold_mirrors"] = True
        for name, days in (("since", ["2023-06-01", "2024-06-01"]), ("until", ["2025-03-07", "2026-01-01"])):
            if dice.random() < 0.15:
                made[name] = dice.choice(days)
        return made

    def name(self):
        base = self.dice.choice(self.bases)
        owner = [base.split("/")[0] + "/*"] if "/" in base else []
        return self.dice.choice([*self.dice.sample(FAMILIES, 2), *owner, base])

    def question(self, kind):
        dice, filter = self.dice, self.filter()
        options, keywords, given = dict(filter), dict(filter), {}
        # The same option by its name at each door: `options` on the command line and in an address, `keywords` in Python.
        match kind:
            case "family" | "family_list":
                name = self.name()
                names, command, path, tool = (name,), "family", f"/family/{quoted(name)}", "count_family"
                method, given["family"] = "family", name
                if kind == "family_list":
                    part = dice.choice(["members", "f1", "f2"])
                    options["list"], keywords["part"], given["list"], method = part, part, part, "family_models"
                elif dice.random() < 0.25:
                    options["include_members"] = keywords["include_members"] = given["include_members"] = True
            case "rank":
                names, command, path, tool, method = (), "rank", "/rank", "rank", "rank"
                of = dice.choice(["models", "models", "models", "owners", "families", "authors"])
                by = dice.sample(MEASURES if of == "models" else GROUPED, dice.randint(1, 3))
                if of == "models" and dice.random() < 0.5:
                    by = [by[0], *({"descendants", "direct"} - {by[0]})]
                top = dice.choice([5, 20, 60])
                options |= dict(of=of, by=by, top=str(top))
                keywords |= dict(of=of, by=by, top=top)
                given |= dict(of=of, by=by[0], beside=by[1:], limit=top)
                if of in ("models", "authors") and dice.random() < 0.3:
                    within = dice.choice(FAMILIES)
                    options["within"] = keywords["within"] = given["within"] = within
            case "compare":
                names = tuple(dice.sample(FAMILIES, dice.randint(1, 3)))
                command, path, tool, method, given["names"] = "compare", "/compare", "compare", "compare", list(names)
                by = dice.choice([None, None, "month", "year", "relation", "country", "size", "generation"])
                if by:
                    show = dice.choice(["f1", "f2", "authors"])
                    options |= dict(by=by, show=show)
                    keywords |= dict(by=by, show=show)
                    given |= dict(by=by, figure=show)
                if by == "country":
                    options["top"], keywords["top"] = "0", None
            case "path":
                model = dice.choice(self.derived)
                above = [row["id"] for row in rows_of("upstream", model)]
                ancestor = dice.choice(above if above and dice.random() < 0.8 else self.bases)
                names, command, tool, method = (model, ancestor), "why", "path", "why"
                path, given["model"], given["ancestor"] = "/path", model, ancestor
                if dice.random() < 0.4:
                    options |= {"all": True, "max_paths": "5"}
                    keywords["max_paths"] = given["most"] = 5
                for day in ("since", "until"):
                    filter.pop(day, None), options.pop(day, None), keywords.pop(day, None)
            case "descendants" | "descendants_list":
                name = dice.choice(self.bases)
                names, command, path, tool, given["model"] = (name,), "blast", f"/blast/{quoted(name)}", "descendants", name
                method = "blast"
                if kind == "descendants_list":
                    options["list"], given["list"], method = True, True, "blast_models"
            case "upstream" | "siblings" | "licences":
                names = tuple(dice.sample(self.derived, dice.randint(1, 2)))
                command, path, method, given["models"] = kind, f"/{kind}", kind, list(names)
                tool = {"upstream": "ancestors", "siblings": "siblings", "licences": "licence_check"}[kind]
                if kind == "licences":
                    for day in ("since", "until"):
                        filter.pop(day, None), options.pop(day, None), keywords.pop(day, None)
        if filter:
            given["filter"] = {"relations" if name == "relation" else name: value for name, value in filter.items()}
        return Question(kind, [command, *names, *words(options)], address(path, command, names, options), method, names, keywords, tool, given, filter)


def words(options):
    """Options as a command line has them."""
    made = []
    for name, value in options.items():
        made.append("--" + name.replace("_", "-"))
        if value is not True:
            made.append(",".join(value) if isinstance(value, list) else value)
    return made


def quoted(name):
    return urllib.parse.quote(name, safe="/*")


def address(path, command, names, options):
    """The question as an address."""
    pairs = []
    if command == "why":
        pairs += [("from", names[0]), ("to", names[1])]
    elif not path.removeprefix("/" + command):
        pairs += [("name", name) for name in names]
    for name, value in options.items():
        pairs.append((name.replace("_", "-"), "" if value is True else ",".join(value) if isinstance(value, list) else value))
    return "/api" + path + ("?" + urllib.parse.urlencode(pairs) if pairs else "")


compared = Counter()
asked = Counter()
wrong = []


def numbers(value):
    """How many numbers a value has."""
    if isinstance(value, dict):
        return sum(map(numbers, value.values()))
    if isinstance(value, list):
        return sum(map(numbers, value))
    return int(isinstance(value, (int, float)) and not isinstance(value, bool))


def hold(door, question, what, found, expected):
    """What a door says beside what is expected."""
    compared[door] += numbers(expected)
    if found != expected:
        wrong.append(f"{door}: modelkin {' '.join(question.words)}: {what}: {found!r}; expected {expected!r}"[:1000])


def hold_rows(door, question, found, expected):
    if len(found) != len(expected):
        hold(door, question, "rows", len(found), len(expected))
    for at, (row, whole) in enumerate(zip(found, expected)):
        hold(door, question, f"row {at}", row, whole)


# The server.


def at_server(questions, told):
    command = [program, "serve", snapshot, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            site = next(word for line in server.stdout for word in line.split() if word.startswith("http://")).rstrip("/")
            for question, text in zip(questions, told):
                try:
                    with urllib.request.urlopen(site + question.address, timeout=60) as answer:
                        got = answer.read().decode()
                except urllib.error.HTTPError as error:
                    got = f"{error.code}: {error.read().decode()[:300]}"
                asked["/api"] += 1
                compared["/api"] += numbers(json.loads(text)["rows"])
                if got != text:
                    wrong.append(f"/api: {question.address}: {got[:300]!r} is not what modelkin {' '.join(question.words)} prints")
        finally:
            server.terminate()


# Python.


def in_python(questions, told):
    hub = modelkin.sample() if snapshot == "sample" else modelkin.open(snapshot)
    for question, text in zip(questions, told):
        answer = getattr(hub, question.method)(*question.names, **question.keywords)
        asked["Python"] += 1
        hold_rows("Python", question, answer.to_dicts(), json.loads(text)["rows"])
        if question.kind == "family":
            hold("Python", question, "attributes", [answer.members, answer.f1, answer.f2, answer.f3], [answer[0][name] for name in ("members", "f1", "f2", "f3")])


# The server for agents.


async def for_agents(questions):
    """The rows of each question, page by page, with what the last page says beside them."""
    answers = []
    server = StdioServerParameters(command=program, args=["mcp", "--quiet", "--snapshot", snapshot])
    async with Client(server, mode="auto") as client:
        for question in questions:
            found, cursor, known = [], None, {}
            most = question.given.get("limit")
            while True:
                result = await client.call_tool(question.tool, question.given | {"max_bytes": 60_000} | ({"cursor": cursor} if cursor else {}))
                if result.is_error:
                    wrong.append(f"mcp: {question.tool} {question.given}: {result.content[0].text}")
                    break
                known = result.structured_content
                found += known["rows"]
                cursor = known.get("next_cursor")
                if cursor is None or most and len(found) >= most:
                    break
            asked["mcp"] += 1
            answers.append((found, known))
    return answers


def hold_agent(question, found, known, frame):
    """An agent's rows are parts of the program's: what is not known is left out, long lists are cut."""
    rows = frame["rows"]
    if question.kind == "descendants":
        totals, relations = blasted(frame)
        hold("mcp", question, "counts", {name: found[0].get(name) for name in ("descendants", "direct", *RELATIONS)}, totals | relations)
        return
    if question.kind == "compare" and question.keywords.get("by"):
        by = question.keywords["by"]
        rows = [{"part": row[by], "figures": {name: value for name, value in row.items() if name != by}} for row in rows]
    hold("mcp", question, "total", known["total"], frame.get("of", len(rows)))
    hold("mcp", question, "rows", len(found), len(rows))
    for at, (row, whole) in enumerate(zip(found, rows)):
        hold("mcp", question, f"row {at}", row, part_of(row, whole))
    for name in ("ways", "between", "common", "failed", "missing"):
        if name in known:
            hold("mcp", question, name, known[name], frame.get(name))


def part_of(row, whole):
    """What an agent should be told of a whole value, by the keys that it is told and by how long a list may be."""
    if isinstance(row, dict) and isinstance(whole, dict):
        # A number that is known and no key of a tool's rows is none that an agent is told; one that is told must be the program's.
        return {name: part_of(value, whole.get(name)) for name, value in row.items()}
    if isinstance(row, list) and isinstance(whole, list):
        most = CUT[0] if all(isinstance(value, (int, float)) for value in whole) else CUT[1]
        return [part_of(value, of) for value, of in zip(row, whole)] if len(row) == min(most, len(whole)) else whole
    if isinstance(row, str) and LEFT_OUT in row:
        return row
    return whole


def blasted(frame):
    """Descendants, direct, and those by relation, out of the tables of a blast."""
    tables = frame["rows"][0]["tables"]
    totals = {row["figure"]: row["value"] for row in tables["totals"]}
    relations = dict.fromkeys(RELATIONS, 0) | {row["relation"]: row["models"] for row in tables.get("relations", [])}
    return {"descendants": totals["total"], "direct": totals["direct"]}, relations


# SQL.


class Sql:
    """The exported pair in DuckDB."""

    def __init__(self, folder):
        pair = pathlib.Path(folder) / "all"
        subprocess.run([program, "export", "--all", "-o", f"{pair}.parquet", "--snapshot", snapshot, "--quiet"], check=True)
        self.db = duckdb.connect()
        ranks = " ".join(f"when '{relation}' then {at}" for at, relation in enumerate(RELATIONS))
        self.db.execute(f"""set timezone = 'UTC'; create table models as from '{pair}-nodes.parquet';
            create table every_link as select src, dst, case relationship {ranks} end as rel from '{pair}-links.parquet'""")
        self.members = {}

    def rows(self, text, *values):
        return self.db.execute(text, list(values)).fetchall()

    def one(self, text, *values):
        return self.rows(text, *values)[0][0]

    def under(self, filter):
        """Tables of the links that are followed and of the models that are counted; false where SQL has no word for a filter."""
        if "fold_mirrors" in filter:
            return False
        listed = lambda names: "(" + ",".join(str(RELATIONS.index(name)) for name in names) + ")"
        links, models = ["true"], ["true"]
        links += [f"rel in {listed(filter['relation'])}"] if "relation" in filter else []
        links += [f"rel not in {listed(filter['exclude'])}"] if "exclude" in filter else []
        links += ["src not in (select id from models where status = 'unlisted')"] if "no_unlisted" in filter else []
        models += [f"created >= '{filter['since']}'"] if "since" in filter else []
        models += [f"created < '{filter['until']}'"] if "until" in filter else []
        self.db.execute(f"""create or replace table links as from every_link where {" and ".join(links)};
            create or replace table counted as select id from models where {" and ".join(models)}""")
        return True

    def of(self, name):
        """The members that a name names."""
        if name not in self.members:
            if name.endswith("/*"):
                ids = self.rows("select id from models where lower(split_part(id, '/', 1)) = ? and id like '%/%'", name[:-2].lower())
                self.members[name] = [id for id, in ids]
            elif name in FAMILIES:
                self.members[name] = [row["id"] for row in rows_of("family", name, "--list", "members")]
            else:
                self.members[name] = [name]
        return self.members[name]

    def below(self, ids):
        """A table `f2` of what can be reached from members, with its class by relation, and whether a member is a parent of it."""
        self.db.execute("create or replace table own as select unnest(?) as id", [ids])
        self.db.execute("""create or replace table inside as with recursive inside as (from own union select dst from links join inside on src = id) from inside;
            create or replace table f2 as select dst as id, max(rel) as rel, max(rel) filter (src in (from own)) as direct from links join inside on src = inside.id
            where dst not in (from own) and dst in (from counted) group by dst""")

    def counts(self, ids):
        self.below(ids)
        f1, f2 = self.rows("select count(direct), count(*) from f2")[0]
        of = lambda column: dict.fromkeys(RELATIONS, 0) | {RELATIONS[rel]: models for rel, models in self.rows(f"select {column}, count(*) from f2 where {column} is not null group by 1")}
        return f1, f2, of("direct"), of("rel")

    def above(self, ids):
        """Everything that some models descend from, with the fewest links to it."""
        self.db.execute("create or replace table own as select unnest(?) as id", [ids])
        self.db.execute("create or replace table level as select id, 0 as distance from own")
        at = 0
        while self.one("select count(*) from level where distance = ?", at):
            self.db.execute("insert into level select distinct src, ? from links join level on dst = level.id where distance = ? and src not in (select id from level)", [at + 1, at])
            at += 1
        return dict(self.rows("select id, distance from level where distance > 0"))

    def hold(self, question, frame):
        """Counts again what SQL can; false where it cannot."""
        if not self.under(question.filter):
            return False
        rows, hold_here = frame["rows"], lambda what, expected, found: hold("SQL", question, what, expected, found)
        counted = {id for id, in self.rows("from counted")}
        match question.kind:
            case "family":
                if question.keywords.get("include_members"):
                    return False
                f1, f2, of_f1, of_f2 = self.counts(self.of(question.names[0]))
                told = rows[0]
                hold_here("f1", told["f1"], f1)
                hold_here("f2", told["f2"], f2)
                hold_here("members", told["members"], len(self.of(question.names[0])))
                hold_here("f1 by relation", told["by_relation"]["f1"], of_f1)
                hold_here("f2 by relation", told["by_relation"]["f2"], of_f2)
                authors = "count(distinct lower(coalesce(nullif(regexp_extract(id, '^(.*)/', 1), ''), id)))"
                hold_here("authors", told["authors"]["f2"], self.one(f"select {authors} from f2"))
                known, total = self.rows("select count(downloads), sum(downloads)::bigint from f2 join models using (id)")[0]
                hold_here("downloads", told["downloads"]["f2"], {"total": total, "known": known})
            case "family_list":
                part, ids = question.keywords["part"], self.of(question.names[0])
                self.below(ids)
                queries = {"members": "select id from own", "f1": "select id from f2 where direct is not null", "f2": "select id from f2"}
                expected = sorted(id for id, in self.rows(queries[part]))
                hold_here("models", len(rows), len(expected))
                hold_here("ids", sorted(row["id"] for row in rows), expected)
            case "rank":
                by = question.keywords["by"]
                if question.keywords["of"] != "models" or "within" in question.keywords or by[0] not in ("descendants", "direct"):
                    return False
                self.db.execute("""create or replace table reach as with recursive reach as (select distinct src as base, src as id from links
                    union select base, dst from links join reach on src = id) from reach;
                    create or replace table below as select base as id, count(*) as descendants, count(*) filter (direct) as direct, list(rel) as rels
                    from (select base, dst, max(rel) as rel, bool_or(src = base) as direct from reach join links on src = id
                    where dst <> base and dst in (from counted) group by 1, 2) group by 1""")
                best = self.rows(f"select {by[0]} from below where {by[0]} > 0 order by 1 desc limit ?", question.keywords["top"])
                hold_here("values in order", [row[by[0]] for row in rows], [value for value, in best])
                ids = [row["id"] for row in rows]
                for id, descendants, direct, rels in self.rows("from below where id in (select unnest(?::text[]))", ids):
                    expected = {"descendants": descendants, "direct": direct} | {name: rels.count(at) for at, name in enumerate(RELATIONS)}
                    row = rows[ids.index(id)]
                    shown = expected.keys() & row.keys()
                    hold_here(id, {name: row[name] for name in shown}, {name: expected[name] for name in shown})
            case "compare":
                by, show = question.keywords.get("by"), question.keywords.get("show")
                if by not in (None, "month", "relation") or show == "authors":
                    return False
                called = {one["asked"]: one["id"] for one in frame.get("named", [])}
                for asked_for in question.names:
                    f1, f2, of_f1, of_f2 = self.counts(self.of(asked_for))
                    name = called.get(asked_for, asked_for)
                    if by is None:
                        told = next(row for row in rows if row["name"] == name)
                        hold_here(name, {key: told[key] for key in ("f1", "f2", *RELATIONS)}, {"f1": f1, "f2": f2} | of_f2)
                    elif by == "relation":
                        of = of_f1 if show == "f1" else of_f2
                        told = dict.fromkeys(RELATIONS, 0) | {row["relation"]: row[name] for row in rows}
                        hold_here(name, told, of)
                    else:
                        found = {row["month"]: row[name] for row in rows if row[name]}
                        part = "case when created is null then 'without a date' when created < '2022-03-03' then 'before 2022-03' else strftime(created, '%Y-%m') end"
                        hold_here(name, found, dict(self.rows(f"select {part}, count(*) from f2 join models using (id) where {'direct is not null' if show == 'f1' else 'true'} group by 1")))
            case "descendants" | "descendants_list":
                direct, descendants, _, relations = self.counts(list(question.names))
                if question.kind == "descendants":
                    totals, told = blasted(frame)
                    hold_here("totals", totals, {"descendants": descendants, "direct": direct})
                    hold_here("by relation", told, relations)
                else:
                    hold_here("models", len(rows), descendants)
                    hold_here("ids", sorted(row["id"] for row in rows), sorted(id for id, in self.rows("select id from f2")))
            case "upstream":
                expected = {id: distance for id, distance in self.above(list(question.names)).items() if id in counted}
                hold_here("distances", {row["id"]: row["distance"] for row in rows}, expected)
            case "path":
                model, ancestor = question.names
                distance = self.above([model]).get(ancestor, 0)
                hold_here("links of the shortest way", max((row["step"] for row in rows if row["way"] == 1), default=0), distance)
                hold_here("is there a way", frame["ways"] != 0, distance > 0)
            case "siblings":
                expected = self.rows("""select distinct dst from links where src in (select src from links where dst in (select unnest(?::text[])))
                    and dst not in (select unnest(?::text[])) and dst in (from counted)""", list(question.names), list(question.names))
                hold_here("models", len(rows), len(expected))
                hold_here("ids", sorted(row["id"] for row in rows), sorted(id for id, in expected))
            case "licences":
                for model in question.names:
                    above = self.above([model])
                    told = next(row for row in frame["models"] if row["id"] == model)
                    hold_here("ancestors", told["ancestors"], len(above))
                    found = {row["ancestor"]: row["distance"] for row in rows if row["id"] == model and row["ancestor"]}
                    hold_here("distances", found, above)
        return True


draw = Draw()
kinds = [kind for kind, times in KINDS.items() for _ in range(times)]
questions = [draw.question(kind) for kind in kinds]
with ThreadPoolExecutor(2) as pool:
    told = list(pool.map(lambda question: run(*question.words), questions))
asked["program"] = len(told)
at_server(questions, told)
in_python(questions, told)
for question, text, (found, known) in zip(questions, told, asyncio.run(for_agents(questions))):
    if known:
        hold_agent(question, found, known, json.loads(text))
with tempfile.TemporaryDirectory() as folder:
    sql = Sql(folder)
    for question, text in zip(questions, told):
        asked["SQL"] += sql.hold(question, json.loads(text))
known = sum(numbers(json.loads(text)["rows"]) for text in told)
print(f"program: {len(told)} questions, {known:,} numbers")
for door in ("/api", "Python", "mcp", "SQL"):
    print(f"{door}: {asked[door]} of them, {compared[door]:,} numbers compared")
if wrong:
    sys.exit("\n".join([f"{len(wrong)} differences", *wrong[:10]]))
print("all of them are equal")
