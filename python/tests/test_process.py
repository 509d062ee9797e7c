"""The program inside, threads, Ctrl-C, forks and memory."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from program import run

import modelkin

SCRIPT = str(Path(sys.executable).parent / "modelkin")


def test_the_program_is_inside(sample: modelkin.Hub, tmp_path: Path) -> None:
    def ended(*words: str) -> tuple[int, str]:
        done = subprocess.run([SCRIPT, *words], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout

    assert ended("--version") == (0, f"modelkin {modelkin.__version__}\n")
    code, text = ended("rank", "--format", "json", "--snapshot", sample.path or "")
    assert code == 0 and json.loads(text)["rows"] == sample.rank().to_dicts()
    assert json.loads(text)["modelkin"] == modelkin.__version__
    assert ended("rank", "--by", "fame")[0] == 2
    assert ended("family", "Qwne", "--snapshot", "sample")[0] == 1
    assert ended("why", "Qwen/Qwen2.5-7B", "google/gemma-2-2b", "--snapshot", "sample")[0] == 3
    code, text = ended("completions", "bash")
    assert code == 0 and "modelkin" in text
    env = {**os.environ, "COMPLETE": "bash", "_CLAP_COMPLETE_INDEX": "1", "_CLAP_IFS": "\n", "_CLAP_COMPLETE_COMP_TYPE": "9"}
    done = subprocess.run([SCRIPT, "--", "modelkin", "ra"], capture_output=True, text=True, env=env, timeout=120)
    assert (done.returncode, done.stdout) == (0, "rank")
    full = subprocess.run(f"exec {SCRIPT} rank --snapshot sample >/dev/full", shell=True, capture_output=True, text=True)
    assert full.returncode == 1 and "standard output" in full.stderr
    closed = subprocess.run(f"exec {SCRIPT} rank --snapshot sample >&-", shell=True, capture_output=True, text=True)
    assert closed.returncode == 1 and "closed" in closed.stderr
    assert run("rank", "--snapshot", "sample").stdout == modelkin.run("rank", snapshot="sample")
    done = subprocess.run([sys.executable, "-m", "modelkin", "rank", "--top", "1", "--snapshot", "sample"], capture_output=True)
    assert done.returncode == 0


def test_serving_works_from_the_wheel() -> None:
    from urllib.request import ProxyHandler, build_opener

    server = subprocess.Popen([SCRIPT, "serve", "sample", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout
        address = next(word for line in server.stdout for word in line.split() if word.startswith("http://"))
        page = build_opener(ProxyHandler({})).open(address, timeout=60).read().decode()
        assert "modelkin" in page
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def test_a_snapshot_is_imported(tmp_path: Path) -> None:
    (tmp_path / "own.edges").write_text("meta/base -> you/chat : finetune\nyou/chat -> you/chat-GGUF : quantized\n")
    hub = modelkin.import_(tmp_path / "own.edges", output=tmp_path / "own.modelkin", date="2025-07-02")
    assert hub["meta/base"].descendants == 2
    assert hub.snapshot["date"] == "2025-07-02"
    assert modelkin.open().snapshot["digest"] == hub.snapshot["digest"]


def test_eight_threads_get_what_one_gets(hub: modelkin.Hub) -> None:
    def ask(name: str) -> list[object]:
        answers = [hub.family(name), hub.rank(within=name, top=30), hub.compare(name, by="year"), hub.rank(relation="finetune", within=name)]
        return [answer.to_dicts() for answer in answers]

    names = ["Qwen", "Llama", "Gemma", "Mistral", "Phi", "DeepSeek", "Yi", "BERT"]
    alone = [ask(name) for name in names]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(ask, names)) == alone


def child(program: str, **more: object) -> subprocess.Popen[str]:
    """A Python process that runs a few lines."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ctrl_c_is_heard_while_it_is_counted() -> None:
    # Every model merges two of the layer above, so that most see most others: nothing short counts that.
    process = child(
        """
        import random, modelkin
        random.seed(1)
        wide, deep = 4000, 30
        links = [(f"m{layer}-{random.randrange(wide)}", f"m{layer + 1}-{at}") for layer in range(deep) for at in range(wide) for _ in range(2)]
        hub = modelkin.from_links(links)
        print("asks", flush=True)
        try:
            hub._native.ask('{"rank": {}}', [])
            print("answered", flush=True)
        except KeyboardInterrupt:
            print("heard", flush=True)
            import os
            os._exit(0)
        """
    )
    assert process.stdout and process.stdout.readline() == "asks\n"
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=300)
    assert said == "heard\n", errors


def test_a_fork_after_a_question_is_told_and_does_not_hang() -> None:
    process = child(
        """
        import os, modelkin
        hub = modelkin.sample()
        hub.rank()
        if os.fork() == 0:
            try:
                hub.rank(by="direct")
            except modelkin.Error as error:
                print(error, flush=True)
            os._exit(0)
        os.wait()
        """
    )
    said, _ = process.communicate(timeout=120)
    assert "forked" in said and "spawn" in said


def test_nothing_heavy_is_imported_and_nothing_else_is_needed() -> None:
    program = "import sys, modelkin; print(sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout
    for heavy in ("numpy", "pandas", "polars", "pyarrow", "networkx", "subprocess", "inspect", "tempfile"):
        assert f"'{heavy}'" not in loaded, heavy


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_ten_thousand_questions_leave_nothing_behind(sample: modelkin.Hub) -> None:
    process = child(
        f"""
        import modelkin
        hub = modelkin.open({sample.path!r})
        ids = [row["id"] for row in hub.rank(top=500)]
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * 4096
        def ask(at):
            id = ids[at % len(ids)]
            match at % 5:
                case 0: hub.upstream(id).to_dicts()
                case 1: hub.why(id, ids[(at * 7) % len(ids)]).__arrow_c_stream__()
                case 2: hub.rank(top=1 + at % 97).to_dicts()
                case 3: hub[id].descendants
                case 4:
                    try: hub.family(f"nobody/{{at}}")
                    except modelkin.Error: pass
        for at in range(3000): ask(at)
        before = resident()
        for at in range(3000, 13000): ask(at)
        print((resident() - before) >> 10)
        """
    )
    said, errors = process.communicate(timeout=900)
    assert process.returncode == 0, errors
    assert int(said) < 16 << 10, f"{said} KiB more"


def test_the_program_runs_without_what_lies_around(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("modelkin", "signal", "subprocess"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not this one')")
    assert "Qwen/Qwen2.5-7B" in modelkin.run("rank", top=1, snapshot="sample")
    with pytest.raises(modelkin.Error, match="modelkin") as told:
        modelkin.run("rnk")
    assert "__main__" not in str(told.value)


def test_what_is_no_text_is_not_lost(sample: modelkin.Hub) -> None:
    with pytest.raises(modelkin.Error, match="name a file for it"):
        modelkin.run("export", "--below", "Qwen/Qwen2.5-7B", to="png", snapshot="sample")


def test_a_listener_that_fails_ends_the_program() -> None:
    def tell(line: str) -> None:
        raise RuntimeError(line)

    with pytest.raises(RuntimeError):
        modelkin.run("rank", "--no-such-option", tell=tell)


def test_a_file_that_is_called_sample_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "links.edges").write_text("a/b -> c/d\n")
    hub = modelkin.import_("links.edges", output="sample", progress=False)
    assert hub.snapshot["models"] == 2
    monkeypatch.chdir("/")
    hub["a/b"].below().save(tmp_path / "below.json")
    assert (tmp_path / "below.json").exists()


def test_commands_of_comparisons_run(sample: modelkin.Hub) -> None:
    for by in ("month", "size", "country", None):
        answer = sample.ask({"compare": {"names": ["Qwen", "Llama"], "by": by}})
        printed = json.loads(modelkin.run(*shlex.split(answer.command)[1:], snapshot="sample", format="json"))
        assert printed["rows"] == answer.to_dicts()
