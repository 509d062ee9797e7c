"""The filters that nearly every question takes, under the names of the program's options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from ._taken import day, flag, many

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._taken import Day, Names


class Filter(TypedDict, total=False):
    """Which links are followed, and which models are counted (docs/definitions.md, 6)."""

    relation: Names
    """Follow only links of these relations: finetune, quantized, adapter, merge, unstated."""
    exclude: Names
    """Do not follow links of these relations: paths through them are cut."""
    no_unlisted: bool
    """Do not follow links from parents that are not listed."""
    fold_mirrors: bool
    """Put what descends from a re-upload below the model that it mirrors."""
    since: Day
    """Count only models created on this day or later: a date, or a text such as 2025-01-31, 2025-01 or 2025."""
    until: Day
    """Count only models created before this day."""


FIELDS = {"relation": "relations", "exclude": "exclude"}


def filtered(asked: Mapping[str, Any], *own: str) -> dict[str, Any]:
    """The filter of a question; `own` are the keywords that the question has beside it.

    A keyword that is none is a `TypeError` that names the nearest.
    """
    known = Filter.__annotations__
    for name in asked:
        if name not in known:
            from difflib import get_close_matches

            near = get_close_matches(name, [*own, *known], 1)
            raise TypeError(f"unexpected keyword {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    made: dict[str, Any] = {}
    for name, value in asked.items():
        if value is None:
            continue
        if name in FIELDS:
            made[FIELDS[name]] = many(name, value)
        else:
            made[name] = (day if name in ("since", "until") else flag)(name, value)
    return made
