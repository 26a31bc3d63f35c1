"""`grade notebook TOPIC`: a topic as a notebook to work in."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.faults import WrongCall, course_problems
from grader.cli.output import writable


@click.command("notebook")
@click.argument("slug", metavar="TOPIC")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it; TOPIC.ipynb in this folder if not given.",
)
def command(slug: str, output: Path | None) -> None:
    """Write a topic as a notebook, with a cell for each task and a check behind it.

    A file that is there already is never overwritten.
    """
    from grader.course import load_course
    from grader.notebook import notebook_of, notebook_text

    with course_problems():
        course = load_course()
        topic = course.topic(slug)
    file = output or Path(f"{topic.slug}.ipynb")
    if file.suffix != ".ipynb":
        raise WrongCall(f"--output {file}: a notebook ends in .ipynb, such as {topic.slug}.ipynb")
    writable(file)
    text = notebook_text(notebook_of(course, topic))
    try:
        with file.open("x", encoding="utf-8", newline="\n") as new:
            new.write(text)
    except FileExistsError:
        raise WrongCall(
            f"{file} is there already and is left as it is: move it, or name another --output"
        ) from None
    except OSError as problem:
        raise WrongCall(f"--output {file}: {problem.strerror}") from problem
    click.echo(
        f"wrote {file}: open it in Jupyter, run its cells, and grade it with `grade {file}` or in its cells"
    )
