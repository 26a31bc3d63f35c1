"""The documentation site: built without a warning, with every figure and formula, and complete in itself."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from grader.course import load_course

ROOT = Path(__file__).resolve().parents[3]
TOPICS = load_course().topics
PARTS = ["For learners", "For instructors", "For authors"]
CODE = re.compile(r"^```.*?^```|`[^`]*`", re.DOTALL | re.MULTILINE)
FORMULA = re.compile(r"\$\$.+?\$\$|\$\S(?:[^$\n]*\S)?\$", re.DOTALL)
FIGURE = re.compile(r"!\[(.+?)\]\(figures/(\w+)\.svg\)")
ELSEWHERE = re.compile(r"(?:@import\s+|url\(\s*)[\"']?(?:https?:)?//", re.IGNORECASE)

pytestmark = [pytest.mark.rest, pytest.mark.timeout(300)]


@dataclass
class Page(HTMLParser):
    """What a page holds that leads somewhere."""

    file: Path
    ids: set = field(default_factory=set)
    links: list = field(default_factory=list)
    loaded: list = field(default_factory=list)  # what a browser fetches without being asked
    figures: list = field(default_factory=list)  # text, file
    formulas: int = 0
    navigation: list = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.feed(self.file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids.add(found.get("id"))
        self.formulas += tag == "math"
        if tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "link":
            self.loaded.append(found["href"])
        if found.get("src"):
            self.loaded.append(found["src"])
        if tag == "img":
            self.figures.append((found.get("alt"), found["src"]))
        if tag == "a" and "reference" in found.get("class", "") and "headerlink" not in found["class"]:
            self.navigation.append(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built as CONTRIBUTING.md says."""
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-c", "docs", ".", folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {file.relative_to(site).as_posix(): Page(file) for file in site.rglob("*.html")}


def test_every_page_of_the_project_is_there(pages):
    sources = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("exercises/*/README.md")]
    made = {source.relative_to(ROOT).with_suffix(".html").as_posix() for source in sources}
    assert len(made) > 20
    assert made - set(pages) == set()


def test_navigation_has_three_parts_and_the_lessons_in_the_order_of_the_course(site, pages):
    captions = re.findall(r'class="caption-text">([^<]+)<', (site / "index.html").read_text(encoding="utf-8"))
    assert captions == PARTS
    lessons = [link for link in pages["index.html"].navigation if link.startswith("exercises/")]
    assert lessons[: len(TOPICS)] == [f"exercises/{topic.slug}/README.html" for topic in TOPICS]


@pytest.mark.parametrize("slug", [topic.slug for topic in TOPICS])
def test_lesson_has_its_figures_and_its_formulas(pages, slug):
    source = CODE.sub("", (ROOT / "exercises" / slug / "README.md").read_text(encoding="utf-8"))
    page = pages[f"exercises/{slug}/README.html"]
    shown = [(text, re.sub(r"\d*\.svg$", "", Path(file).name)) for text, file in page.figures]
    assert shown == [(text, re.sub(r"\d*$", "", name)) for text, name in FIGURE.findall(source)]
    assert all((page.file.parent / file).resolve().is_file() for _, file in page.figures)
    assert page.formulas >= len(FORMULA.findall(source))
    assert "$" not in re.sub(
        r"<(code|pre|script|style)\b.*?</\1>", "", page.file.read_text("utf-8"), flags=re.DOTALL
    )


def test_every_link_within_the_site_leads_to_a_place(pages):
    files = {page.file.resolve(): page for page in pages.values()}
    missing = []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link == "":
                continue
            target = (page.file.parent / unquote(parts.path)).resolve() if parts.path else page.file.resolve()
            place = unquote(parts.fragment)
            if not target.is_file() or (place and target in files and place not in files[target].ids):
                missing.append(f"{name}: {link}")
    assert missing == []


def test_no_page_loads_anything_from_another_host(site, pages):
    """Neither scripts nor styles, fonts or pictures: the site works without a network."""
    loaded = [(name, each) for name, page in pages.items() for each in page.loaded]
    assert [each for each in loaded if urlsplit(each[1]).netloc] == []
    assert {Path(urlsplit(each).path).suffix for _, each in loaded} > {".css", ".js", ".svg"}
    styles = [*site.rglob("*.css"), *site.rglob("*.html"), *site.rglob("*.svg")]
    assert [file for file in styles if ELSEWHERE.search(file.read_text(encoding="utf-8"))] == []
