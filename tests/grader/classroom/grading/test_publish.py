"""What students get after a second run: nothing is made anew without need, and nothing that is there is outdated."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.grading import out_folder
from grader.classroom.records import Attempt, ClassResult, HandIn, Outcome, Run, Standing, Student, TaskColumn
from grader.report import Environment, Report, TaskReport, Verdict

ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS = (TaskColumn("tensors.outer", "The outer product", 1.0),)
FACTS = Run("A class", 1, NOW, "0" * 64, "cpu", "auto", COLUMNS)
OLD = 1_000_000_000.0


def standing(name: str, points: float = 1.0) -> Standing:
    verdict = Verdict.PASS if points else Verdict.FAIL
    task = TaskReport("tensors.outer", "The outer product", verdict, points, 1.0)
    student = Student(name, name.title())
    hand_in = HandIn(student, f"class/{name}", {"tensors.py": b"def outer(x, y):\n    return x\n"})
    report = Report(f"class/{name}", 1, ENVIRONMENT, (task,), 0.5)
    return Standing(student, Outcome.GRADED, "handed in once", 1.0, hand_in, report, points)


@dataclass
class Results:
    """The folder of a class that is graded again and again."""

    out: Path

    def run(self, *standings: Standing, facts: Run = FACTS, **more: Any) -> ClassResult:
        """Finish a run with these standings, and write everything as `grade class` does."""
        with Gradebook(self.out / "gradebook.sqlite") as book:
            number = book.begin(facts)
            book.finish(number, standings, seconds=1.0)
            result = replace(book.result(number), **more)
            out_folder.publish(result, self.out, book.digests(number))
        return result

    def age(self) -> None:
        """Make every file of students old."""
        for file in self.files():
            os.utime(file, (OLD, OLD))

    def files(self) -> list[Path]:
        """Every file that is for students."""
        return sorted((self.out / out_folder.FEEDBACK).iterdir())

    def new(self) -> set[str]:
        """The files that were written since `age`, without the digests in their names."""
        return {_short(file.name) for file in self.files() if file.stat().st_mtime != OLD}


def _short(name: str) -> str:
    """The name of a file without the digest of the student's id."""
    stem, _, suffix = name.partition(".")
    student, _, rest = stem.partition("-")
    return f"{student}{rest[8:]}.{suffix}"


ANN, BEN = {"ann.html", "ann-tensors.ipynb"}, {"ben.html", "ben-tensors.ipynb"}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """A class of two that was graded once."""
    made = Results(tmp_path)
    made.run(standing("ann"), standing("ben"))
    made.age()
    return made


def test_second_run_writes_no_file_of_a_student(results: Results) -> None:
    """When everything is known, pages, notebooks and results stay as they are."""
    results.run(standing("ann"), standing("ben"))
    assert results.new() == set()


def test_second_run_makes_nothing_of_a_student(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is not even rendered to be compared."""
    monkeypatch.setattr(out_folder, "feedback_page", lambda *_: pytest.fail("this is made again"))
    results.run(standing("ann"), standing("ben"))


def test_second_run_writes_the_files_of_the_class_anew(results: Results) -> None:
    """The page of the class names the run that it comes from."""
    before = (results.out / "class.html").read_text()
    results.run(standing("ann"), standing("ben"))
    assert (results.out / "class.html").read_text() != before


def _points(one: Standing) -> Standing:
    return standing(one.student.id, 0.0)


def _name(one: Standing) -> Standing:
    return replace(one, student=replace(one.student, name="Ben B."))


def _penalty(one: Standing) -> Standing:
    return replace(one, penalty=0.25, notes=("a quarter was taken for being late",))


def _source(one: Standing) -> Standing:
    assert one.hand_in is not None
    return replace(one, hand_in=replace(one.hand_in, files={"tensors.py": b"# another\n"}))


def _attempt(one: Standing) -> Standing:
    assert one.hand_in is not None
    return replace(one, attempts=(Attempt(one.hand_in, 0.0, "an older one"),))


def _note(one: Standing) -> Standing:
    assert one.report is not None
    return replace(one, report=replace(one.report, notes=("readme.txt was passed over",)))


def _course(one: Standing) -> Standing:
    assert one.report is not None
    environment = replace(ENVIRONMENT, course_digest="1" * 64)
    return replace(one, report=replace(one.report, environment=environment))


@pytest.mark.parametrize("change", [_points, _name, _penalty, _source, _attempt, _note, _course])
def test_files_of_a_student_are_written_anew_when_the_standing_changes(
    results: Results, change: Callable[[Standing], Standing]
) -> None:
    """Another score, name, penalty, file, attempt, note or course makes all of that student's files, and no other."""
    results.run(standing("ann"), change(standing("ben")))
    assert results.new() <= BEN and "ben.html" in results.new()


def test_adjustment_is_in_the_files_of_the_next_run(results: Results) -> None:
    """Points that were given by hand since are on the page."""
    with Gradebook(results.out / "gradebook.sqlite") as book:
        book.adjust("ben", 0.5, who="the lecturer", why="a good question")
        given = book.adjustments("ben")
    results.run(standing("ann"), replace(standing("ben"), adjustments=given))
    assert "ben.html" in results.new() and results.new() <= BEN
    assert "a good question" in next((results.out / "feedback").glob("ben-*.html")).read_text()


@pytest.mark.parametrize(
    "facts",
    [
        replace(FACTS, title="Another class"),
        replace(FACTS, columns=(replace(COLUMNS[0], counts=False),)),
        replace(FACTS, columns=(replace(COLUMNS[0], bonus=True),)),
        replace(FACTS, columns=(replace(COLUMNS[0], title="Another title"),)),
    ],
)
def test_pages_of_all_are_written_anew_when_the_policy_changes(results: Results, facts: Run) -> None:
    """Another title of the class, or a task that counts no more, is on every page."""
    made: list[str] = []
    monkey = out_folder.feedback

    def feedback(one: Standing, result: ClassResult, now: datetime) -> Any:
        made.append(one.student.id)
        return monkey(one, result, now)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(out_folder, "feedback", feedback)
        results.run(standing("ann"), standing("ben"), facts=facts)
    assert made == ["ann", "ben"]


def test_results_become_hidden_when_the_policy_says_so(results: Results) -> None:
    """A task that is hidden from now on is neither on the page nor in a notebook that was written before."""
    columns = (replace(COLUMNS[0], visibility="hidden"),)
    results.run(standing("ann"), standing("ben"), facts=replace(FACTS, columns=columns))
    assert {_short(file.name) for file in results.files()} == (ANN | BEN) - {
        "ann-tensors.ipynb", "ben-tensors.ipynb",
    }  # fmt: skip
    assert "The outer product" not in next((results.out / "feedback").glob("ann-*.html")).read_text()


def test_results_are_shown_when_their_time_has_come(results: Results) -> None:
    """A task that waited for the due date is made visible by the clock alone."""
    later, now = (
        replace(FACTS, columns=(replace(COLUMNS[0], visibility="after_due_date", shown_from=moment),))
        for moment in (datetime(9999, 1, 1, tzinfo=UTC), NOW)
    )
    results.run(standing("ann"), facts=later)
    results.age()
    results.run(standing("ann"), facts=now)
    assert {"ann.html", "ann-tensors.ipynb"} <= results.new()


def test_files_are_written_anew_by_another_version_of_the_grader(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other code may make other pages of the same standing, so everything is made again."""
    made: list[str] = []
    monkeypatch.setattr(out_folder, "_makers", lambda: "another version")
    monkeypatch.setattr(out_folder, "feedback", lambda one, result, now: made.append(one.student.id) or [("x", b"")])
    results.run(standing("ann"), standing("ben"))
    assert made == ["ann", "ben"]


def test_file_that_was_cut_short_is_written_again(results: Results) -> None:
    """A page that a power cut left empty comes back whole, with all of that student's."""
    page = next((results.out / "feedback").glob("ann-*.html"))
    whole = page.read_bytes()
    page.write_bytes(b"")
    results.run(standing("ann"), standing("ben"))
    assert page.read_text().startswith("<!doctype html>") and abs(len(page.read_bytes()) - len(whole)) < 10
    assert results.new() == {"ann.html"}


def test_run_that_is_killed_while_it_writes_leaves_nothing_that_seems_up_to_date(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When points go up and back down, and the run between was killed, the file has the last ones."""
    monkeypatch.setattr(
        out_folder, "feedback", lambda one, *_: [("ann.html", f"{one.score:.1f}".encode()), ("ann-tensors.ipynb", b"")]
    )
    monkeypatch.setattr(out_folder, "feedback_zips", lambda *_: ())
    monkeypatch.setattr(out_folder, "_makers", lambda: "of one size")
    file = results.out / "feedback/ann.html"
    results.run(standing("ann"))
    with monkeypatch.context() as patch:
        patch.setattr(out_folder.UnchangedOutputs, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            results.run(standing("ann", 0.5))
    assert file.read_text() == "0.5"
    results.run(standing("ann"))
    assert file.read_text() == "1.0"


def test_notebook_that_became_hidden_goes_although_the_run_before_was_killed(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed run was about to replace is still known to the next one."""
    facts = replace(FACTS, columns=(replace(COLUMNS[0], visibility="hidden"),))
    with monkeypatch.context() as patch:
        patch.setattr(out_folder.UnchangedOutputs, "add", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            results.run(standing("ann"), facts=facts)
    results.run(standing("ann"), facts=facts)
    assert "ann-tensors.ipynb" not in {_short(file.name) for file in results.files()}


def test_run_over_a_part_of_the_class_forgets_nobody(results: Results) -> None:
    """Who is not in a run keeps the files, and does not cost anything in the next one."""
    results.run(standing("ann"))
    results.run(standing("ann"), standing("ben"))
    assert results.new() == set()
    assert {_short(file.name) for file in results.files()} == ANN | BEN


def test_list_that_names_files_elsewhere_removes_none(results: Results) -> None:
    """Whatever the list was made to say, only files of the folder itself are replaced or removed."""
    listed = results.out / ".feedback.json"
    found = json.loads(listed.read_text())
    (ann,) = (name for name in found if name.startswith("ann-"))
    for name in ("../grades.csv", "/etc/hostname", "..", "a\0b"):
        found[ann] = ["", {name: 1}]
        listed.write_text(json.dumps(found))
        results.run(standing("ann"), standing("ben"))
        assert (results.out / "grades.csv").is_file()
        assert {_short(file) for file in json.loads(listed.read_text())[ann][1]} == ANN
