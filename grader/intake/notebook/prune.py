"""Outputs and images cut out of a notebook's JSON before it is parsed, so that they cost no memory."""

from __future__ import annotations

import re

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
