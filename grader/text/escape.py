"""Text that a submission may have written, made safe to show.

A file name, an exception's message or a traceback comes from the learner's code. As it is, it could move
the cursor, hide a line or reverse what is read, so every character that is not seen is spelled out.
"""

from __future__ import annotations

import re
import unicodedata

# Unicode's categories of control, format, surrogate, private and unassigned characters, and of line breaks.
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Those that XML 1.0 has not; as what it has instead, the pattern takes ten times as long to compile.
NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WITH_CODE = re.compile(r"(?P<before>[^\n]+)\n(?P<code> {4}[^\n]*(?:\n {4}[^\n]*)?)(?:\n(?P<behind>[^\n ][^\n]*)?)?")
COMBINING = {"Mn", "Me"}
MOST_COMBINING = 2  # marks on one letter; more of them would paint over the lines above and below


def one_line(text: str) -> str:
    """`text` on one line: white space collapsed, everything invisible spelled out."""
    return _visible(" ".join(text.split()))


def with_code(text: str) -> tuple[str, list[str], str]:
    """`text` before, in and behind one or two indented lines of code, which a message of the judge may quote."""
    found = WITH_CODE.fullmatch(text)
    return (found["before"], lines(found["code"]), found["behind"] or "") if found else (text, [], "")


def lines(text: str) -> list[str]:
    """The lines of `text` with their indentation, everything invisible spelled out."""
    return [_visible(line.rstrip("\r").expandtabs(4)) for line in text.rstrip("\n").split("\n")]


def xml(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot carry."""
    return NOT_XML.sub("", text)


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(character) for character in _few_combining(text))


def _spelled(character: str) -> str:
    if unicodedata.category(character) not in INVISIBLE:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _few_combining(text: str) -> str:
    """`text` with at most a few combining marks in a row."""
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in COMBINING else 0
        if run <= MOST_COMBINING:
            kept.append(character)
    return "".join(kept)
