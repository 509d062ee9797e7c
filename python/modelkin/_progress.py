"""How far an import or a crawl is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


class Progress:
    """Shows the program's lines: in a bar of tqdm, where that is there, else on standard error."""

    def __init__(self, what: str, is_shown: bool) -> None:
        self.bar: Any = None
        self.is_shown = is_shown
        if is_shown:
            try:
                from tqdm.auto import tqdm
            except ImportError:
                return
            self.bar = tqdm(desc=what, bar_format="{desc} {elapsed} {postfix}")

    def line(self, text: str) -> None:
        """Shows a line in the place of the last one."""
        if self.bar is not None:
            self.bar.set_postfix_str(text)
        elif self.is_shown:
            print(text, file=sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.bar is not None:
            self.bar.close()
