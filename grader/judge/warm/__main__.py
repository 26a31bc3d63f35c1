"""The start of standing judges, as quick as torch allows.

No cycles are looked for until all is read, an eighth of the time that torch takes, and a third of torch is put off.
"""

import gc
import os

gc.disable()

from grader.process.speedups import put_off  # noqa: E402

put_off()

from grader.judge.warm.process import main  # noqa: E402

main()
os._exit(0)  # leaving an interpreter with torch costs half a second
