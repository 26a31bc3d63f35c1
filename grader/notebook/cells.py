"""Cells and notebooks of format 4.5; the only place that speaks to nbformat, which has no types."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
CellData = dict[str, Any]  # as it stands in the file


class NotANotebook(ValueError):
    """What would be written breaks a rule of the format."""


def text_cell(source: str, kind: str = "markdown") -> CellData:
    """Return a cell of Markdown, or of another kind that is not executed."""
    return {"cell_type": kind, "metadata": {}, "source": source}


def code_cell(
    source: str,
    metadata: Mapping[str, Any] | None = None,
    count: int | None = None,
    outputs: Sequence[Any] = (),
) -> CellData:
    """Return a cell of code."""
    rest = {"execution_count": count, "outputs": list(outputs)}
    return {"cell_type": "code", "metadata": dict(metadata or {}), "source": source, **rest}


def new_notebook(
    cells: Sequence[CellData], ids: Sequence[str], metadata: Mapping[str, Any] | None = None
) -> NotebookNode:
    """Return a notebook of these cells, each with its id.

    Raises:
        NotANotebook: two ids are the same, or a cell is malformed.
    """
    import nbformat  # here, since its import is dear and most commands need none

    notebook: NotebookNode = nbformat.from_dict(_data(cells, ids, metadata or {}))  # type: ignore[no-untyped-call]
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as problem:
        raise NotANotebook(str(problem)[:200]) from problem
    return notebook


def notebook_text(notebook: NotebookNode) -> str:
    """Return a notebook that `new_notebook` made as it stands in a file; the same one always gives the same text."""
    import nbformat

    text: str = nbformat.v4.writes_json(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def plain_text(cells: Sequence[CellData], ids: Sequence[str]) -> str:
    """Return a notebook of cells without outputs as it stands in a file: the text that nbformat would write."""
    lines = [{**cell, "source": cell["source"].splitlines(True)} for cell in cells]
    data = _data(lines, ids, {})
    return json.dumps(data, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False) + "\n"


def _data(cells: Sequence[CellData], ids: Sequence[str], metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cells": [{**cell, "id": name} for cell, name in zip(cells, ids, strict=True)],
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}, **metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
