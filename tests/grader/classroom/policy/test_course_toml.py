"""Reading a course.toml: each key as it is meant, and every slip refused in words."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest

from grader.classroom.policy.columns import columns_of
from grader.classroom.policy.course_policy import (
    Counts,
    Dates,
    Extension,
    Late,
    Policy,
    PolicyProblem,
    Visibility,
)
from grader.classroom.policy.course_toml import KEYS, parse_policy, read_policy
from grader.course import load_course

EXAMPLE = (Path(__file__).parents[4] / "docs" / "course.toml").read_text(encoding="utf-8")
MARCH = 'zone = "Europe/Berlin"\n'


def berlin(month, day, hour=23, minute=59, offset=1):
    return datetime(2026, month, day, hour, minute, tzinfo=timezone(timedelta(hours=offset)))


def test_example_is_read_as_it_is_explained():
    """The example that a course starts from has every key, and each means what its comment says."""
    assert parse_policy(EXAMPLE) == Policy(
        title="Deep learning, spring 2026",
        zone="Europe/Berlin",
        dates=Dates(berlin(3, 1), berlin(3, 8)),
        late=Late(Fraction(10), timedelta(days=1), Fraction(50), timedelta(minutes=15)),
        counts=Counts.LAST,
        missing_is_zero=True,
        needs=False,
        dropped=("tensors.outer",),
        bonus=("losses.gaussian_nll",),
        points={"losses.softmax": Fraction(4)},
        visibility={
            "all": Visibility.VISIBLE,
            "losses": Visibility.AFTER_DUE_DATE,
            "losses.entropy": Visibility.HIDDEN,
        },
        published_at=berlin(3, 15, 12, 0),
        seed=7,
        extensions={"alice": Extension(berlin(3, 5), "was ill")},
    )
    for key in KEYS:
        assert f"\n{key} = " in EXAMPLE or f"\n[{key}" in EXAMPLE


def test_example_fits_the_course():
    """The tasks and topics of the example exist."""
    columns = {column.id: column for column in columns_of(load_course(), parse_policy(EXAMPLE))}
    assert columns["losses.softmax"].max_points == 4.0
    assert not columns["tensors.outer"].counts
    assert columns["losses.gaussian_nll"].bonus


def test_no_file_means_that_nothing_is_due_and_everything_counts():
    """Without a course.toml there is a policy, which asks for nothing."""
    assert read_policy(None) == Policy() == parse_policy("")


def test_file_is_read_and_named_in_errors(tmp_path):
    """A file with a mark of its byte order is read; one that is missing or no text is named."""
    file = tmp_path / "course.toml"
    file.write_bytes(b'\xef\xbb\xbftitle = "T"\n')
    assert read_policy(file).title == "T"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(PolicyProblem, match=r"course\.toml: cannot be read"):
        read_policy(file)
    with pytest.raises(PolicyProblem, match=r"none\.toml: cannot be read"):
        read_policy(tmp_path / "none.toml")


def test_seed_is_a_number_or_drawn():
    """A class whose policy says nothing draws one seed for everybody."""
    assert [parse_policy(text).seed for text in ("seed = 7", "")] == [7, None]


def test_number_is_read_exactly_as_it_is_written():
    """A tenth is a tenth, not what a processor makes of it."""
    policy = parse_policy(
        "late = { percent = 0.1, per = 'hour', of = 'possible' }\n[points]\nlosses.softmax = 2.7"
    )
    assert policy.late == Late(Fraction(1, 10), timedelta(hours=1), of_possible=True)
    assert policy.points == {"losses.softmax": Fraction(27, 10)}


def test_time_with_an_offset_needs_no_zone():
    """An offset says all, and one that is written wins over the zone of the file."""
    assert parse_policy("due = 2026-03-01T23:59:00Z").dates.due == datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
    assert parse_policy(MARCH + "due = 2026-03-01T23:59:00-05:00").dates.due == berlin(3, 1, offset=-5)


def test_local_time_has_the_offset_of_its_day():
    """Summer time counts in summer, and in the hours around a change there is one reading each."""
    assert parse_policy(MARCH + "due = 2026-07-01T23:59:00").dates.due == berlin(7, 1, offset=2)
    before, after = "due = 2026-10-25T01:59:59", "due = 2026-10-25T03:00:00"
    assert parse_policy(MARCH + before).dates.due == datetime(2026, 10, 24, 23, 59, 59, tzinfo=UTC)
    assert parse_policy(MARCH + after).dates.due == datetime(2026, 10, 25, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "due = {}", "closes = {}", "published = {}", "[extensions.al]\ndue = {}",
    ],
)  # fmt: skip
def test_local_time_that_comes_twice_is_refused_with_both_readings(text):
    """Wherever a time stands, nobody is late by an hour that the file does not say; with an offset it is clear."""
    with pytest.raises(PolicyProblem) as raised:
        parse_policy(MARCH + text.format("2026-10-25T02:30:00"))
    assert str(raised.value).endswith(
        "is 2026-10-25T02:30:00, which Europe/Berlin has twice (2026-10-25 00:30:00 UTC or 2026-10-25 01:30:00 UTC): "
        "write it with its offset, 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00"
    )
    parse_policy(MARCH + text.format("2026-10-25T02:30:00+01:00"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = 3", "title is 3: it must be a text"),
        ("lte = 3", "lte is an unknown key: did you mean late?"),
        ("[late]\npercnt = 3", "late.percnt is an unknown key: did you mean percent?"),
        ("[topics.losses]\ndue = 2026-03-02T00:00:00Z", "topics is an unknown key"),
        ("[extensions.alice]\nduee = 1", "extensions.alice.duee is an unknown key: did you mean due?"),
        ('zone = "Europe/Berlinn"', "zone is 'Europe/Berlinn': this machine knows no such zone"),
        ('zone = "../x"', "zone is '../x': this machine knows no such zone"),
        ("due = 2026-03-01", "due is 2026-03-01 and has no time: write it like 2026-03-01T23:59:00+01:00"),
        ("due = 10:00:00", "and is no date"),
        ("due = 2026-03-01T10:00:00", "has no time zone: write it with its offset"),
        (MARCH + "due = 2026-03-29T02:30:00", "does not exist in Europe/Berlin: the clocks are put forward"),
        ("due = 2026-03-02T00:00:00Z\ncloses = 2026-03-01T00:00:00Z", "closes makes it close at 2026-03-01T00:00"),
        ("counts = 'latest'", "counts is 'latest': did you mean last?"),
        ("seed = 'per-student'", "it must be a whole number"),
        ("seed = true", "seed is True"),
        ("seed = -1", "seed is -1"),
        ("seed = 9223372036854775808", "a whole number below 2"),
        ("published = 'yes'", "published is 'yes': it must be true, false or a date"),
        ("published = 2026-03-01T00:00:00", "published is 2026-03-01T00:00:00 and has no time zone"),
        ("drop = 'x'", "drop is 'x': it must be a list of texts"),
        ("late = 3", "late is 3: it must be a table"),
        ("[late]\npercent = 101", "late.percent is 101: it must be a number from 0 to 100"),
        ("[late]\npercent = nan", "late.percent is nan"),
        ("[late]\ngrace = -1", "late.grace is -1: it must be a number of at least 0"),
        ("[late]\nper = 'week'", "late.per is 'week': it must be one of day, hour"),
        ("[points]\nlosses.softmax = 0", "points.losses.softmax is 0: drop the task"),
        ("[points]\nlosses.softmax = true", "points.losses.softmax is True"),
        ("[visibility]\nall = 'after due date'", "visibility.all is 'after due date': did you mean after_due_date?"),
        ("[extensions]\nalice = 3", "extensions.alice is 3: it must be a table"),
        ("[extensions.alice]\nwhy = 'ill'", "extensions.alice.due is missing"),
        ("[extensions.alice]\ntopics = { losses = 3 }", "extensions.alice.topics is an unknown key"),
        ("due =", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_slip_is_refused_with_the_key_the_value_and_what_to_do(text, says):
    """Nothing that is written down is passed over in silence."""
    with pytest.raises(PolicyProblem) as problem:
        parse_policy(text)
    assert str(problem.value).startswith("course.toml: ")
    assert says in str(problem.value)
