"""What every process that runs torch code of a suite or of a submission does to torch first."""

from __future__ import annotations

from grader.device import cuda, simulated
from grader.device.choice import CUDA, chosen
from grader.worker.compiler import keep_compiler_away
from grader.worker.shapes import stand_in


def prepare_torch() -> None:
    """Make the accelerator known, and optimisers and gradients quick to start; a second call changes nothing.

    It comes before the first backward of the process, as the simulated accelerator does, and beside a graphics card
    that one is left out: torch takes it for the only accelerator there is.
    """
    if chosen().kind == CUDA:
        cuda.make_repeatable()
    else:
        simulated.register_if_available()
    keep_compiler_away()
    stand_in()
