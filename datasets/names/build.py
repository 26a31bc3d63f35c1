"""Write the data file of this set anew from written.txt: `python build.py`.

A name is made plain: ß becomes ss, the letters of REPLACED become their nearest, accents are dropped, and the rest is
put in lower case, so that only a to z remain. A name that two languages share after that is removed from both.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz")
REPLACED = str.maketrans({"ß": "ss", "ł": "l", "Ł": "L", "ı": "i", "ø": "o", "æ": "ae"})


def plain(name: str) -> str:
    """Return a name in the letters a to z.

    >>> plain("Żółkoś"), plain("Yıldız"), plain("Großmann")
    ('zolkos', 'yildiz', 'grossmann')
    """
    letters = unicodedata.normalize("NFKD", name.translate(REPLACED))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).lower()


def written() -> dict[str, list[str]]:
    """Return the names of each language as they stand in written.txt."""
    found: dict[str, list[str]] = {}
    for line in (HERE / "written.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            names = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            names += line.split()
    return found


def cleaned() -> dict[str, list[str]]:
    """Return the plain names of each language, sorted, none of them twice anywhere."""
    languages = {language: {plain(name) for name in names} for language, names in written().items()}
    times = Counter(name for names in languages.values() for name in names)
    kept = {
        language: sorted(name for name in names if times[name] == 1) for language, names in languages.items()
    }
    for name in (name for names in kept.values() for name in names):
        assert set(name) <= ALPHABET, name
    return kept


def build() -> dict[str, bytes]:
    """Return the file by name: lines of name and language, by language and then by name."""
    lines = [f"{name},{language}" for language, names in sorted(cleaned().items()) for name in names]
    return {"names.csv": ("\n".join(["name,language", *lines]) + "\n").encode("ascii")}


if __name__ == "__main__":
    for name, content in build().items():
        (HERE / name).write_bytes(content)
