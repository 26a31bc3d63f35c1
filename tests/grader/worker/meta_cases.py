"""Ways to come to torch's kernels for tensors without data, each tried in a process that has put them off.

`python meta_cases.py` prints a line for each: its name, whether the kernels had come, and what a convolution gave.
"""

from __future__ import annotations

import io
import os
import sys

from grader.process.speedups import NAME, put_off

put_off()

import torch  # noqa: E402
from torch import nn  # noqa: E402

SIZE = (2, 3, 8, 8)


def from_a_file():
    file = io.BytesIO()
    torch.save(torch.ones(SIZE), file)
    file.seek(0)
    return torch.load(file, map_location="meta")


def faked():
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        return nn.Conv2d(3, 3, 3, padding=1)(torch.ones(SIZE))


def decomposed():
    import torch._decomp
    import torch._refs

    return torch._refs.add(torch.ones(SIZE), 1)


def differentiated_forwards():
    return torch.func.jvp(nn.functional.softplus, (torch.ones(2),), (torch.ones(2),))[1].new_ones(SIZE)


CASES = {
    "randn": lambda: torch.randn(SIZE, device="meta"),
    "to": lambda: torch.ones(SIZE).to("meta"),
    "parameter": lambda: nn.Parameter(torch.empty(SIZE, device="meta")),
    "skip_init": lambda: nn.utils.skip_init(nn.Linear, 8, 8)(torch.ones(SIZE)),
    "file": from_a_file,
    "fake": faked,
    "decomposed": decomposed,
    "attribute": lambda: torch.ones(torch.broadcast_shapes(SIZE[:3] + (1,), SIZE[3:])),  # looks up torch._refs
    "forwards": differentiated_forwards,
    "generator": lambda: torch.randn(SIZE, generator=torch.Generator().manual_seed(1)),
    "nothing": lambda: nn.Conv2d(3, 3, 3)(torch.ones(SIZE)),
}


def tried(name: str) -> str:
    """Return what a case comes to; the last word is of a convolution without data afterwards."""
    CASES[name]()
    came = "torch._decomp" in sys.modules
    with torch.no_grad():
        size = tuple(nn.Conv2d(3, 4, 3, device="meta")(torch.ones(SIZE).to("meta")).shape)
    assert sys.modules[NAME].activate_meta
    return f"{'came' if came else 'put off'}, {size}"


def main() -> None:
    """Try each in a child."""
    for name in CASES:
        if os.fork() == 0:
            try:
                print(f"{name}: {tried(name)}", flush=True)
            except BaseException as problem:
                print(f"{name}: {type(problem).__name__}: {problem}", flush=True)
            finally:
                os._exit(0)
        os.wait()


if __name__ == "__main__":
    main()
