"""The program, which is inside the module: as the command `modelkin`, and for what Python lets it write."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from ._errors import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from os import PathLike

SIGINT = 2
# What lies in the folder where Python runs is none of the program.
ALONE = "import sys; sys.path[:1] == [''] and sys.path.pop(0); sys.argv[0] = 'modelkin'; from modelkin._program import main; sys.exit(main())"
# The program ends so where an answer stops a pipeline.
POLICY = 3


def main() -> int:
    """The command `modelkin`: Ctrl-C ends it at once, as it does every program that is none of Python's."""
    import signal

    from . import _native

    signal.signal(SIGINT, signal.SIG_DFL)
    return _native.main(sys.argv)


def run(*words: str | PathLike[str], tell: Callable[[str], None] | None = None, **options: Any) -> str:
    """Runs a command of the program and gives what it prints: `modelkin.run("bom", "you/blend")`.

    Options are keywords, with `_` for `-`: `top=5` is `--top 5`, `True` is an option without a value, a sequence is values with
    commas between them. It runs as a process of its own, which Ctrl-C ends. `tell` is given each line that it says beside its
    result; without it warnings alone are passed on, as Python's own.

    Raises `Error` with the program's words if it fails.
    """
    import subprocess
    from threading import Thread

    line = [sys.executable, "-c", ALONE, *[os.fspath(word) for word in words], *_typed(options)]
    said: list[str] = []
    results: list[bytes] = []

    def hear(lines: Iterable[bytes]) -> None:
        for line in lines:
            text = line.decode("utf-8", "replace")
            said.append(text.rstrip("\r\n"))
            if tell is not None and not text.startswith("error: "):
                tell(said[-1])

    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        reader = Thread(target=lambda out: results.append(out.read()), args=(process.stdout,), daemon=True)
        reader.start()
        try:
            hear(process.stderr)
        except KeyboardInterrupt:
            # Outside a terminal nobody else tells it. What it says then is how to go on.
            process.send_signal(SIGINT)
            hear(process.stderr)
            raise
        except BaseException:
            process.kill()
            raise
        finally:
            reader.join()
    if process.returncode not in (0, POLICY):
        at = next((at for at, text in enumerate(said) if text.startswith("error: ")), 0)
        raise Error("\n".join(said[at:]).removeprefix("error: ") or f"the program ended with {process.returncode}")
    for warning in (text for text in said if tell is None and text.startswith("warning: ")):
        from warnings import warn

        warn(warning.removeprefix("warning: "), stacklevel=3)
    try:
        return b"".join(results).decode("utf-8")
    except UnicodeDecodeError:
        raise Error("the answer is no text; name a file for it: output=...") from None


def _typed(options: Mapping[str, Any]) -> Iterator[str]:
    """Options as they are typed."""
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            yield option
        elif isinstance(value, (str, os.PathLike)):
            yield f"{option}={os.fspath(value)}"
        elif value is not None and value is not False:
            values = value if hasattr(value, "__iter__") else [value]
            yield f"{option}={','.join(map(str, values))}"
