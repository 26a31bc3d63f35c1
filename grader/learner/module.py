"""A learner's file as text, and back into the bytes that it came from: line ends and byte order mark are kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

MARK = "\ufeff"


class Unreadable(ValueError):
    """A file is not UTF-8 text, or a notebook is not JSON; the message says which."""


@dataclass(frozen=True)
class Text:
    """A file's text with plain line ends, and how its bytes differ from that."""

    text: str
    newline: str = "\n"
    mark: bool = False

    def with_text(self, text: str) -> bytes:
        """Return other text as bytes of the same kind."""
        return ((MARK if self.mark else "") + text.replace("\n", self.newline)).encode("utf-8")


def text_of(data: bytes) -> Text:
    """Return the text of a file's bytes.

    Raises:
        Unreadable: they are not UTF-8.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Unreadable(f"it is not UTF-8 text ({problem})") from problem
    newline = "\r\n" if "\r\n" in text else "\n"
    return Text(text.removeprefix(MARK).replace("\r\n", "\n"), newline, text.startswith(MARK))


def in_module(data: bytes, change: Callable[[str], str | None]) -> bytes | None:
    """Change the text of a module; None where the change does not apply."""
    text = text_of(data)
    new = change(text.text)
    return None if new is None else text.with_text(new)


def in_notebook(data: bytes, change: Callable[[str], str | None]) -> bytes | None:
    """Change the source of the first code cell that the change applies to; None where it applies to none.

    Raises:
        Unreadable: the bytes are no notebook.
    """
    try:
        notebook = json.loads(data)
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        sources = ["".join(cell["source"]) for cell in cells]
    except (ValueError, TypeError, KeyError) as problem:
        raise Unreadable(f"it is no notebook ({type(problem).__name__}: {problem})") from problem
    for cell, source in reversed(list(zip(cells, sources, strict=True))):
        new = change(source)
        if new is not None:
            cell["source"] = new.splitlines(keepends=True)
            cell["outputs"], cell["execution_count"] = [], None
            return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
    return None
