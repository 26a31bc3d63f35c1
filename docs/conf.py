"""The documentation site, from the files as they are: `sphinx-build -W --keep-going -c docs . build/site`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.course import load_course  # noqa: E402 - of this checkout, wherever it is run from
from grader.render.html.lesson import MARKS, mathml  # noqa: E402

LESSONS = [f"exercises/{topic.slug}/README" for topic in load_course().topics]
AUTHORS = ["docs/authors", "CONTRIBUTING", "docs/architecture", "docs/proof", "docs/notes", "CHANGELOG"]
BELOW = {  # page: what comes below it in the navigation, by caption
    "README": {
        "For learners": ["docs/learners", *LESSONS, "docs/machines", "docs/devices", "datasets/README"],
        "For instructors": ["docs/instructors", "docs/report", "SECURITY"],
        "For authors": AUTHORS,
    },
    "datasets/README": {"Data sets": ["datasets/*/README"]},
}

project = html_title = "torchgrade"
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["*.md", "docs/*.md", "exercises/*/README.md", "datasets/**README.md"]
exclude_patterns = [".*", "build", "dist"]

myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_labels = False  # words in brackets behind a formula are words
myst_heading_anchors = 4

html_theme = "furo"
html_theme_options = {"dark_css_variables": {"color-background-primary": "#11151b"}}  # of figures
html_static_path = html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_copy_source = html_use_index = html_show_copyright = False


def setup(app: Sphinx) -> None:
    """Add what Sphinx lacks: formulas without a script, the navigation, words of links to folders, an index."""
    app.add_html_math_renderer("mathml", (_formula, None), (_formula, None))
    app.connect("source-read", _with_contents)
    app.connect("doctree-read", _mended)
    app.connect("build-finished", _with_index)


def _formula(writer: nodes.NodeVisitor, node: nodes.Element) -> None:
    inline = isinstance(node, nodes.math)
    form, display = ("{}", "inline") if inline else ('<div class="math">{}</div>', "block")
    writer.body.append(form.format(mathml(node.astext(), display, node.get("marks", ""))))
    raise nodes.SkipNode


def _with_contents(_: Sphinx, page: str, source: list[str]) -> None:
    for caption, pages in BELOW.get(page, {}).items():
        places = "\n".join(f"/{each}" for each in pages)
        source[0] += f"\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {caption}\n\n{places}\n```\n"


def _mended(app: Sphinx, tree: nodes.document) -> None:
    for link in [*tree.findall(pending_xref)]:
        if Path(app.env.relfn2path(link["reftarget"])[1]).is_dir():
            link.replace_self(link.children)
    for formula in tree.findall(nodes.math):
        after = formula.next_node(descend=False, siblings=True)
        if isinstance(after, nodes.Text) and (marks := MARKS.match(after)):
            formula["marks"] = marks[0]
            after.parent.replace(after, nodes.Text(after[marks.end() :]))


def _with_index(app: Sphinx, problem: Exception | None) -> None:
    if problem is None:
        shutil.copyfile(Path(app.outdir, "README.html"), Path(app.outdir, "index.html"))
suppress_warnings = ["misc.highlighting_failure"]  # Pygments knows no jq
