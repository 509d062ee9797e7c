"""What keywords take: each value is looked at before a question is made of it, and an error names the keyword."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Union

from ._errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    Day = Union[str, date]
    Names = Union[str, Sequence[str]]


# A name of the Hub has 96 letters at most; patterns and texts to search for may have more.
LONGEST = 10_000


def string(keyword: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise QuestionError(f"{keyword} is a text, and not {value!r}")
    if len(value) > LONGEST:
        raise QuestionError(f"{keyword} has {len(value):,} letters, and nothing here is so long")
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise QuestionError(f"{keyword} is a text with half a letter in it: {value!r}")
    return value


def flag(keyword: str, value: Any) -> bool:
    """Yes or no. A word such as "no" is neither: it would be taken for yes."""
    if value is None or isinstance(value, bool):
        return bool(value)
    raise QuestionError(f"{keyword} is True or False, and not {value!r}")


def whole(keyword: str, value: Any) -> int | None:
    """A whole number from 0 on, of Python's or numpy's, or `None`."""
    if value is None:
        return None
    try:
        number = -1 if isinstance(value, bool) else value.__index__()
    except (AttributeError, TypeError):
        number = -1
    if not 0 <= number < 2**32:
        raise QuestionError(f"{keyword} is a whole number from 0 on, and not {value!r}")
    return int(number)


def many(keyword: str, names: Any) -> list[str]:
    """Names as a list: one alone, several with commas between them as the program takes them, or a sequence."""
    if names is None:
        return []
    if isinstance(names, str):
        return [name.strip() for name in names.split(",")]
    if isinstance(names, bytes) or not hasattr(names, "__iter__"):
        raise QuestionError(f"{keyword} is a name or several, and not {names!r}")
    return [string(keyword, name) for name in names]


def day(keyword: str, value: Any) -> str:
    """A day as a question has it: a year is its first day, and so is a month."""
    if isinstance(value, str):
        return value + {4: "-01-01", 7: "-01"}.get(len(value), "")
    if not hasattr(value, "isoformat"):
        raise QuestionError(f"{keyword} is a date, or a text such as 2025-01-31, and not {value!r}")
    return str(value.isoformat())[:10]


def library(name: str) -> Any:
    """A library that this package does not require."""
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        raise ModuleNotFoundError(f"this needs {name}, which is not installed: pip install {name}", name=name) from None
