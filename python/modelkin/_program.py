"""The program, which is inside the module: as the command `modelkin`, and for what Python lets it write."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ._errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike


def main() -> int:
    """The command `modelkin`: Ctrl-C ends it at once, as it does every program that is none of Python's."""
    import signal

    from . import _native

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(sys.argv)


def run(*words: str | PathLike[str], tell: Callable[[str], None] | None = None, **options: Any) -> str:
    """Runs a command of the program and gives what it prints: `modelkin.run("bom", "you/blend")`.

    Options are keywords, with `_` for `-`: `top=5` is `--top 5`, `True` is an option without a value, a sequence is values with
    commas between them. It runs as a process of its own, so that Ctrl-C ends it. `tell` is given each line that it says beside its
    result; without it they go to standard error.

    Raises `Error` with the program's words if it fails.
    """
    import os
    import subprocess

    line = [os.fspath(word) for word in words]
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            line.append(option)
        elif value is not None and value is not False:
            text = value if isinstance(value, (str, os.PathLike)) else None
            if text is None and hasattr(value, "__iter__"):
                text = ",".join(str(each) for each in value)
            line.append(f"{option}={os.fspath(text) if text is not None else value}")
    said: list[str] = []
    command = [sys.executable, "-m", "modelkin", *line]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None and process.stderr is not None
        from threading import Thread

        results: list[str] = []
        reader = Thread(target=lambda out: results.append(out.read()), args=(process.stdout,), daemon=True)
        reader.start()
        for text in process.stderr:
            said.append(text.rstrip("\n"))
            if tell is not None and not text.startswith("error: "):
                tell(said[-1])
        reader.join()
    if process.returncode not in (0, 3):
        at = next((at for at, text in enumerate(said) if text.startswith("error: ")), 0)
        raise Error("\n".join(said[at:]).removeprefix("error: ") or f"the program ended with {process.returncode}")
    return "".join(results)
