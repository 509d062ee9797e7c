"""The program, as somebody at a shell has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROGRAM = os.environ.get("MODELKIN_PROGRAM") or str(Path(sys.executable).parent / "modelkin")


def run(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Runs it."""
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, encoding="utf-8", timeout=600, **more)


def asked(words: list[str], snapshot: str) -> dict[str, Any] | str:
    """What it answers as JSON, or what it says where it fails."""
    ended = run(*words, "--format", "json", "--quiet", "--snapshot", snapshot)
    if ended.returncode not in (0, 3):
        return ended.stderr
    frame: dict[str, Any] = json.loads(ended.stdout)
    return frame
