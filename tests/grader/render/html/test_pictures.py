"""Pictures of a report: tables, small images and their numbers."""

import zlib
from base64 import b64decode

import pytest

from grader.render.html.pictures import MOST_LINES, MOST_PANELS, diverging, grey, picture_of
from grader.report import Picture, PictureKind

PREFIX = "data:image/png;base64,"


def pixels(uri):
    """The width and the colours of a PNG, row by row, read without what wrote it."""
    data = b64decode(uri.removeprefix(PREFIX))
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    length = int.from_bytes(data[33:37])
    assert zlib.crc32(data[37 : 41 + length]) == int.from_bytes(data[41 + length : 45 + length])
    raw = zlib.decompress(data[41 : 41 + length])
    rows = [raw[1 + r * (3 * width + 1) : (r + 1) * (3 * width + 1)] for r in range(height)]
    return [[tuple(row[3 * c : 3 * c + 3]) for c in range(width)] for row in rows]


def test_grey_goes_from_black_to_white():
    """The smallest value is black, the largest white, and a gap has a colour of its own."""
    (row,) = pixels(grey(((0.0, 1.0, 2.0, None),), 0.0, 2.0))
    assert row[0] == (0, 0, 0) and row[1] == (128, 128, 128) and row[2] == (255, 255, 255)
    assert len(set(row[3])) > 1


def test_signs_have_colours_of_their_own():
    """Below zero is blue, above it orange, and zero lies between them."""
    below, zero, above = pixels(diverging(((-1.0, 0.0, 1.0),), 1.0))[0]
    assert below[2] > below[0] and above[0] > above[2] and min(zero) > 240


def test_confusion_matrix_is_a_table_with_its_numbers():
    """Each row is a class; what was recognised is marked, and the shade is the share of the row."""
    view = picture_of(Picture("m", PictureKind.CONFUSION, (((8.0, 2.0), (0.0, 5.0)),), rows=("cat", "dog")))
    assert view.columns == ("cat", "dog") and [name for name, _ in view.rows] == ["cat", "dog"]
    first, second = (cells for _, cells in view.rows)
    assert [(cell.text, cell.right) for cell in first] == [("8", True), ("2", False)]
    assert first[0].shade > first[1].shade > second[0].shade == 0


def test_filters_share_one_scale_and_are_written_out():
    """Few values are there as numbers too, so that no colour is needed."""
    view = picture_of(Picture("f", PictureKind.FILTERS, (((1.0, -2.0),), ((0.5, 0.0),))))
    assert [panel.alt for panel in view.panels] == ["f, 1 of 2, 1 by 2 values", "f, 2 of 2, 1 by 2 values"]
    assert view.numbers[0].rows == (("1", "−2"),) and "−2" in view.scale
    assert pixels(view.panels[0].uri)[0][1][2] > pixels(view.panels[0].uri)[0][1][0]


def test_states_are_one_drawing_with_labels():
    """Hidden states are a row for each unit and a column for each step."""
    view = picture_of(Picture("h", PictureKind.STATES, (((0.0, 1.0, -1.0),) * 2,), columns=("a", "<b>", "c")))
    assert view.drawing.count("<image") == 1 and "&lt;b&gt;" in view.drawing
    assert "2 rows over 3 steps" in view.drawing


def test_lines_that_a_model_wrote_are_shown_as_they_are_and_bounded():
    """What was written is a list of lines; those beyond the bound are counted."""
    view = picture_of(Picture("w", PictureKind.WRITTEN, (), rows=("anna", "<b>") * MOST_LINES))
    assert view.lines == ("anna", "<b>") * (MOST_LINES // 2) and view.left_out == MOST_LINES
    assert not view.panels and not view.drawing


@pytest.mark.parametrize("kind", PictureKind)
@pytest.mark.parametrize(
    "values",
    [
        (),
        ((),),
        (((),),),
        (((1.0,), (1.0, 2.0)),),
        (((None,),),),
        (((1e308, -1e308),),),
        (((float("nan"),),),),
    ],
    ids=str,
)
def test_odd_values_make_no_trouble(kind, values):
    """A picture with nothing to draw, ragged rows or no numbers is shown as far as it goes."""
    assert picture_of(Picture("t", kind, values)).title == "t"


def test_pictures_are_bounded():
    """Panels and sides beyond the bounds are left out, and it is said how many."""
    view = picture_of(Picture("i", PictureKind.IMAGES, (((0.5,) * 3,) * 500,) * (MOST_PANELS + 9)))
    assert len(view.panels) == MOST_PANELS and view.left_out == 9
    assert len(pixels(view.panels[0].uri)) == 64
