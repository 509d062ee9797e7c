"""Answers as notebooks show them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._table import Report, Table


def cell(value: Any) -> str:
    """A value as text: numbers with their digits in groups, what is not known as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(cell(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {cell(each)}" for name, each in value.items())
    return str(value)


def rows(table: Table, most: int) -> str:
    """The first rows."""
    names = table.columns
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell(row[name]))}</td>" for name in names) + "</tr>"
        for row in (table[at] for at in range(min(most, len(table))))
    )
    more = f"<p>{most:,} of {len(table):,} rows</p>" if len(table) > most else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def foot(answer: Table | Report) -> str:
    """What was counted, and in what."""
    known = answer.snapshot
    place = f"{'the sample, ' if known['sample'] else ''}{known['date'] or 'no date'}, sha256 {known['digest'][:12]}"
    return f"<p><small>{escape(answer.definition)}<br>Snapshot: {escape(place)}. <code>{escape(answer.command)}</code></small></p>"


def table(table: Table, most: int) -> str:
    """A table."""
    return rows(table, most) + foot(table)


def report(report: Report, most: int) -> str:
    """All tables of a report."""
    said = "".join(f"<li>{escape(finding)}</li>" for finding in report.findings)
    tables = "".join(f"<h4>{escape(name)}</h4>{rows(table, most)}" for name, table in report.tables.items())
    return f"<ul>{said}</ul>{tables}{foot(report)}"
