"""What somebody may have meant by a misspelt word: the one rule behind every `did you mean`."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LONGEST = 100  # letters that are compared, as comparing takes the square of their number


def suggestions(wanted: str, known: Iterable[str], *, most: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the words that look like the one that was typed, the nearest first; small and large letters are the same.

    Args:
        wanted: what was typed.
        known: the words that there are.
        most: how many to return.
        cutoff: how near they have to be, from 0 for any word to 1 for the same.
    """
    by_form: dict[str, str] = {}
    for word in known:
        by_form.setdefault(word.casefold()[:LONGEST], word)
    near = get_close_matches(wanted.casefold()[:LONGEST], by_form, n=most, cutoff=cutoff)
    return [by_form[form] for form in near]


def did_you_mean(wanted: str, known: Iterable[str], otherwise: str, *, most: int = 1) -> str:
    """Return the question that names what comes near, or what is to be said where nothing does."""
    near = suggestions(wanted, known, most=most)
    return f"did you mean {' or '.join(near)}?" if near else otherwise
