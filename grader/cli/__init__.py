"""The command line: `grade PATH...` and the commands around it.

Only click is imported here and at the top of the modules below, so that `grade --help` answers at once;
torch, rich and the rest of the grader are imported by the command that needs them.
"""

import os
import sys


def _leave_current_folder() -> None:
    """Import nothing from the folder that we stand in, as `python -m` would: a submission lies there, with a torch.py.

    What is started from here gets the same path. The folder stays where the grader itself is imported from it.
    """
    here, ours = os.path.realpath(os.curdir), os.path.realpath(os.path.join(__file__, *[os.pardir] * 3))
    if here != ours:
        sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or os.curdir) != here]


_leave_current_folder()

from grader.cli.main import cli, main  # noqa: E402  only now, for the reason above

__all__ = ["cli", "main"]
