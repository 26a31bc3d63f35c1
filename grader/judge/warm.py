"""The start of warm judges, as quick as torch allows: `python -m grader.judge.warm`, see `warm_judge`.

No cycles are looked for until all is read, an eighth of the time that torch takes, and a third of torch is put off.
"""

import gc
import os

if __name__ == "__main__":
    gc.disable()

    from grader.process.speedups import put_off

    put_off()

    import torch  # noqa: F401  # before all of ours: a fork then copies less of the memory that it shares

    from grader.judge.warm_judge import main

    main()
    os._exit(0)  # leaving an interpreter with torch costs half a second
