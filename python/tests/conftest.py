"""The package is tested as it was installed, and held against the program that is inside it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

import modelkin

# What is imported here is remembered here, and not as the snapshot that somebody imported last.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="modelkin-tests-")
os.environ.pop("MODELKIN_SNAPSHOT", None)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> modelkin.Hub:
    """The sample as a file, which is mapped, with all that an import keeps in it."""
    folder = tmp_path_factory.mktemp("sample")
    modelkin.sample()._native.write(str(folder / "bare"))
    return modelkin.import_(folder / "bare", output=folder / "sample.modelkin", date="2026-10-12", progress=False)


@pytest.fixture(scope="session")
def hub(sample: modelkin.Hub) -> modelkin.Hub:
    """A real snapshot, where MODELKIN_TESTED names one; else the sample."""
    file = os.environ.get("MODELKIN_TESTED")
    return modelkin.open(Path(file)) if file else sample
