"""Where data lies: the sets that are shipped with the course, and those that a learner adds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.course.locate import PACKAGE

HOME_VARIABLE = "TORCHGRADE_DATA"


def shipped_folder() -> Path:
    """Return the folder `datasets` of the installed course, or else of the checkout."""
    wheel = PACKAGE / "_course"
    return (wheel if wheel.is_dir() else PACKAGE.parent) / "datasets"


def home_folder() -> Path:
    """Return the folder of sets that are not shipped: $TORCHGRADE_DATA, or the user's own data folder."""
    chosen = os.environ.get(HOME_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else _user_data() / "torchgrade"


def _user_data() -> Path:
    """Return where this system keeps the data of a user's programs."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    chosen = Path(os.environ.get("XDG_DATA_HOME") or "")
    return chosen if chosen.is_absolute() else Path.home() / ".local" / "share"
