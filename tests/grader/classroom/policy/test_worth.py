"""How late something is: exact to the second, in any zone, on any day."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from grader.classroom.policy.course_policy import Dates, Extension, Late, Policy
from grader.classroom.policy.worth import Lateness, dates_of, last_moment, lateness, moments_of, penalty

DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1),
)  # fmt: skip


def policy_of(grace=timedelta(0), unit=DAY, closes=None, **more):
    return Policy(dates=Dates(DUE, closes), late=Late(Fraction(10), unit, Fraction(35), grace), **more)


def late_by(span, policy, student="alice"):
    return lateness(policy, student, DUE + span)


@pytest.mark.parametrize(
    ("span", "units"),
    [(-DAY, 0), (timedelta(0), 0), (timedelta(microseconds=1), 1), (SECOND, 1), (DAY, 1), (DAY + SECOND, 2),
     (3 * DAY, 3)],
)  # fmt: skip
def test_day_counts_as_soon_as_it_has_begun(span, units):
    """Exactly at the due date is in time, one second later is a day, exactly a day later is still one."""
    assert late_by(span, policy_of()) == Lateness(units, False, max(span, timedelta(0)))


@pytest.mark.parametrize(("span", "units"), [(HOUR, 1), (HOUR + SECOND, 2), (DAY, 24)])
def test_hour_counts_as_soon_as_it_has_begun(span, units):
    """The unit may be an hour."""
    assert late_by(span, policy_of(unit=HOUR)).units == units


@pytest.mark.parametrize(
    ("span", "units"), [(15 * MINUTE, 0), (15 * MINUTE + SECOND, 1), (DAY + 10 * MINUTE, 2)]
)
def test_grace_ends_exactly_and_moves_no_later_unit(span, units):
    """Within the grace nothing is late; after it, it is late from the due date on."""
    assert late_by(span, policy_of(grace=15 * MINUTE)).units == units


@pytest.mark.parametrize(
    ("span", "closed"), [(7 * DAY, False), (7 * DAY + MINUTE, False), (7 * DAY + MINUTE + SECOND, True)]
)
def test_topic_closes_after_its_grace(span, closed):
    """Exactly when it closes, and in the grace after that, it is accepted."""
    assert late_by(span, policy_of(grace=MINUTE, closes=DUE + 7 * DAY)).closed is closed


def test_closing_without_a_due_date_takes_nothing_before_and_everything_after():
    """Where nothing is due, what is in before it closes is in time."""
    policy = Policy(dates=Dates(None, DUE), late=Late(Fraction(10)))
    assert late_by(timedelta(0), policy) == Lateness(by=timedelta(0))
    assert late_by(SECOND, policy).closed


def test_zones_differ_and_moments_do_not():
    """The same moment is in time however it is written."""
    policy = policy_of()
    for hours in (-11, 0, 5.5, 14):
        there = DUE.astimezone(timezone(timedelta(hours=hours)))
        assert lateness(policy, "alice", there).units == 0
        assert lateness(policy, "alice", there + SECOND).units == 1


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2026, 10, 24, 23, 59), 25), (datetime(2026, 3, 28, 23, 59), 23)]
)
def test_day_has_24_hours_when_the_clocks_change(day, hours):
    """The same time on the next day's clock is 25 or 23 hours later, and counts as that."""
    zone = ZoneInfo("Europe/Berlin")
    due = day.replace(tzinfo=zone)
    policy = Policy(dates=Dates(due), late=Late(Fraction(10)))
    late = lateness(policy, "alice", (day + DAY).replace(tzinfo=zone))
    assert (late.by, late.units) == (timedelta(hours=hours), 2 if hours > 24 else 1)


def test_time_without_a_zone_is_refused():
    """Nobody can say whether such a time is late."""
    with pytest.raises(ValueError, match="has no time zone"):
        lateness(policy_of(), "alice", DUE.replace(tzinfo=None))


@pytest.mark.parametrize(("marked", "units"), [(True, 1), (False, 0), (None, 0)])
def test_mark_counts_as_one_unit_where_the_time_is_missing(marked, units):
    """A layout may say that something is late without saying when it came."""
    assert lateness(policy_of(), "alice", None, marked) == Lateness(units)


def test_mark_counts_where_the_due_date_is_missing_and_not_against_a_time():
    """The mark is believed where dates cannot tell, and nowhere else."""
    assert lateness(Policy(), "alice", DUE, marked=True) == Lateness(1)
    assert lateness(policy_of(), "alice", DUE, marked=True).units == 0


def test_mark_says_nothing_about_a_date_that_was_put_off():
    """Whoever marked it did not know of the extension."""
    policy = policy_of(extensions={"alice": Extension(DUE + DAY)})
    assert lateness(policy, "alice", None, marked=True).units == 0
    assert lateness(policy, "bob", None, marked=True).units == 1


def test_extension_puts_off_due_date_and_closing_for_one_student():
    """Closing is put off by as much as the due date; nobody else gains by it."""
    policy = policy_of(closes=DUE + 2 * DAY, extensions={"alice": Extension(DUE + 3 * DAY)})
    assert dates_of(policy, "alice") == Dates(DUE + 3 * DAY, DUE + 5 * DAY)
    assert dates_of(policy, "bob") == dates_of(policy) == Dates(DUE, DUE + 2 * DAY)
    assert late_by(4 * DAY, policy) == Lateness(1, False, DAY)
    assert late_by(4 * DAY, policy, "bob").closed


@pytest.mark.parametrize(
    ("late", "taken"),
    [(Lateness(), 0), (Lateness(1), 0.4), (Lateness(3), 1.2), (Lateness(4), 1.4), (Lateness(99), 1.4),
     (Lateness(0, closed=True), 4)],
)  # fmt: skip
def test_penalty_grows_with_each_unit_up_to_its_cap(late, taken):
    """Ten percent a unit of the four points that were earned, at most 35; all of them once it is closed."""
    assert penalty(policy_of(), late, Fraction(4), Fraction(5)) == Fraction(str(taken))


def test_penalty_of_what_is_possible_takes_no_more_than_there_is():
    """A percentage of the possible points may be all that was earned, and never more."""
    policy = Policy(late=Late(Fraction(10), of_possible=True))
    assert penalty(policy, Lateness(1), Fraction(4), Fraction(5)) == Fraction(1, 2)
    assert penalty(policy, Lateness(9), Fraction(4), Fraction(5)) == 4


def test_last_moment_waits_for_the_latest_extension():
    """It is the closing, or else the due date, of whoever has the most time."""
    given = {"alice": Extension(DUE + DAY), "bob": Extension(DUE + 2 * DAY)}
    assert last_moment(policy_of(extensions=given)) == DUE + 2 * DAY
    assert last_moment(policy_of(closes=DUE + 7 * DAY, extensions=given)) == DUE + 9 * DAY
    assert last_moment(Policy()) is None


def test_extension_never_makes_anything_earlier():
    """An extension to a time before the due date changes nothing; a closing that stands by itself is put off."""
    assert dates_of(policy_of(extensions={"alice": Extension(DUE - DAY)}), "alice").due == DUE
    policy = Policy(dates=Dates(None, DUE), extensions={"alice": Extension(DUE + DAY)})
    assert dates_of(policy, "alice") == Dates(None, DUE + DAY)


def test_moments_of_a_student_are_all_dates_with_grace():
    """With the student's own extension, the first one first."""
    policy = policy_of(grace=MINUTE, closes=DUE + 2 * DAY, extensions={"bob": Extension(DUE + DAY)})
    assert moments_of(policy, "alice") == [DUE + MINUTE, DUE + 2 * DAY + MINUTE]
    assert moments_of(policy, "bob") == [DUE + DAY + MINUTE, DUE + 3 * DAY + MINUTE]
    assert moments_of(Policy(), "alice") == []
