"""Text on its way into a page: made visible, cut, and escaped, in this order."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from grader.render.drawings import has_terminal_drawings
from grader.report import Message, TaskReport, TestReport, Verdict
from grader.text import NAME, say
from grader.text.escape import lines, one_line, with_code
from grader.text.formatting import MARKS, number, word

LONGEST = 400  # characters of anything that a submission may have written
ENOUGH = 4_000  # a sentence of the course's own is cut only where it cannot be one
BLOCK_LINES = 40  # of a traceback, the last ones
LARGEST = 1e6  # of a whole number that is written with all its digits
BLOCK_WIDTH = 200  # characters of each


def escaped(value: object) -> Markup:
    """What a template writes for any value: markup of ours as it is, all else visible, cut and escaped."""
    if isinstance(value, Markup):
        return value
    return escape(plain(value))


def plain(value: object, most: int = LONGEST) -> str:
    """The text of a value on one line, everything invisible spelled out, in at most so many characters."""
    text = str(value)
    if len(text) <= most and text.isascii() and text.isprintable():
        return text  # as most are: nothing to spell out, which saves most of the time that a page takes
    # Spelling out makes it longer, so what is far behind is never looked at.
    line = one_line(text[: 2 * most])
    return line if len(line) <= most and len(text) <= 2 * most else line[: most - 3].rstrip() + "..."


def sentence(name: str, /, **values: object) -> Markup:
    """A sentence of the pages by its name; each value in it as a template writes it, so that it may be markup."""
    # An apostrophe is no sign between elements, nor inside double quotes.
    words = str(escape(say(name))).replace("&#39;", "'")
    return Markup(NAME.sub(lambda hole: escaped(values.get(hole[1], hole[0])), words))


def uncut(value: object) -> Markup:
    """A sentence that is not cut, such as what a known mistake says."""
    return escape(plain(value, ENOUGH))


def quoted(value: object) -> Markup:
    """What a template writes for any value; code that it quotes stands on lines of its own."""
    before, code, behind = with_code(str(value))
    if not code:
        return escaped(value)
    # Without its common indentation, which is there for the terminal.
    text = "\n".join(line[4:] for line in code)
    pre = Markup('<pre class="traceback" tabindex="0">{}</pre>')
    return escaped(before) + pre.format(block(text)) + escaped(behind)


def breakable(name: str) -> Markup:
    """A long name, such as a task's id, which may go on in the next line behind each of its words."""
    return Markup(re.sub(r"[._](?=\w)|[a-z](?=[A-Z])", r"\g<0><wbr>", str(escape(plain(name)))))


def block(text: str) -> Markup:
    """The last lines of a text with their indentation, for a `pre` element."""
    every = lines(text[-BLOCK_LINES * BLOCK_WIDTH * 2 :])
    kept = [line if len(line) <= BLOCK_WIDTH else line[: BLOCK_WIDTH - 3] + "..." for line in every]
    more = ["..."] if len(kept) > BLOCK_LINES else []
    return escape("\n".join([*more, *kept[-BLOCK_LINES:]]))


def first_lines(text: str) -> Markup:
    """The first lines of a text with their indentation, for a `pre` element."""
    every = lines(text[: BLOCK_LINES * BLOCK_WIDTH * 2])
    kept = [line if len(line) <= LONGEST else line[: LONGEST - 3] + "..." for line in every[:BLOCK_LINES]]
    return escape("\n".join([*kept, *(["..."] if len(every) > BLOCK_LINES else [])]))


def code(text: str) -> Markup:
    """A text of ours that is to be copied, whole, for a `pre` element."""
    return escape("\n".join(lines(text[:ENOUGH])))


def signed(points: float) -> str:
    """Points with their sign: +2, −1.5."""
    return f"{'−' if points < 0 else '+'}{number(abs(points))}"


def figure(value: float | None) -> str:
    """A number of a table: whole numbers as they are, others with three digits, nothing for a gap."""
    if value is None:
        return ""
    written = f"{value:.0f}" if value == int(value) and abs(value) < LARGEST else f"{value:.3g}"
    return written.replace("-", "−")


def has_drawings(test: TestReport) -> bool:
    """Whether a test has attached anything to draw."""
    return has_terminal_drawings(test) or bool(test.pictures)


def drawn(task: TaskReport) -> bool:
    """Whether any test of a task has."""
    return any(map(has_drawings, task.tests))


def number_of(task: TaskReport, test: TestReport) -> int:
    """The place of a test in its task, from 1."""
    return 1 + next(place for place, each in enumerate(task.tests) if each is test)


def next_of(task: TaskReport, message: Message | None) -> str:
    """What to do next about a task; nothing where the fault is ours."""
    if task.verdict is Verdict.INTERNAL:
        return ""
    return (message and message.next) or f"grade hint {task.id}"


def anchor(kind: str, name: str) -> str:
    """The place of a task or a topic on its page, as a link names it."""
    return f"{kind}-" + re.sub(r"[^A-Za-z0-9_.-]", "-", name)


CLASSES = {
    Verdict.PASS: "pass",
    Verdict.RIGHT: "right",
    Verdict.NOT_ATTEMPTED: "wait",
    Verdict.SKIPPED: "wait",
    Verdict.INTERNAL: "fault",
}  # whatever else there is went wrong


def kind(verdict: Verdict) -> str:
    """The class of a verdict: pass, right, bad, wait or fault."""
    return CLASSES.get(verdict, "bad")


def sign(verdict: Verdict) -> str:
    """The sign of a verdict, one for each, so that none is told by its colour alone."""
    return MARKS[verdict][0]


def mark(verdict: Verdict, *, detail: bool = False) -> Markup:
    """The sign and the word of a verdict; the word says it all, so the sign is not read aloud.

    A `detail` that is open has the colour of a task that is right.
    """
    colour = "right" if detail and kind(verdict) == "bad" else kind(verdict)
    form = '<span class="mark {}"><span aria-hidden="true">{}</span> {}</span>'
    return Markup(form).format(colour, sign(verdict), word(verdict))


def marks_in_use(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts that occur, in the order of the enum: what a legend has to explain."""
    found = set(verdicts)
    return [verdict for verdict in Verdict if verdict in found]
