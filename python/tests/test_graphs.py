"""Parts of the lineage, and graphs of somebody's own."""

from __future__ import annotations

from pathlib import Path

import networkx
import polars
import pyarrow as pa
import pytest
from program import run

import modelkin

BASE = "Qwen/Qwen2.5-14B"


def test_a_model_tells_of_itself(sample: modelkin.Hub) -> None:
    model = sample[BASE.lower()]
    assert (model.id, str(model)) == (BASE, BASE)
    row = next(row for row in sample.rank(top=None) if row["id"] == BASE)
    assert (model.direct, model.descendants) == (row["direct"], row["descendants"])
    assert model.is_listed and model.about["licences"]
    assert len(model.children()) == model.direct
    for relation in ("finetune", "quantized", "adapter", "merge", "unstated"):
        assert all(model in child.parents for child in model.children(relation))
    assert sum(len(model.children(relation)) for relation in ("finetune", "quantized", "adapter", "merge", "unstated")) == model.direct
    assert BASE in sample and "nobody/nothing" not in sample and 3 not in sample


def test_selections_become_graphs_of_three_libraries(sample: modelkin.Hub) -> None:
    model = sample[BASE]
    below = model.below()
    assert len(below) == len(below.nodes) == model.descendants + 1
    graph = below.to_networkx()
    assert networkx.descendants(graph, BASE) == set(graph) - {BASE}
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (len(below.nodes), len(below.links))
    assert graph.nodes[BASE]["descendants"] == model.descendants
    said = {"definition": below.definition, "command": below.command, "date": "2026-10-12", "digest": sample.snapshot["digest"]}
    assert said == graph.graph == below.to_rustworkx().attrs == {name: below.to_igraph()[name] for name in said}
    igraph = below.to_igraph()
    assert (igraph.vcount(), igraph.ecount()) == (len(below.nodes), len(below.links))
    assert len(igraph.subcomponent(igraph.vs.find(name=BASE), mode="out")) == len(below)
    rustworkx = below.to_rustworkx()
    assert (rustworkx.num_nodes(), rustworkx.num_edges()) == (len(below.nodes), len(below.links))
    assert pa.types.is_timestamp(pa.table(below.nodes)["created"].type)
    assert len(model.below(depth=1)) == model.direct + 1
    assert {row["id"] for row in model.children()[0].above().nodes} >= {BASE}
    assert len(model.around()) == model.direct + len(model.parents) + 1
    assert len(model.below(relation="quantized")) < len(below)
    assert "modelkin export --below" in below.command
    svg = below._repr_svg_()
    assert svg and svg.startswith("<") and BASE in svg


def test_a_collapsed_selection_counts_models_and_not_nodes(sample: modelkin.Hub) -> None:
    below, collapsed = sample.select(below=BASE), sample.select(below=BASE, collapse="leaves")
    assert len(collapsed) == len(below) > len(collapsed.nodes)
    assert sum(node["models"] for node in collapsed.nodes) == len(below)
    collapsed.to_networkx(), collapsed.to_igraph(), collapsed.to_rustworkx()


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf", "dot", "graphml", "gexf", "mmd", "json", "parquet"])
def test_a_selection_is_saved_as_the_program_exports_it(sample: modelkin.Hub, tmp_path: Path, suffix: str) -> None:
    file, other = tmp_path / f"python.{suffix}", tmp_path / f"program.{suffix}"
    is_painted = suffix in ("svg", "png", "pdf", "dot", "gexf", "mmd")
    sample[BASE].below(depth=2).save(file, **({"color_by": "licence"} if is_painted else {}))
    words = ["export", "--below", BASE, "--depth", "2", "--snapshot", sample.path or "", "-o", str(other)]
    assert run(*words, *(["--color-by", "licence"] if is_painted else [])).returncode == 0
    names = ["nodes", "links"] if suffix == "parquet" else [""]
    for name in names:
        one, two = (path if not name else path.with_suffix(f".{name}.{suffix}") for path in (file, other))
        if not one.exists():
            one, two = (path.with_name(f"{path.stem}-{name}.{suffix}") for path in (file, other))
        assert one.read_bytes() == two.read_bytes(), suffix


def test_a_report_is_a_page_with_its_tables(sample: modelkin.Hub, tmp_path: Path) -> None:
    assert sample.report(tmp_path / "out.html", sections="shape") is None
    assert (tmp_path / "out.html").read_text().startswith("<!")
    assert (tmp_path / "out" / "shape.bases.csv").exists()


def test_somebodys_own_graph_is_counted(tmp_path: Path) -> None:
    links = [("meta/base", "you/chat", "finetune"), ("you/chat", "you/chat-GGUF", "quantized"), ("meta/base", "you/merge", "merge")]
    links.append(("you/chat", "you/merge", "merge"))
    own = modelkin.from_links(links, names=["alone"])
    assert own["meta/base"].descendants == 3 and own["meta/base"].direct == 2
    assert own.snapshot["models"] == 5 and own.snapshot["unlisted"] == 0
    assert own.family("meta/*").f2 == 3
    frame = polars.DataFrame(links, schema=["parent", "child", "relation"], orient="row")
    for table in (frame, frame.to_arrow(), frame.to_pandas(), frame.with_columns(polars.col("parent").cast(polars.Categorical))):
        assert modelkin.from_links(table).rank(top=None).to_dicts() == own.rank(top=None).to_dicts()
    assert modelkin.from_links(frame.drop("relation"))["meta/base"].about["descendants"] == 3
    graph = networkx.DiGraph()
    graph.add_edges_from((parent, child, {"relation": relation}) for parent, child, relation in links)
    graph.add_node("alone")
    assert modelkin.from_networkx(graph).rank(top=None).to_dicts() == own.rank(top=None).to_dicts()
    own["meta/base"].below().save(tmp_path / "own.graphml")
    assert networkx.read_graphml(tmp_path / "own.graphml").number_of_edges() == 4
    again = modelkin.from_links(own.links)
    assert again.rank(top=None).to_dicts() == own.rank(top=None).to_dicts()


def test_a_graph_of_numbers_has_the_descendants_that_networkx_finds() -> None:
    graph = networkx.gnp_random_graph(300, 0.006, seed=5, directed=True)
    own = modelkin.from_networkx(graph)
    for node in graph:
        assert own[str(node)].descendants == len(networkx.descendants(graph, node)), node


@pytest.mark.parametrize(
    ("links", "words"),
    [
        ([("a b", "c")], "can be no model's id"),
        ([("A", "c"), ("a", "d")], "case makes no difference"),
        ([("a", "b", "cousin")], "is no relation"),
        ([("a",)], "is no link"),
        ([1], "is no link"),
        (polars.DataFrame({"from": ["a"], "to": ["b"]}), "parent and child"),
        (polars.DataFrame({"parent": [1], "child": [2]}), "texts were expected"),
        (polars.DataFrame({"parent": ["a"], "child": [None]}, schema={"parent": polars.String, "child": polars.String}), "no parent or no child"),
        ([], "there is no link and no name"),
    ],
)
def test_links_that_cannot_be_meant_are_refused(links: object, words: str) -> None:
    with pytest.raises(modelkin.QuestionError, match=words):
        modelkin.from_links(links)


def test_a_graph_without_directions_is_refused() -> None:
    for graph in (networkx.Graph([("meta/base", "you/chat")]), networkx.MultiGraph(), "x", None):
        with pytest.raises(modelkin.QuestionError, match="a lineage is a directed graph"):
            modelkin.from_networkx(graph)


def test_tables_of_every_shape_are_read_or_told() -> None:
    ends = {"parent": ["a/b", "a/b"], "child": ["c/d", "c/e"]}
    nothing = pa.DictionaryArray.from_arrays(pa.array([None, None], pa.int8()), pa.array([], pa.string()))
    for relation in (nothing, pa.array([None, None], pa.string()), pa.array(["", None])):
        hub = modelkin.from_links(pa.table({**ends, "relation": relation}))
        assert hub["a/b"].children("unstated") == hub["a/b"].children() and hub["a/b"].direct == 2
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\6\0\0\0"), pa.py_buffer(b"a/\xffb/\xc3")])
    for table, words in [
        (pa.table({"parent": broken, "child": pa.array(["c/d"])}), "the column parent is damaged"),
        (pa.table([["a/b"], ["x/y"], ["c/d"]], names=["parent", "parent", "child"]), "several columns parent"),
        (pa.table({"foo": pa.array([], pa.string())}), "there are foo"),
        (pa.table({"parent": pa.array([], pa.string()), "child": pa.array([], pa.string())}), "there is no link and no name"),
        (polars.DataFrame({"parent": ["a/b"], "child": ["c/d"], "relation": [None]}), "leave out columns that have no value at all"),
        ([], "there is no link and no name"),
    ]:
        with pytest.raises(modelkin.QuestionError, match=words):
            modelkin.from_links(table)
    assert modelkin.from_links([("a/b", "c/d")], names="bert").snapshot["models"] == 3


def test_nodes_keep_apart_what_the_graph_keeps_apart() -> None:
    with pytest.raises(modelkin.QuestionError, match="have one name"):
        modelkin.from_networkx(networkx.DiGraph([(1, 2), ("1", 3)]))
    with pytest.raises(modelkin.QuestionError, match="no edge has an attribute 'kind'"):
        modelkin.from_networkx(networkx.DiGraph([("a", "b")]), relation="kind")
    assert modelkin.from_networkx(networkx.DiGraph([(1, 2), (2, 3)]))["1"].descendants == 2
