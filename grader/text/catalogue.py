"""What a translator gets: the English texts by key, gathered from where they are written, and what a translation lacks.

Sentences of mistakes and of checks lie in the hidden suite: this is for the trusted side.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.course import Course, Task, Topic
from grader.course.problem import parse
from grader.report import Verdict
from grader.text import Entry, Translation, digest, keys, labels, patterns, sentences
from grader.text.escape import one_line


def words() -> dict[str, str]:
    """Return the English of every word of the pages, by key."""
    found = {keys.label(label): label for label in labels()}
    found |= {keys.verdict(value): value.replace("_", " ") for value in Verdict}
    found |= {keys.sentence(name): sentence for name, sentence in sentences().items()}
    return found | {keys.judge_sentence(name): pattern for name, pattern in patterns().items()}


def catalogue_of(course: Course, topic: Topic) -> dict[str, str]:
    """Return the English texts of a topic, in the order in which a translator meets them."""
    found = {keys.topic_title(topic.slug): topic.title}
    for task in topic.tasks:
        found |= _open_texts(task)
        found |= dict(_checks(course, task))
        found |= dict(_mistakes(course, task))
    return found


def sentence_of(course: Course, task: Task, test: str) -> str:
    """Return the English sentence of a test, by its name with or without parameters; empty if it has none."""
    return dict(_checks(course, task)).get(keys.check(task.id, test), "")


def _open_texts(task: Task) -> dict[str, str]:
    hints = {keys.hint(task.id, number): hint for number, hint in enumerate(task.hints, 1)}
    differs = {keys.differs(task.id): task.differs} if task.differs else {}
    return {keys.title(task.id): task.title, **hints, **differs}


def _checks(course: Course, task: Task) -> Iterator[tuple[str, str]]:
    file = course.suite_file(task)
    tree = parse(file) if file.is_file() else None
    for node in tree.body if isinstance(tree, ast.Module) else ():
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            sentence = ast.get_docstring(node) or ""
            if sentence:
                yield keys.check(task.id, node.name), sentence.splitlines()[0].strip()


def _mistakes(course: Course, task: Task) -> Iterator[tuple[str, str]]:
    """Yield the sentences of known mistakes; they are executed, since some are made in a loop."""
    from grader.judge.references import References

    if not course.mistakes_file(task).is_file():
        return
    for mistake in References(course).mistakes(task):
        yield keys.mistake(task.id, mistake.name), mistake.sentence
        if advice := advice_on(course, task, mistake.name):
            yield keys.advice(task.id, mistake.name), advice


def advice_on(course: Course, task: Task, mistake: str) -> str | None:
    """Return `hint` of `@mistake("...", hint="...")` over the variant of this name; None without one."""
    file = course.mistakes_file(task)
    tree = parse(file) if file.is_file() else None
    if not isinstance(tree, ast.Module):
        return None
    kinds = (ast.FunctionDef, ast.ClassDef)
    variants = [node for node in tree.body if isinstance(node, kinds) and node.name == mistake]
    return next((text for node in variants if (text := _advice_in(node))), None)


def _advice_in(variant: ast.FunctionDef | ast.ClassDef) -> str | None:
    for part in variant.decorator_list:
        match part:
            case ast.Call(func=ast.Name(id="mistake"), keywords=keywords):
                values = [keyword.value for keyword in keywords if keyword.arg == "hint"]
                return next((str(value.value) for value in values if isinstance(value, ast.Constant)), None)
    return None


@dataclass(frozen=True)
class Gaps:
    """The keys that a translator has to look at."""

    missing: tuple[str, ...]
    outdated: tuple[str, ...]
    unknown: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.outdated or self.unknown)


def gaps(english: Mapping[str, str], translation: Translation) -> Gaps:
    """Compare a translation with the English texts."""
    entries = translation.entries
    done = {key for key, entry in entries.items() if entry.text and key in english}
    return Gaps(
        missing=tuple(key for key in english if key not in done),
        outdated=tuple(key for key in english if key in done and entries[key].of != digest(english[key])),
        unknown=tuple(key for key in entries if key not in english),
    )


HEAD = """\
# Texts of {name}{into}. The English is in the comments: write the translation into `text`.
# An empty text is shown in English. `of` names the English that was translated: leave it as it is.
"""
OUTDATED = '# The English has changed since: renew the text, then write of = "{digest}".\n'


def catalogue_text(
    name: str, english: Mapping[str, str], done: Translation, language: str | None = None
) -> str:
    """Return the TOML of a catalogue; translations of texts that are no more are left out."""
    head = HEAD.format(name=name, into=f" in the language {language}" if language else "")
    return head + "".join(_catalogue_entry(key, text, done.entries.get(key)) for key, text in english.items())


def _catalogue_entry(key: str, english: str, entry: Entry | None) -> str:
    of, text = digest(english), ""
    note = ""
    if entry is not None and entry.text:
        note = "" if entry.of == of else OUTDATED.format(digest=of)
        of, text = entry.of, entry.text
    comment = f"# {one_line(english)}\n"
    return f"\n[{quoted(key)}]\n{comment}{note}of = {quoted(of)}\ntext = {quoted(text)}\n"


def quoted(value: object) -> str:
    """Return a text, a number or a list of them as TOML writes it; what JSON leaves and TOML does not is spelled."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
