"""Wrong variants of optimizers.step_lr."""

from grader.suite import mistake, reference


def _right(it, base_lr, step_size, gamma):
    return reference("optimizers").step_lr(it, base_lr, step_size, gamma)


@mistake("the rate shrinks in every step: it drops at milestones only, and is constant between them")
def drops_in_every_step(it, base_lr, step_size, gamma=0.1):
    _right(it, base_lr, step_size, gamma)
    return float(base_lr * gamma**it)


@mistake("the rate glides from one milestone to the next: round it / step_size down")
def glides(it, base_lr, step_size, gamma=0.1):
    _right(it, base_lr, step_size, gamma)
    return float(base_lr * gamma ** (it / step_size))


@mistake("the rate drops one step late: at it = step_size it has dropped")
def one_step_late(it, base_lr, step_size, gamma=0.1):
    return _right(max(it - 1, 0) if it > 0 else it, base_lr, step_size, gamma)


@mistake("the rate drops one step early: steps are counted from 0")
def one_step_early(it, base_lr, step_size, gamma=0.1):
    return _right(it + 1 if it >= 0 else it, base_lr, step_size, gamma)


@mistake("the rate drops once only: every multiple of step_size is a milestone")
def drops_once(it, base_lr, step_size, gamma=0.1):
    return _right(min(it, step_size) if step_size > 0 else it, base_lr, step_size, gamma)


@mistake("gamma was multiplied by the number of milestones: it is raised to that power")
def factor_not_power(it, base_lr, step_size, gamma=0.1):
    _right(it, base_lr, step_size, gamma)
    passed = it // step_size
    return float(base_lr * gamma * passed if passed else base_lr)


@mistake("parentheses are missing: ** comes before //, so write gamma ** (it // step_size)")
def power_before_quotient(it, base_lr, step_size, gamma=0.1):
    _right(it, base_lr, step_size, gamma)
    return float(base_lr * gamma**it // step_size)


@mistake("the rate drops at the milestones only and is back between them: it stays low")
def drops_for_one_step(it, base_lr, step_size, gamma=0.1):
    _right(it, base_lr, step_size, gamma)
    return float(base_lr * gamma if it and it % step_size == 0 else base_lr)
