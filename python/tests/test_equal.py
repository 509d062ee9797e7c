"""Python's answers are the program's."""

from __future__ import annotations

import json
import os
import shlex
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from asked import Asked, Draw
from program import asked

import modelkin

QUESTIONS = int(os.environ.get("MODELKIN_QUESTIONS", "300"))


def models(hub: modelkin.Hub) -> list[str]:
    """Models with links, and some without."""
    links = hub.links.to_arrow()
    linked = set(links["parent"].to_pylist()[::7]) | set(links["child"].to_pylist()[::7])
    return sorted(linked) + [row["id"] for row in hub.search("instruct", top=200)]


def called(hub: modelkin.Hub, question: Asked) -> modelkin.Table | modelkin.Report | modelkin.Error:
    try:
        answer: modelkin.Table | modelkin.Report = getattr(hub, question.method)(*question.names, **question.keywords)
        return answer
    except modelkin.Error as error:
        return error


def bare(rows: Any, path: str) -> str:
    """Rows as text: keys in their order. An explanation's commands name the snapshot where somebody named it."""
    return json.dumps(rows).replace(f" --snapshot {path}", "")


@pytest.mark.parametrize("of", ["sample", "hub"])
def test_a_thousand_random_questions_have_the_programs_answers(of: str, request: pytest.FixtureRequest) -> None:
    hub: modelkin.Hub = request.getfixturevalue(of)
    assert hub.path
    draw = Draw(20261129, models(hub))
    questions = [draw.question() for _ in range(QUESTIONS)]
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda question: asked(question.words, hub.path or ""), questions))
    answered = 0
    for question, frame in zip(questions, told):
        answer = called(hub, question)
        if isinstance(answer, modelkin.Error):
            assert isinstance(frame, str), (question, answer)
            continue
        assert not isinstance(frame, str), (question, frame)
        assert bare(answer.to_dicts(), hub.path) == bare(frame["rows"], hub.path), question
        assert answer.definition == frame["definition"], question
        assert answer.snapshot == frame["snapshot"], question
        if isinstance(answer, modelkin.Table):
            beside = {name: value for name, value in frame.items() if name not in ("modelkin", "snapshot", "definition", "rows")}
            assert answer.about == beside, question
            assert len(answer) == len(frame["rows"])
        answered += 1
    assert answered > QUESTIONS / 2


def test_the_command_of_an_answer_gives_it_again(hub: modelkin.Hub) -> None:
    draw = Draw(7, models(hub))
    for question in (draw.question() for _ in range(60)):
        answer = called(hub, question)
        if isinstance(answer, modelkin.Error):
            continue
        frame = asked(shlex.split(answer.command)[1:], hub.path or "")
        assert not isinstance(frame, str), (answer.command, frame)
        assert bare(answer.to_dicts(), hub.path or "") == bare(frame["rows"], hub.path or ""), answer.command


def test_a_report_has_the_programs_sections(sample: modelkin.Hub) -> None:
    frame = asked(["report"], sample.path or "")
    assert not isinstance(frame, str)
    report = sample.report()
    assert bare(report.to_dicts(), "") == bare(frame["rows"], "")
    for section in frame["rows"]:
        for name, rows in section["tables"].items():
            table = report[f"{section['section']}.{name}"]
            assert json.dumps(table.to_dicts()) == json.dumps(rows), (section["section"], name)
            assert len(list(table)) == len(rows)


def test_what_changed_is_told_of_two_snapshots(sample: modelkin.Hub) -> None:
    report = sample.diff(modelkin.sample())
    assert report["changes"].to_dicts()
    assert "appeared" in report.findings[0]
    along = sample.compare("Qwen", earlier=[])
    assert along.to_dicts()
