"""Wrong variants of optimizers.cosine_lr."""

import math

from grader.suite import mistake, reference


def _right(it, base_lr, total, warmup, min_lr):
    return reference("optimizers").cosine_lr(it, base_lr, total, warmup, min_lr)


def _cosine(base_lr, min_lr, share):
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * share)) / 2


@mistake("the cosine runs over total steps: the warm-up counts, so it runs over total - warmup")
def cosine_over_total(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, (it - warmup) / total) if warmup <= it < total else right


@mistake("the cosine begins at step 0: it begins at the end of the warm-up, with the full rate")
def cosine_from_zero(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, it / total) if warmup <= it < total else right


@mistake("the warm-up begins at base_lr / warmup: at it = 0 the rate is 0")
def warmup_one_step_ahead(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return float(base_lr * (it + 1) / warmup) if it < warmup else right


@mistake("the warm-up begins at min_lr: it begins at 0")
def warmup_from_the_lowest_rate(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return min_lr + (base_lr - min_lr) * it / warmup if it < warmup else right


@mistake("there is no warm-up: below warmup the rate climbs along a line from 0")
def no_warmup(it, base_lr, total, warmup=0, min_lr=0.0):
    _right(it, base_lr, total, warmup, min_lr)
    return _right(it, base_lr, total, 0, min_lr)


@mistake("min_lr was ignored: the cosine ends there, not at 0")
def lowest_rate_ignored(it, base_lr, total, warmup=0, min_lr=0.0):
    return _right(it, base_lr, total, warmup, 0.0)


@mistake("min_lr was added to the whole cosine: the factor is base_lr - min_lr, so that it begins at base_lr")
def lowest_rate_added(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return min_lr + _right(it, base_lr, total, warmup, 0.0) if it >= warmup else right


@mistake("the factor 1/2 is missing: 1 + cos runs from 2 to 0")
def no_half(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return min_lr + 2 * (right - min_lr) if warmup <= it < total else right


@mistake("the cosine runs the wrong way, from the lowest rate up: it is (1 + cos) / 2, not (1 - cos) / 2")
def cosine_upwards(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return base_lr + min_lr - right if warmup <= it < total else right


@mistake("it divides by 0 where warmup is 0, or total: ask for the warm-up and for the end first")
def divides_by_zero(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return (
        _cosine(base_lr, min_lr, (it - warmup) / (total - warmup)) if it >= warmup and it <= total else right
    )


@mistake("the cosine goes on after total and climbs again: the rate stays at min_lr")
def never_ends(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, (it - warmup) / max(total - warmup, 1)) if it >= warmup else right


@mistake("pi is missing in the cosine")
def no_pi(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return (
        _cosine(base_lr, min_lr, (it - warmup) / (total - warmup) / math.pi)
        if warmup <= it < total
        else right
    )


@mistake("the cosine reaches min_lr one step early: that is at it = total, not at total - 1")
def ends_one_step_early(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    share = (it - warmup) / max(total - 1 - warmup, 1)
    return _cosine(base_lr, min_lr, share) if warmup <= it < total else right
