"""Other libraries take tables as they are."""

from __future__ import annotations

import datetime
import re
from typing import Any

import duckdb
import pandas
import polars
import pyarrow as pa
import pytest
from asked import Draw
from test_equal import called, models

import modelkin


def plain(value: Any, kind: pa.DataType) -> Any:
    """A value of the program's JSON as Arrow has it."""
    if value is None:
        return None
    if pa.types.is_date32(kind):
        return datetime.date.fromisoformat(value)
    if pa.types.is_floating(kind):
        return float(value)
    if pa.types.is_list(kind):
        return [plain(each, kind.value_type) for each in value]
    if pa.types.is_struct(kind):
        return {field.name: plain(value.get(field.name), field.type) for field in kind}
    if pa.types.is_int64(kind) and isinstance(value, str):
        assert value.startswith("more than")
        return None
    return str(value) if pa.types.is_string(kind) and not isinstance(value, str) else value


def test_arrow_has_the_values_of_the_rows_and_types_that_never_change(hub: modelkin.Hub) -> None:
    types: dict[tuple[str, str], tuple[pa.DataType, Any]] = {}
    draw = Draw(11, models(hub))
    tables = 0
    for question in (draw.question() for _ in range(400)):
        answer = called(hub, question)
        if isinstance(answer, modelkin.Error):
            continue
        each = answer.tables.items() if isinstance(answer, modelkin.Report) else [("", answer)]
        for name, table in each:
            arrow = pa.table(table)
            rows = table.to_dicts()
            assert arrow.num_rows == len(rows)
            assert pa.schema(table) == arrow.schema
            for field in arrow.schema:
                assert not pa.types.is_null(field.type)
                place = (f"{question.method}/{question.names[1:2] if question.method == 'family_models' else ''}{name}", field.name)
                if question.method in ("compare", "rank"):
                    place = (question.method + str(question.keywords.get("show", "") if "by" in question.keywords else ""), field.name)
                known, first = types.setdefault(place, (field.type, question))
                assert known == field.type, (place, known, first, field.type, question)
                expected = [plain(row.get(field.name), field.type) for row in rows]
                assert arrow[field.name].to_pylist() == expected, (question, field.name)
            tables += 1
    assert tables > 200


def test_polars_pandas_and_duckdb_take_a_table_as_it_is(hub: modelkin.Hub) -> None:
    t = hub.rank(top=50)
    rows = t.to_dicts()
    assert polars.DataFrame(t)["descendants"].to_list() == [row["descendants"] for row in rows]
    assert t.to_polars().height == len(t) == len(list(t)) == 50
    assert duckdb.sql("select sum(direct) from t").fetchall() == [(sum(row["direct"] for row in rows),)]
    frame = t.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["id"].tolist() == [row["id"] for row in rows]
    assert pa.table(t).to_pylist() == rows
    assert (t[0], t[-1]) == (rows[0], rows[-1])
    with pytest.raises(IndexError):
        t[50]


def test_the_whole_snapshot_is_a_table_for_all_of_them(hub: modelkin.Hub) -> None:
    m, links = hub.models, hub.links
    counts = hub.snapshot
    assert polars.DataFrame(m).filter(polars.col("listed")).height == counts["models"]
    assert duckdb.sql("select count(*) from m where listed").fetchall() == [(counts["models"],)]
    assert len(links) == polars.DataFrame(links).height
    arrow = pa.table(links)
    assert duckdb.sql("select count(distinct child::varchar) from arrow").fetchall()[0][0] == len(set(arrow["child"].to_pylist()))
    top = hub.rank(by="direct", top=1)[0]
    assert duckdb.sql("select count(*) from links where parent = $id", params={"id": top["id"]}).fetchall() == [(top["direct"],)]
    assert polars.DataFrame(links).filter(polars.col("parent").cast(polars.String) == top["id"]).height == top["direct"]
    assert (pa.table(links).to_pandas()["parent"] == top["id"]).sum() == top["direct"]
    assert pa.types.is_int64(pa.table(m)["downloads"].type)
    first = next(iter(m))
    assert first["id"] == pa.table(m)["id"][0].as_py()
    assert set(first) == set(m.columns)


def test_columns_lie_in_the_file_that_is_mapped(hub: modelkin.Hub) -> None:
    """No buffer is a copy, but for the numbers of children and the codes of relations."""
    stretches = []
    with open("/proc/self/maps") as maps:
        for line in maps:
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) .*? (/.*)$", line)
            if place and place[3] == hub.path:
                stretches.append((int(place[1], 16), int(place[2], 16)))
    assert stretches

    def is_mapped(buffer: pa.Buffer) -> bool:
        return any(start <= buffer.address and buffer.address + buffer.size <= end for start, end in stretches)

    for column in pa.table(hub.models).columns:
        for chunk in column.chunks:
            found = [buffer for buffer in chunk.buffers() if buffer is not None and buffer.size > 0]
            assert all(is_mapped(buffer) for buffer in found), column.type
            if pa.types.is_dictionary(column.type):
                words = [buffer for buffer in chunk.dictionary.buffers() if buffer is not None and buffer.size > 0]
                assert all(is_mapped(buffer) for buffer in words), column.type
    links = pa.table(hub.links)
    for name in ("parent", "child"):
        ids = [buffer for buffer in links[name].chunk(0).dictionary.buffers() if buffer is not None]
        assert all(is_mapped(buffer) for buffer in ids)
    rows = [buffer for buffer in links["parent"].chunk(0).indices.buffers() if buffer is not None]
    assert rows and all(is_mapped(buffer) for buffer in rows)


def test_links_are_those_of_every_model(sample: modelkin.Hub) -> None:
    children: dict[str, list[str]] = {}
    for link in sample.links:
        children.setdefault(link["parent"], []).append(link["child"])
    for id in list(children)[:300]:
        assert [child.id for child in sample[id].children()] == children[id]
        assert sample[id].direct == len(children[id])
    assert len(sample.links) == sample.snapshot["links"]


def test_a_table_says_what_it_is(sample: modelkin.Hub) -> None:
    t = sample.rank(by=["authors", "direct"], top=3)
    assert t.command == "modelkin rank --by authors,direct --top 3"
    assert t.definition.startswith("Ranked: models, by authors")
    assert t.snapshot["date"] == "2026-10-12" and len(t.snapshot["digest"]) == 64
    assert t.about["of"] > 3
    assert "modelkin rank" in t.cite() and t.cite("bibtex").startswith("@misc")
    assert t.cite("csl").startswith("[")
    with pytest.raises(modelkin.QuestionError, match="text, bibtex, csl"):
        t.cite("apa")
    assert t[0]["id"] in repr(t) and t[0]["id"] in t._repr_html_()
    assert "<script" not in t._repr_html_()
    report = sample.explain("Qwen")
    assert "F1" in repr(report) and "<table>" in report._repr_html_()
    assert sample.models.definition.startswith("Every row")
    assert "rows of" in repr(sample.links) and "<table>" in sample.links._repr_html_()


def test_shares_that_were_published_are_in_arrow_too(sample: modelkin.Hub) -> None:
    compared = 0
    for name, table in sample.report().tables.items():
        if name.endswith(".published") and len(table):
            rows, columns = table.to_dicts(), table.to_arrow().to_pydict()
            for column in ("published", "here"):
                for row, value in zip(rows, columns.get(column, [])):
                    assert (row[column] is None) == (value is None), (name, row, value)
                    compared += isinstance(row[column], str)
    assert compared > 10


def test_a_table_without_rows_has_the_columns_of_one_with_rows(sample: modelkin.Hub) -> None:
    base, child = "Qwen/Qwen2.5-14B", "Qwen/Qwen2.5-14B-Instruct"
    leaf = next(row["id"] for row in sample.blast_models(base) if not sample[row["id"]].descendants)
    pairs = [
        (sample.upstream(child), sample.upstream(base)),
        (sample.why(child, base), sample.why(base, child)),
        (sample.siblings(child), sample.siblings(base)),
        (sample.common(child, base), sample.common(base, "mistralai/Mistral-7B-v0.1")),
        (sample.blast_models(base), sample.blast_models(leaf)),
        (sample.search("qwen"), sample.search("nobody calls a model so")),
        (sample.family_models(base), sample.family_models(leaf)),
        (sample.rank(), sample.rank(within=leaf)),
        (sample.flows(), sample.flows(since="2099-01-01")),
    ]
    for some, none in pairs:
        assert len(some) and not len(none), none.command
        assert pa.schema(none) == pa.schema(some), none.command
        assert none.to_polars().columns == some.columns and none.to_pandas().empty
