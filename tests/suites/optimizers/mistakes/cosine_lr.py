"""Wrong variants of optimizers.cosine_lr."""

import math

from grader.suite import mistake, reference


def _right(it, base_lr, total, warmup, min_lr):
    return reference("optimizers").cosine_lr(it, base_lr, total, warmup, min_lr)


def _cosine(base_lr, min_lr, share):
    return min_lr + (base_lr - min_lr) * (1 + math.cos(math.pi * share)) / 2


@mistake("after total the rate climbs again: it stays at min_lr")
def climbs_again(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, (it - warmup) / (total - warmup)) if it > total > warmup else right


@mistake("the cosine runs over total steps: the warm-up counts, so it runs over total - warmup")
def cosine_over_total(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, (it - warmup) / total) if warmup <= it < total else right


@mistake("the cosine begins at step 0: it begins at the end of the warm-up, with the full rate")
def cosine_from_zero(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, it / total) if warmup <= it < total else right


@mistake("total was counted from the end of the warm-up: the lowest rate is reached at it = total")
def warmup_not_counted(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    if total == 0 or it < warmup:
        return right
    return float(_cosine(base_lr, min_lr, min(1.0, (it - warmup) / total)))


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


@mistake("min_lr was used as a floor under a cosine that ends at 0: squeeze the cosine between both rates")
def lowest_rate_as_floor(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return max(float(min_lr), _right(it, base_lr, total, warmup, 0.0)) if it >= warmup else right


@mistake("the factor 1/2 is missing: 1 + cos runs from 2 to 0")
def no_half(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return min_lr + 2 * (right - min_lr) if warmup <= it < total else right


@mistake("the cosine runs the wrong way, from the lowest rate up: it is (1 + cos) / 2, not (1 - cos) / 2")
def cosine_upwards(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return base_lr + min_lr - right if warmup <= it < total else right


@mistake("the rate falls along a line: the cosine is missing")
def straight_down(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    share = (it - warmup) / (total - warmup) if warmup <= it < total else 0.0
    return base_lr + (min_lr - base_lr) * share if warmup <= it < total else right


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


@mistake("the cosine goes on after total, and is divided by 0 where all is warm-up: ask for the end first")
def never_ends_and_divides_by_zero(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, (it - warmup) / (total - warmup)) if it >= warmup else right


@mistake("where all is warm-up the rate at total is base_lr: from total on it is min_lr")
def full_rate_where_all_is_warmup(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return (
        _cosine(base_lr, min_lr, min(1.0, (it - warmup) / max(total - warmup, 1))) if it >= warmup else right
    )


@mistake("after total the schedule begins anew: the rate stays at min_lr")
def begins_anew(it, base_lr, total, warmup=0, min_lr=0.0):
    _right(it, base_lr, total, warmup, min_lr)
    return _right(it % max(total, 1), base_lr, total, warmup, min_lr)


@mistake("after total the rate is 0: it stays at min_lr")
def nothing_after_the_end(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return 0.0 if it >= total else right


@mistake("pi is missing in the cosine")
def no_pi(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return (
        _cosine(base_lr, min_lr, (it - warmup) / (total - warmup) / math.pi)
        if warmup <= it < total
        else right
    )


@mistake("the cosine runs over a whole wave: half of it, cos(pi * share), goes from 1 to -1")
def whole_wave(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, 2 * (it - warmup) / (total - warmup)) if warmup <= it < total else right


@mistake("a quarter of a wave was taken: the rate is (1 + cos(pi * share)) / 2 of the way")
def quarter_wave(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    if not warmup <= it < total:
        return right
    return min_lr + (base_lr - min_lr) * math.cos(math.pi / 2 * (it - warmup) / (total - warmup))


@mistake("the cosine reaches min_lr one step early: that is at it = total, not at total - 1")
def ends_one_step_early(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    share = (it - warmup) / max(total - 1 - warmup, 1)
    return _cosine(base_lr, min_lr, share) if warmup <= it < total else right


@mistake("the cosine is one step ahead: at it = warmup the rate is base_lr")
def cosine_one_step_ahead(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return _cosine(base_lr, min_lr, (it + 1 - warmup) / (total - warmup)) if warmup <= it < total else right


@mistake("the warm-up multiplies a cosine that began at 0: below warmup the rate is base_lr * it / warmup")
def warmup_times_cosine(it, base_lr, total, warmup=0, min_lr=0.0):
    _right(it, base_lr, total, warmup, min_lr)
    return _right(it, base_lr, total, 0, min_lr) * min(1.0, it / warmup if warmup else 1.0)


@mistake("during the warm-up the rate is base_lr already: it climbs along a line from 0")
def full_rate_from_the_start(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return float(base_lr) if it < warmup else right


@mistake("during the warm-up the rate is 0: it climbs along a line to base_lr")
def nothing_during_the_warmup(it, base_lr, total, warmup=0, min_lr=0.0):
    right = _right(it, base_lr, total, warmup, min_lr)
    return 0.0 if it < warmup else right
