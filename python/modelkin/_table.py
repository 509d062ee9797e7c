"""Tables: what an answer looks like to other libraries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict

from ._taken import library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas
    import polars
    import pyarrow

    from . import _native

SHOWN = 20


class SnapshotInfo(TypedDict):
    """The snapshot that a number is of, as the program's JSON has it (docs/json.md)."""

    date: str | None
    date_from: str
    digest: str
    models: int
    links: int
    unlisted: int
    rejects: int
    oddities: int
    sample: bool


class Said:
    """What every answer has: what was counted, in which snapshot, by which command, and how it is cited."""

    __slots__ = ("_answer",)

    def __init__(self, answer: _native.Answer) -> None:
        self._answer = answer

    @property
    def definition(self) -> str:
        """What was counted, in sentences."""
        return self._answer.definition

    @property
    def snapshot(self) -> SnapshotInfo:
        """The snapshot that was asked: its date, its digest, how much is in it."""
        info: SnapshotInfo = self._frame()["snapshot"]
        return info

    @property
    def command(self) -> str:
        """The program's command line that answers the same."""
        return self._answer.command

    def cite(self, form: str = "text") -> str:
        """A citation of the answer: `text`, `bibtex` or `csl`."""
        return self._answer.cite(form)

    def _frame(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(self._answer.frame())
        return frame


class Table(Said):
    """Rows of an answer, with their definition and their snapshot.

    It is a table of Arrow to every library that asks for one: `polars.DataFrame(t)`, `pyarrow.table(t)`,
    `duckdb.sql("from t")`. Whole numbers are 64 bits wide and signed, what is not known is null, and a column has the same type
    in every answer (docs/python.md).
    """

    __slots__ = ("_rows",)

    def __init__(self, answer: _native.Answer, rows: _native.Rows) -> None:
        super().__init__(answer)
        self._rows = rows

    @property
    def about(self) -> dict[str, Any]:
        """What the program's JSON tells beside the rows: `of` how many rows there are, `ways`, `renamed` and others (docs/json.md)."""
        frame = self._frame()
        return {name: frame[name] for name in frame if name not in ("modelkin", "snapshot", "definition", "rows")}

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self._rows.names()

    def to_dicts(self) -> list[dict[str, Any]]:
        """The rows as the program's JSON has them: the same keys in the same order, the same values."""
        rows: list[dict[str, Any]] = json.loads(self._rows.json(0, len(self)))
        return rows

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a table of pyarrow, which must be there."""
        pyarrow = library("pyarrow")
        return pyarrow.table(self)

    def to_polars(self) -> polars.DataFrame:
        """The rows as a data frame of polars, which must be there."""
        made: polars.DataFrame = library("polars").DataFrame(self)
        return made

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame of pandas, which must be there with pyarrow; columns are of pandas' Arrow types, so that whole
        numbers with gaps stay whole."""
        pandas = library("pandas")
        return self.to_arrow().to_pandas(types_mapper=pandas.ArrowDtype)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as a stream of Arrow's C interface."""
        return self._rows.stream()

    def __arrow_c_schema__(self) -> object:
        """The types of the columns as a schema of Arrow's C interface."""
        return self._rows.schema()

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        step = 4096
        for start in range(0, len(self), step):
            yield from json.loads(self._rows.json(start, start + step))

    def __getitem__(self, at: int) -> dict[str, Any]:
        if not hasattr(at, "__index__"):
            raise TypeError(f"a row is asked for by its number, and not by {at!r}; to_polars() and to_pandas() have columns and slices")
        at = at.__index__()
        at = at + len(self) if at < 0 else at
        if not 0 <= at < len(self):
            raise IndexError(f"there is no row {at}; there are {len(self)}")
        row: dict[str, Any] = json.loads(self._rows.json(at, at + 1))[0]
        return row

    def __repr__(self) -> str:
        return self._answer.text() if self._rows.is_all else f"<{len(self)} rows of {', '.join(self.columns)}>\n{self.definition}"

    def _repr_html_(self) -> str:
        from ._html import table

        return table(self, SHOWN)


class Family(Table):
    """A family's counts: a table of one row, whose figures are attributes too. The whole row is `family[0]`."""

    __slots__ = ()

    @property
    def members(self) -> int:
        """How many models the family's rule names."""
        return int(self[0]["members"])

    @property
    def f1(self) -> int:
        """Direct derivatives by others: distinct models with a member for a parent."""
        return int(self[0]["f1"])

    @property
    def f2(self) -> int:
        """All derivatives: distinct models that can be reached from any member."""
        return int(self[0]["f2"])

    @property
    def f3(self) -> int | None:
        """Mentions: models that name the family and are no members; `None` where that is not known."""
        f3: int | None = self[0]["f3"]
        return f3


class Report(Said):
    """Sections of figures: each has findings in words, and tables, which are looked up as `report["derivatives.families"]`,
    or by the table's name alone where one section has it."""

    __slots__ = ("_tables",)

    def __init__(self, answer: _native.Answer) -> None:
        super().__init__(answer)
        self._tables = {f"{section}.{name}": (section, name) for section, name, _ in answer.parts()}

    @property
    def tables(self) -> Mapping[str, Table]:
        """All tables by their names, `section.table`."""
        return {name: self[name] for name in self._tables}

    @property
    def findings(self) -> list[str]:
        """What came out, in sentences."""
        return [finding for section in self.to_dicts() for finding in section["findings"]]

    def to_dicts(self) -> list[dict[str, Any]]:
        """The sections as the rows of the program's JSON."""
        rows: list[dict[str, Any]] = json.loads(self._answer.rows().json(0, len(self._answer.rows())))
        return rows

    def __getitem__(self, name: str) -> Table:
        named = [place for full, place in self._tables.items() if full == name or place[1] == name]
        if len(named) != 1:
            raise KeyError(f"{name!r} is no table or one of several; there are {', '.join(self._tables)}")
        return Table(self._answer, self._answer.part(*named[0]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __repr__(self) -> str:
        return self._answer.text()

    def _repr_html_(self) -> str:
        from ._html import report

        return report(self, SHOWN)
