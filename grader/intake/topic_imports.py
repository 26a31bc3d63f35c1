"""Imports of the learner's other topics: which files a topic's file needs, and what of them a task reaches."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache

from grader.intake.bindings import bindings_of, closure, names
from grader.intake.source import Content, Source


def imported_topics(tree: ast.Module, topics: Collection[str], nested: bool = True) -> dict[str, int]:
    """Return the topics that a module imports, each with its first line; `nested` also in functions, try and if."""
    found: dict[str, int] = {}
    for node in ast.walk(tree) if nested else tree.body:
        match node:
            case ast.Import(names=aliases):
                modules = [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module), level=0):
                modules = [module]
            case _:
                continue
        for slug in modules:
            if slug in topics:
                found[slug] = min(node.lineno, found.get(slug, node.lineno))
    return found


def topics_needed(topic: str, sources: Mapping[str, Source]) -> list[str]:
    """Return a topic and those that its file imports, directly or through others, as far as they are there."""
    return sorted(closure([topic], lambda slug: imported_topics(sources[slug].tree, sources.keys())))


def circle(topic: str, sources: Mapping[str, Source]) -> list[str]:
    """Return how a file comes back to itself by the imports that run with it: losses, mlp, losses; or nothing."""
    paths = [[topic]]
    while paths:
        path = paths.pop()
        for slug in imported_topics(sources[path[-1]].tree, sources.keys(), nested=False):
            if slug == topic:
                return [*path, topic]
            if slug not in path:
                paths.append([*path, slug])
    return []


def names_used(topic: str, task: str, sources: Mapping[str, Source]) -> dict[str, str]:
    """Return the identifiers that a task uses in its own file and in what it imports from other topics.

    As `names` does; what stands in another file comes with that: `functional.unfold (cnn.py, line 7)`. A function of
    another topic does not count by its name: it is the learner's own.
    """
    bound = {slug: bindings_of(source.tree).by_name.keys() for slug, source in sources.items()}
    used: dict[str, str] = {}

    def needs(place: tuple[str, str]) -> Iterator[tuple[str, str]]:
        slug, name = place
        source = sources[slug]
        shown = source.place if slug == topic else lambda line: f"{slug}.py, {source.place(line)}"
        others = {other: its for other, its in bound.items() if other != slug}
        for word, where in names(source.tree, name, shown, others).items():
            other, dot, its = word.partition(".")
            if dot:
                yield from [(other, its)] if its else []
            else:
                used.setdefault(word, where)

    closure([(topic, task)], needs)
    return used


def files_needed(topic: str, files: Mapping[str, Content]) -> dict[str, Content]:
    """Return a topic's file and those of others that it may import: by its text, so that it may be one too many."""
    pattern = _pattern(tuple(sorted(files)))

    def needs(slug: str) -> Iterator[str]:
        return (str(found[1], "ascii") for found in pattern.finditer(files[slug].data))

    return {slug: files[slug] for slug in sorted(closure([topic], needs))}


@lru_cache(maxsize=8)
def _pattern(topics: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return what finds topics behind `import` or `from`, also further on in the line, in Python and in a notebook."""
    every = "|".join(map(re.escape, topics))
    return re.compile(rf"(?:import|from|,)[ \t]+({every})\b(?![.\w])".encode())
