"""A notebook that was handed in, as cells of the present format: what is malformed is mended or left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.intake.notebook.document import KEY, Unusable, as_utf8, raw_cells, source_of
from grader.intake.notebook.prune import TooMany, pruned

LARGE = 8_000_000  # bytes of a file; the outputs of a larger one are left out unread
LARGEST_OUTPUT = 200_000  # characters of one output as JSON
LARGEST_ALL = 4_000_000  # of all outputs that are kept
TEXT_KINDS = {"markdown": nbformat.v4.new_markdown_cell, "raw": nbformat.v4.new_raw_cell}
LEFT_OUT = "[an output was here that is too large to be given back]\n"


def given_cells(data: bytes, name: str) -> Iterator[tuple[int, NotebookNode]]:
    """Yield the cells of a notebook with their numbers from the top; their ids are not kept, as two may be the same.

    Raises:
        Unusable: it is no notebook.
    """
    room = [LARGEST_ALL]
    for number, cell in enumerate(_raw(data, name), 1):
        source = source_of(cell) if isinstance(cell, dict) else None
        if source is None:
            continue
        source = source.encode("utf-8", "backslashreplace").decode("utf-8")  # a lone surrogate is no text
        if cell.get("cell_type") == "code":
            yield number, _code(cell, source, room)
        else:
            yield number, _text(cell, source)


def _raw(data: bytes, name: str) -> list[Any]:
    try:
        text = as_utf8(data, name)
        content = json.loads(text if len(text) <= LARGE else pruned(text))
    except (TooMany, ValueError, RecursionError, MemoryError) as error:
        raise Unusable(f"{name} is no notebook: save it again.") from error
    raw = raw_cells(content)
    if raw is None:
        raise Unusable(f"{name} is no notebook, as it has no list of cells: save it from Jupyter.")
    return raw


def _text(cell: dict[str, Any], source: str) -> NotebookNode:
    if cell.get("cell_type") == "heading":  # of version 3
        level = cell.get("level")
        return nbformat.v4.new_markdown_cell(
            f"{'#' * (level if type(level) is int and 0 < level < 7 else 1)} {source}"
        )
    make = TEXT_KINDS.get(str(cell.get("cell_type")), nbformat.v4.new_raw_cell)
    made: NotebookNode = make(source)
    return made


def _code(cell: dict[str, Any], source: str, room: list[int]) -> NotebookNode:
    count = cell.get("execution_count", cell.get("prompt_number"))
    outputs = cell.get("outputs")
    metadata = cell.get("metadata")
    mark = metadata.get(KEY) if isinstance(metadata, dict) else None
    made: NotebookNode = nbformat.v4.new_code_cell(
        source,
        execution_count=count if type(count) is int and count >= 0 else None,
        metadata={KEY: mark} if isinstance(mark, dict) else {},
        outputs=[
            made
            for output in (outputs if isinstance(outputs, list) else [])
            if (made := _output(output, room))
        ],
    )
    return made


def _output(output: Any, room: list[int]) -> NotebookNode | None:
    """Return an output of a kind that the format knows, a line in its place if it is too large, or None."""
    if not isinstance(output, dict):
        return None
    size = len(json.dumps(output))
    if size > LARGEST_OUTPUT or size > room[0]:
        return nbformat.v4.new_output("stream", name="stdout", text=LEFT_OUT)
    room[0] -= size
    kind = output.get("output_type")
    try:
        made = nbformat.from_dict(
            {**_known(output), "output_type": {"pyout": "execute_result"}.get(kind, kind)}
        )
        nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[made])]))
    except (nbformat.ValidationError, TypeError, ValueError, AttributeError):
        return None  # of another version, or malformed
    return made if isinstance(made, NotebookNode) else None


def _known(output: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "text", "data", "metadata", "execution_count", "ename", "evalue", "traceback")
    return {name: output[name] for name in names if name in output}
