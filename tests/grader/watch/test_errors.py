"""What is written to standard error while a page fills the terminal."""

from __future__ import annotations

import os

import pytest

from grader.watch.terminal import LastWords


@pytest.mark.parametrize("asked", [True, False])
def test_words_are_kept_from_the_page_and_shown_afterwards_only_if_a_fault_asked(capfd, asked):
    """A traceback does not write over the page, and is not lost where it explains a fault."""
    words = LastWords()
    with words.kept():
        os.write(2, b"Traceback\n  in a judge\nOurProblem: a layer is missing\n")
        if asked:
            assert words.line() == "OurProblem: a layer is missing"
        os.write(2, b"more\n")
        assert capfd.readouterr().err == ""
    assert ("in a judge" in capfd.readouterr().err) is asked
    assert words.line() == ""
