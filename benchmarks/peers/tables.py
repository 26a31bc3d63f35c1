"""What was measured, as medians over the rounds and as ratios taken round by round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

from measure import Cost

Found = Mapping[tuple[str, int, int], Sequence[Cost]]  # by contestant, how many at once, and submissions
OURS = ("ours", 2)


def print_rounds(found: Found, count: int) -> None:
    """Print what a submission costs with each contestant, whole commands, and how many times ours that is."""
    ours = found.get((*OURS, count))
    print(
        f"\n{count} submissions, whole commands, per submission; ratios to ours, two at once, are medians of rounds"
    )
    print(f"{'':22}at once    clock      CPU   clock: times ours   CPU: times ours   load")
    for (name, at_once, number), costs in found.items():
        if number != count:
            continue
        wall, cpu = (median(costs, key) / count for key in (_wall, _cpu))
        row = f"{name:22}{at_once:7} {wall:6.3f} s {cpu:6.3f} s"
        if ours:
            row += f"{ratio(costs, ours, _wall):20.1f}{ratio(costs, ours, _cpu):18.2f}"
        print(row + f"{min(cost.load for cost in costs):7.1f} to {max(cost.load for cost in costs):.1f}")


def print_marginal(found: Found, count: int, more: int) -> None:
    """Print what one submission more costs, from the difference between two classes."""
    print(f"\nper further submission, from {count} and {more} submissions, medians of rounds")
    for (name, at_once, number), costs in found.items():
        few = found.get((name, at_once, count))
        if number != more or few is None:
            continue
        pairs = [large - small for large, small in zip(costs, few, strict=True)]
        wall, cpu = (median(pairs, key) / (more - count) for key in (_wall, _cpu))
        print(f"{name:22}{at_once:7} {wall:6.3f} s {cpu:6.3f} s")


def median(costs: Sequence[Cost], key: Callable[[Cost], float]) -> float:
    """Return the median over rounds."""
    return statistics.median(map(key, costs))


def ratio(costs: Sequence[Cost], ours: Sequence[Cost], key: Callable[[Cost], float]) -> float:
    """Return the median of the ratios of rounds."""
    return statistics.median(key(one) / key(other) for one, other in zip(costs, ours, strict=True))


def _wall(cost: Cost) -> float:
    return cost.wall


def _cpu(cost: Cost) -> float:
    return cost.cpu
