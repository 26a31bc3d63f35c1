"""English texts by key, gathered from where they are written, and one text in the language that is spoken.

Sentences of mistakes and of checks lie in the hidden suite: this is for the trusted side.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeGuard

from grader.course import Course, Task, Topic, load_course
from grader.course.problem import parse
from grader.report import Verdict
from grader.text import translations
from grader.text.judge_sentences import PATTERNS
from grader.text.sentences import SENTENCES
from grader.text.translations import (
    ENGLISH,
    NAME,
    BadTranslation,
    Translation,
    chosen,
    read,
    topic_file,
    ui_file,
)


class UnknownKey(LookupError):
    """No text has this key."""


def text(key: str, /, **values: object) -> str:
    """Return the text of a key, with `{name}` in it replaced by the values.

    Raises:
        UnknownKey: there is no such text.
    """
    return spoken(key, _english(key), **values)


def spoken(key: str, english: str, /, **values: object) -> str:
    """Return the text of a key whose English is at hand."""
    found = english
    if chosen() != ENGLISH:
        with suppress(BadTranslation):  # `grade text --check` names the fault; a page is shown all the same
            found = translation_for(key, chosen()).of(key, english)
    return NAME.sub(lambda name: str(values.get(name[1], name[0])), found)


def label(words: str) -> str:
    """Return a label of a page in the language that is spoken; the English is the label itself."""
    return spoken(translations.label(words), words) if words else words


def say(name: str, /, **values: object) -> str:
    """Return a sentence of the pages by its name; values that are not given keep their place in braces.

    Raises:
        KeyError: the table of sentences has none of this name.
    """
    return spoken(translations.sentence(name), SENTENCES[name], **values)


def count_of(number: int, words: str) -> str:
    """Return a number with what is counted, `2 tasks`; what only instructors count has no key, and is English."""
    return spoken(translations.sentence(f"count.{words}"), "{n} " + words, n=number)


def verdict_words(value: str) -> str:
    """Return a verdict in words, `not attempted`, in the language that is spoken."""
    return spoken(translations.verdict(value), value.replace("_", " "))


def translation_for(key: str, language: str, course: Course | None = None) -> Translation:
    """Return the translation that a key belongs to."""
    if key.startswith("ui."):
        return read(ui_file(language))
    slug = key.split(".")[1]
    return read(topic_file((course or load_course()).exercises, slug, language))


def _english(key: str) -> str:
    if key.startswith("ui."):
        found = words().get(key)
    else:

        course = load_course()
        slug = key.split(".")[1] if key.count(".") > 1 else ""
        found = catalogue_of(course, course.topic(slug)).get(key) if slug in course.slugs else None
    if found is None:
        raise UnknownKey(f"there is no text {key!r}: `grade text` lists them")
    return found


PACKAGE = Path(__file__).parent.parent
PAGES = ("render", "watch", "classroom/pages")  # whose code writes labels
WRITERS = frozenset({"labelled", "copyable"})  # methods of a page whose first argument is a label


@cache
def words() -> dict[str, str]:
    """Return the English of every word of the pages, by key."""
    files = (file for folder in PAGES for file in (PACKAGE / folder).rglob("*.py"))
    labels = sorted({label for file in files for label in _labels(file)})
    found = {translations.label(label): label for label in labels}
    found |= {translations.verdict(value): value.replace("_", " ") for value in Verdict}
    found |= {translations.sentence(name): sentence for name, sentence in SENTENCES.items()}
    return found | {translations.judge_sentence(name): pattern for name, pattern in PATTERNS.items()}


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


def catalogue_of(course: Course, topic: Topic) -> dict[str, str]:
    """Return the English texts of a topic, in the order in which a translator meets them."""
    found = {translations.topic_title(topic.slug): topic.title}
    for task in topic.tasks:
        found |= _open_texts(task)
        found |= dict(_checks(course, task))
        found |= dict(_mistakes(course, task))
    return found


def sentence_of(course: Course, task: Task, test: str) -> str:
    """Return the English sentence of a test, by its name with or without parameters; empty if it has none."""
    return dict(_checks(course, task)).get(translations.check(task.id, test), "")


def _open_texts(task: Task) -> dict[str, str]:
    hints = {translations.hint(task.id, number): hint for number, hint in enumerate(task.hints, 1)}
    differs = {translations.differs(task.id): task.differs} if task.differs else {}
    return {translations.title(task.id): task.title, **hints, **differs}


def _checks(course: Course, task: Task) -> Iterator[tuple[str, str]]:
    file = course.suite_file(task)
    tree = parse(file) if file.is_file() else None
    for node in tree.body if isinstance(tree, ast.Module) else ():
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            sentence = ast.get_docstring(node) or ""
            if sentence:
                yield translations.check(task.id, node.name), sentence.splitlines()[0].strip()


def _mistakes(course: Course, task: Task) -> Iterator[tuple[str, str]]:
    """Yield the sentences of known mistakes; they are executed, since some are made in a loop."""
    from grader.judge.references import References

    if not course.mistakes_file(task).is_file():
        return
    for mistake in References(course).mistakes(task):
        yield translations.mistake(task.id, mistake.name), mistake.sentence
        if advice := advice_on(course, task, mistake.name):
            yield translations.advice(task.id, mistake.name), advice


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
