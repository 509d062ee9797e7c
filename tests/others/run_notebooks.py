"""Runs the notebooks of examples/notebooks again, by Jupyter's own client, and holds their text against what is kept in them.

    run_notebooks.py [--write] [NOTEBOOK ...]

Run it by the interpreter that has modelkin, nbclient, ipykernel and matplotlib. `--write` keeps the outputs of this run instead: without times,
without the interpreter's version, with cells numbered from 1, so that a second run writes the same file.
"""

import pathlib
import sys

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "notebooks"


class Here(AsyncKernelManager):
    """A kernel of this interpreter, whatever kernels are installed for the user."""

    def format_kernel_cmd(self, extra_arguments=None):
        command = super().format_kernel_cmd(extra_arguments)
        return [sys.executable, *command[1:]]


def run(notebook):
    """Executes a notebook, and leaves in it what does not depend on where and when."""
    # A kernel sends what is printed in as many pieces as time makes of it: they are put together.
    client = NotebookClient(notebook, timeout=300, kernel_manager_class=Here, kernel_name="python3", coalesce_streams=True)
    client.execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata = {}


def text(output):
    """What an output says: a stream, a value, or nothing."""
    if output.output_type == "stream":
        return f"{output.name}: {output.text}"
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    # A picture's value says how many dots it has, which depends on the fonts.
    return output.data.get("text/plain", "") if "image/png" not in output.data else "a picture"


def texts(notebook):
    return [[text(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


words = sys.argv[1:]
is_writing = "--write" in words
paths = [pathlib.Path(word) for word in words if word != "--write"] or sorted(FOLDER.glob("*.ipynb"))
if not paths:
    sys.exit(f"{FOLDER}: no notebook is there")
wrong = []
for path in paths:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    kept = texts(notebook)
    run(notebook)
    if is_writing:
        nbformat.write(notebook, path)
        continue
    found = texts(notebook)
    for at, (before, now) in enumerate(zip(kept, found), 1):
        if before != now:
            wrong.append(f"{path.name}, code cell {at}: kept is\n{before}\nthis run says\n{now}")
    print(f"{path.name}: {len(found)} cells run, {sum(map(len, kept))} outputs compared")
    if not any(kept):
        wrong.append(f"{path.name}: keeps no output")
if wrong:
    sys.exit("\n".join(wrong))
