"""What is never shown as it is."""

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.text.escape import INVISIBLE, lines, one_line, xml

ANY_TEXT = st.text(st.characters(codec=None) | st.sampled_from("\x1b\x00\u202e\u2066\ud800\u200b\u0301\n\t"))


@given(ANY_TEXT)
def test_one_line_has_nothing_invisible_and_one_line(text):
    got = one_line(text)
    assert not any(unicodedata.category(character) in INVISIBLE for character in got)
    assert len(got.splitlines()) <= 1
    assert got.encode("utf-8").decode("utf-8") == got


@given(ANY_TEXT)
def test_lines_have_nothing_invisible(text):
    assert not any(unicodedata.category(character) in INVISIBLE for line in lines(text) for character in line)


@given(ANY_TEXT)
def test_xml_text_can_be_parsed(text):
    element = ElementTree.Element("case", {"message": xml(text)})
    element.text = xml(text)
    ElementTree.fromstring(ElementTree.tostring(element))


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P"])))
def test_plain_text_stays_as_it_is(text):
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u2066b", r"a\u2066b"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
        ("two\nlines\r\n", "two lines"),
        ("é ü 漢字 ∑", "é ü 漢字 ∑"),
    ],
)
def test_invisible_characters_are_spelled_out(text, want):
    assert one_line(text) == want


def test_marks_piled_on_one_letter_are_thinned_out():
    assert one_line("a" + "\u0301" * 50) == "a\u0301\u0301"


def test_indentation_of_a_traceback_stays():
    assert lines("a.py:1\n\treturn x\n  y\n") == ["a.py:1", "    return x", "  y"]
