"""The package is tested as it was installed, and held against the program that is inside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import modelkin


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> modelkin.Hub:
    """The sample as a file, which is mapped."""
    file = tmp_path_factory.mktemp("sample") / "sample.modelkin"
    modelkin.sample()._native.write(str(file))
    return modelkin.open(file)


@pytest.fixture(scope="session")
def hub(sample: modelkin.Hub) -> modelkin.Hub:
    """A real snapshot, where MODELKIN_TESTED names one; else the sample."""
    file = os.environ.get("MODELKIN_TESTED")
    return modelkin.open(Path(file)) if file else sample
