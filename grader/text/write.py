"""The catalogue that a translator fills in: each key with its English, and what has been translated so far."""

from __future__ import annotations

import json
from collections.abc import Mapping

from grader.render.escape import one_line
from grader.text.translation import Entry, Translation, digest

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
    return head + "".join(_entry(key, text, done.entries.get(key)) for key, text in english.items())


def _entry(key: str, english: str, entry: Entry | None) -> str:
    of, text = digest(english), ""
    note = ""
    if entry is not None and entry.text:
        note = "" if entry.of == of else OUTDATED.format(digest=of)
        of, text = entry.of, entry.text
    comment = f"# {one_line(english)}\n"
    return f"\n[{_quoted(key)}]\n{comment}{note}of = {_quoted(of)}\ntext = {_quoted(text)}\n"


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; what JSON leaves as it is and TOML does not is spelled out."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
