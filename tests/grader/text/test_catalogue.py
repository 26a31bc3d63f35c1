"""What a translator gets, and what a translation lacks."""

import tomllib

from grader.text import Entry, Translation, digest, read
from grader.text.catalogue import Gaps, catalogue_of, catalogue_text, gaps

ENGLISH = {"a": "one", "b": 'two "quoted"\nlines \\ and \x7f'}


def test_catalogue_is_toml_with_the_english_above_each_key():
    """Every key is there with its digest, and nothing is translated yet."""
    text = catalogue_text("losses", ENGLISH, Translation())
    assert tomllib.loads(text) == {key: {"of": digest(value), "text": ""} for key, value in ENGLISH.items()}
    assert "# one\n" in text
    assert '# two "quoted" lines \\ and \\x7f\n' in text


def test_what_is_translated_stays_in_the_catalogue():
    """A translator goes on where they were; a text that is no more falls away."""
    done = Translation({"a": Entry("un", digest("one")), "gone": Entry("parti", "0" * 8)})
    values = tomllib.loads(catalogue_text("losses", ENGLISH, done, "xx"))
    assert values["a"] == {"of": digest("one"), "text": "un"}
    assert values["b"]["text"] == ""
    assert "gone" not in values


def test_outdated_text_stays_outdated_until_the_translator_says_otherwise():
    """Writing the catalogue anew does not hide that the English has changed."""
    done = Translation({"a": Entry("zero", digest("nought"))})
    text = catalogue_text("losses", ENGLISH, done, "xx")
    assert tomllib.loads(text)["a"] == {"of": digest("nought"), "text": "zero"}
    assert f'then write of = "{digest("one")}"' in text


def test_gaps_are_missing_outdated_and_unknown_keys():
    """Each key is in one list at most."""
    done = Translation(
        {"a": Entry("zero", digest("nought")), "b": Entry("", digest("x")), "c": Entry("x", "y")}
    )
    assert gaps(ENGLISH, done) == Gaps(missing=("b",), outdated=("a",), unknown=("c",))
    whole = Translation({key: Entry("x", digest(value)) for key, value in ENGLISH.items()})
    assert not gaps(ENGLISH, whole)


def test_catalogue_of_a_topic_can_be_read_back_as_a_translation(course):
    """What is written for a translator is what is read afterwards."""
    english = catalogue_of(course, course.topic("losses"))
    file = course.exercises / "losses" / "losses.xx.toml"
    file.write_text(catalogue_text("losses", english, Translation(), "xx"), encoding="utf-8")
    assert set(read(file).entries) == set(english)
    assert gaps(english, read(file)).missing == tuple(english)
