"""The page of a lesson: its Markdown with figures and formulas inside, and below it what each task asks for."""

from __future__ import annotations

import ast
import html
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import pairwise
from mimetypes import guess_type
from pathlib import Path
from textwrap import dedent
from urllib.parse import unquote
from xml.etree.ElementTree import Element, SubElement, tostring

from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin

from grader.course import Course, Task, Topic
from grader.course.stub import stub_of
from grader.intake.bindings import Definition, first_line
from grader.render.course_pages import effort, titled
from grader.render.html.environment import page
from grader.render.html.markup import anchor, breakable, escaped
from grader.text import say
from grader.text.formatting import count

README = "README.md"
TASKS = "tasks-in-full"  # the anchor of what stands below the lesson
WEB = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
OTHER_LESSON = re.compile(r"\.\./(\w+)/README\.md(?:#|$)")
DEEPEST = 6  # level of a heading
RELATIONS, SUMS = frozenset("=≈≤≥<>←→∈"), frozenset("+−")  # a formula may go on in the next line behind them
BARS = ("|", "‖", "∥")  # that stand around something, if there are two of them
PRIMES, THIN, WIDE = ("′", "″", "‴"), "0.167em", ("1em", "2em")
OPEN, CLOSED = frozenset("([{⌊⌈"), frozenset(")]}⌋⌉")
MARKS = re.compile(r"[.,:;!?)]+")  # behind a formula, which stay in its line
FULL = 102  # characters of a line of a docstring that has no room for a further word
ALONE = re.compile(r"\s*(?:[-*] |[\w*., ]+:(?: |$)|$)")  # a line that begins something
NOT_KEPT = ("href", "style", "class", "id")  # attributes that a formula can ask for


def lesson_page(course: Course, topic: Topic, folders: Sequence[Path]) -> str:
    """The lesson of a topic as one page for a browser.

    Args:
        course: whose stub says what each task asks for.
        topic: which.
        folders: where its README is looked for, and each figure; the first that has it counts.
    """
    file = next(file for folder in folders if (file := folder / README).is_file())
    lesson = Lesson(topic, folders, file.read_text(encoding="utf-8", errors="replace"))
    stub = stub_of(course, topic.slug)
    tree, lines = ast.parse(stub), stub.splitlines()
    parts = {node.name: [*_parts(node, lines)] for node in tree.body if isinstance(node, Definition)}
    tasks = [(task, titled(task), _facts(task), parts.get(task.name, [])) for task in topic.tasks]
    return page("lesson.html.j2", lesson=lesson, head=_docstring(tree), tasks=tasks, TASKS=TASKS)


def _facts(task: Task) -> str:
    said = (count(task.points, "point"), *effort(task), count(len(task.hints), "hint"))
    facts = ", ".join(filter(None, said))
    return facts + (" " + say("task.needs", tasks=", ".join(task.needs)) if task.needs else "")


def _parts(node: Definition, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield how a function, or a class and each of its methods, is written up to its docstring, and that."""
    yield dedent("\n".join(lines[first_line(node) - 1 : node.body[0].lineno - 1])), _docstring(node)
    for method in node.body if isinstance(node, ast.ClassDef) else ():
        if isinstance(method, Definition):
            yield from _parts(method, lines)


def _docstring(node: ast.Module | Definition) -> str:
    """Return a docstring whose sentences may be broken at any width; examples, lists and what is aligned stay."""
    found, before, example = list[str](), "", False
    for line in (ast.get_docstring(node) or "").split("\n"):
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>>"))
        is_full = len(f"{before} {line.split(maxsplit=1)[0] if line.strip() else ''}") > FULL
        if is_full and not example and not ALONE.match(line) and "  " not in before.strip():
            found[-1] += f" {line.strip()}"
        else:
            found.append(line)
        before = line
    return "\n".join(found)


class Lesson:
    """The Markdown of a lesson as its page shows it: title, headings and body."""

    def __init__(self, topic: Topic, folders: Sequence[Path], source: str) -> None:
        """Read the Markdown; HTML in it is shown as it is written."""
        self.topic, self.folders, self.title = topic, folders, topic.title
        self.parser = MarkdownIt("commonmark", {"html": False}).enable("table")
        self.parser.use(dollarmath_plugin, allow_space=False, allow_labels=False, double_inline=True)
        tokens = self.parser.parse(source)
        if tokens and tokens[0].tag == "h1":
            self.title, tokens = tokens[1].content.replace("`", ""), tokens[3:]
        self.anchors = {"content", TASKS}
        heads = [place for place, token in enumerate(tokens) if token.type == "heading_open"]
        for place in heads:
            tokens[place].attrs["id"] = self._new_anchor(tokens[place + 1].content)
        self.body = self._markup(self._blocks(tokens))
        self.heads = [
            (str(tokens[place].attrs["id"]), self._markup([tokens[place + 1]]))
            for place in heads
            if tokens[place].tag == "h2"
        ]

    def _new_anchor(self, words: str) -> str:
        """Return the anchor of a heading, as GitHub makes it."""
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        while name in self.anchors:
            name += "-1"
        self.anchors.add(name)
        return name

    def _markup(self, tokens: Iterator[Token] | list[Token]) -> Markup:
        return Markup(self.parser.renderer.render([*tokens], self.parser.options, {}))

    def _blocks(self, tokens: list[Token]) -> Iterator[Token]:
        """Yield what is shown of each block; what may be too wide scrolls by itself."""
        under = "content"  # the heading above names what scrolls
        for token in tokens:
            match token.type:
                case "heading_open":
                    under = str(token.attrs["id"])
                case "inline":
                    token.children = [*self._inline(token.children or [])]
                case "table_open":
                    yield _raw('<div class="scroll" tabindex="0" role="region" aria-labelledby="{}">', under)
                case "th_open" | "td_open":
                    token.attrs = {"scope": "col"} if token.tag == "th" else {}
                case "math_block":
                    token = _raw('<div class="formula">{}</div>\n', mathml(token.content, "block"))
                case "fence" | "code_block":
                    form = '<pre class="traceback" tabindex="0" aria-labelledby="{}"><code>{}</code></pre>\n'
                    token = _raw(form, under, token.content)
            yield token
            if token.type == "table_close":
                yield _raw("</div>\n")

    def _inline(self, tokens: list[Token]) -> Iterator[Token]:
        """Yield what is shown of a sentence: a link that leads nowhere from this page is its words alone.

        Behind a link to another lesson stands how that is opened.
        """
        leads, lesson = list[bool](), ""
        for token, after in pairwise([*tokens, Token("text", "", 0)]):
            match token.type:
                case "link_open":
                    other = OTHER_LESSON.match(str(token.attrs["href"]))
                    lesson = other[1] if other else ""
                    token.attrs["href"] = self._target(unquote(str(token.attrs["href"])), after.content)
                    leads.append(bool(token.attrs["href"]))
                case "link_close" if lesson:
                    yield _raw(" (<code>{}</code>)", f"grade lesson {lesson}")
                    lesson = ""
                case "image":
                    token = self._image(unquote(str(token.attrs["src"])), token.content)
                case "math_inline" | "math_inline_double":
                    display = "inline" if token.type == "math_inline" else "block"
                    marks = MARKS.match(after.content) if after.type == "text" else None
                    after.content = after.content[marks.end() if marks else 0 :]
                    token = _raw("{}", mathml(token.content, display, marks[0] if marks else ""))
                case "code_inline":
                    token = _raw("<code>{}</code>", breakable(token.content))
            if token.tag != "a" or (leads[-1] if token.nesting == 1 else leads.pop()):
                yield token

    def _target(self, link: str, words: str) -> str:
        """Return where a link leads: into the web, to a heading or a task of this page, or nowhere."""
        if WEB.match(link):
            return link
        file, _, place = link.partition("#")
        if file in ("", README):
            return f"#{place}" if place in self.anchors else ""
        if file in (f"{self.topic.slug}.py", f"{self.topic.slug}.ipynb"):
            named = [task.id for task in self.topic.tasks if task.name == words]
            return "#" + (anchor("task", named[0]) if named else TASKS)
        return ""

    def _image(self, source: str, words: str) -> Token:
        """Return a figure that lies below the lesson, or else the words that stand for it."""
        kind = guess_type(source)[0] or ""
        for folder in self.folders if kind.startswith("image/") else ():
            file = (folder / source).resolve()
            if file.is_relative_to(folder.resolve()) and file.is_file():
                data = b64encode(file.read_bytes()).decode("ascii")
                return _raw('<img src="data:{};base64,{}" alt="{}">', kind, Markup(data), words)
        return _raw("<i>{}</i>", words)


def _raw(form: str, *values: str) -> Token:
    """Return markup of ours with values in it, each escaped unless it is markup too."""
    return Token("html_inline", "", 0, content=Markup(form).format(*values))


def mathml(latex: str, display: str, marks: str = "") -> Markup:
    """A formula, and the marks behind it in a sentence; as it was typed where it is none."""
    try:
        formula = convert_to_element(latex, display=display)
    except Exception:  # of a dozen kinds without a common one, besides those of a fault
        return Markup("<code>{}</code>{}").format(escaped(latex), marks)
    for part in formula.iter():
        # The converter writes entities, and would turn what it does not know into markup.
        part.text = part.text and html.unescape(part.text)
        for name in NOT_KEPT:
            part.attrib.pop(name, None)
    for part in formula.iter():
        _spaced(part)
    if display == "block":  # as large as alone in its line, and broken where the line is too short for it
        formula.attrib |= {"display": "inline", "displaystyle": "true"}
    *first, last = [Markup(tostring(piece, encoding="unicode")) for piece in _pieces(formula)]
    whole = Markup('<span class="whole">{}{}</span>').format(last, marks) if marks else last
    return Markup("<wbr>").join([*first, whole])


def _spaced(row: Element) -> None:
    """Give signs the room that TeX gives them: bars in pairs, names of functions, primes, which stand high already."""
    bars = [part for part in row if part.tag == "mo" and part.text in BARS]
    for place, bar in enumerate(bars if len(bars) % 2 == 0 else ()):
        bar.set("form", ("prefix", "postfix")[place % 2])
        if any(part.text in PRIMES for part in row.iter()):  # a prime is no taller than it looks
            bar.set("stretchy", "false")
    edge = Element("mo")
    for before, part, after in zip([edge, *row], row, [*row[1:], edge], strict=False):
        if part.text == "∞":
            part.tag = "mi"  # a name, without the room of a sign
        if len(name := part.text or "") > 1 and name.isalpha() and part.tag in ("mi", "mo"):
            room = {"lspace": "0" if before.tag == "mo" else THIN, "rspace": "0" if after.tag == "mo" else THIN}
            part.tag, part.attrib = "mo", {"form": "prefix", **room}
        elif part.text in SUMS and before.tag == "mo" and before is not edge and before.get("form") != "postfix":
            part.attrib |= {} if before.text in CLOSED else {"form": "prefix"}  # a sign, and no subtraction
    if row.tag == "msup" and (row[1].text or "") in PRIMES:
        row.tag = "mrow"


def _pieces(formula: Element) -> Iterator[Element]:
    """Yield a formula cut behind each relation, sum and wide space: no browser breaks a line within one."""
    depth, parts, piece = 0, list(formula[0]), list[Element]()
    for place, part in enumerate(parts, 1):
        mark = part[0] if part.tag in ("msup", "msub", "msubsup") else part  # a bracket with a power is one
        sign = (mark.text or "") if mark.tag == "mo" else ""
        depth += (sign in OPEN) - (sign in CLOSED)
        follows = bool(piece) and (piece[-1].tag != "mo" or piece[-1].text in CLOSED)  # else it is a sign
        is_sum = sign in SUMS and follows
        is_break = depth == 0 and (sign in RELATIONS or is_sum)
        piece.append(part)
        if is_break:
            part.set("form", "infix")  # with its room on both sides, also where it is the last
        if is_break or part.get("width") in WIDE or place == len(parts):
            whole = Element(formula.tag, formula.attrib)
            SubElement(whole, "mrow").extend(piece)
            yield whole
            piece = []
