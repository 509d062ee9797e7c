"""Parts of the lineage: models, and the links between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._table import Said, Table
from ._taken import library

if TYPE_CHECKING:
    from os import PathLike

    import igraph
    import networkx
    import rustworkx

    from . import _native
    from ._hub import Hub


class Selection(Said):
    """Models and the links between them: what lies below a model, above it, around it, or a family with all that descends from it.
    The models that it begins at are among them, so what is below a model has one model more than the model has descendants."""

    __slots__ = ("_hub",)

    def __init__(self, hub: Hub, answer: _native.Answer) -> None:
        super().__init__(answer)
        self._hub = hub

    @property
    def nodes(self) -> Table:
        """The models, a row each, with all that is known of them (docs/export.md)."""
        return Table(self._answer, self._answer.nodes())

    @property
    def links(self) -> Table:
        """The links between them: `parent`, `child`, `relation`, `learned`."""
        return Table(self._answer, self._answer.links())

    def save(self, path: str | PathLike[str], **options: Any) -> None:
        """Writes the selection as a graph file or a drawing, by the suffix of its name: .svg, .png, .pdf, .dot, .graphml, .gexf, .mmd, .json,
        .csv, .parquet and others (docs/export.md). Options are those of `modelkin export`: `color_by="licence"`, `layout="dot"`."""
        self._hub._write(self._answer.words(), path, options)

    def to_networkx(self) -> networkx.DiGraph[str]:
        """The selection as a graph of networkx, from parent to child, with the columns of nodes and links as attributes. The graph's own
        attributes say what was selected: `definition`, `command`, and the `date` and `digest` of the snapshot."""
        graph: networkx.DiGraph[str] = library("networkx").DiGraph(**self._said())
        graph.add_nodes_from((node.pop("id"), node) for node in self.nodes)
        graph.add_edges_from((link.pop("parent"), link.pop("child"), link) for link in self.links)
        return graph

    def to_igraph(self) -> igraph.Graph:
        """The selection as a directed graph of igraph; a vertex has its id as `name`, and the graph what was selected."""
        nodes, links = self.nodes.to_dicts(), self.links.to_dicts()
        place = {node["id"]: at for at, node in enumerate(nodes)}
        pairs = [(place[link["parent"]], place[link["child"]]) for link in links]
        graph: igraph.Graph = library("igraph").Graph(len(nodes), pairs, directed=True, graph_attrs=self._said())
        for name in self.nodes.columns:
            graph.vs["name" if name == "id" else name] = [node[name] for node in nodes]
        for name in self.links.columns[2:]:
            graph.es[name] = [link[name] for link in links]
        return graph

    def to_rustworkx(self) -> rustworkx.PyDiGraph[dict[str, Any], dict[str, Any]]:
        """The selection as a graph of rustworkx, whose nodes and links are dictionaries; `attrs` say what was selected."""
        graph: rustworkx.PyDiGraph[dict[str, Any], dict[str, Any]] = library("rustworkx").PyDiGraph(attrs=self._said())
        nodes = self.nodes.to_dicts()
        place = dict(zip((node["id"] for node in nodes), graph.add_nodes_from(nodes)))
        graph.add_edges_from([(place[link["parent"]], place[link["child"]], link) for link in self.links])
        return graph

    def _said(self) -> dict[str, str]:
        known = self.snapshot
        return {"definition": self.definition, "command": self.command, "date": known["date"] or "", "digest": known["digest"]}

    def __len__(self) -> int:
        return self._answer.models()

    def __repr__(self) -> str:
        return f"<{len(self)} models, {len(self.links)} links: {self.definition}>"

    def _repr_svg_(self) -> str | None:
        """A drawing, for notebooks; nothing where it would be larger than anybody looks at."""
        return self._answer.drawing() if len(self) <= 500 else None
