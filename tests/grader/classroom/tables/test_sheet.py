"""Tables whose other cells stay as they were."""

import codecs
import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.tables.sheet import CannotFill, read_sheet

ODD = b'\xef\xbb\xbf"a ""b""",c;d , e\r\n"two\nlines",,"x"\n\n  1 ,"2",3\r\nlast,row'


def test_sheet_changes_only_the_cell_that_is_named():
    """Blanks, the mark and what lies in other cells come back; a short row grows to the cell that is written."""
    sheet = read_sheet(ODD)
    assert [len(row) for row in sheet.rows] == [3, 3, 3, 2] and sheet.lines == (1, 2, 5, 6)
    assert sheet.value(0, 0) == 'a "b"' and sheet.value(1, 0) == "two\nlines"
    filled = sheet.filled({(2, 1): "7", (2, 0): "8", (3, 2): 'n;"1", 2'})
    want = b'"a ""b""",c;d , e\r\n"two\nlines",,x\r\n8,7,3\r\nlast,row,"n;""1"", 2"\r\n'
    assert filled == codecs.BOM_UTF8 + want


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_sheet_is_read_in_any_separator_and_encoding(separator, encoding):
    """What a spreadsheet saves in another form is read and written back in that form."""
    text = f"Name{separator}Note{separator}x\nJosé{separator}12{separator}\n"
    data = text.encode(encoding)
    sheet = read_sheet(data)
    assert sheet.separator == separator and sheet.value(1, 0) == "José"
    assert sheet.filled({(1, 1): "13"}) == text.replace("12", "13").encode(encoding)


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"PK\x03\x04\x00\x00", codecs.BOM_UTF16_LE + b"a", b"a,b\n" + b"x" * 200_000, b'""\n']
)
def test_sheet_that_is_no_table_is_refused(data):
    """An empty file, a workbook, a torn text or an endless cell is refused with a sentence."""
    with pytest.raises(CannotFill, match="export it again"):
        read_sheet(data)


CELLS = st.text(st.sampled_from('ab ,;\t"\n\r\u00e9'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=4), CELLS)
def test_sheet_keeps_every_other_cell(table, new):
    """Whatever the cells hold, one of them changes and no other does."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    sheet = read_sheet(text.getvalue().encode())
    if sheet.separator != ",":
        return
    again = read_sheet(sheet.filled({(0, 1): new}))
    if again.separator == ",":
        table[0][1] = new
        assert [list(row) for row in again.rows] == table
