"""Who descends from whom among the world's open AI models, counted exactly.

>>> import modelkin
>>> hub = modelkin.sample()
>>> hub.family("Qwen").f2
784
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _native
from ._errors import Error, NoSnapshot, QuestionError, SnapshotError, UnknownName
from ._filter import Filter
from ._hub import Hub, Model
from ._program import run
from ._selection import Selection
from ._table import Family, Report, SnapshotInfo, Table
from ._taken import flag, many, whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    import networkx

__version__ = _native.version
__all__ = [
    "Error",
    "Family",
    "Filter",
    "Hub",
    "Model",
    "NoSnapshot",
    "QuestionError",
    "Report",
    "Selection",
    "SnapshotError",
    "SnapshotInfo",
    "Table",
    "UnknownName",
    "crawl",
    "from_links",
    "from_networkx",
    "import_",
    "open",
    "run",
    "sample",
]


def open(
    path: str | PathLike[str] | None = None,
    *,
    families: str | PathLike[str] | None = None,
    owners: str | PathLike[str] | None = None,
    trust_nothing: bool = False,
    wait: int | None = 30,
) -> Hub:
    """Opens a snapshot. Without a path it is the one that `MODELKIN_SNAPSHOT` names, else the last one imported, else the sample.

    `families` and `owners` are tables of your own (CSV, as the program's options take them). With `trust_nothing` everything is computed
    from the records. A question whose counting is judged to take more than `wait` seconds is refused; `None` waits as long as it takes.
    """
    from os import fspath

    tables = {name: fspath(file) for name, file in (("families", families), ("owners", owners)) if file is not None}
    trusted, patience = flag("trust_nothing", trust_nothing), whole("wait", wait)
    native = _native.open(None if path is None else fspath(path), tables.get("families"), tables.get("owners"), trusted, patience)
    # As the program's options have it, for what it writes.
    return Hub(native, {**tables, "trust_nothing": trusted, "wait": True if patience is None else patience})


def sample() -> Hub:
    """The sample inside: some 22,000 real models. It is no census."""
    return open("sample")


def from_links(links: Any, *, names: Iterable[str] = ()) -> Hub:
    """Somebody's own graph, to be asked like any other.

    `links` is a table with the columns `parent` and `child`, and `relation` if it has one, of any library that speaks Arrow (polars,
    pyarrow, DuckDB, pandas), or tuples of these. `names` are models that may have no link. A name is `owner/name` or `name`, in the
    letters of the Hub's ids; a relation is finetune, quantized, adapter, merge or unstated.
    """
    return Hub(_native.from_links(links, many("names", names)), {})


def from_networkx(graph: networkx.DiGraph[Any], *, relation: str = "relation") -> Hub:
    """The same of a directed graph of networkx, from parent to child; `relation` is the name of the edges' attribute, where there is one."""
    if not getattr(graph, "is_directed", bool)():
        raise QuestionError(f"a lineage is a directed graph of networkx, from parent to child, and not {type(graph).__name__}")
    names: dict[str, Any] = {}
    for node in graph.nodes:
        name = str.__str__(node) if isinstance(node, str) else str(node)
        if name in names:
            raise QuestionError(f"the nodes {names[name]!r} and {node!r} have one name, and would be one model")
        names[name] = node
    named = dict(zip(graph.nodes, names))
    links = [(named[parent], named[child], data.get(relation)) for parent, child, data in graph.edges(data=True)]
    if relation != "relation" and links and all(found is None for _, _, found in links):
        raise QuestionError(f"no edge has an attribute {relation!r}")
    return from_links(links, names=list(names))


def import_(*sources: str | PathLike[str], output: str | PathLike[str], progress: bool = True, **options: Any) -> Hub:
    """Makes a snapshot of dumps, cards, tables, recordings or edge text, and opens it: `import_("hub", output="hub.modelkin")`.

    Sources and options are those of `modelkin import`: `date="2025-07-02"`, `at=...`, `aliases=...`. How far it is, is shown by tqdm
    where that is there.
    """
    return _made("import", sources, output, progress, options)


def crawl(*models: str, output: str | PathLike[str], progress: bool = True, **options: Any) -> Hub:
    """Asks the Hub itself, and opens the snapshot; a crawl that was stopped goes on. Options are those of `modelkin crawl`."""
    return _made("crawl", models, output, progress, options)


def _made(command: str, words: Iterable[str | PathLike[str]], output: Any, progress: bool, options: dict[str, Any]) -> Hub:
    from os.path import abspath

    from ._progress import Progress

    with Progress(command, progress) as told:
        run(command, *words, tell=told.line if progress else None, output=output, **options)
    # A file that is called `sample` is no sample.
    return open(abspath(output))
