"""Each notebook made from a reference grades full, each made from a stub 0: the proof on the path of notebooks.

python tests/benchmarks/notebooks.py [TOPIC...] [--seed N]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.course import Course, Topic, load_course
from grader.intake.notebook_writing import notebook_from
from grader.judge.grading import grade_submission
from grader.report import Report, Verdict


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("topics", nargs="*", metavar="TOPIC", help="only these")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    course = load_course()
    topics = [course.topic(slug) for slug in arguments.topics] or list(course.topics)
    wrong = [fault for topic in topics for fault in faults_of(course, topic, arguments.seed)]
    for fault in wrong:
        print(fault)
    print(f"{len(topics)} topics, {len(wrong)} faults")
    return 1 if wrong else 0


def faults_of(course: Course, topic: Topic, seed: int) -> list[str]:
    """Grade the reference and the stub of a topic as notebooks and return what is not as it must be."""
    faults = []
    for kind, file in (
        ("reference", course.solution_file(topic.slug)),
        ("stub", course.stub_file(topic.slug)),
    ):
        report = graded(course, file.read_text(encoding="utf-8"), topic, seed)
        print(
            f"{topic.slug:<12}{kind:<11}{report.score:g} of {report.max_score:g} points, {report.seconds:.1f} s",
            flush=True,
        )
        allowed = Verdict.PASS if kind == "reference" else Verdict.NOT_ATTEMPTED
        faults += [
            f"{kind} {task.id}: {task.verdict}" for task in report.tasks if task.verdict is not allowed
        ]
        faults += [f"{kind} {topic.slug}: {note}" for note in (*report.notes, report.incomplete) if note]
        if len(report.tasks) != len(topic.tasks):
            faults.append(f"{kind} {topic.slug}: {len(report.tasks)} tasks of {len(topic.tasks)}")
    return faults


def graded(course: Course, module: str, topic: Topic, seed: int) -> Report:
    """Grade a notebook; those of the other references lie beside it, for what it imports."""
    modules = {each: course.solution_file(each.slug).read_text(encoding="utf-8") for each in course.topics}
    with TemporaryDirectory() as folder:
        for each, text in (modules | {topic: module}).items():
            Path(folder, f"{each.slug}.ipynb").write_text(notebook_from(text, each), encoding="utf-8")
        return grade_submission([Path(folder, f"{topic.slug}.ipynb")], seed=seed, folder=Path(folder))


if __name__ == "__main__":
    sys.exit(main())
