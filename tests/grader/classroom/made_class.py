"""A made-up class of any size, from a seed: every layout, people of three scripts, all kinds of work and accidents.

Each student's file is a recipe (a solution, a style, a known wrong case, a half-done stub, a hostile case) with the
student's id in a comment at its end, so that all files differ and a recipe's result is known by grading it alone.
"""

from __future__ import annotations

import ast
import importlib.util
import io
import os
import random
import struct
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from grader.course import Course, load_course
from grader.intake.notebook_writing import notebook_from

HERE = Path(__file__).parent
CASES = HERE.parent / "cases"
TASKS = ("losses.sigmoid", "losses.mse_loss", "tensors.outer", "tensors.frobenius_norm")
SMALL = TASKS[2:]

FIRST = {
    "latin": (
        "Zoë", "José", "Łukasz", "Søren", "Anaïs", "Müge", "Renée", "Ömer", "Þóra", "Željko",
        "Ngọc", "Iñaki",
    ),
    "chinese": (
        "小明", "丽华", "子轩", "雨桐", "浩然", "欣怡", "俊杰", "思远", "晓燕", "建国", "秀英", "文博",
    ),
    "arabic": (
        "محمد", "فاطمة", "علي", "زينب", "يوسف", "مريم", "عمر", "نور", "حسن", "ليلى", "سارة",
        "خالد",
    ),
}  # fmt: skip
LAST = {
    "latin": (
        "Núñez", "Müller", "Øst", "Dvořák", "Çelik", "Lefèvre", "Kowalczyk", "Sigurðsson",
        "Nguyễn", "O'Brien", "Ångström", "Große",
    ),
    "chinese": (
        "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙",
    ),
    "arabic": (
        "الحسن", "العلي", "حداد", "منصور", "النجار", "صالح", "خوري", "عباس", "الشامي", "زيدان",
        "ناصر", "قاسم",
    ),
}  # fmt: skip

HOSTILE = (
    "exit_at_import", "os_exit_at_call", "forged_report_on_stdout", "kill_itself", "segmentation_fault", "fork_bomb",
    "reads_the_solutions", "patches_the_oracle", "equal_to_everything",
)  # fmt: skip
WRONG = {
    "losses": (
        "sigmoid_straight_from_the_formula", "sigmoid_where_runs_both_exponentials", "mse_with_a_half",
        "mse_compares_number_of_elements_only", "mse_mean_divides_by_first_axis",
    ),
    "tensors": ("all_matrices_in_one_number", "norms_of_the_rows_added_up", "rows_and_columns_swapped"),
}  # fmt: skip
STYLES = ("closures_and_helpers", "none_indexing", "numpy_accent")
ENDLESS = "def outer(x, y):\n    while True:\n        pass\n"


@dataclass(frozen=True)
class Recipe:
    """What a file of a topic holds, apart from whose it is."""

    name: str
    topic: str
    content: str | bytes
    notebook: bool = False

    @property
    def suffix(self) -> str:
        return ".ipynb" if self.notebook else ".py"

    @property
    def file(self) -> str:
        return f"{self.topic}{self.suffix}"

    def data(self, course: Course, owner: str) -> bytes:
        """The bytes of the file of one student."""
        if isinstance(self.content, bytes):
            return self.content
        text = f"{self.content.rstrip()}\n\n# {owner}\n"
        if self.notebook:
            return notebook_from(text, course.topic(self.topic)).encode()
        return text.encode()


@dataclass(frozen=True)
class Expected:
    """What must become of a student."""

    outcome: str
    recipes: tuple[Recipe, ...] = ()  # of what counts
    kind: str = "usual"  # usual, hostile, broken, resubmitted


@dataclass
class Made:
    """A class in a folder."""

    root: Path
    paths: list[Path]
    roster: Path
    policy: Path
    expected: dict[str, Expected]
    unknown: int = 0
    notes: dict[str, str] = field(default_factory=dict)  # student id -> which accident


def load_layouts() -> ModuleType:
    """Return the module beside this one that makes each layout."""
    name = "torchgrade_tests_layouts"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "layouts.py")
        assert spec is not None and spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


# What students write


def recipes(course: Course, tasks: Sequence[str] = TASKS) -> dict[str, list[Recipe]]:
    """Usual work by topic: right, styled, wrong, half done, not begun."""
    names = {topic: [task.partition(".")[2] for task in tasks if task.startswith(topic)] for topic in WRONG}
    found: dict[str, list[Recipe]] = {}
    for topic, wrong in WRONG.items():
        if not names[topic]:
            continue
        solution = course.solution_file(topic).read_text(encoding="utf-8")
        stub = course.stub_file(topic).read_text(encoding="utf-8")
        own = [Recipe("right", topic, solution), Recipe("not begun", topic, stub)]
        for name in names[topic]:
            own.append(Recipe(f"only {name}", topic, with_function(stub, solution, name)))
        for name in wrong:
            case = (CASES / f"wrong_{topic}" / name / f"{topic}.py").read_text(encoding="utf-8")
            own.append(Recipe(name, topic, with_function(solution, case, None)))
        if topic == "tensors":
            for style in STYLES:
                case = (CASES / "correct_tensors" / style / "tensors.py").read_text(encoding="utf-8")
                own.append(Recipe(style, topic, case))
        found[topic] = [*own, *(replace(each, notebook=True) for each in own)]
    return found


def with_function(module: str, other: str, name: str | None) -> str:
    """Return a module with a function of another one in the place of its own; every one that is there if None."""
    for node in ast.parse(other).body:
        if isinstance(node, ast.FunctionDef) and name in (None, node.name):
            own = next(
                each
                for each in ast.parse(module).body
                if isinstance(each, ast.FunctionDef) and each.name == node.name
            )
            lines, text = module.splitlines(), other.splitlines()[node.lineno - 1 : node.end_lineno]
            lines[own.lineno - 1 : own.end_lineno] = text
            module = "\n".join(lines) + "\n"
    return module


def hostile(count: int) -> list[Recipe]:
    """Hostile cases, an endless loop first."""
    cases = [
        Recipe(name, "tensors", (CASES / "hostile" / name / "tensors.py").read_text(encoding="utf-8"))
        for name in HOSTILE
    ]
    return [Recipe("endless loop", "tensors", ENDLESS), *cases][:count]


# Accidents


def bad_files() -> list[tuple[str, Recipe]]:
    """Files that arrive whole, and hold no code that Python reads."""
    cases = CASES / "bad_input"
    undecodable = (cases / "undecodable/tensors.py").read_bytes()
    return [
        ("binary", Recipe("binary", "tensors", bytes(range(256)) * 20)),
        ("wrong encoding", Recipe("wrong encoding", "tensors", undecodable)),
        (
            "syntax error",
            Recipe(
                "syntax error", "tensors", (cases / "syntax_error/tensors.py").read_text(encoding="utf-8")
            ),
        ),
        ("empty", Recipe("empty", "tensors", b"")),
        ("UTF-16", Recipe("UTF-16", "tensors", "x = 'é'\n".encode("utf-16"))),
        ("no JSON", Recipe("no JSON", "tensors", b'{"cells": [', notebook=True)),
    ]


def bad_archives(layouts: ModuleType) -> list[tuple[str, str, bytes]]:
    """Uploads of which nothing can be read: what it is, the suffix, the bytes."""
    whole = layouts.zip_bytes({"tensors.py": "x = 1\n" * 500})
    return [
        ("truncated zip", ".zip", whole[: len(whole) // 2]),
        ("encrypted zip", ".zip", _encrypted(whole)),
        (
            "traversal",
            ".zip",
            layouts.zip_bytes({"../../tensors.py": "x = 1\n", "/etc/tensors.py": "x = 1\n"}),
        ),
        ("bomb", ".zip", _bomb()),
        ("rar", ".rar", b"Rar!\x1a\x07\x01\x00" + os.urandom(0) + b"\x33\x92\xb5\xe5" * 40),
        ("no topic", ".zip", layouts.zip_bytes({"essay.docx": b"PK\x03\x04", "photo.jpg": b"\xff\xd8\xff"})),
        ("empty zip", ".zip", layouts.zip_bytes({})),
        ("no zip at all", ".zip", b"<html>404 Not Found</html>"),
    ]


def _encrypted(data: bytes) -> bytes:
    """Set the bit that says that a member is encrypted, in both of its headers."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark) + offset
        (flags,) = struct.unpack_from("<H", changed, at)
        struct.pack_into("<H", changed, at, flags | 1)
    return bytes(changed)


def _bomb() -> bytes:
    """A zip in a zip whose only file would take 100 MB."""
    inner = io.BytesIO()
    with (
        zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("tensors.py", "w") as file,
    ):
        for _ in range(100):
            file.write(b"\0" * 1_000_000)
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("work.zip", inner.getvalue())
    return outer.getvalue()


# The class

Writer = Callable[[Path, list], Path]  # type: ignore[type-arg]


def make(root: Path, size: int = 200, seed: int = 1, tasks: Sequence[str] = TASKS, loop: bool = True) -> Made:
    """Write a class of `size` students into a folder.

    Args:
        root: a folder that is made.
        size: the number of students who handed in something; 30 at least.
        seed: the same seed makes the same class.
        tasks: those whose recipes are used.
        loop: with an endless loop among the hostile cases.
    """
    draw, course, layouts = random.Random(seed), load_course(), load_layouts()
    usual = recipes(course, tasks)
    everybody = _people(draw, layouts, size + 3)
    people, missing = everybody[:size], everybody[size:]
    evil = hostile(max(2, size // 20))[0 if loop else 1 :]
    accidents = bad_files()
    archives = bad_archives(layouts)
    wanted = max(2, size // 20)
    accidents, archives = accidents[: (wanted + 1) // 2], archives[: wanted // 2 + (4 if size >= 200 else 0)]

    expected: dict[str, Expected] = {}
    notes: dict[str, str] = {}
    whole = people[len(archives) :]
    work: dict[str, Mapping[str, bytes]] = {}
    for number, one in enumerate(whole):
        if number < len(evil):
            chosen, kind = (evil[number],), "hostile"
        elif number < len(evil) + len(accidents):
            notes[one.id], bad = accidents[number - len(evil)]
            chosen, kind = (bad,), "broken"
        else:
            chosen, kind = _usual(draw, usual), "usual"
        expected[one.id] = Expected("graded", chosen, kind)
        work[one.id] = {recipe.file: recipe.data(course, one.id) for recipe in chosen}
    whole = [replace(one, files=work[one.id]) for one in whole]
    draw.shuffle(whole)
    writers = _writers(layouts)
    paths = []
    root.mkdir(parents=True)
    shares = _shares(len(whole), [weight for _, _, weight in writers])
    for (name, write, _), start, end in zip(writers, [0, *shares], shares, strict=False):
        if end > start:
            paths.append(write(root / name, whole[start:end]))
    if archives:
        paths.append(_broken(root / "broken", layouts, people[: len(archives)], archives, expected, notes))
    often = [one for one in whole if expected[one.id].kind == "usual"][:3]
    stranger = layouts.Person(
        "zz-nobody", "Nobody Here", {"tensors.py": usual["tensors"][0].data(course, "?")}
    )
    paths.append(_later(root / "second", layouts, often, expected, usual, course))
    layouts.folders(root / "second", [stranger])
    github = {one.id: one.id for one in people}
    roster = layouts.roster(root / "lists", [*people, *missing], {"github": github})
    for one in missing:
        expected[one.id] = Expected("missing")
    policy = roster.with_name("course.toml")
    policy.write_text('title = "A made-up class"\nzone = "UTC"\n', encoding="utf-8")
    return Made(root, paths, roster, policy, expected, 1, notes)


def _people(draw: random.Random, layouts: ModuleType, count: int) -> list:  # type: ignore[type-arg]
    names = [f"{first} {last}" for script in FIRST for first in FIRST[script] for last in LAST[script]]
    draw.shuffle(names)
    numbers = draw.sample(range(10_000, 99_999), count)
    return [layouts.Person(str(number), name, {}) for number, name in zip(numbers, names, strict=False)]


def _usual(draw: random.Random, usual: Mapping[str, list[Recipe]]) -> tuple[Recipe, ...]:
    """Draw what a student hands in: one topic or both; a third of the files are notebooks."""
    topics = draw.choice([("tensors",), ("tensors",), ("losses",), ("tensors", "losses")])
    chosen = []
    for topic in topics:
        if topic not in usual:
            continue
        notebook = draw.random() < 1 / 3
        chosen.append(draw.choice([each for each in usual[topic] if each.notebook == notebook]))
    return tuple(chosen) or (draw.choice(usual["tensors"]),)


def _writers(layouts: ModuleType) -> list[tuple[str, Writer, int]]:
    """Each layout with its share of the class."""
    return [
        ("canvas", layouts.canvas, 8),
        ("moodle", layouts.moodle, 6),
        ("gradescope", lambda folder, people: layouts.gradescope(folder, [[one] for one in people]), 4),
        ("nbgrader", layouts.nbgrader, 4),
        ("clones", lambda folder, people: layouts.clones(folder, people, "assignment-"), 3),
        ("folders", layouts.folders, 8),
        ("zips", layouts.zips, 3),
        ("nested", lambda folder, people: _nested(folder, layouts, people), 2),
        ("flat", layouts.files, 3),
    ]


def _shares(count: int, weights: Sequence[int]) -> list[int]:
    """Where each layout's part of the class ends."""
    total, ends, passed = sum(weights), [], 0
    for weight in weights:
        passed += weight
        ends.append(round(count * passed / total))
    return ends


def _nested(folder: Path, layouts: ModuleType, people: Sequence) -> Path:  # type: ignore[type-arg]
    """A zip in a zip for each student."""
    return layouts.tree(
        folder,
        {f"{one.id}.zip": layouts.zip_bytes({"work.zip": layouts.zip_bytes(one.files)}) for one in people},
    )


def _broken(
    folder: Path,
    layouts: ModuleType,
    people: Sequence,  # type: ignore[type-arg]
    archives: Sequence[tuple[str, str, bytes]],
    expected: dict[str, Expected],
    notes: dict[str, str],
) -> Path:
    files = {}
    for one, (name, suffix, data) in zip(people, archives, strict=True):
        files[f"{one.id}{suffix}"] = data
        expected[one.id] = Expected("unreadable", (), "broken")
        notes[one.id] = name
    return layouts.tree(folder, files)


def _later(
    folder: Path,
    layouts: ModuleType,
    people: Sequence,  # type: ignore[type-arg]
    expected: dict[str, Expected],
    usual: Mapping[str, list[Recipe]],
    course: Course,
) -> Path:
    """Another hand-in of some students: the last counts, and keeps the topics that did not come again."""
    again = []
    for one in people:
        right = usual["tensors"][0]
        kept = [each for each in expected[one.id].recipes if each.topic != "tensors"]
        expected[one.id] = Expected("graded", (*kept, right), "resubmitted")
        files = {right.file: right.data(course, f"{one.id} again")}
        again.append(replace(one, files=files, when=one.when + timedelta(days=1)))
    return layouts.folders(folder, again)
