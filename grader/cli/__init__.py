"""The command line: `grade PATH...` and the commands around it.

Only click is imported here and at the top of the modules below, so that `grade --help` answers at once;
torch, rich and the rest of the grader are imported by the command that needs them.
"""

from grader.cli.main import cli, main

__all__ = ["cli", "main"]
