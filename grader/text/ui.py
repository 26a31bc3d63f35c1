"""The words of the pages: labels, gathered from the code that writes them, verdicts, and both tables of sentences."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

from grader.report import Verdict
from grader.text import keys
from grader.text.patterns import PATTERNS
from grader.text.sentences import SENTENCES

RENDER = Path(__file__).parent.parent / "render"
WRITERS = frozenset({"labelled", "whole"})  # methods of a page whose first argument is a label


@cache
def words() -> dict[str, str]:
    """Return the English of every word of the pages, by key."""
    labels = sorted({label for file in sorted(RENDER.rglob("*.py")) for label in _labels(file)})
    found = {keys.label(label): label for label in labels}
    found |= {keys.verdict(value): value.replace("_", " ") for value in Verdict}
    found |= {keys.sentence(name): sentence for name, sentence in SENTENCES.items()}
    return found | {keys.judged(name): pattern for name, pattern in PATTERNS.items()}


def _labels(file: Path) -> Iterator[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    handing_on = dict(filter(None, map(_handing_on, tree.body)))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=attr), args=[ast.Constant(value=str(label)), *_]):
                if attr in WRITERS and label:
                    yield label
            case ast.Call(func=ast.Name(id=name), args=args) if name in handing_on:
                yield from (str(part.value) for part in args[handing_on[name] :][:1] if _is_text(part))
            case ast.Assign(value=ast.Tuple(elts=rows)):
                yield from filter(None, map(_of_row, rows))


def _handing_on(node: ast.stmt) -> tuple[str, int] | None:
    """Return the name of a function that hands its argument `label` on, and which argument that is."""
    if not isinstance(node, ast.FunctionDef):
        return None
    names = [argument.arg for argument in node.args.args]
    return (node.name, names.index("label")) if "label" in names else None


def _is_text(node: ast.expr) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _of_row(row: ast.expr) -> str | None:
    """Return the label of a row (label, text, style) that a page goes through."""
    match row:
        case ast.Tuple(elts=[ast.Constant(value=str(label)), _, ast.Constant(value=str())]):
            return label if label[:1].isupper() else None
    return None
