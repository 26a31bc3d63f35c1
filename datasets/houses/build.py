"""Write the data file of this set anew: `python build.py`. The table is made up, and this is where it is kept."""

from __future__ import annotations

from pathlib import Path

COLUMNS = ("NumRooms", "RoofType", "Price")
ROWS = (
    (None, None, 129500),
    (2, None, 104000),
    (4, "Slate", 181300),
    (None, None, 139000),
    (3, "Tile", 152800),
    (5, "Slate", 214600),
    (None, "Tile", 147200),
    (3, None, 126400),
    (6, "Slate", 253100),
    (4, "Metal", 163700),
    (2, "Tile", 118900),
    (None, "Slate", 197500),
    (5, "Tile", 189900),
    (1, None, 83600),
    (4, None, 158200),
    (7, "Metal", 241800),
)


def build() -> dict[str, bytes]:
    """Return the file by name."""
    lines = [",".join("NA" if value is None else str(value) for value in row) for row in (COLUMNS, *ROWS)]
    return {"houses.csv": ("\n".join(lines) + "\n").encode("ascii")}


if __name__ == "__main__":
    for name, content in build().items():
        (Path(__file__).parent / name).write_bytes(content)
