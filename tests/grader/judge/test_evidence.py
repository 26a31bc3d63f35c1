"""When two plays of a test went wrong in the same way."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from grader.judge.diagnosis import Proof, is_telling, proof_of, same_evidence, same_outcome
from grader.judge.outcome import Outcome, verdict_of
from grader.proxy.errors import ArgumentChanged, StateLeft, from_report
from grader.report import Verdict
from grader.suite.failure import UNNAMED, CheckFailure, Evidence, ForbiddenUse, keep_evidence
from grader.wire.value import Record

NAN, INF = float("nan"), float("inf")


def failed(got, checked="the sum", kind="value", rtol=1e-4, atol=1e-5):
    return ended(CheckFailure(checked, "1", "2", Evidence(kind, got, rtol, atol)))


def raised(name, text="bad"):
    return ended(from_report({"type": name, "builtin": name, "text": text, "frames": []}))


def ended(problem):
    return Outcome(verdict_of(problem), problem)


def forbidden():
    return ended(ForbiddenUse(None, "no softmax", "softmax", Evidence("forbidden", None)))


def reworded():
    return ended(CheckFailure(None, "ValueError that names x", "ValueError", UNNAMED))


PASSED = Outcome(Verdict.PASS)


def test_same_outcome_when_both_passed():
    assert same_outcome(PASSED, PASSED)


def test_different_outcome_when_only_one_passed():
    assert not same_outcome(PASSED, failed(torch.ones(2)))
    assert not same_outcome(failed(torch.ones(2)), PASSED)


def test_different_outcome_when_the_verdicts_differ():
    assert not same_outcome(failed(torch.ones(2)), raised("ValueError"))


def test_different_outcome_when_another_check_failed():
    assert not same_outcome(failed(torch.ones(2), "the sum"), failed(torch.ones(2), "the mean"))


@pytest.mark.parametrize("off", [0.0, 5e-6, 9e-5])
def test_same_outcome_when_everything_got_agrees_within_the_tolerance(off):
    assert same_outcome(failed(torch.ones(3)), failed(torch.ones(3) + off))


@pytest.mark.parametrize("element", range(3))
def test_different_outcome_when_one_element_differs(element):
    other = torch.ones(3)
    other[element] += 1e-3
    assert not same_outcome(failed(torch.ones(3)), failed(other))


@pytest.mark.parametrize("other", [torch.ones(3, 1), torch.ones(1), torch.ones(4), torch.ones(())])
def test_different_outcome_when_the_shapes_differ(other):
    assert not same_outcome(failed(torch.ones(3)), failed(other))


def test_different_outcome_when_the_dtypes_differ():
    assert not same_outcome(failed(torch.ones(3)), failed(torch.ones(3, dtype=torch.float64)))
    assert not same_outcome(failed(torch.tensor([1])), failed(torch.tensor([True])))


def test_different_outcome_when_the_devices_differ():
    assert not same_outcome(failed(torch.ones(3)), failed(torch.ones(3, device="meta")))


def test_same_outcome_when_nan_and_inf_stand_at_the_same_places():
    assert same_outcome(failed(torch.tensor([NAN, 1.0, INF])), failed(torch.tensor([NAN, 1.0, INF])))


@pytest.mark.parametrize("other", [[1.0, NAN, INF], [NAN, 1.0, -INF], [NAN, 2.0, INF], [NAN, NAN, INF]])
def test_different_outcome_when_nan_or_inf_stands_elsewhere(other):
    assert not same_outcome(failed(torch.tensor([NAN, 1.0, INF])), failed(torch.tensor(other)))


def test_parts_of_a_result_are_compared_one_by_one():
    one, other = (torch.ones(2), 1.0), (torch.ones(2), 1.00001)
    assert same_evidence(Evidence("kind", one, 1e-4), Evidence("kind", other, 1e-4))
    assert not same_evidence(Evidence("kind", one, 1e-4), Evidence("kind", (torch.ones(2), 1.1), 1e-4))
    assert not same_evidence(Evidence("kind", one), Evidence("kind", (torch.ones(2),)))


def test_named_tuple_is_compared_with_the_record_that_arrives_for_it():
    record = Record("Statistics", ("mean", "std"), (torch.ones(2), torch.zeros(2)))
    assert same_evidence(Evidence("kind", record), Evidence("kind", (torch.ones(2), torch.zeros(2))))


@pytest.mark.parametrize(("one", "other"), [(1, 2), (1, True), (None, False), ("a", "b"), (1, 1.0)])
def test_plain_values_have_to_be_the_same_and_of_the_same_type(one, other):
    assert same_outcome(failed(one, kind="equal"), failed(one, kind="equal"))
    assert not same_outcome(failed(one, kind="equal"), failed(other, kind="equal"))


def test_flags_agree_by_their_kind_and_value_alone():
    assert same_outcome(failed(False, kind="graph"), failed(False, kind="graph"))
    assert not same_outcome(failed(False, kind="graph"), failed(False, kind="memory"))


def test_wrong_dtype_is_compared_as_single_precision():
    one, other = torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64) + 1e-6
    assert same_outcome(
        failed(one, kind="dtype", rtol=0, atol=0), failed(other, kind="dtype", rtol=0, atol=0)
    )
    assert not same_outcome(failed(one, kind="dtype"), failed(one + 1e-2, kind="dtype"))


def test_number_of_operators_of_a_loop_is_style():
    assert same_outcome(failed(170, kind="operators"), failed(204, kind="operators"))


@pytest.mark.parametrize("other", [PASSED, failed(torch.ones(2)), raised("ValueError"), forbidden()])
def test_forbidden_use_plays_no_part(other):
    assert same_outcome(forbidden(), other)
    assert same_outcome(other, forbidden())


def test_refusal_in_other_words_counts_as_a_right_one():
    assert same_outcome(reworded(), PASSED)
    assert same_outcome(reworded(), reworded())
    assert not same_outcome(reworded(), failed(None, kind="raises"))


def test_only_failures_and_errors_tell_which_mistake_a_result_holds():
    assert is_telling(failed(torch.ones(2)))
    assert is_telling(raised("ValueError"))
    for outcome in (PASSED, forbidden(), reworded(), raised("NotImplementedError")):
        assert not is_telling(outcome)


def test_exceptions_agree_by_their_class():
    assert same_outcome(raised("ValueError", "one"), raised("ValueError", "other"))
    assert not same_outcome(raised("ValueError"), raised("IndexError"))


def test_changed_arguments_agree_by_name_and_states_by_what_was_left():
    assert same_outcome(ended(ArgumentChanged("x", "its values")), ended(ArgumentChanged("x", "its shape")))
    assert not same_outcome(
        ended(ArgumentChanged("x", "its values")), ended(ArgumentChanged("y", "its values"))
    )
    assert not same_outcome(ended(StateLeft("grad mode")), ended(StateLeft("default dtype")))


def whole(got, checked="the output", kind="network"):
    return ended(CheckFailure(checked, "1", "2", Evidence(kind, got, None, None)))


def test_parts_of_a_whole_are_compared_by_key_each_by_its_dtype():
    one = {"output": torch.ones(2), "gradients": {"weight": torch.ones(2).double(), "bias": None}}
    near = {"output": torch.ones(2) + 5e-6, "gradients": {"weight": torch.ones(2).double(), "bias": None}}
    assert same_outcome(whole(one), whole(near))
    for far in (
        {**one, "gradients": {"weight": torch.ones(2).double() + 5e-6, "bias": None}},
        {**one, "gradients": {"weight": torch.ones(2).double(), "bias": torch.zeros(1)}},
        {**one, "gradients": {"weight": torch.ones(2).double()}},
        {"output": one["output"]},
    ):
        assert not same_outcome(whole(one), whole(far))


def test_where_a_network_is_said_to_differ_first_is_style():
    one, other = (whole({"output": torch.ones(2)}, f"what reaches {name}") for name in ("fc", "head"))
    assert same_outcome(one, other)
    one, other = (whole({"output": torch.ones(2)}, f"the {name}", kind="value") for name in ("sum", "mean"))
    assert not same_outcome(one, other)


def test_exceptions_of_networks_agree_when_both_came_as_far():
    def came(*shape):
        outcome = raised("RuntimeError")
        keep_evidence(
            outcome.problem, Evidence("network", [["fc", 1, [((1,), torch.ones(shape))]]], None, None)
        )
        return outcome

    assert same_outcome(came(2), came(2))
    assert not same_outcome(came(2), came(3))
    assert same_outcome(came(2), raised("RuntimeError"))
    assert not same_outcome(came(2), raised("ValueError"))


def test_same_evidence_of_tensors_without_numbers_compares_what_they_have():
    one = Evidence("device", torch.empty(2, device="meta"))
    assert same_evidence(one, Evidence("device", torch.empty(2, device="meta")))
    assert not same_evidence(one, Evidence("device", torch.empty(3, device="meta")))


def test_different_outcome_when_the_same_check_failed_at_another_place():
    """A list of values that are to be refused is left at its first or at its last one."""
    silent = ended(CheckFailure(None, "ValueError", "no exception", Evidence("raises", None)))
    assert not same_outcome(replace(silent, place=(7, 1)), replace(silent, place=(7, 4)))
    assert not same_outcome(replace(silent, place=(7, 1)), replace(silent, place=(9, 1)))
    assert same_outcome(replace(silent, place=(7, 4)), replace(silent, place=(7, 4)))


X = torch.tensor([[1.0, NAN], [3.0, 4.0]])


def result(got, given=(), kind="value"):
    failure = CheckFailure("the sum", "1", "2", Evidence(kind, got, 0.0, 0.0, got))
    return Outcome(Verdict.FAIL, failure, given=given)


@pytest.mark.parametrize(
    ("outcome", "proof"),
    [
        (result(X + 1, ((X,), {})), Proof.CAUSE),
        (result(X, ((2.0, [X]), {})), Proof.EFFECT),
        (result(X.clone(), ((), {"table": {"a": X}})), Proof.EFFECT),
        (result(torch.zeros(3)), Proof.EFFECT),
        (result(torch.tensor([0.0, 2.0])), Proof.CAUSE),
        (result(torch.full((2,), NAN)), Proof.EFFECT),
        (result(torch.tensor([NAN, 2.0])), Proof.CAUSE),
        (result(torch.tensor([0, 0])), Proof.CAUSE),
        (result("seven", kind="property"), Proof.CAUSE),
        (raised("ValueError"), Proof.CAUSE),
        (PASSED, Proof.NONE),
    ],
)
def test_number_that_was_not_computed_shows_an_effect_and_no_cause(outcome, proof):
    assert proof_of(outcome, outcome) is proof


def test_accuracy_of_a_test_by_chance_shows_no_cause():
    assert proof_of(*[result("a tenth", kind="property")] * 2, by_chance=True) is Proof.EFFECT


def test_refusal_in_other_words_shows_an_effect():
    """The words of a `raise` are the learner's own."""
    frames = [["f.py", 3, "f", "raise ValueError('the kernel is too large')"]]
    report = {"type": "ValueError", "builtin": "ValueError", "text": "the kernel is too large", "frames": frames}
    assert proof_of(ended(from_report(report)), raised("ValueError", "kernel")) is Proof.EFFECT


@pytest.mark.parametrize(
    ("one", "other", "proof"),
    [
        ("size 3 and 4", "size 4 and 3.5", Proof.CAUSE),
        ("min() of nothing", "no shape for 0 elements", Proof.NONE),
        ("all tensors on the same device", "x is not on the same device as y", Proof.CAUSE),
    ],
)
def test_exceptions_show_a_cause_by_their_words(one, other, proof):
    """Numbers apart; of devices the words depend on how the code was written."""
    assert proof_of(raised("RuntimeError", one), raised("RuntimeError", other)) is proof
