"""A snapshot, ready to be asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from . import _native
from ._errors import QuestionError, SnapshotError
from ._filter import Filter, filtered
from ._selection import Selection
from ._table import Family, Report, SnapshotInfo, Table
from ._taken import LONGEST, day, flag, many, string, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike
    from typing import Union

    from typing_extensions import Unpack

    from ._taken import Day, Names

    Relation = Literal["finetune", "quantized", "adapter", "merge", "unstated"]
    Models = Union["str", "Model"]


class Hub:
    """A snapshot, ready to be asked. Every answer has its definition, its snapshot and the program's command line that gives the same.

    Any thread may ask, and several at once: nothing holds the interpreter while it is counted. Keywords have the names of the
    program's options, and mean the same (docs/questions.md).
    """

    __slots__ = ("_native", "_tables")

    def __init__(self, native: _native.Hub, tables: Mapping[str, Any]) -> None:
        self._native = native
        self._tables = tables

    # What is in it.

    @property
    def snapshot(self) -> SnapshotInfo:
        """The snapshot: its date, its digest, how much is in it."""
        info: SnapshotInfo = json.loads(self._native.snapshot())["snapshot"]
        return info

    @property
    def path(self) -> str | None:
        """The file that the snapshot was opened from; `None` for one in memory."""
        return self._native.path

    @property
    def models(self) -> Table:
        """Every row of the snapshot, with every column: the listed models, the parents that are named and not listed, and the old names
        of renamed models; `listed` and `alias_of` tell them apart. The columns are those of the file, and are not copied."""
        return Table(*self._native.models())

    @property
    def links(self) -> Table:
        """Every link of the lineage: `parent`, `child`, `relation`, `learned`. Old ids are followed, links of a model to itself left out.
        Ids are words of a dictionary, which are the ids of `models`, not copied."""
        return Table(*self._native.links())

    def __getitem__(self, id: str) -> Model:
        return Model(self, self._native.find(string("a model", id)))

    # There are too many to go through by chance: `hub.models` has them.
    __iter__ = None

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and len(id) <= LONGEST and id.isprintable() and self._native.has(id)

    def __repr__(self) -> str:
        known = self.snapshot
        return f"<modelkin.Hub of {known['date']}: {known['models']:,} models, {known['links']:,} links, sha256 {known['digest'][:12]}>"

    # Questions.

    def ask(self, question: Mapping[str, Any], *, earlier: Sequence[Hub] = ()) -> Table | Report:
        """Any question, as the data that the library takes: `{"family": {"name": "Qwen"}}`. `earlier` are snapshots from before this
        one, the earliest first, which some questions compare with."""
        answer = self._ask(question, earlier)
        return Report(answer) if answer.is_report else Table(answer, answer.rows())

    def family(self, name: Models, *, include_members: bool = False, **filter: Unpack[Filter]) -> Family:
        """How many models descend from a family (`Qwen`), an owner (`Qwen/*`), a pattern of ids or a model: `.f1` direct, `.f2` all,
        `.f3` mentions, and the whole row by relation, authors, downloads, without bursts."""
        made = {"name": one("name", name), "include_members": flag("include_members", include_members)}
        answer = self._ask({"family": {**made, "filter": filtered(filter, "include_members")}})
        return Family(answer, answer.rows())

    def family_models(
        self,
        name: Models,
        part: Literal["members", "f1", "f2", "f3"] = "f2",
        *,
        include_members: bool = False,
        **filter: Unpack[Filter],
    ) -> Table:
        """The models behind one count of a family, in order of their ids."""
        asked = {"name": one("name", name), "list": string("part", part), "include_members": flag("include_members", include_members)}
        return self._table({"family": {**asked, "filter": filtered(filter, "part", "include_members")}})

    def rank(
        self,
        by: Names = "descendants",
        *,
        of: str = "models",
        columns: Names = (),
        within: str | None = None,
        top: int | None = 20,
        days: int | None = None,
        **filter: Unpack[Filter],
    ) -> Table:
        """Models, owners, families, or authors, countries and licences of derived models, the first by a measure. The first of several
        measures sorts, the others stand beside; `top=None` gives all rows."""
        measures, shown = many("by", by), many("columns", columns)
        if not measures:
            raise QuestionError("by is a measure, or several, and names none")
        asked: dict[str, Any] = {"of": string("of", of), "by": measures[0], "beside": measures[1:], "columns": shown, "within": perhaps("within", within)}
        asked |= {"most": most(top), "days": whole("days", days)}
        return self._table({"rank": {**asked, "filter": filtered(filter, "by", "of", "columns", "within", "top", "days")}})

    def compare(
        self,
        *names: Models,
        by: str | None = None,
        show: str = "f2",
        top: int | None = 20,
        earlier: Sequence[Hub] = (),
        **filter: Unpack[Filter],
    ) -> Table:
        """Families, owners and models beside each other: in all, or by month, quarter, year, relation, country, licence, size, generation
        or owner; with `earlier` snapshots along them, a row each."""
        if top != 20 and by not in ("country", "licence", "owner"):
            raise QuestionError("top is for by='country', 'licence' and 'owner'; the others are shown whole, in their order")
        compared = [one("a name", name) for name in names]
        asked = {"names": compared, "by": perhaps("by", by), "along": bool(earlier), "figure": string("show", show), "most": most(top)}
        return self._table({"compare": {**asked, "filter": filtered(filter, "by", "show", "top", "earlier")}}, earlier)

    def flows(
        self,
        by: str = "owner",
        *,
        own: bool | None = None,
        within: str | None = None,
        top: int | None = 20,
        **filter: Unpack[Filter],
    ) -> Table:
        """Who builds on whom: accounts, publishers, converters, countries, kinds or families in pairs."""
        asked = {"by": string("by", by), "own": own if own is None else flag("own", own), "within": perhaps("within", within), "most": most(top)}
        return self._table({"flows": {**asked, "filter": filtered(filter, "by", "own", "within", "top")}})

    def search(self, text: str, *, top: int | None = 20) -> Table:
        """The models whose ids have every word of a text, those with most descendants first."""
        return self._table({"search": {"text": string("text", text), "most": most(top), "nearest": True}})

    def explain(self, name: Models) -> Report:
        """A family under every definition, and what makes the numbers differ."""
        return self._report({"explain": {"name": one("name", name)}})

    def owners(self, *, unknown: bool = False, top: int | None = 20) -> Table:
        """The accounts with who stands behind them, those with most downloads first; or those that no table knows."""
        return self._table({"owners": {"unknown": flag("unknown", unknown), "most": most(top)}})

    def upstream(self, *models: Models, **filter: Unpack[Filter]) -> Table:
        """Everything that some models descend from: distance, ways, relation, licence, whether it is unavoidable."""
        return self._table({"upstream": {"models": named(models), "filter": filtered(filter)}})

    def why(self, model: Models, ancestor: Models, *, max_paths: int = 1, **filter: Unpack[Filter]) -> Table:
        """How a model descends from another one, way by way, the shortest first; no row where it does not. `.about` has how many ways
        there are, and who is on all of them."""
        ways = whole("max_paths", max_paths)
        asked = {"model": one("model", model), "ancestor": one("ancestor", ancestor), "most": None if ways == 1 else ways}
        return self._table({"why": {**asked, "filter": filtered(filter, "max_paths")}})

    def common(self, *models: Models, **filter: Unpack[Filter]) -> Table:
        """The nearest common ancestors of two models or more."""
        return self._table({"common": {"models": named(models), "filter": filtered(filter)}})

    def siblings(self, *models: Models, **filter: Unpack[Filter]) -> Table:
        """The other children of some models' parents."""
        return self._table({"siblings": {"models": named(models), "filter": filtered(filter)}})

    def blast(self, *models: Models, family: str | None = None, mine: Names = (), **filter: Unpack[Filter]) -> Report:
        """What descends from some models, counted: `["totals"]`, by relation, owner, country and the like."""
        asked = {"models": named(models), "family": perhaps("family", family), "mine": many("mine", mine)}
        return self._report({"blast": {**asked, "filter": filtered(filter, "family", "mine")}})

    def blast_models(self, *models: Models, family: str | None = None, mine: Names = (), **filter: Unpack[Filter]) -> Table:
        """What descends from some models, one by one, with whether it hangs only through them."""
        asked = {"models": named(models), "family": perhaps("family", family), "mine": many("mine", mine), "list": True}
        return self._table({"blast": {**asked, "filter": filtered(filter, "family", "mine")}})

    def licences(self, *models: Models, today: Day | None = None, **filter: Unpack[Filter]) -> Table:
        """What models state of their licences against the terms of all that they descend from. Declared metadata, no legal advice."""
        if today is None:
            from datetime import date

            today = date.today()
        asked = {"models": named(models), "today": day("today", today), "filter": filtered(filter, "today")}
        return self._table({"licences": asked})

    def check(self, *, list: str | None = None, kinds: Names = (), owner: str | None = None, below: str | None = None) -> Table:
        """What is odd in the snapshot: a row for each kind, or with `list` each case of one kind, of `all`, or `aliases`, `bursts`, `mirrors`."""
        cases: Any = list if list in (None, "all", "aliases", "bursts", "mirrors") else {"kind": list}
        return self._table({"check": {"list": cases, "kinds": many("kinds", kinds), "owner": perhaps("owner", owner), "below": perhaps("below", below)}})

    def diff(self, earlier: Hub) -> Report:
        """What changed since an earlier snapshot."""
        return self._report({"diff": {}}, [earlier])

    @overload
    def report(self, path: str | PathLike[str], *, sections: Names = ..., fold_mirrors: bool = ...) -> None: ...
    @overload
    def report(self, path: None = ..., *, sections: Names = ..., fold_mirrors: bool = ...) -> Report: ...
    def report(self, path: str | PathLike[str] | None = None, *, sections: Names = (), fold_mirrors: bool = False) -> Report | None:
        """Every figure that reports on the Hub publish, section by section. With a path it is written: as a page (.html) with its tables
        beside it, or as one file (.md, .json)."""
        if path is None:
            return self._report({"report": {"sections": many("sections", sections), "filter": {"fold_mirrors": flag("fold_mirrors", fold_mirrors)}}})
        self._write(["report"], path, {"section": many("sections", sections) or None, "fold_mirrors": flag("fold_mirrors", fold_mirrors)})
        return None

    # Parts of the lineage.

    def select(
        self,
        *,
        family: Models | None = None,
        below: Models | Iterable[Models] | None = None,
        above: Models | Iterable[Models] | None = None,
        around: Models | Iterable[Models] | None = None,
        hops: int | None = None,
        depth: int | None = None,
        top: int | None = None,
        min_downloads: int | None = None,
        min_descendants: int | None = None,
        collapse: Literal["leaves", "quantized"] | None = None,
        **filter: Unpack[Filter],
    ) -> Selection:
        """A part of the lineage: a family with what descends from it, what lies below, above or around some models, or all of it."""
        begins = {"family": family, "below": below, "above": above, "around": around}
        named_here = {name: value for name, value in begins.items() if value is not None}
        if len(named_here) > 1:
            raise TypeError(f"a selection begins at one of {', '.join(begins)}, and not at several")
        begin: Any = "all"
        for name, value in named_here.items():
            begin = {name: one(name, value) if name == "family" else ids(name, value)}
        limits: dict[str, Any] = {"hops": hops, "depth": depth, "top": top, "min_downloads": min_downloads, "min_descendants": min_descendants}
        limits = {name: whole(name, value) for name, value in limits.items()}
        known = filtered(filter, *begins, *limits, "collapse")
        selection = {"begin": begin, **limits, "collapse": perhaps("collapse", collapse)}
        return Selection(self, self._ask({"export": {"selection": selection, "filter": known}}))

    # Behind all of these.

    def _ask(self, question: Mapping[str, Any], earlier: Sequence[Hub] = ()) -> _native.Answer:
        if not isinstance(question, Mapping):
            raise QuestionError(f"a question is a mapping such as {{'rank': {{'by': 'authors'}}}}, and not {question!r}")
        others = [earlier] if isinstance(earlier, (str, Hub)) else list(earlier)
        for hub in others:
            if not isinstance(hub, Hub):
                raise QuestionError(f"an earlier snapshot is one that was opened, modelkin.open(...), and not {hub!r}")
        try:
            return self._native.ask(json.dumps(question), [hub._native for hub in others])
        except TypeError as error:
            raise QuestionError(f"a question is data that JSON can write: {error}") from None

    def _table(self, question: Mapping[str, Any], earlier: Sequence[Hub] = ()) -> Table:
        answer = self._ask(question, earlier)
        return Table(answer, answer.rows())

    def _report(self, question: Mapping[str, Any], earlier: Sequence[Hub] = ()) -> Report:
        return Report(self._ask(question, earlier))

    def _write(self, words: Sequence[str], path: str | PathLike[str], options: Mapping[str, Any]) -> None:
        """Lets the program write a file, of the snapshot that is open."""
        from tempfile import TemporaryDirectory

        from ._program import run

        with TemporaryDirectory(prefix="modelkin-") as folder:
            run(*words, output=path, snapshot=self._file(folder), **self._tables, **options)

    def _file(self, folder: str) -> str:
        """The file of the snapshot, for the program; one in memory is written into the folder."""
        if self.path is None and self.snapshot["sample"]:
            return "sample"
        if self.path is None:
            file = f"{folder}/hub.modelkin"
            self._native.write(file)
            return file
        if not self._native.is_in_place():
            raise SnapshotError(f"{self.path}: was replaced since it was opened; open it again")
        return self.path


class Model:
    """A model of a snapshot."""

    __slots__ = ("_about", "hub", "id")

    def __init__(self, hub: Hub, id: str) -> None:
        self.hub = hub
        """The snapshot that it is of."""
        self.id = id
        """Its id, as the snapshot spells it; that of today, if an old one was asked for."""
        self._about: dict[str, Any] | None = None

    @property
    def about(self) -> dict[str, Any]:
        """All that the snapshot knows of it: the columns of `hub.models`, with `direct` and `descendants`."""
        if self._about is None:
            self._about = json.loads(self.hub._native.about(self.id))
        return dict(self._about or {})

    @property
    def direct(self) -> int:
        """How many distinct children it has."""
        return int(self.about["direct"])

    @property
    def descendants(self) -> int:
        """How many distinct models can be reached from it, itself left out."""
        return int(self.about["descendants"])

    @property
    def is_listed(self) -> bool:
        """Whether the snapshot lists it, or only names it as a parent."""
        return bool(self.about["listed"])

    @property
    def parents(self) -> list[Model]:
        """Its parents."""
        return [Model(self.hub, id) for id in self.hub._native.parents(self.id)]

    def children(self, relation: Relation | None = None) -> list[Model]:
        """Its children, or those of one relation, in order of their ids."""
        return [Model(self.hub, id) for id in self.hub._native.children(self.id, relation)]

    def below(self, depth: int | None = None, **filter: Unpack[Filter]) -> Selection:
        """It and its descendants, or those so many links below."""
        return self.hub.select(below=self, depth=depth, **filter)

    def above(self, depth: int | None = None, **filter: Unpack[Filter]) -> Selection:
        """It and its ancestors, or those so many links above."""
        return self.hub.select(above=self, depth=depth, **filter)

    def around(self, hops: int = 1, **filter: Unpack[Filter]) -> Selection:
        """It and what lies within so many links, whichever way they run."""
        return self.hub.select(around=self, hops=hops, **filter)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and (self.id, self.hub) == (other.id, other.hub)

    def __hash__(self) -> int:
        return hash(self.id)

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<modelkin.Model {self.id}>"


def most(top: int | None) -> int | None:
    """How many rows: `None` and 0 are all."""
    return whole("top", top) or None


def perhaps(keyword: str, value: str | None) -> str | None:
    """A text, or nothing."""
    return None if value is None else string(keyword, value)


def one(keyword: str, model: Any) -> str:
    """The id of a model."""
    return model.id if isinstance(model, Model) else string(keyword, model)


def ids(keyword: str, models: Any) -> list[str]:
    """Models as ids."""
    if isinstance(models, (str, Model)) or not hasattr(models, "__iter__"):
        return [one(keyword, models)]
    return [one(keyword, model) for model in models]


def named(models: Iterable[Models]) -> dict[str, list[str]]:
    """Models as a question names them: each is an argument, or several of them are one list."""
    return {"ids": [id for model in models for id in ids("a model", model)]}
