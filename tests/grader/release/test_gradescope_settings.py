"""What Gradescope's metadata changes: lateness, attempts, visibility and seeds."""

import json

import pytest

from grader.release.gradescope_settings import (
    Metadata,
    Settings,
    from_text,
    graded_today,
    late_percent,
    read_metadata,
    repeated,
    to_text,
    visibility,
)

NOON = "2026-03-02T12:00:00.365935-07:00"


def written(tmp_path, **values):
    file = tmp_path / "submission_metadata.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    return read_metadata(file)


def handed_in(tmp_path, at, due="2026-03-02T10:00:00-07:00", **more):
    return written(tmp_path, created_at=at, assignment={"due_date": due}, **more)


@pytest.mark.parametrize(
    ("at", "percent"),
    [
        ("2026-03-02T10:00:00-07:00", 0.0),
        ("2026-03-02T10:10:00-07:00", 0.0),
        ("2026-03-02T18:00:00+00:00", 10.0),
        ("2026-03-03T10:00:00-07:00", 10.0),
        ("2026-03-03T10:00:01-07:00", 20.0),
        ("2026-04-30T10:00:00-07:00", 100.0),
    ],
)
def test_late_penalty_grows_by_the_day(tmp_path, at, percent):
    """Each day begun counts, after a grace, in any time zone, and never more than everything."""
    metadata = handed_in(tmp_path, at)
    assert late_percent(Settings(late_percent=10.0, grace_minutes=15), metadata) == percent


def test_extension_of_a_student_moves_the_due_date(tmp_path):
    """A student with an extension is late after it, and not before."""
    users = [{"id": 1, "assignment": {"due_date": "2026-03-05T10:00:00-07:00"}}, {"id": 2}]
    assert late_percent(Settings(late_percent=10.0), handed_in(tmp_path, NOON, users=users)) == 0.0


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"users": 3, "previous_submissions": [1], "assignment": []}']
)
def test_metadata_that_is_none_stops_nothing(tmp_path, text):
    """Metadata of another form, or none, is as if nothing had been said."""
    file = tmp_path / "x.json"
    assert read_metadata(file) == Metadata()
    file.write_text(text, encoding="utf-8")
    metadata = read_metadata(file)
    assert metadata == Metadata()
    assert late_percent(Settings(late_percent=10.0), metadata) == 0.0
    assert repeated(Settings(attempts_per_day=1), metadata) is None


def earlier(*times, output="3 of 4 points", at=NOON):
    results = {"score": 3.0, "output": output, "extra_data": {"graded": list(times)}}
    return {"submission_time": at, "score": "3.0", "results": results}


def test_attempts_of_a_day_that_are_used_up_repeat_the_latest_results(tmp_path):
    """The score stays, and the page says when the next grading is possible."""
    times = ("2026-03-01T13:00:00-07:00", "2026-03-02T09:00:00-07:00")
    metadata = handed_in(tmp_path, NOON, previous_submissions=[earlier(*times)])
    results = repeated(Settings(attempts_per_day=2), metadata)
    assert results["score"] == 3.0
    assert results["output"].startswith(
        "Not graded again: 2 submissions in 24 hours are graded; the next one from 02 Mar"
    )
    assert repeated(Settings(attempts_per_day=3), metadata) is None
    again = handed_in(tmp_path, NOON, previous_submissions=[{**earlier(), "results": results}])
    assert repeated(Settings(attempts_per_day=2), again)["output"] == results["output"]


def test_attempt_of_yesterday_does_not_count(tmp_path):
    """Only gradings of the last 24 hours count; one that was only repeated never did."""
    times = ("2026-03-01T11:00:00-07:00", "2026-03-02T09:00:00-07:00", "nonsense")
    metadata = handed_in(tmp_path, NOON, previous_submissions=[earlier(*times)])
    assert [each.hour for each in graded_today(metadata)] == [9]


def test_attempts_with_a_failed_autograder_as_the_latest_are_graded(tmp_path):
    """After a run of the autograder that failed there is nothing to repeat."""
    failed = {"submission_time": NOON, "autograder_error": True, "results": {}}
    metadata = handed_in(tmp_path, NOON, previous_submissions=[failed])
    assert repeated(Settings(attempts_per_day=1), metadata) is None


def test_what_waits_for_a_due_date_that_there_is_not_waits_for_publication(tmp_path):
    """Without a due date a task that waits for it would never be shown."""
    settings = Settings(visibility="after_due_date", shown={"losses": "hidden", "mlp": "after_due_date"})
    assert visibility(settings, Metadata()) == (
        "after_published",
        {"losses": "hidden", "mlp": "after_published"},
    )
    assert visibility(settings, handed_in(tmp_path, NOON))[0] == "after_due_date"


def test_seed_is_the_same_for_all_for_each_or_fresh():
    """One seed for everybody; one for each group of students, in any order; or a new one."""
    assert Settings(seed=7).seed_for(["1"]) == 7
    each = Settings(seed=7, seeds="each")
    assert each.seed_for(["1", "2"]) == each.seed_for(["2", "1"]) != each.seed_for(["1"])
    assert 0 <= each.seed_for([]) < 2**31
    fresh = Settings(seed=7, seeds="fresh")
    assert len({fresh.seed_for(["1"]) for _ in range(8)}) > 1


def test_settings_come_back_as_they_went():
    """What is written into the zip is what is read in the container."""
    settings = Settings(
        "A", ("losses",), 10.0, 5, "each", "hidden", {"mlp": "visible"}, 5.0, 1.0, 3, 20.0, "strict", 2
    )
    assert from_text(to_text(settings)) == settings
    with pytest.raises(ValueError, match=r"settings\.json"):
        from_text('{"colour": 1}')
