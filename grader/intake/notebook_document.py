"""The bytes of a notebook as cells of code, whatever the bytes are; outputs are cut out before they cost memory."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from grader.intake.python_text import UnreadableSource, shown


@dataclass(frozen=True)
class Mark:
    """What our own writer left in a cell's metadata."""

    role: str = ""  # head, between, task, check; input for a kernel's history; "" for a cell that is not ours
    tasks: tuple[str, ...] = ()  # bare names
    sha: str = ""  # of the source as it was written


@dataclass(frozen=True)
class Cell:
    """One cell of code."""

    label: str  # "cell 5", counted from the top with the cells of text; "In [5]" in a running kernel
    source: str
    count: int | None = None  # when it was last run, as the notebook says
    mark: Mark = Mark()


Origin: TypeAlias = tuple[str, int]  # the label of a cell, and a line in it


@dataclass(frozen=True)
class BrokenCell:
    """A cell, or a part of one, that is no Python; the message is whole sentences for the learner."""

    label: str
    line: int | None
    message: str


@dataclass(frozen=True)
class ModuleText:
    """A notebook as a module: its text, where each line comes from, and what is to be said about it."""

    text: str
    origins: Sequence[Origin]  # of its lines
    notes: tuple[str, ...] = ()
    broken: Mapping[str, BrokenCell] = field(default_factory=dict)  # by the name that is defined there
    defined: Mapping[str, str] = field(default_factory=dict)  # name -> label of the cell that counts

    def place(self, line: int) -> str:
        """Return what a learner calls a line of the module: "cell 5, line 3"."""
        if not 0 < line <= len(self.origins):
            return f"line {line}"
        label, number = self.origins[line - 1]
        return f"{label}, line {number}"


# A string that is never closed reaches to the end, so that no byte is looked at twice.
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
COLON = re.compile(rb"\s*:\s*")
NAMES = frozenset({b'"outputs"', b'"attachments"', b'"widgets"'})
MOST_TOKENS = 5_000_000  # of text and brackets; each takes a fraction of a microsecond


class TooMany(ValueError):
    """There are more parts than any notebook of a person has."""


def pruned(data: bytes) -> bytes:
    """Return JSON in UTF-8 in which the values of `NAMES` are null; what is no JSON stays as it is.

    Raises:
        TooMany: the text has more than `MOST_TOKENS` strings and brackets.
    """
    kept: list[bytes] = []
    start, skipped_to = 0, -1
    depth, opened_at = 0, -1  # inside of a value that is cut: how deep, and where it begins
    for number, token in enumerate(TOKEN.finditer(data)):
        if number >= MOST_TOKENS:
            raise TooMany
        text, at = token.group(), token.start()
        if opened_at >= 0:
            depth += (text in b"[{") - (text in b"]}")
            if depth == 0:
                kept += [data[start:opened_at], b"null"]
                start, opened_at = token.end(), -1
        elif at == skipped_to and text in b"[{":
            opened_at, depth = at, 1
        elif text in NAMES and (colon := COLON.match(data, token.end())):
            skipped_to = colon.end()
    return b"".join([*kept, data[start:]])


MOST_BYTES = 64_000_000  # with outputs
MOST_LEFT = 5_000_000  # without them
MOST_CELLS = 2000
MOST_CODE = 1_000_000  # characters, as in a file of Python
MERGE = re.compile(rb"^(<<<<<<<|>>>>>>>) ", re.MULTILINE)
KEY = "torchgrade"  # in the metadata of a notebook and of its cells


def read_document(data: bytes, name: str) -> tuple[list[Cell], list[str]]:
    """Return the cells of code in a notebook of any version, in order and without outputs, and notes.

    Raises:
        UnreadableSource: it is no notebook, too large, or in another language than Python.
    """
    if len(data) > MOST_BYTES:
        raise UnreadableSource(f"{name} is larger than {MOST_BYTES} bytes: clear its outputs and save it again.")
    if not data.strip():
        raise UnreadableSource(f"{name} is empty: save the notebook again.")
    content = parsed(data, name)
    raw = raw_cells(content)
    if raw is None:
        raise UnreadableSource(f"{name} is JSON but no notebook, as it has no list of cells: save it from Jupyter.")
    if len(raw) > MOST_CELLS:
        raise UnreadableSource(f"{name} has more than {MOST_CELLS} cells: keep what belongs to the exercise.")
    if language := _other_language(content):
        raise UnreadableSource(f"{name} is a notebook in {language}: the course is graded in Python.")
    notes: list[str] = []
    cells = list(_cells(raw, notes))
    if sum(len(cell.source) for cell in cells) > MOST_CODE:
        raise UnreadableSource(f"{name} holds more than {MOST_CODE} characters of code: move data out of it.")
    return cells, notes[:5]


def topic_in(data: bytes) -> str:
    """Return the topic that our own writer left in a notebook's metadata; nothing where it did not."""
    if len(data) > MOST_BYTES or KEY.encode() not in data:
        return ""
    try:
        content = parsed(data, "")
    except UnreadableSource:
        return ""
    topic = _inner(content, "metadata", KEY, "topic")
    return topic if isinstance(topic, str) else ""


def _inner(value: Any, *keys: str) -> Any:
    """Return what lies under some keys in one another; None where there is nothing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def as_utf8(data: bytes, name: str) -> bytes:
    """Return the bytes of JSON text as UTF-8 without a byte order mark; what seems to be UTF-8 is not copied."""
    encoding = json.detect_encoding(data)
    if encoding.startswith("utf-8"):
        return data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(encoding).removeprefix("\ufeff").encode("utf-8")
    except UnicodeError as error:
        raise UnreadableSource(f"{name} is not {encoding} text: save the notebook again as UTF-8.") from error


def parsed(data: bytes, name: str) -> Any:
    """Return what JSON says, without the outputs of cells.

    Raises:
        UnreadableSource: it is no JSON, or too much.
    """
    text = as_utf8(data, name)
    try:
        rest = pruned(text)
        if len(rest) > MOST_LEFT:
            raise TooMany
        return json.loads(rest.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableSource(f"{name} is not utf-8 text: save the notebook again as UTF-8.") from error
    except TooMany as error:
        raise UnreadableSource(
            f"{name} holds more than {MOST_LEFT} bytes beside its outputs: move data out of it."
        ) from error
    except RecursionError as error:
        raise UnreadableSource(f"{name} is too deeply nested to be a notebook: save it from Jupyter.") from error
    except (ValueError, MemoryError) as error:
        if MERGE.search(text):
            raise UnreadableSource(
                f"{name} holds marks of a merge (<<<<<<<): take one of the two versions whole."
            ) from error
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "a value is unreadable"
        raise UnreadableSource(f"{name} is not a notebook, as it is no JSON ({reason}): save it again.") from error


def raw_cells(content: Any) -> list[Any] | None:
    """Return the cells of version 4, or those of the worksheets of versions 2 and 3; None if there are none."""
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("cells"), list):
        return list(content["cells"])
    sheets = content.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _other_language(content: Any) -> str:
    for part, key in (("language_info", "name"), ("kernelspec", "language")):
        language = _inner(content, "metadata", part, key)
        if isinstance(language, str) and language.strip():
            return "" if "python" in language.lower() else shown(language)[:40]
    return ""


def _cells(raw: list[Any], notes: list[str]) -> Iterator[Cell]:
    for number, cell in enumerate(raw, 1):
        if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
            notes.append(f"cell {number} is no cell of a notebook: it is left out")
            continue
        if cell["cell_type"] != "code":
            continue
        source = source_of(cell)
        if source is None:
            notes.append(f"cell {number} holds no text: it is left out")
        elif source.strip():
            count = cell.get("execution_count", cell.get("prompt_number"))
            mark = mark_of(cell)
            label = f"In [{count}]" if mark.role == "input" else f"cell {number}"
            yield Cell(label, source, count if type(count) is int else None, mark)


def source_of(cell: dict[str, Any]) -> str | None:
    """Return the text of a cell, which may lie in a list of lines; None where it is anything else."""
    source = cell.get("source", cell.get("input"))
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    return source.replace("\r\n", "\n").replace("\r", "\n")


def mark_of(cell: dict[str, Any]) -> Mark:
    """Return what our writer said about a cell; a mark that is malformed is none."""
    try:
        return msgspec.convert(_inner(cell, "metadata", KEY), Mark)
    except msgspec.ValidationError:
        return Mark()
