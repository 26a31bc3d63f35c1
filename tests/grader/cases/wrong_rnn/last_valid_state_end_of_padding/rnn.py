from torch import Tensor, nn


def last_valid_state(output: Tensor, lengths: Tensor) -> Tensor:
    n, steps = output.shape[:2]
    if lengths.shape != (n,) or (n and (lengths.min() < 1 or lengths.max() > steps)):
        raise ValueError(f"lengths must be {n} numbers from 1 to {steps}")
    return output[:, -1]
