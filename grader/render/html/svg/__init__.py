"""Drawings as inline SVG: pure functions from numbers to markup, whose colours are the page's."""

from grader.render.html.svg.bar import bar
from grader.render.html.svg.curve import curve_svg
from grader.render.html.svg.path import path_svg

__all__ = ["bar", "curve_svg", "path_svg"]
