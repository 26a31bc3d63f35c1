"""The JUnit report: what a build server counts."""

from xml.etree import ElementTree

import pytest

from grader.render.junit import to_junit
from grader.report import Verdict


def parsed(report):
    return ElementTree.fromstring(to_junit(report))


def test_each_task_is_a_suite_and_each_test_a_case(reports):
    report = reports["midway"]()
    root = parsed(report)
    assert [suite.get("name") for suite in root] == [task.id for task in report.tasks]
    suite = root[3]
    assert [case.get("name") for case in suite.iter("testcase")] == [
        test.name for test in report.tasks[3].tests
    ]


def test_counts_are_those_of_the_cases(reports, situation):
    root = parsed(reports[situation]())
    for element in [root, *root]:
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert element.get(attribute) == str(sum(case.find(tag) is not None for case in cases))


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if not verdict.is_right])
def test_every_verdict_but_a_pass_is_told(reports, verdict):
    root = parsed(reports["every_verdict"]())
    outcome = root.find(f"testsuite[@name='losses.{verdict.value}']/testcase")[0]
    assert outcome.get("type") == verdict.value
    assert outcome.tag == {"fail": "failure", "not_attempted": "skipped", "skipped": "skipped"}.get(
        verdict, "error"
    )


def test_open_detail_fails_no_build(reports):
    """Of a task that is right a system reads which details are open, and counts no failure."""
    suite = parsed(reports["every_verdict"]()).find("testsuite[@name='losses.right']")
    assert [suite.get(name) for name in ("failures", "errors", "skipped")] == ["0", "0", "1"]
    facts = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert (facts["verdict"], facts["details_open"]) == ("right", "1")


def test_failure_carries_its_lines_and_the_learners_traceback(reports):
    root = parsed(reports["error"]())
    outcome = root.find(".//error")
    assert outcome.get("message") == "cross_entropy(scores, labels)"
    assert "Got       NameError" in outcome.text
    assert "losses.py:41, in cross_entropy" in outcome.text


def test_task_that_could_not_be_tested_is_one_case(reports):
    root = parsed(reports["broken_file"]())
    assert [case.get("name") for case in root.iter("testcase")] == ["losses.softmax", "losses.cross_entropy"]
    assert "invalid syntax" in root.find(".//error").text


def test_characters_that_xml_cannot_carry_are_left_out(reports):
    text = to_junit(reports["hostile"]())
    ElementTree.fromstring(text)
    assert "\x1b" not in text
    assert "\ud800" not in text


def test_seed_and_score_are_properties(reports):
    found = {item.get("name"): item.get("value") for item in parsed(reports["midway"]())[0].iter("property")}
    assert found["seed"] == "1187"
    assert found["points"] == "1"
