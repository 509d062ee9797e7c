"""What goes wrong is said in the program's words."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

import modelkin


def test_an_unknown_name_names_the_nearest(sample: modelkin.Hub) -> None:
    with pytest.raises(KeyError) as told:
        sample["Qwen/Qwen2.5-7"]
    assert isinstance(told.value, modelkin.UnknownName)
    assert "Qwen/Qwen2.5-7B" in told.value.nearest and "Qwen/Qwen2.5-7B" in str(told.value)
    with pytest.raises(modelkin.UnknownName, match="did you mean the family \"Qwen\""):
        sample.family("Qwne")
    with pytest.raises(modelkin.UnknownName):
        sample.why("nobody/nothing", "Qwen/Qwen2.5-7B")


def test_a_keyword_that_is_none_is_told_with_the_nearest(sample: modelkin.Hub) -> None:
    with pytest.raises(TypeError, match="did you mean 'since'"):
        sample.family("Qwen", sinc="2025")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="did you mean 'within'"):
        sample.rank(withn="Qwen")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="not at several"):
        sample.select(below="Qwen/Qwen2.5-7B", family="Qwen")


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"by": "fame"}, "\"fame\" is none of direct, descendants"),
        ({"by": "deepest", "of": "countries"}, "models alone"),
        ({"since": "yesterday"}, "no day"),
        ({"since": "2025", "until": "2024"}, "no day lies"),
        ({"relation": "cousin"}, "is none of"),
        ({"relation": "merge", "exclude": ["merge"]}, "no relation"),
        ({"days": 3}, "growth"),
    ],
)
def test_a_question_that_cannot_be_is_a_value_error(sample: modelkin.Hub, keywords: dict[str, object], words: str) -> None:
    with pytest.raises(modelkin.QuestionError, match=words) as told:
        sample.rank(**keywords)  # type: ignore[arg-type]
    assert isinstance(told.value, ValueError)


def test_files_that_are_no_snapshots_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no such file") as told:
        modelkin.open(tmp_path / "none")
    assert isinstance(told.value, modelkin.NoSnapshot)
    (tmp_path / "text").write_text("no snapshot")
    with pytest.raises(modelkin.SnapshotError, match="is no snapshot"):
        modelkin.open(tmp_path / "text")
    with pytest.raises(modelkin.Error, match="families"):
        modelkin.open("sample", families=tmp_path / "none.csv")


def test_a_snapshot_that_changed_under_a_question_is_told(sample: modelkin.Hub, tmp_path: Path) -> None:
    file = tmp_path / "hub"
    sample._native.write(str(file))
    hub = modelkin.open(file)
    with file.open("r+b") as out:
        out.seek(0, 2)
        out.write(b"more")
    with pytest.raises(OSError, match="was written over"):
        hub.rank()


def test_a_file_is_not_written_of_another_snapshot(sample: modelkin.Hub, tmp_path: Path) -> None:
    file = tmp_path / "hub"
    sample._native.write(str(file))
    hub = modelkin.open(file)
    other = tmp_path / "other"
    modelkin.from_links([("a", "b")])._native.write(str(other))
    other.replace(file)
    assert hub.family("Qwen").f2 > 0
    with pytest.raises(modelkin.SnapshotError, match="was replaced"):
        hub["Qwen/Qwen2.5-7B"].below().save(tmp_path / "x.svg")


def test_what_the_program_refuses_is_an_error(sample: modelkin.Hub, tmp_path: Path) -> None:
    with pytest.raises(modelkin.Error, match="is no format's"):
        sample["Qwen/Qwen2.5-7B"].below().save(tmp_path / "x.docx")
    with pytest.raises(modelkin.Error, match="there is no such file"):
        modelkin.import_(tmp_path / "none.csv", output=tmp_path / "out", progress=False)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda hub: hub.rank(no_unlisted="no"), "no_unlisted is True or False, and not 'no'"),
        (lambda hub: hub.rank(fold_mirrors=1), "fold_mirrors is True or False, and not 1"),
        (lambda hub: hub.family("Qwen", include_members="false"), "include_members is True or False"),
        (lambda hub: hub.owners(unknown="no"), "unknown is True or False"),
        (lambda hub: hub.flows(own="leave-out"), "own is True or False"),
        (lambda hub: hub.report(fold_mirrors="no"), "fold_mirrors is True or False"),
        (lambda hub: hub.rank(by=None), "by is a measure"),
        (lambda hub: hub.rank(by=[]), "by is a measure"),
        (lambda hub: hub.rank(by=[7]), "by is a text, and not 7"),
        (lambda hub: hub.rank(by=7), "by is a name or several, and not 7"),
        (lambda hub: hub.rank(since=2025), "since is a date, or a text such as 2025-01-31, and not 2025"),
        (lambda hub: hub.rank(top="five"), "top is a whole number from 0 on, and not 'five'"),
        (lambda hub: hub.rank(top=-1), "top is a whole number from 0 on, and not -1"),
        (lambda hub: hub.rank(top=2.5), "top is a whole number"),
        (lambda hub: hub.rank(top=True), "top is a whole number"),
        (lambda hub: hub.rank(by="growth", days="x"), "days is a whole number"),
        (lambda hub: hub.select(below="Qwen/Qwen2.5-7B", depth="1"), "depth is a whole number"),
        (lambda hub: hub.select(below=7), "below is a text, and not 7"),
        (lambda hub: hub.family(None), "name is a text, and not None"),
        (lambda hub: hub.compare(["Qwen", "Llama"]), "a name is a text"),
        (lambda hub: hub.compare("Qwen", earlier="old.modelkin"), "an earlier snapshot is one that was opened"),
        (lambda hub: hub.diff("old.modelkin"), "an earlier snapshot is one that was opened"),
        (lambda hub: hub.upstream(None), "a model is a text"),
        (lambda hub: hub.why(None, "Qwen/Qwen2.5-7B"), "model is a text"),
        (lambda hub: hub.licences("Qwen/Qwen2.5-7B", today=2025), "today is a date"),
        (lambda hub: hub[7], "a model is a text, and not 7"),
        (lambda hub: hub.ask(None), "a question is a mapping"),
        (lambda hub: hub.ask("rank"), "a question is a mapping"),
        (lambda hub: hub.ask({"rank": {"by": {1, 2}}}), "data that JSON can write"),
        (lambda hub: modelkin.from_links(None), "links are a table with the columns parent and child"),
    ],
)
def test_a_value_of_another_kind_is_told_by_its_keyword(sample: modelkin.Hub, ask: Callable[[modelkin.Hub], object], words: str) -> None:
    with pytest.raises(modelkin.QuestionError) as told:
        ask(sample)
    assert words in str(told.value)


def test_a_hub_is_looked_up_in_and_not_gone_through(sample: modelkin.Hub) -> None:
    for name in ("Qwen/Qwen2.5-7B", "qwen/qwen2.5-7b", "Qwen2.5-7B", "https://huggingface.co/Qwen/Qwen2.5-7B"):
        assert sample[name].id == "Qwen/Qwen2.5-7B" and name in sample
    assert "Qwen/Qwen2.5-7C" not in sample
    with pytest.raises(TypeError, match="not iterable"):
        iter(sample)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="a row is asked for by its number"):
        sample.rank()["id"]  # type: ignore[index]


def test_days_and_models_are_taken_as_people_have_them(sample: modelkin.Hub) -> None:
    day = datetime.date(2025, 1, 1)
    ids = ["Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-14B"]
    assert sample.rank(since=day).to_dicts() == sample.rank(since="2025").to_dicts()
    assert sample.licences(ids[0], today=day).to_dicts() == sample.licences(ids[0], today="2025-01-01").to_dicts()
    assert sample.upstream(ids).to_dicts() == sample.upstream(*ids).to_dicts()
    assert sample.rank(by="descendants, direct").columns == sample.rank(by=["descendants", "direct"]).columns


def test_what_was_written_over_is_told_by_every_lookup(sample: modelkin.Hub, tmp_path: Path) -> None:
    file = tmp_path / "hub"
    modelkin.from_links([("a/b", "c/d")])._native.write(str(file))
    hub = modelkin.open(file)
    model = hub["a/b"]
    assert len(hub.links.to_arrow()) == 1
    with file.open("r+b") as out:
        out.write(file.read_bytes())
    for ask in (
        lambda: hub["a/b"],
        lambda: "a/b" in hub,
        lambda: model.parents,
        lambda: model.children(),
        lambda: model.about,
        lambda: hub.models.to_arrow(),
        lambda: hub.links.to_arrow(),
    ):
        with pytest.raises(modelkin.SnapshotError, match="was written over"):
            ask()


def test_what_is_no_name_is_not_there(sample: modelkin.Hub) -> None:
    for name in ("\ud800", "", "x" * 10_000_000, "\0", 7, None):
        assert name not in sample
    for name in ("\ud800", "x" * 10_000_000):
        with pytest.raises(modelkin.QuestionError) as told:
            sample.family(name)
        assert len(str(told.value)) < 200
