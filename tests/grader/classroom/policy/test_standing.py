"""From hand-ins and reports to a standing: which one counts, what it is worth, and why."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from grader.classroom.policy.course_policy import Counts, Dates, Late, Policy
from grader.classroom.policy.standing import spoken, standing_of
from grader.classroom.policy.worth import rounded
from grader.classroom.records import Adjustment, Outcome

STRICT = Late(Fraction(10))


def standing(made, graded, policy=None, columns=None, **more):
    return standing_of(made.alice, graded, policy or Policy(), columns or made.columns, **more)


def test_report_alone_gives_its_points(made):
    """Without a rule a hand-in is worth what its report says."""
    found = standing(made, [(made.hand_in(), made.report(losses_softmax=2, tensors_matmul=1.33))])
    assert (found.outcome, found.reason) == (Outcome.GRADED, "handed in once")
    assert (found.earned, found.penalty, found.score, found.max_score) == (3.33, 0.0, 3.33, 10.0)
    assert (found.notes, found.attempts) == ((), ())


def test_nothing_handed_in_is_missing(made):
    """Who hands in nothing has a standing too, with what people have given."""
    given = Adjustment("alice", 1.0, "a", made.due, "was ill")
    found = standing(made, [], adjustments=[given])
    assert (found.outcome, found.score, found.max_score) == (Outcome.MISSING, 1.0, 10.0)


def test_adjustments_of_others_are_left_out(made):
    """Only this student's adjustments count, and the score never falls below zero."""
    given = [Adjustment(name, points, "a", made.due, "b") for name, points in (("alice", -3.0), ("bob", 5.0))]
    found = standing(made, [(made.hand_in(), made.report(losses_softmax=2))], adjustments=given)
    assert (found.adjustments, found.score) == ((given[0],), 0.0)


def test_dropped_task_counts_nowhere_and_bonus_only_for_the_score(made):
    """What is dropped earns nothing, even as a bonus; a bonus may lift the score above its maximum."""
    softmax, entropy, outer, matmul = made.columns
    columns = (
        softmax, replace(entropy, bonus=True), replace(outer, counts=False, bonus=True), replace(matmul, counts=False),
    )  # fmt: skip
    found = standing(made, [(made.hand_in(), made.full())], columns=columns)
    assert (found.earned, found.max_score) == (5.0, 2.0)


def test_points_of_a_task_are_on_the_scale_of_the_class(made):
    """A third of a task is a third of whatever the class makes of it."""
    columns = (replace(made.columns[1], max_points=1.5),)
    found = standing(made, [(made.hand_in(), made.report(losses_entropy=1))], columns=columns)
    assert (found.earned, found.max_score) == (0.5, 1.5)


def test_what_is_shown_of_the_tasks_adds_up_to_what_was_earned(made):
    """The report of a standing has the points of the class, so that whoever renders it shows the same numbers."""
    columns = tuple(replace(each, max_points=most) for each, most in zip(made.columns, (4, 7, 1, 0.5), strict=True))
    graded = made.report(losses_softmax=1.55, losses_entropy=1.11, tensors_outer=0.33, tensors_matmul=1.23)
    found = standing(made, [(made.hand_in(), graded)], columns=columns)
    shown = [(task.points, task.max_points) for task in found.report.tasks]
    assert shown == [(3.1, 4), (2.59, 7), (0.33, 1), (0.15, 0.5)]
    assert found.earned == round(sum(points for points, _ in shown), 2) == 6.17


def test_late_work_without_a_penalty_is_noted(made):
    """Being late is said, also where it costs nothing; one note does for all topics."""
    found = standing(made, [(made.hand_in(made.due + made.hour), made.full())], Policy(dates=Dates(made.due)))
    assert (found.penalty, found.notes) == (0.0, ("handed in 1 hour late",))


def test_mark_of_being_late_counts_as_one_unit(made):
    """A hand-in that is marked late and has no time loses one unit's share."""
    found = standing(made, [(made.hand_in(late=True), made.full())], Policy(late=STRICT))
    assert found.notes == ("handed in late, as it is marked: 1 point is taken (10 %)",)
    assert found.score == 9.0


def test_time_without_a_zone_is_refused(made):
    """Nobody can say whether such a hand-in is late."""
    naive = made.hand_in(made.due.replace(tzinfo=None))
    with pytest.raises(ValueError, match="has no time zone"):
        standing(made, [(naive, made.full())], Policy(dates=Dates(made.due)))


def test_file_that_came_in_time_is_not_late_when_it_comes_again(made):
    """Whoever hands in the next topic beside the last one, unchanged, loses nothing for the last one."""
    policy = Policy(dates=Dates(made.due), late=STRICT)
    early = made.hand_in(made.due, 1, files={"losses.py": b"same"})
    late = made.hand_in(made.due + made.day, 2, files={"x/losses.py": b"same", "x/tensors.py": b"new"})
    changed = replace(late, files={"x/losses.py": b"other", "x/tensors.py": b"new"})
    report = made.full()
    found = standing(made, [(early, report), (late, report)], policy)
    assert (found.penalty, found.notes) == (0.5, ("tensors: handed in 1 day late: 0.5 points are taken (10 %)",))
    assert standing(made, [(early, report), (changed, report)], policy).penalty == 1.0


@pytest.mark.parametrize(
    ("counts", "attempt", "score", "reason"),
    [
        (Counts.LAST, 3, 1.0, "it was handed in before the one that counts"),
        (Counts.FIRST, 1, 2.0, "it was handed in after the one that counts"),
        (Counts.BEST, 2, 4.0, "it scored no more than the one that counts"),
    ],
)
def test_one_hand_in_counts_and_the_others_are_kept_with_a_reason(made, counts, attempt, score, reason):
    """The last, the first or the best counts, in whatever order they are given."""
    scores = {3: 1.0, 1: 2.0, 2: 4.0}
    graded = [(made.hand_in(attempt=n), made.report(tensors_matmul=points)) for n, points in scores.items()]
    found = standing(made, graded, Policy(counts=counts))
    assert (found.hand_in.attempt, found.score) == (attempt, score)
    assert found.reason == f"the {counts} of 3 hand-ins counts"
    rest = [other for other in (1, 2, 3) if other != attempt]
    assert [(each.hand_in.attempt, each.score) for each in found.attempts] == [(n, scores[n]) for n in rest]
    assert {each.reason for each in found.attempts} == {reason}


def test_best_is_the_best_after_penalties_and_the_first_of_equals(made):
    """What is late may be worth less than what was less and in time."""
    policy = Policy(dates=Dates(made.due), late=Late(Fraction(50)), counts=Counts.BEST)
    graded = [
        (made.hand_in(made.due, 1), made.report(tensors_matmul=3)),
        (made.hand_in(made.due, 2), made.report(tensors_matmul=3)),
        (made.hand_in(made.due + made.day, 3), made.report(tensors_matmul=4)),
    ]
    found = standing(made, graded, policy)
    assert (found.hand_in.attempt, found.score, [each.score for each in found.attempts]) == (
        1,
        3.0,
        [3.0, 2.0],
    )


def test_hand_in_after_closing_does_not_count_when_another_came_before(made):
    """The last one that was accepted counts."""
    policy = Policy(dates=Dates(made.due, made.due + made.day))
    early, late = made.hand_in(made.due, 1), made.hand_in(made.due + 2 * made.day, 2)
    found = standing(made, [(early, made.report(tensors_matmul=1)), (late, made.full())], policy)
    assert (found.hand_in.attempt, found.score) == (1, 1.0)
    assert [each.reason for each in found.attempts] == ["it was handed in after everything was closed"]


def test_hand_in_after_closing_scores_nothing_when_there_is_no_other(made):
    """What was found is shown, and all of it is taken."""
    policy = Policy(dates=Dates(made.due, made.due + made.day))
    found = standing(made, [(made.hand_in(made.due + 2 * made.day), made.full())], policy)
    assert (found.outcome, found.reason) == (Outcome.GRADED, "handed in after everything was closed")
    assert (found.earned, found.penalty, found.score) == (10.0, 10.0, 0.0)
    assert found.notes == ("handed in after it was closed: 10 points are taken (100 %)",)


def test_unreadable_hand_in_counts_only_when_nothing_else_can_be_read(made):
    """A broken upload takes no earlier work away, and is told."""
    good, broken = made.hand_in(attempt=1), made.hand_in(attempt=2, problem="the archive is damaged")
    found = standing(made, [(good, made.full()), (broken, None)])
    assert (found.outcome, found.score) == (Outcome.GRADED, 10.0)
    assert found.notes == ("a later hand-in, upload.zip/2, cannot be read: the archive is damaged",)
    assert found.attempts[0].reason == "it cannot be read: the archive is damaged"
    alone = standing(made, [(broken, None)])
    assert (alone.outcome, alone.reason, alone.score) == (Outcome.UNREADABLE, "the archive is damaged", 0.0)


@pytest.mark.parametrize("counts", [Counts.LAST, Counts.FIRST])
def test_incomplete_report_makes_the_outcome_incomplete(made, counts):
    """Our own fault is never a score that is final; the reason is the report's."""
    for report, reason in ((made.report("the worker died"), "the worker died"), (None, "it was not graded")):
        found = standing(made, [(made.hand_in(), report)], Policy(counts=counts))
        assert (found.outcome, found.reason, found.report) == (Outcome.INCOMPLETE, reason, report)


def test_incomplete_report_of_another_hand_in_matters_only_for_the_best(made):
    """Nobody knows which is the best while one of them is not graded to its end."""
    graded = [(made.hand_in(attempt=1), made.report("died")), (made.hand_in(attempt=2), made.full())]
    assert standing(made, graded).outcome is Outcome.GRADED
    found = standing(made, graded, Policy(counts=Counts.BEST))
    assert (found.outcome, found.reason) == (Outcome.INCOMPLETE, "another hand-in may be the best one: died")


def test_points_are_rounded_once_and_the_score_is_their_difference(made):
    """What is left of 1.67 points after ten percent is 1.503, in hundredths."""
    policy = Policy(dates=Dates(made.due), late=STRICT)
    found = standing(made, [(made.hand_in(made.due + made.hour), made.report(tensors_matmul=1.67))], policy)
    assert (found.earned, found.penalty, found.score) == (1.67, 0.17, 1.5)


@pytest.mark.parametrize(("points", "want"), [("0.125", "0.13"), ("2.675", "2.68"), ("0.005", "0.01")])
def test_half_is_rounded_up_exactly(points, want):
    """A half goes up, also where a binary number would lie just below it, and never to the even neighbour."""
    assert rounded(Fraction(points)) == Fraction(want)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=1), "1 second"),
        (timedelta(microseconds=1), "1 second"),
        (timedelta(minutes=5, seconds=2), "5 minutes 2 seconds"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(days=2, minutes=9), "2 days"),
        (timedelta(days=2, hours=1, minutes=9), "2 days 1 hour"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_span_of_time_is_spoken_in_its_two_largest_units(span, words):
    """The words are those that a person would use."""
    assert spoken(span) == words


def test_who_is_missing_has_no_grade_unless_the_course_says_zero(made):
    """No zero is written that nobody has decided."""
    assert standing(made, []).grade is None
    zero = standing(made, [], Policy(missing_is_zero=True))
    assert (zero.grade, zero.reason) == (0.0, "nothing was handed in, which is 0 points here")


def test_points_by_hand_are_the_grade_where_nothing_could_be_graded(made):
    """Of a missing and of an unreadable student; taken back, they leave no grade behind."""
    given = Adjustment("alice", 5.0, "a", made.due, "oral")
    back = Adjustment("alice", -5.0, "a", made.due, "taken back")
    unreadable = [(made.hand_in(problem="it is no zip file"), None)]
    for graded in ([], unreadable):
        assert standing(made, graded, adjustments=[given]).grade == 5.0
        assert standing(made, graded, adjustments=[given, back]).grade is None


def test_points_by_hand_wait_for_a_grading_that_is_still_to_be_made(made):
    """Our own failure is nobody's grade, whatever is added to it."""
    given = Adjustment("alice", 5.0, "a", made.due, "oral")
    unfinished = made.report(incomplete="a worker could not be started")
    found = standing(made, [(made.hand_in(), unfinished)], adjustments=[given])
    assert (found.outcome, found.grade) == (Outcome.INCOMPLETE, None)
