"""A case: a folder with a submission and `case.toml`, which says what it tries and what it must get."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("cases")
ROOT = Path(__file__).resolve().parents[2]
BYSTANDERS = {"tensors": "tensors.frobenius_norm", "losses": "losses.l2_penalty"}
AFTER = {"tensors": "losses", "losses": "tensors"}  # whose bystander goes with a case of a topic


@dataclass(frozen=True)
class Expected:
    """What a case must get; every word list holds plain text that must be found, or must not."""

    verdict: tuple[str, ...] = ()
    most_points: float = 0.0
    says: tuple[str, ...] = ()  # in the messages, tracebacks and notes
    prints: tuple[str, ...] = ()  # in what the submission printed: proof that it got there
    never_says: tuple[str, ...] = ()  # in any form of the report
    usage: tuple[str, ...] = ()  # in the one line that refuses the call
    others: dict[str, str] = field(
        default_factory=dict
    )  # further tasks of the same grading, with their verdict


@dataclass(frozen=True)
class Case:
    """One folder under cases/; its links are made in a copy when it is played, so that none lies in the tree."""

    folder: Path
    tasks: tuple[str, ...]
    tries: str
    expect: Expected
    family: str = "bad input"  # the row that it has in the table of SECURITY.md
    right: bool = False  # its values are right: what it attacks is their way to the judge
    seed: int = 1
    keyword: str = ""  # only tests that match, as in pytest
    seconds: float | None = None  # a test may take
    sandbox: str = "auto"
    bystander: bool = True
    rest: bool = False  # dear, and others of its family try nearly the same: a bare pytest leaves it to CI
    links: dict[str, str] = field(default_factory=dict)  # name -> target; {root} is the folder of the project

    @property
    def name(self) -> str:
        """Family and folder: hostile/forged_report."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def beside(self) -> str | None:
        """The topic whose bystander is graded with this case."""
        return AFTER[self.tasks[0].partition(".")[0]] if self.bystander else None

    def order(self) -> dict[str, Any]:
        """What the grading process has to know."""
        paths, tasks, keyword = [str(self.folder)], [*self.tasks, *self.expect.others], self.keyword
        if self.beside:
            paths.append(str(FOLDER / "bystander" / f"{self.beside}.py"))
            tasks.append(BYSTANDERS[self.beside])
            name = tasks[-1].partition(".")[2]
            # enough of its tests to see that it is not disturbed
            keyword = f"({keyword or f'not {name}'}) or ({name}_gradient and not zero)"
        return {
            "name": self.name, "paths": paths, "tasks": tasks, "keyword": keyword,
            "seed": self.seed, "seconds": self.seconds, "sandbox": self.sandbox,
            "links": {name: target.format(root=ROOT) for name, target in self.links.items()},
        }  # fmt: skip


def load_cases(family: str) -> list[Case]:
    """Every case of a family, by name."""
    return [read(folder) for folder in sorted((FOLDER / family).iterdir()) if folder.is_dir()]


def read(folder: Path) -> Case:
    """Read `case.toml`; a name that no field has is refused."""
    table = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    expect = {name: _words(value) for name, value in table.pop("expect").items()}
    return Case(folder, tasks=_words(table.pop("task")), expect=Expected(**expect), **table)


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value
