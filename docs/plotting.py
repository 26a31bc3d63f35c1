"""How figures of lessons are drawn: colours by role, axes, boxes, arrows and maps, as an SVG for light and dark."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import matplotlib

matplotlib.use("svg")  # no window, on no machine

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

# Matplotlib draws with the stand-in; the finished SVG has a variable in its place, with a colour for either ground.
ROLES = {  # stand-in: (name, on a light ground, on a dark one)
    "#010203": ("ink", "#1b2027", "#e6e9ee"),
    "#010204": ("quiet", "#555e6b", "#a0a9b6"),
    "#010205": ("rule", "#cfd4dc", "#38414d"),
    "#010206": ("paper", "#ffffff", "#11151b"),
    "#010207": ("fill", "#eef1f6", "#222a35"),
    "#010208": ("blue", "#1f66b0", "#6fb0f2"),
    "#010209": ("orange", "#b8420a", "#ff9b62"),
    "#01020a": ("green", "#14702f", "#7fdb99"),
    "#01020b": ("red", "#b01530", "#ff8f8a"),
    "#01020c": ("purple", "#67369f", "#d3aef7"),
    "#01020d": ("gold", "#8a5a00", "#ecc976"),
}
INK, QUIET, RULE, PAPER, FILL, BLUE, ORANGE, GREEN, RED, PURPLE, GOLD = ROLES
SERIES = (BLUE, ORANGE, GREEN, PURPLE, RED, GOLD)  # lines of one chart, in this order
SHADES = {BLUE: "#3f86d2", ORANGE: "#e0702f"}  # of a map: seen on both grounds, since it is mixed with them

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "figures",
    "font.family": "sans-serif",
    "font.size": 9.5,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.prop_cycle": matplotlib.cycler(color=SERIES),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.facecolor": "none",
    "axes.grid": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.6,
    "patch.edgecolor": QUIET,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}
plt.rcParams.update(STYLE)


def charts(
    rows: int = 1, columns: int = 1, *, width: float = 7.4, height: float = 2.8, **options: Any
) -> Any:
    """Return a figure and its axes, as `plt.subplots` does; sizes in inches, 7.4 is the width of a lesson."""
    return plt.subplots(rows, columns, figsize=(width, height), **options)


def drawing(*, width: float = 7.4, height: float = 2.8) -> tuple[Figure, Axes]:
    """Return a figure and empty axes whose unit is an inch, for boxes and arrows."""
    figure, axes = charts(width=width, height=height)
    figure.set_layout_engine("none")
    axes.set_position((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    return figure, axes


def box(
    axes: Axes,
    x: float,
    y: float,
    text: str = "",
    *,
    width: float = 1.0,
    height: float = 0.42,
    **options: Any,
) -> None:
    """Draw a box with a text in its middle, which is at (x, y); options are those of a patch."""
    look = {"facecolor": FILL, "edgecolor": QUIET, "linewidth": 1.0} | options
    place = (x - width / 2, y - height / 2)
    axes.add_patch(FancyBboxPatch(place, width, height, boxstyle="round,pad=0,rounding_size=0.06", **look))
    axes.text(x, y, text, ha="center", va="center", color=INK, linespacing=1.25)


def arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], *, bend: float = 0.0, **options: Any
) -> None:
    """Draw an arrow; `bend` is its height as a part of its length."""
    look = {"color": QUIET, "linewidth": 1.2} | options
    line = f"arc3,rad={bend}"
    shape = {"arrowstyle": "-|>", "mutation_scale": 9, "shrinkA": 0, "shrinkB": 0, "connectionstyle": line}
    axes.add_patch(FancyArrowPatch(start, end, **shape, **look))


def cells(
    axes: Axes,
    x: float,
    y: float,
    table: Sequence[Sequence[object]],
    *,
    width: float = 0.4,
    height: float = 0.3,
    colors: Any = FILL,
    fontsize: float = 9,
) -> None:
    """Draw a table of words or numbers, whose upper left corner is at (x, y); `colors` is one, or one for each cell."""
    for i, row in enumerate(table):
        for j, entry in enumerate(row):
            face = colors if isinstance(colors, str | tuple) else colors[i][j]
            place = (x + j * width, y - (i + 1) * height)
            axes.add_patch(Rectangle(place, width, height, facecolor=face, edgecolor=QUIET, linewidth=0.7))
            middle = (place[0] + width / 2, place[1] + height / 2)
            axes.text(*middle, str(entry), ha="center", va="center", color=INK, fontsize=fontsize)


def heat(
    axes: Axes, values: Any, *, color: str = BLUE, low: float | None = None, high: float | None = None
) -> None:
    """Draw a matrix as squares, (rows, columns), from the ground to a colour."""
    table = np.asarray(values, dtype=float)
    low, high = table.min() if low is None else low, table.max() if high is None else high
    shade = np.empty((*table.shape, 4))
    shade[..., :3] = matplotlib.colors.to_rgb(SHADES[color])
    shade[..., 3] = ((table - low) / (high - low or 1)).clip(0, 1)
    axes.imshow(shade, interpolation="none", aspect="equal")
    axes.grid(visible=False)


def image(axes: Axes, pixels: Any, title: str = "") -> None:
    """Draw a grey picture, (rows, columns), bright on black, without axes."""
    axes.imshow(np.asarray(pixels, dtype=float), cmap="gray", interpolation="none")
    axes.set_axis_off()
    axes.set_title(title, color=INK, fontsize=8.5, loc="center")


def label_rows(axes: Axes, across: Sequence[str] = (), down: Sequence[str] = ()) -> None:
    """Write words at the columns and the rows of a map, in place of numbers."""
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down)
    axes.tick_params(length=0)


def svg_of(figure: Figure, alternative: str) -> str:
    """Return a figure as an SVG for both grounds, with a text for those who do not see it."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return _themed(text.getvalue(), alternative)


_DIGITS = re.compile(r"\d+\.\d{3,}")


def _rounded(number: re.Match[str]) -> str:
    """Return a number of points with two digits: 0.01 is less than anybody sees."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _themed(svg: str, alternative: str) -> str:
    light = "".join(f"--{name}:{color};" for name, color, _ in ROLES.values())
    dark = "".join(f"--{name}:{color};" for name, _, color in ROLES.values())
    dark = f"@media screen and (prefers-color-scheme:dark){{svg{{{dark}}}}}"
    style = f"<style>svg{{{light}}}image{{image-rendering:pixelated}}{dark}</style>"
    for stand_in, (name, *_) in ROLES.items():
        svg = svg.replace(stand_in, f"var(--{name})")
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg role="img" ', 1)
    words = alternative.replace("&", "&amp;").replace("<", "&lt;")
    svg = re.sub(
        r"(<svg[^>]*>)", lambda found: f"{found[1]}\n <title>{words}</title>\n {style}", svg, count=1
    )
    svg = re.sub(r"<[^>]*>", lambda tag: _DIGITS.sub(_rounded, tag[0]), svg)  # what is written stays
    return re.sub(r"[ \t]+\n", "\n", svg)
