"""The class as JUnit XML: a suite for each student, a case for each task."""

from __future__ import annotations

from xml.etree import ElementTree

from grader.classroom.model import ClassResult, Outcome, Standing
from grader.render.escape import xml
from grader.render.gradescope import task_text
from grader.render.junit import KINDS
from grader.render.words import number
from grader.report import TaskReport, Verdict

COUNTED = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def class_junit(result: ClassResult) -> str:
    """The class as one XML document; any character that XML cannot carry is left out."""
    root = ElementTree.Element("testsuites", {"name": xml(result.title), "time": f"{result.seconds:.3f}"})
    for standing in result.standings:
        _suite(root, standing)
    _count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, standing: Standing) -> None:
    tasks = standing.report.tasks if standing.report else ()
    seconds = sum(test.seconds for task in tasks for test in task.tests)
    name = xml(standing.student.id)
    suite = ElementTree.SubElement(root, "testsuite", {"name": name, "time": f"{seconds:.3f}"})
    _properties(suite, standing)
    if standing.grade is None:
        _outcome(suite, standing)
    for task in tasks:
        _case(suite, name, task)
    _count(suite)


def _properties(suite: ElementTree.Element, standing: Standing) -> None:
    facts = {
        "name": standing.student.name,
        "outcome": standing.outcome.value,
        "reason": standing.reason,
        "score": "" if standing.grade is None else number(standing.grade),
        "max_score": number(standing.max_score),
        "penalty": number(standing.penalty),
        "adjustments": number(standing.adjusted),
    }
    properties = ElementTree.SubElement(suite, "properties")
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", {"name": name, "value": xml(value)})


def _outcome(suite: ElementTree.Element, standing: Standing) -> None:
    """A case of its own for a student without a score, that says why."""
    case = ElementTree.SubElement(suite, "testcase", {"classname": suite.get("name", ""), "name": "hand-in"})
    tag = "skipped" if standing.outcome is Outcome.MISSING else "error"
    found = ElementTree.SubElement(case, tag, {"message": xml(standing.reason)})
    found.set("type", standing.outcome.value)


def _case(suite: ElementTree.Element, student: str, task: TaskReport) -> None:
    seconds = sum(test.seconds for test in task.tests)
    attributes = {"classname": student, "name": xml(task.id), "time": f"{seconds:.3f}"}
    case = ElementTree.SubElement(suite, "testcase", attributes)
    if task.verdict is Verdict.PASS:
        return
    text = xml(task_text(task))
    found = ElementTree.SubElement(case, KINDS.get(task.verdict, "error"), {"type": task.verdict.value})
    found.set("message", text.partition("\n")[0])
    found.text = text


def _count(element: ElementTree.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, tag in COUNTED:
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
