"""The cells of a notebook that was handed in, in the present format: what is malformed is mended or left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.intake.notebook_document import KEY, MOST_CELLS, parsed, raw_cells, source_of
from grader.intake.notebook_writing import CellData, code_cell, text_cell
from grader.intake.python_text import UnreadableSource

LARGE = 8_000_000  # bytes of a file; the outputs of a larger one are left out unread
LARGEST_OUTPUT = 200_000  # characters of one output as JSON
LARGEST_ALL = 4_000_000  # of all outputs that are kept
MOST_OUTPUTS = 500
TEXT_KINDS = frozenset({"markdown", "raw"})
LEFT_OUT = {
    "output_type": "stream",
    "name": "stdout",
    "text": ["[an output was here that is too large to be given back]\n"],
}
OF_AN_OUTPUT = ("name", "text", "data", "metadata", "execution_count", "ename", "evalue", "traceback")


@dataclass
class _Room:
    """What there is room for still."""

    characters: int = LARGEST_ALL
    outputs: int = MOST_OUTPUTS


def mended_cells(data: bytes, name: str) -> Iterator[tuple[int, CellData]]:
    """Yield the cells of a notebook with their numbers from the top; their ids are not kept, as two may be the same.

    Raises:
        UnreadableSource: it is no notebook.
    """
    room = _Room()
    for number, cell in enumerate(_raw(data, name), 1):
        source = source_of(cell) if isinstance(cell, dict) else None
        if source is None:
            continue
        source = _as_text(source)
        yield number, _code(cell, source, room) if cell.get("cell_type") == "code" else _text(cell, source)


def _raw(data: bytes, name: str) -> list[Any]:
    raw = raw_cells(parsed(data, name, with_outputs=len(data) <= LARGE))
    if raw is None or len(raw) > MOST_CELLS:
        raise UnreadableSource(f"{name} is no notebook of at most {MOST_CELLS} cells: save it from Jupyter.")
    return raw


def _text(cell: CellData, source: str) -> CellData:
    kind, level = cell.get("cell_type"), cell.get("level")
    if kind == "heading":  # of version 3
        return text_cell(f"{'#' * (level if type(level) is int and 0 < level < 7 else 1)} {source}")
    return text_cell(source, kind if isinstance(kind, str) and kind in TEXT_KINDS else "raw")


def _code(cell: CellData, source: str, room: _Room) -> CellData:
    count, outputs, metadata = cell.get("execution_count"), cell.get("outputs"), cell.get("metadata")
    mark = metadata.get(KEY) if isinstance(metadata, dict) else None
    return code_cell(
        source,
        {KEY: mark} if isinstance(mark, dict) and _is_text(mark) else {},
        count if type(count) is int and count >= 0 else None,
        [kept for each in (outputs if isinstance(outputs, list) else ()) if (kept := _output(each, room))],
    )


def _output(output: Any, room: _Room) -> CellData | None:
    """Return an output of a kind that the format knows, a line in its place if it is too large, or None."""
    if not isinstance(output, dict) or not room.outputs:
        return None
    size = len(json.dumps(output))
    if size > min(LARGEST_OUTPUT, room.characters):
        return LEFT_OUT
    room.characters -= size
    room.outputs -= 1
    known = {"output_type": output.get("output_type")}
    known |= {part: output[part] for part in OF_AN_OUTPUT if part in output}
    import nbformat  # here, since its import is dear

    try:
        nbformat.validate(known, ref="output", version=4, version_minor=5)
    except (nbformat.ValidationError, TypeError, ValueError, AttributeError):
        return None  # of another version, or malformed
    return known if _is_text(known) else None


def _is_text(value: Any) -> bool:
    """Whether a value can be written as UTF-8 at all."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        return False
    return True


def _as_text(source: str) -> str:
    return source.encode("utf-8", "backslashreplace").decode("utf-8")  # a lone surrogate is no text
