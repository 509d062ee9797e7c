"""What goes wrong is said in the program's words."""

from __future__ import annotations

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
