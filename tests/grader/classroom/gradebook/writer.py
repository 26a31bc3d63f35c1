"""A grader that only writes: a report for each key, some of which the other one writes too."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from grader.classroom.gradebook.book import Gradebook
from grader.classroom.records import HandIn, Outcome, Run, Standing, Student
from grader.report import Environment, Report, TaskReport, Verdict

ENVIRONMENT = Environment("0.1.0", "3.11", "2.13", "Linux", "cpu", "forked", (), (), "0" * 64)


def report_of(key: str) -> Report:
    task = TaskReport("losses.softmax", key, Verdict.FAIL, 0.0, 2.0)
    return Report(key, 42, ENVIRONMENT, (task,), 1.0)


def main(path: str, name: str, reports: str) -> None:
    facts = Run(name, 42, datetime.now(UTC), "0" * 64, "cpu", "forked", ())
    with Gradebook(Path(path)) as book:
        run, standings = book.begin(facts), []
        for number in range(int(reports)):
            key = f"shared {number}" if number % 3 == 0 else f"{name} {number}"
            hand_in = HandIn(Student(key), key, {"losses.py": key.encode() * 1000})
            with book.change():
                book.keep(key, "losses", report_of(key))
                book.record(run, hand_in, "losses", key)
            print(key, flush=True)
            standings.append(Standing(Student(key), Outcome.GRADED, "", 2.0, hand_in, report_of(key)))
        book.finish(run, standings, seconds=1.0)


main(*sys.argv[1:])
