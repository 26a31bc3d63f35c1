"""Text on its way into a page."""

from markupsafe import Markup

from grader.render.html.markup import block, breakable, escaped, figure, plain, signed, uncut


def test_markup_is_escaped_and_invisible_characters_are_spelled_out():
    """Text of a submission is neither markup nor able to turn the line around."""
    assert escaped("<b>\u202e\x1b[2J") == "&lt;b&gt;\\u202e\\x1b[2J"
    assert escaped(Markup("<b>")) == "<b>"


def test_text_is_cut_to_its_bound():
    """However long a text is, so many characters are written, with three dots for the rest."""
    assert len(plain("x" * 10**6)) == 400 and plain("x" * 401).endswith("x...")
    assert plain("\u200b" * 10**6).startswith("\\u200b") and len(plain("\u200b" * 10**6)) == 400
    assert len(uncut("word " * 10**5)) == 4_000
    assert plain(" a\n b ") == "a b"


def test_block_keeps_the_last_lines_and_their_indentation():
    """A traceback keeps its end, where the exception is, line by line."""
    text = block("\n".join(f"  line {n}" for n in range(100)))
    assert text.startswith("...\n  line 60\n") and text.endswith("  line 99")
    assert max(map(len, block("y" * 500).split("\n"))) == 200


def test_numbers_have_a_true_minus():
    """Points carry their sign, whole numbers all their digits."""
    assert [signed(-1.5), signed(2.0)] == ["−1.5", "+2"]
    assert [figure(1200.0), figure(-0.12345), figure(None), figure(1e300)] == ["1200", "−0.123", "", "1e+300"]


def test_long_name_may_break_behind_a_dot():
    """The id of a task goes on in the next line where there is no room, and stays text."""
    assert breakable("a.b_c<i>") == "a.<wbr>b_<wbr>c&lt;i&gt;"
