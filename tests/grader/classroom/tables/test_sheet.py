"""Tables whose other bytes stay as they were."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.tables.sheet import CannotFill, read_sheet

ODD = b'\xef\xbb\xbf"a ""b""",c;d , e\r\n"two\nlines",,"x"\n\n  1 ,"2",3\r\nlast,row'


def test_sheet_without_changes_is_the_same_bytes():
    """Quoting, blanks, line ends, empty lines and the mark come back as they were."""
    sheet = read_sheet(ODD)
    assert sheet.filled({}) == ODD
    assert [len(row) for row in sheet.rows] == [3, 3, 3, 2]
    assert sheet.value(0, 0) == 'a "b"' and sheet.value(1, 0) == "two\nlines"


def test_sheet_changes_only_the_cell_that_is_named():
    """A quoted cell stays quoted, a bare one bare, and the rest is untouched."""
    filled = read_sheet(ODD).filled({(2, 1): "7", (2, 0): "8", (3, 2): 'n;"1", 2'})
    assert filled == ODD.replace(b'  1 ,"2",3', b'8,"7",3') + b',"n;""1"", 2"'


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_sheet_is_read_in_any_separator_and_encoding(separator, encoding):
    """What a spreadsheet saves in another form is read and written back in that form."""
    text = f"Name{separator}Note{separator}x\nJosé{separator}12{separator}\n"
    data = text.encode(encoding)
    sheet = read_sheet(data)
    assert sheet.separator == separator and sheet.value(1, 0) == "José"
    assert sheet.filled({(1, 1): "13"}) == text.replace("12", "13").encode(encoding)


@pytest.mark.parametrize("data", [b"", b" \n", b"PK\x03\x04\x00\x00", codecs.BOM_UTF16_LE + b"a"])
def test_sheet_that_is_no_table_is_refused(data):
    """An empty file, a workbook or a torn text is refused with a sentence."""
    with pytest.raises(CannotFill, match="export it again"):
        read_sheet(data)


CELLS = st.text(st.sampled_from('ab ,;\t"\n\r\u00e9'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=4), CELLS)
def test_sheet_keeps_every_other_cell(table, new):
    """Whatever the cells hold, one of them changes and no other does."""
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    sheet = read_sheet(text.encode())
    if sheet.separator != ",":
        return
    assert sheet.filled({}) == text.encode()
    again = read_sheet(sheet.filled({(0, 1): new}))
    if again.separator == ",":
        table[0][1] = new
        assert [[cell.value for cell in row] for row in again.rows] == table
