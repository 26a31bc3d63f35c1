"""The start of standing judges: no cycles are looked for until all is read, an eighth of the time that torch takes."""

import gc
import os

gc.disable()

from grader.judge.standing.process import main  # noqa: E402

main()
os._exit(0)  # leaving an interpreter with torch costs half a second
