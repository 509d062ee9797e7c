#!/usr/bin/env python3
"""The Hub's own Python client against the stand-in Hub: what shows that the stand-in is faithful.

    pip install huggingface_hub
    cargo build --release --example stand_in_hub
    python3 tests/others/hub_client.py target/release/examples/stand_in_hub
"""

import collections
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

folder = pathlib.Path(tempfile.mkdtemp())


@contextlib.contextmanager
def stand_in(*options):
    program = subprocess.Popen([sys.argv[1], "--port", "0", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield program.stdout.readline().strip()
    finally:
        program.kill()
        program.wait()


def parents(tags):
    return {tag for tag in tags if tag.startswith("base_model:")}


options = ["--models", "3000", "--days", "1", "--lines", str(folder / "rows"), "--renamed", str(folder / "renamed")]
with stand_in(*options) as endpoint:
    # The client reads these when it is imported.
    os.environ.update(HF_ENDPOINT=endpoint, HF_HOME=str(folder), HF_HUB_DISABLE_PROGRESS_BARS="1")
    from huggingface_hub import HfApi, ModelCard
    from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    rows = {row["id"]: row for row in map(json.loads, open(folder / "rows", encoding="utf-8"))}
    api = HfApi(endpoint=endpoint, token=False)
    with_token = HfApi(endpoint=endpoint, token="hf_made_up")

    # Every page of the whole listing, in the order of the crawl.
    listed = list(api.list_models(sort="createdAt", expand=["createdAt", "tags", "baseModels", "downloads"]))
    assert {model.id for model in listed} == set(rows), len(listed)
    assert len(listed) == len(rows) > 1000
    for model in listed:
        row = rows[model.id]
        assert model.downloads == row["downloads"] and model.tags == row["tags"], model
        assert (model.base_models or None) == row.get("baseModels"), model.base_models
    dates = [model.created_at for model in listed]
    assert dates == sorted(dates, reverse=True), "the client has no direction: newest first"

    # Filters.
    named = [tag.split(":", 2)[2] for row in rows.values() for tag in row["tags"] if tag.startswith("base_model:finetune:")]
    base = collections.Counter(id for id in named if id in rows).most_common(1)[0][0]
    children = {model.id for model in api.list_models(filter=f"base_model:finetune:{base}")}
    assert children == {id for id, row in rows.items() if f"base_model:finetune:{base}" in row["tags"]} != set()
    both = {model.id for model in api.list_models(filter=["gguf", "en"])}
    assert both == {id for id, row in rows.items() if {"gguf", "en"} <= set(row["tags"])} != set()
    owner = base.split("/")[0]
    assert {model.id for model in api.list_models(author=owner)} == {id for id in rows if id.startswith(owner + "/")}
    assert len(list(api.list_models(limit=7))) == 7
    assert all("base_model" in model.card_data for model in api.list_models(filter="gguf", cardData=True, limit=20))
    full = next(iter(api.list_models(full=True, limit=1)))
    assert full.sha and full.siblings[0].rfilename == "README.md"
    assert {model.gated for model in api.list_models(gated=True, expand=["gated"])} == {"auto", "manual"}

    # One model.
    info = api.model_info(base)
    assert info.id == base and parents(info.tags) == parents(rows[base]["tags"]) and info.card_data is not None
    counts = api.model_info(base, expand=["childrenModelCount"]).children_model_count
    assert counts["finetune"] == len(children), counts

    # Cards, read by the client itself.
    read = missing = gated = 0
    for id, row in list(rows.items())[:150]:
        try:
            named = ModelCard.load(id, token=False).data.base_model or []
            declared = {tag.split(":", 1)[1] for tag in row["tags"] if tag.startswith("base_model:") and tag.count(":") == 1}
            assert set([named] if isinstance(named, str) else named) == declared, (id, named)
            read += 1
        except GatedRepoError:
            gated += 1
        except EntryNotFoundError:
            missing += 1
    assert read > 100 and missing > 5, (read, missing)
    for model in api.list_models(gated=True, limit=30):
        try:
            ModelCard.load(model.id, token=False)
        except GatedRepoError:
            gated += 1
        except EntryNotFoundError:
            pass
    assert gated > 3, gated

    # A rename: the client follows it, and gets the new id.
    renamed = dict(line.split() for line in open(folder / "renamed", encoding="utf-8"))
    assert len(renamed) == 100
    for old, new in list(renamed.items())[:10]:
        assert api.model_info(old).id == new

    # What is not there.
    try:
        with_token.model_info("no/such")
        raise AssertionError("no/such is there")
    except RepositoryNotFoundError:
        pass
    try:
        api.model_info(base, expand=["colour"])
        raise AssertionError("colour is a field")
    except HfHubHTTPError as error:
        assert error.response.status_code == 400 and error.server_message.startswith('✖ Invalid option: expected one of "author"|"baseModels"|'), error.server_message
    # The list and the single model have a set each.
    assert api.model_info(base, expand=["usedStorage"]).used_storage is not None
    for field in ["usedStorage", "childrenModelCount"]:
        try:
            next(iter(api.list_models(limit=1, expand=[field])))
            raise AssertionError(f"a list gives {field}")
        except HfHubHTTPError as error:
            assert error.response.status_code == 400 and error.server_message.endswith("→ at expand[0]"), error.server_message
    try:
        next(iter(api.list_models(limit=1, sort="colour")))
        raise AssertionError("a list is sorted by colour")
    except HfHubHTTPError as error:
        assert error.response.status_code == 400 and error.server_message == "Invalid sort parameter", error.server_message

# Every form of a refusal is one for the client too, and all but the last name what is taken.
for form in ["pretty", "oneline", "named", "old", "list", "errors", "header", "unread"]:
    with stand_in("--models", "10", "--refuse", "gated", "--form", form) as endpoint:
        try:
            next(iter(HfApi(endpoint=endpoint, token=False).list_models(expand=["tags", "gated"])))
            raise AssertionError(f"{form}: gated is given")
        except HfHubHTTPError as error:
            said = str(error.server_message)
            assert error.response.status_code == 400 and ("baseModels" in said) == (form != "unread"), (form, said)

# A quota: the client is refused, waits as it is told, and comes to the end.
with stand_in("--models", "3000", "--page", "500", "--quota", "3/2") as endpoint:
    began = time.monotonic()
    assert len(list(HfApi(endpoint=endpoint, token=False).list_models(sort="createdAt", expand=["tags"]))) == 3000
    waited = time.monotonic() - began
    assert waited > 2, waited

print(f"{len(listed)} models listed, {len(children)} children of {base}, {read} cards read, {missing} missing, {gated} gated, {len(renamed)} renamed, {waited:.1f} s behind a quota")
