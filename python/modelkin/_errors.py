"""What can go wrong, in the program's words."""

from __future__ import annotations


class Error(Exception):
    """Something has no answer; its text says why, and what to do."""

    def __str__(self) -> str:
        # A KeyError would show its text quoted.
        return str(self.args[0]) if self.args else ""


class QuestionError(Error, ValueError):
    """A question contradicts itself, or has a value that it cannot have."""


class UnknownName(Error, KeyError):
    """No model, family or owner has that name; `nearest` are those spelled like it."""

    def __init__(self, text: str, nearest: list[str] | None = None) -> None:
        super().__init__(text)
        self.nearest: list[str] = nearest or []


class SnapshotError(Error, OSError):
    """A snapshot cannot be read: it is damaged, of another version, or was written over meanwhile."""


class NoSnapshot(SnapshotError, FileNotFoundError):
    """There is no snapshot of that name."""
