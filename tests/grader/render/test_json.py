"""The JSON report: its names are fixed, and it can be read back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader.report import (
    Curve,
    Environment,
    Message,
    Passage,
    Path,
    Report,
    ShapeRow,
    ShapeTable,
    TaskReport,
    TestReport,
    Verdict,
)
from grader.report.json import SCHEMA, NotAReport, as_dict, from_json, to_json

VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
TOP = {"schema_version", "submission", "seed", "score", "max_score", "environment", "tasks"}
TEST = {"name", "verdict", "visible", "weight", "seconds", "message"}
MESSAGE = {"checked", "expected", "got", "relation", "where", "likely", "mistake", "next"}

finite = st.floats(0, 1e6)
texts = st.text(st.characters(codec=None))
maybe = st.none() | texts
messages = st.none() | st.builds(Message, texts, maybe, maybe, maybe, maybe, maybe, maybe, maybe)
numbers = st.floats(-1e30, 1e30)
lines = st.lists(st.none() | numbers, max_size=5).map(tuple)
ways = st.lists(st.none() | st.tuples(numbers, numbers), max_size=5).map(tuple)
curves = st.lists(st.builds(Curve, texts, lines, lines, st.integers(0, 10**6), st.floats(0, 1)), max_size=2)
shapes = st.none() | st.lists(st.lists(st.integers(0, 2**31), max_size=3).map(tuple), max_size=2).map(tuple)
rows = st.builds(ShapeRow, texts, texts, shapes, shapes, st.sampled_from(Passage))
tables = st.lists(
    st.builds(ShapeTable, texts, st.lists(rows, max_size=3).map(tuple), st.integers(0, 9), texts), max_size=2
)
paths = st.lists(st.builds(Path, texts, ways, ways), max_size=2)
tests = st.builds(
    TestReport,
    texts,
    texts,
    st.sampled_from(Verdict),
    st.booleans(),
    finite,
    finite,
    messages,
    maybe,
    curves=curves.map(tuple),
    paths=paths.map(tuple),
    tables=tables.map(tuple),
)
tasks = st.builds(
    TaskReport,
    texts,
    texts,
    st.sampled_from(Verdict),
    finite,
    finite,
    st.lists(tests, max_size=3).map(tuple),
    messages,
)
words = st.lists(texts, max_size=3).map(tuple)
environments = st.builds(Environment, texts, texts, texts, texts, texts, texts, words, words, texts)
reports_of_any_kind = st.builds(
    Report,
    texts,
    st.integers(0, 2**63 - 1),
    environments,
    st.lists(tasks, max_size=3).map(tuple),
    finite,
    maybe,
    words,
)


def test_schema_is_one():
    Draft202012Validator.check_schema(VALIDATOR.schema)


def test_report_follows_the_schema(reports, situation):
    VALIDATOR.validate(json.loads(to_json(reports[situation]())))


def test_names_are_the_fixed_ones(reports):
    value = as_dict(reports["midway"]())
    failed = value["tasks"][3]["tests"][1]
    assert set(value) >= TOP
    assert set(value["tasks"][3]) >= {"id", "verdict", "points", "max_points", "tests"}
    assert set(failed) >= TEST
    assert set(failed["message"]) == MESSAGE
    assert value["environment"]["layers"]


def test_report_can_be_read_back(reports, situation):
    report = reports[situation]()
    assert from_json(to_json(report)) == report


@given(reports_of_any_kind)
def test_any_report_follows_the_schema_and_can_be_read_back(report):
    text = to_json(report)
    assert text.isascii()
    VALIDATOR.validate(json.loads(text))
    assert from_json(text) == report


def test_names_of_a_later_version_are_passed_over(reports):
    value = as_dict(reports["midway"]())
    value["curve"] = [1, 2]
    value["tasks"][0]["colour"] = "red"
    assert from_json(json.dumps(value)) == reports["midway"]()


def test_report_from_before_there_were_curves_can_be_read(reports):
    value = as_dict(reports["midway"]())
    for task in value["tasks"]:
        for test in task["tests"]:
            del test["curves"], test["paths"], test["tables"]
    VALIDATOR.validate(json.loads(json.dumps(value)))
    assert from_json(json.dumps(value)) == reports["midway"]()


def test_numbers_of_a_curve_stand_on_one_line(reports):
    text = to_json(reports["drawn"]())
    assert '"theirs": [ 2.3, null, 1.5e-05 ]' in text
    assert "[ 1.0, -2.0 ]" in text


@pytest.mark.parametrize(
    ("change", "naming"),
    [
        (lambda value: value.pop("seed"), "'seed' is missing"),
        (lambda value: value.update(schema_version=3), "schema_version is 3; this torchgrade reads 1 and 2"),
        (lambda value: value["tasks"][0].update(verdict="great"), "great"),
        (lambda value: value.update(tasks=None), "not a report"),
        (lambda value: value["environment"].pop("torch"), "'torch' is missing"),
    ],
)
def test_what_is_not_a_report_says_why(reports, change, naming):
    value = as_dict(reports["midway"]())
    change(value)
    with pytest.raises(NotAReport, match=naming):
        from_json(json.dumps(value))


@pytest.mark.parametrize("text", ["", "[]", "null", "3", "{", '"report"', "[" * 100_000])
def test_other_text_is_not_a_report(text):
    with pytest.raises(NotAReport):
        from_json(text)
