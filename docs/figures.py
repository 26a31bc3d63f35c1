"""Draws the figures of the lessons anew: `python docs/figures.py [TOPIC ...] [--check]`.

Each function of `exercises/<topic>/figures.py` draws one, `exercises/<topic>/figures/<function>.svg`. Its docstring is
what somebody reads who does not see the figure, and is written into the lesson. With `--check` nothing is written:
figures that would change are named.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import inspect
import io
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.image import imread

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs"), str(ROOT / "solutions")]

from plotting import svg_of  # noqa: E402 - beside this file, wherever it is run from

MOST = 60_000  # bytes of a figure
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
CLOSE = 3  # points: another processor rounds otherwise, and a line moves by less


def drawers(topic: str) -> dict[str, Callable[[], Figure]]:
    """Return the functions that draw a topic's figures, by the name of the figure."""
    file = ROOT / "exercises" / topic / "figures.py"
    spec = importlib.util.spec_from_file_location(f"figures_of_{topic}", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }


def alternative(function: Callable[[], Figure]) -> str:
    """Return what stands for a figure where it is not seen: the first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())


def drawn(function: Callable[[], Figure]) -> str:
    """Return a figure as SVG; it begins with the same random numbers wherever it is drawn."""
    torch.manual_seed(0)
    return svg_of(function(), alternative(function))


def same(one: str, other: str) -> bool:
    """Whether two SVGs show the same, but for what a processor rounds."""
    plain, pictures = zip(*map(_without_pictures, (one, other)), strict=True)
    if NUMBER.sub("0", plain[0]) != NUMBER.sub("0", plain[1]) or len(pictures[0]) != len(pictures[1]):
        return False
    numbers = (np.array([float(number) for number in NUMBER.findall(text)]) for text in plain)
    shapes_agree = all(a.shape == b.shape for a, b in zip(*pictures, strict=True))
    return (
        np.abs(np.subtract(*numbers)).max(initial=0) <= CLOSE
        and shapes_agree
        and all(np.abs(a - b).mean() < 0.05 for a, b in zip(*pictures, strict=True))
    )


def _without_pictures(svg: str) -> tuple[str, list[np.ndarray]]:
    encoded = re.compile(r'"data:image/png;base64,([^"]*)"')
    pictures = [imread(io.BytesIO(base64.b64decode(text)), format="png") for text in encoded.findall(svg)]
    return re.sub(r"#\w+|id=\"\w+\"", "", encoded.sub('""', svg)), pictures


def problems(topic: str, *, write: bool) -> Iterator[str]:
    """Draw a topic's figures, and yield what is wrong with them; with `write` those that changed are written."""
    folder = ROOT / "exercises" / topic / "figures"
    functions = drawers(topic)
    for name, function in functions.items():
        file, svg = folder / f"{name}.svg", drawn(function)
        if len(svg.encode()) > MOST:
            yield f"{file}: {len(svg.encode())} bytes, at most {MOST}: draw fewer points"
        if file.exists() and same(file.read_text(encoding="utf-8"), svg):
            continue
        if write:
            folder.mkdir(exist_ok=True)
            file.write_text(svg, encoding="utf-8")
        else:
            yield f"{file}: not what {function.__module__} draws: run `python docs/figures.py {topic}`"
    yield from _in_lesson(folder.parent / "README.md", functions, write=write)
    for file in sorted(folder.glob("*")):
        if file.stem not in functions or file.suffix != ".svg":
            yield f"{file}: nothing draws it: remove it"


def _in_lesson(lesson: Path, functions: dict[str, Callable[[], Figure]], *, write: bool) -> Iterator[str]:
    """Write the alternative texts into a lesson, and yield what it does not show."""
    text = shown = lesson.read_text(encoding="utf-8")
    for name, function in functions.items():
        place = re.compile(rf"!\[[^]]*\]\(figures/{name}\.svg\)")
        if not place.search(shown):
            yield f"{lesson}: does not show figures/{name}.svg"
        shown = place.sub(f"![{alternative(function)}](figures/{name}.svg)", shown)
    if shown != text and write:
        lesson.write_text(shown, encoding="utf-8")
    elif shown != text:
        yield f"{lesson}: the text of a figure is an old one: run `python docs/figures.py {lesson.parent.name}`"


def main() -> None:
    """Draw the figures of the topics named, or of all."""
    parser = argparse.ArgumentParser(description="Draw the figures of the lessons.")
    parser.add_argument("topics", nargs="*", metavar="TOPIC")
    parser.add_argument("--check", action="store_true", help="write nothing; name figures that would change")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    topics = asked.topics or sorted(file.parent.name for file in ROOT.glob("exercises/*/figures.py"))
    found = [problem for topic in topics for problem in problems(topic, write=not asked.check)]
    print("\n".join(found) or f"the figures of {', '.join(topics)} are current")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
