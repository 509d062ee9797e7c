"""What the documents show in Python runs."""

from __future__ import annotations

import re
from pathlib import Path

import networkx
import pytest

import modelkin

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("document", ["README.md", "docs/python.md"])
def test_what_a_document_shows_runs(document: str, sample: modelkin.Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)
    # These ask the Hub.
    blocks = [block for block in blocks if "modelkin.import_(" not in block]
    assert blocks
    sample._native.write(str(tmp_path / "hub.modelkin"))
    (tmp_path / "links.csv").write_text("parent,child\nmeta/base,you/chat\n")
    monkeypatch.chdir(tmp_path)
    names = {"graph": networkx.DiGraph([("a", "b")])}
    for block in blocks:
        exec(compile(block, document, "exec"), names)


def test_every_method_has_its_row() -> None:
    text = (ROOT / "docs" / "python.md").read_text()
    for name in dir(modelkin.Hub):
        if not name.startswith("_"):
            assert f"`{name}(" in text or f"hub.{name}" in text or f"`{name}`" in text or f".{name}" in text, name
