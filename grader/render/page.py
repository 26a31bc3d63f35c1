"""The paper that the terminal's pages are written on: a console, its width and its alphabet."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from grader.render.escape import one_line, with_code
from grader.render.words import Alphabet, alphabet
from grader.text import label as spoken_label

WIDEST = 100
NARROWEST = 40
LABEL = 10  # columns of a label and the space behind it


@dataclass(frozen=True)
class Page:
    """What every part of a page is written with."""

    console: Console

    @property
    def width(self) -> int:
        """The columns to use: the terminal's, between 40 and 100."""
        return max(NARROWEST, min(WIDEST, self.console.width))

    @property
    def alphabet(self) -> Alphabet:
        """The characters that this output can show."""
        return alphabet(self.console.encoding)

    @staticmethod
    def head(words: str) -> str:
        """The words of a label, or of a row, with room up to where its text begins."""
        return words + " " * max(1, LABEL - cell_len(words))

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Write (text, style) parts, wrapped where it is narrow; the text is ours or has been escaped."""
        drawn = [part if isinstance(part, str) else (self.alphabet.of(part[0]), part[1]) for part in parts]
        self._wrapped(Text.assemble(*drawn))

    def labelled(self, label: str, text: str, style: str = "", *, most: int = WIDEST - LABEL) -> None:
        """Write a label and its text, cut to one line of 100 columns and wrapped where there are fewer.

        Code that the text quotes stands on lines of its own.
        """
        text, code, behind = with_code(text)
        self._labelled(label, text, style, most)
        for line in code:
            self.console.print(Text(self.head("") + cut(line, self.width - LABEL)), soft_wrap=True)
        if behind:
            self._labelled("", behind, style, most)

    def _labelled(self, label: str, text: str, style: str, most: int) -> None:
        body = Text(cut(one_line(text), most), style)
        words = spoken_label(label) if label else ""
        for number, part in enumerate(body.wrap(self.console, self.width - LABEL)):
            part.rstrip()
            head = self.head(words if number == 0 else "")
            self.console.print(Text.assemble((head, "bold"), part), soft_wrap=True)

    def whole(self, label: str, text: str, style: str = "") -> None:
        """Write a label and a text to copy, such as a command: never cut, never broken."""
        self.console.print(
            Text.assemble((self.head(spoken_label(label)), "bold"), (one_line(text), style)),
            soft_wrap=True,
        )

    def _wrapped(self, text: Text) -> None:
        for part in text.wrap(self.console, self.width) or [text]:
            part.rstrip()
            self.console.print(part, soft_wrap=True)


def cut(text: str, columns: int) -> str:
    """`text` in at most so many columns, with three dots where something is left out."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, columns - 3).rstrip() + "..."


def cut_front(text: str, columns: int) -> str:
    """The end of `text` in at most so many columns, with three dots before it where something is left out."""
    if cell_len(text) <= columns:
        return text
    start = len(text) - columns + 3  # no character takes less than a column, apart from marks that go with one
    while start < len(text) and cell_len(text[start:]) > columns - 3:
        start += 1
    return "..." + text[start:].lstrip()
