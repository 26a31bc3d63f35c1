"""The report as JUnit XML: a suite for each task, a case for each of its tests."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from grader.report import Message, Report, TaskReport, TestReport, Verdict
from grader.text.escape import xml

KINDS = {
    Verdict.FAIL: "failure",
    Verdict.NOT_ATTEMPTED: "skipped",
    Verdict.SKIPPED: "skipped",
}  # any other verdict that is not a pass is an error
LABELS = ("checked", "expected", "got", "where", "likely", "next")


def to_junit(report: Report) -> str:
    """The report as one XML document."""
    root = ElementTree.Element("testsuites", {"name": "torchgrade", "time": _time(report.seconds)})
    for task in report.tasks:
        _suite(root, report, task)
    _count(root, root.iter("testcase"))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, report: Report, task: TaskReport) -> None:
    time = _time(sum(test.seconds for test in task.tests))
    suite = ElementTree.SubElement(root, "testsuite", {"name": xml(task.id), "time": time})
    _properties(suite, report, task)
    for test in task.tests or (_untested(task),):
        _case(suite, task, test)
    _count(suite, suite.iter("testcase"))


def _properties(suite: ElementTree.Element, report: Report, task: TaskReport) -> None:
    facts = {
        "submission": report.submission,
        "seed": str(report.seed),
        "verdict": task.verdict.value,
        "points": f"{task.points:g}",
        "max_points": f"{task.max_points:g}",
        "course_digest": report.environment.course_digest,
        "torch": report.environment.torch,
        **({"incomplete": report.incomplete} if report.incomplete else {}),
    }
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": xml(value)})


def _untested(task: TaskReport) -> TestReport:
    """A task without tests, as one case that says why."""
    return TestReport(task.id, task.title, task.verdict, True, 1.0, 0.0, message=task.message)


def _case(suite: ElementTree.Element, task: TaskReport, test: TestReport) -> None:
    attributes = {"classname": xml(task.id), "name": xml(test.name), "time": _time(test.seconds)}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if test.verdict is Verdict.PASS:
        return
    summary = test.message.checked if test.message else test.title
    outcome = ElementTree.SubElement(case, KINDS.get(test.verdict, "error"))
    outcome.set("type", test.verdict.value)
    outcome.set("message", xml(summary))
    outcome.text = xml(_details(test.message, test.traceback))


def _details(message: Message | None, traceback: str | None) -> str:
    values = [(label, getattr(message, label)) for label in LABELS] if message else []
    told = [f"{label.capitalize():<10}{value}" for label, value in values if value]
    return "\n".join([*told, *([traceback] if traceback else [])])


def _count(element: ElementTree.Element, cases: Iterable[ElementTree.Element]) -> None:
    found = list(cases)
    element.set("tests", str(len(found)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in found)))


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
