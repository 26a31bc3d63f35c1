"""Make the pictures of README.md, in docs/images: a terminal and a page, as real gradings have them.

    python docs/picture.py

Run it from anywhere, in the environment that `pip install -e ".[dev]"` has made; the page needs Chromium or Chrome.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import Console

from grader.course import load_course
from grader.judge.grading import grade_submission
from grader.render import terminal
from grader.render.html.report_page import report_page

FOLDER = Path(__file__).resolve().parent / "images"
RIGHT = "e = (x - x.detach().amax(dim, keepdim=True)).exp()\n    return e / e.sum(dim, keepdim=True)"
WRONG = RIGHT.replace("(dim,", "(0,").replace("sum(dim", "sum(0")
TASKS = ("losses.sigmoid", "losses.log_sum_exp", "losses.softmax")
PROJECTS = ("projects.digits_cnn", "projects.depth", "projects.name_writer")
SEED = 7
COLOURS = 64  # of the page, which keeps its file small
GALLERY = 'section[aria-labelledby="made"]'


def main() -> None:
    """Draw both."""
    FOLDER.mkdir(exist_ok=True)
    draw_terminal(FOLDER / "grade.svg")
    draw_page(FOLDER / "report.png")


def draw_terminal(file: Path) -> None:
    """Grade a solution whose softmax runs over the batch, and draw what the terminal shows."""
    solution = load_course().solution_file("losses").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "losses.py").write_text(_with_a_mistake(solution), encoding="utf-8")
        report = grade_submission([Path(folder)], tasks=TASKS, seed=SEED, jobs=1)
    console = Console(
        record=True, width=100, file=io.StringIO(), markup=False, emoji=False, highlight=False,
        force_terminal=True, color_system="truecolor",
    )  # fmt: skip
    failed = next((task.first_failure for task in report.tasks if task.first_failure), None)
    if failed is None or failed.message is None or failed.message.likely is None:
        raise SystemExit("no mistake was named: try again when the machine is less busy")
    terminal.show(report, console, paths="exercises/")
    file.write_text(_without_network(console.export_svg(title="grade exercises/")), encoding="utf-8")


def draw_page(file: Path) -> None:
    """Grade projects that pass, and draw the part of their page that shows what they made."""
    solutions = load_course().solution_file("projects").parent
    report = grade_submission([solutions], tasks=PROJECTS, seed=SEED, jobs=1)
    if not all(task.verdict.is_right for task in report.tasks):
        raise SystemExit("a project did not pass: try again when the machine is less busy")
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        page.write_text(report_page(report), encoding="utf-8")
        picture = Image.open(io.BytesIO(_gallery_of(page)))
    picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)


def _gallery_of(file: Path) -> bytes:
    """Return what a browser shows of the gallery, at two pixels for one."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    as_root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # root has none
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=as_root)
        look = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", "device_scale_factor": 2}
        page = browser.new_context(**look).new_page()
        page.goto(file.as_uri())
        gallery = page.locator(GALLERY)
        # Room around what is cut out, and nothing of what stands above it.
        gallery.evaluate("(section) => { section.style.padding = '0.75rem'; section.style.marginTop = '2rem'; }")
        return gallery.screenshot()


def _without_network(picture: str) -> str:
    """Return a picture that asks nobody for a font: any of fixed width will do."""
    return re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", picture, flags=re.DOTALL)


def _with_a_mistake(solution: str) -> str:
    """Return the solution with another body of softmax."""
    head, _, rest = solution.partition("def softmax(")
    begin, end = rest.index("### BEGIN SOLUTION"), rest.index("### END SOLUTION")
    return f"{head}def softmax({rest[:begin]}{WRONG}\n    {rest[end:]}"


if __name__ == "__main__":
    main()
