"""One text by its key, in the language that is spoken."""

from __future__ import annotations

from contextlib import suppress

from grader.course import Course, load_course
from grader.text import keys
from grader.text.language import ENGLISH, NAME, chosen, topic_file, ui_file
from grader.text.sentences import SENTENCES
from grader.text.translation import BadTranslation, Translation, read
from grader.text.ui import words


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
    return spoken(keys.label(words), words) if words else words


def say(name: str, /, **values: object) -> str:
    """Return a sentence of the pages by its name; values that are not given keep their place in braces.

    Raises:
        KeyError: the table of sentences has none of this name.
    """
    return spoken(keys.sentence(name), SENTENCES[name], **values)


def count_of(number: int, words: str) -> str:
    """Return a number with what is counted, `2 tasks`; what only instructors count has no key, and is English."""
    return spoken(keys.sentence(f"count.{words}"), "{n} " + words, n=number)


def verdict_words(value: str) -> str:
    """Return a verdict in words, `not attempted`, in the language that is spoken."""
    return spoken(keys.verdict(value), value.replace("_", " "))


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
        from grader.text.catalogue import catalogue_of

        course = load_course()
        slug = key.split(".")[1] if key.count(".") > 1 else ""
        found = catalogue_of(course, course.topic(slug)).get(key) if slug in course.slugs else None
    if found is None:
        raise UnknownKey(f"there is no text {key!r}: `grade text` lists them")
    return found
