"""What Gradescope's metadata changes: lateness and visibility."""

import json

import pytest

from grader.release.gradescope_settings import (
    Metadata,
    Settings,
    from_text,
    late_percent,
    read_metadata,
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
    "text", ["", "[]", "null", '{"users": 3, "assignment": []}']
)
def test_metadata_that_is_none_stops_nothing(tmp_path, text):
    """Metadata of another form, or none, is as if nothing had been said."""
    file = tmp_path / "x.json"
    assert read_metadata(file) == Metadata()
    file.write_text(text, encoding="utf-8")
    metadata = read_metadata(file)
    assert metadata == Metadata()
    assert late_percent(Settings(late_percent=10.0), metadata) == 0.0


def test_what_waits_for_a_due_date_that_there_is_not_waits_for_publication(tmp_path):
    """Without a due date a task that waits for it would never be shown."""
    settings = Settings(visibility="after_due_date", shown={"losses": "hidden", "mlp": "after_due_date"})
    assert visibility(settings, Metadata()) == (
        "after_published",
        {"losses": "hidden", "mlp": "after_published"},
    )
    assert visibility(settings, handed_in(tmp_path, NOON))[0] == "after_due_date"


def test_settings_come_back_as_they_went():
    """What is written into the zip is what is read in the container."""
    settings = Settings(
        "A", ("losses",), 10.0, 5, "hidden", {"mlp": "visible"}, 5.0, 1.0, 20.0, "strict", 2
    )
    assert from_text(to_text(settings)) == settings
    with pytest.raises(ValueError, match=r"settings\.json"):
        from_text('{"colour": 1}')
