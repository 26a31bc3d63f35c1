"""`grade verify` and `grade doctor`: what is asked and what comes out."""

import json
import sys
from dataclasses import dataclass
from types import ModuleType

import pytest

from grader.judge.order import OurProblem


@dataclass(frozen=True)
class Proof:
    topics: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    ok: bool = True


@pytest.fixture
def prover(monkeypatch, judge):
    fake = ModuleType("grader.verify")
    fake.proof = Proof()

    def verify(names, **options):
        fake.asked = {"names": tuple(names), **options}
        return fake.proof

    fake.verify = verify
    monkeypatch.setitem(sys.modules, "grader.verify", fake)
    return fake


def test_everything_is_verified_with_one_seed(grade, prover):
    code, out, _ = grade("verify")
    assert code == 0
    assert "proven" in out
    assert prover.asked["names"] == ()
    assert (prover.asked["seeds"], prover.asked["statistical_seeds"], prover.asked["jobs"]) == (1, None, None)


def test_topics_and_seeds_are_passed_on(grade, prover):
    grade(
        "verify", "losses", "tensors.one_hot", "--seeds", "200", "--statistical-seeds", "1000", "--jobs", "2"
    )
    assert prover.asked["names"] == ("losses", "tensors.one_hot")
    assert (prover.asked["seeds"], prover.asked["statistical_seeds"], prover.asked["jobs"]) == (200, 1000, 2)


def test_proof_that_fails_is_exit_code_1(grade, prover):
    prover.proof = Proof(problems=("no suite",), ok=False)
    code, out, _ = grade("verify")
    assert code == 1
    assert "no suite" in out


def test_proof_as_json_is_the_data(grade, prover):
    _, out, _ = grade("verify", "--format", "json")
    assert json.loads(out) == {"topics": [], "problems": [], "ok": True}


def test_proof_goes_into_the_file(grade, prover, work):
    code, out, _ = grade("verify", "--format", "json", "--output", "proof.json")
    assert (code, out) == (0, "")
    assert json.loads((work / "proof.json").read_text(encoding="utf-8"))["ok"] is True


def test_unknown_topic_is_a_wrong_call(grade, prover):
    from grader.course import UnknownTask

    def verify(names, **options):
        raise UnknownTask("loses", ("losses",), "is no topic")

    prover.verify = verify
    code, _, err = grade("verify", "loses")
    assert code == 2
    assert "did you mean losses?" in err


def test_doctor_prints_its_diagnosis(grade, monkeypatch):
    package, machine, show = (ModuleType(f"grader.doctor{name}") for name in ("", ".machine", ".show"))
    machine.diagnose = lambda: "facts"
    show.render = lambda diagnosis: f"all {diagnosis}"
    package.machine, package.show = machine, show
    monkeypatch.setitem(sys.modules, "grader.doctor", package)
    assert grade("doctor") == (0, "all facts\n", "")


def test_problem_of_the_judge_is_ours(grade, prover):
    def verify(names, **options):
        raise OurProblem("no worker could be started")

    prover.verify = verify
    code, _, err = grade("verify")
    assert code == 3
    assert "no worker could be started" in err


def test_tasks_that_are_proven_are_counted_where_somebody_looks(grade, prover, monkeypatch):
    def verify(names, progress, **options):
        progress(0, 3, "grading the stubs")
        progress(1, 3, "losses.softmax, mistakes")
        return prover.proof

    prover.verify = verify
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, _, err = grade("verify", "losses")
    assert code == 0
    assert "1/3" in err
