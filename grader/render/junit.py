"""JUnit XML of a report, with a suite for each task and a case for each of its tests."""

from __future__ import annotations

from xml.etree import ElementTree

from grader.report import LABELS, Message, Report, TaskReport, TestReport, Verdict
from grader.text.escape import xml

KINDS = {
    Verdict.FAIL: "failure",
    Verdict.NOT_ATTEMPTED: "skipped",
    Verdict.SKIPPED: "skipped",
}  # any other verdict that is not a pass is an error; an open detail is skipped, as no build fails for it


def to_junit(report: Report) -> str:
    """The report as one XML document."""
    root = ElementTree.Element("testsuites", {"name": "torchgrade", "time": _time(report.seconds)})
    for task in report.tasks:
        _task_suite(root, report, task)
    _count_cases(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _task_suite(root: ElementTree.Element, report: Report, task: TaskReport) -> None:
    """Add a suite with its properties; any character that XML cannot carry is left out."""
    facts = {
        "submission": report.submission,
        "seed": str(report.seed),
        "verdict": task.verdict.value,
        "points": f"{task.points:g}",
        "max_points": f"{task.max_points:g}",
        "details_open": str(len(task.details_open)),
        "course_digest": report.environment.course_digest,
        "torch": report.environment.torch,
        **({"incomplete": report.incomplete} if report.incomplete else {}),
    }
    seconds = _time(sum(test.seconds for test in task.tests))
    suite = ElementTree.SubElement(root, "testsuite", {"name": xml(task.id), "time": seconds})
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in facts.items():
        ElementTree.SubElement(properties, "property", {"name": key, "value": xml(value)})
    for test in task.tests or (_untested(task),):
        _case(suite, test)
    _count_cases(suite)


def _case(suite: ElementTree.Element, test: TestReport) -> None:
    """Add a case under the name of its suite, with why it has not passed."""
    attributes = {"classname": suite.get("name", ""), "name": xml(test.name), "time": _time(test.seconds)}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if test.verdict.is_right:
        return
    outcome = ElementTree.SubElement(case, "skipped" if test.detail else KINDS.get(test.verdict, "error"))
    outcome.set("type", test.verdict.value)
    outcome.set("message", xml(test.message.checked if test.message else test.title))
    outcome.text = xml(_told(test.message, test.traceback))


def _count_cases(element: ElementTree.Element) -> None:
    """Write down how many cases there are below, and how they ended."""
    found = list(element.iter("testcase"))
    element.set("tests", str(len(found)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in found)))


def _untested(task: TaskReport) -> TestReport:
    """A task without tests, as one case that says why."""
    return TestReport(task.id, task.title, task.verdict, True, 1.0, 0.0, message=task.message)


def _told(message: Message | None, traceback: str | None) -> str:
    values = [(label, getattr(message, label)) for label in LABELS] if message else []
    told = [f"{label.capitalize():<10}{value}" for label, value in values if value]
    return "\n".join([*told, *([traceback] if traceback else [])])


def _time(seconds: float) -> str:
    return f"{seconds:.3f}"
