"""A process with what Windows lacks taken away: imports all that runs there, and calls what a learner calls.

Run as a program with an empty folder. What the standard library needs of this system stays, and sysconf, which is
asked about what stands in /proc.
"""

from __future__ import annotations

import pkgutil
import sys
import sysconfig
from importlib import import_module
from pathlib import Path

IMPORTED = (
    "asyncio", "ctypes", "multiprocessing.connection", "multiprocessing.popen_spawn_posix", "socket", "webbrowser",
    "click", "filelock", "numpy", "pytest", "rich.console", "torch", "watchfiles",
)  # fmt: skip  # before, as they choose by the system they are on
TAKE_AWAY = """
import faulthandler, os, signal, sys
del faulthandler.register
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"):
    sys.modules[name] = None
for name in (
    "chown", "ctermid", "fork", "forkpty", "getegid", "geteuid", "getgid", "getloadavg", "getpgid", "getuid",
    "initgroups", "killpg", "mkfifo", "nice", "posix_spawn", "sched_getaffinity", "setgid", "setsid", "setuid",
    "statvfs", "uname", "wait", "wait4", "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NOCTTY",
    *(["O_NONBLOCK"] if sys.version_info < (3, 13) else []),  # shutil needs it on Linux since
):
    delattr(os, name)
for name in ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGSTOP", "SIGTSTP", "SIGUSR1", "SIGWINCH", "SIGXCPU"):
    delattr(signal, name)
"""
ONLY_WHERE_PROCESSES_ARE_FORKED = {"grader.judge.warm", "grader.judge.warm_judge", "grader.worker.server"}


def main(place: Path) -> None:
    """Take it away, import, and work as a learner does."""
    for name in IMPORTED:
        import_module(name)
    sysconfig.get_config_vars()  # which it reads by the name of the system
    exec(TAKE_AWAY)
    import_module("threadpoolctl").ThreadpoolController._load_libraries = lambda _: None  # asks the system's own way
    sys.platform = "win32"
    import grader

    names = [module.name for module in pkgutil.walk_packages(grader.__path__, "grader.")]
    for name in names:
        if name not in ONLY_WHERE_PROCESSES_ARE_FORKED and not name.endswith("__main__"):
            import_module(name)
    _grade(place / "losses.py")
    course = str(place / "course")
    calls = ["init", course, "--track", "quick"], ["list"], ["doctor"], ["hint", "losses.softmax"]
    for call in (*calls, ["next", "--progress", course]):
        if call[0] == "next":
            for file in [*Path(course).rglob("*.py"), *Path(course).rglob("*.md")]:
                file.write_bytes(_with_line_ends(file.read_bytes()))
        try:
            code = import_module("grader.cli").main(call)
        except SystemExit as end:
            code = end.code
        print("*", call[0], code or 0)


def _with_line_ends(text: bytes) -> bytes:
    return text.replace(b"\n", b"\r\n")


def _grade(file: Path) -> None:
    from grader.course import load_course
    from grader.device.choice import using
    from grader.intake import Submission
    from grader.judge.order import Order
    from grader.judge.shard import grade_shard
    from grader.process.prepare import prepare_torch
    from grader.sandbox import spawned

    spawned.COMMAND = "import torch\n" + TAKE_AWAY + spawned.COMMAND  # a worker lacks it too
    file.write_bytes(_with_line_ends(load_course().solution_file("losses").read_bytes()))
    order = Order(Submission({"losses": file}, ""), ("losses.softmax",), "", 1, "auto", False)
    with using(order.accelerator):
        prepare_torch()
    result = grade_shard(order, lambda *_: None)
    print("* softmax", result.kind, *(task.verdict for task in result.tasks.values()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
