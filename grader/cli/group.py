"""A click group whose first word may be a path: then it is graded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import click

from grader.cli.shared import problems

DEFAULT = "PATH"  # the name of the default command; typed by a person it is a path like any other
OF_THE_GROUP = ("-h", "--help", "--version")
BARE = "next"  # the command for `grade` alone in a course folder


class GradeGroup(click.Group):
    """Commands by name, and `grade PATH...` for everything else."""

    sections: dict[str, list[str]]  # names of commands by who needs them

    def add_sections(self, sections: Mapping[str, Iterable[click.Command]]) -> None:
        """Add commands in the order of the help, where they stand under who needs them."""
        self.sections = {
            who: [command.name or "" for command in commands] for who, commands in sections.items()
        }
        for command in chain(*sections.values()):
            self.add_command(command)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it cannot do is said in one line."""
        with problems():
            return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command before arguments that name no other."""
        commands = set(self.commands) - {DEFAULT}
        if not args and _is_in_a_course_folder():
            args = [BARE]
        if args and args[0] not in commands and args[0] not in OF_THE_GROUP:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which they were added, without the default one."""
        return [name for name in self.commands if name != DEFAULT]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write both ways to call it."""
        formatter.write_usage("grade", "PATH... [OPTIONS]")
        formatter.write_usage("grade", "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of the default command, then those of the group, then the commands."""
        params = [*self.commands[DEFAULT].params, *self.get_params(ctx)]
        options = [param for param in params if isinstance(param, click.Option)]
        records = [record for option in options if (record := option.get_help_record(ctx))]
        with formatter.section("Options"):
            formatter.write_dl(records)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by who needs them."""
        for who, names in self.sections.items():
            width = formatter.width - 6 - max(map(len, names))
            with formatter.section(f"Commands for {who}"):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(width)) for name in names])


def _is_in_a_course_folder() -> bool:
    from pathlib import Path

    from grader.learner.folder import folder_above

    return folder_above(Path.cwd()) is not None


class DefaultContext(click.Context):
    """The context of the default command, which a usage line calls just `grade`."""

    @property
    def command_path(self) -> str:
        """The words that were typed to get here."""
        return self.parent.command_path if self.parent else "grade"


class DefaultCommand(click.Command):
    """The command that `grade PATH...` runs."""

    context_class = DefaultContext
