"""Wrong variants of optimizers.gradient_descent."""

import torch

from grader.suite import mistake, reference


def _walk(f, x0, steps, move):
    """Check the arguments as the reference does, then go from x to move(x, gradient)."""
    reference("optimizers").gradient_descent(f, x0, 0.0, min(steps, 1))
    x = x0.detach().clone()
    path = [x]
    for _ in range(steps):
        x = move(x, reference("optimizers")._gradient(f, x))
        path.append(x)
    return torch.stack(path)


@mistake("the steps go uphill: subtract lr * gradient")
def uphill(f, x0, lr, steps):
    return _walk(f, x0, steps, lambda x, g: x + lr * g)


@mistake("only the last point came back: all of them are asked for, one a row")
def last_point_only(f, x0, lr, steps):
    return reference("optimizers").gradient_descent(f, x0, lr, steps)[-1]


@mistake("one step is missing: T steps lead to T + 1 points")
def one_step_short(f, x0, lr, steps):
    path = reference("optimizers").gradient_descent(f, x0, lr, steps)
    return path[:-1] if steps else path


@mistake("the gradient of the start was used in every step: take it anew at each point")
def gradient_of_the_start(f, x0, lr, steps):
    first = []
    return _walk(f, x0, steps, lambda x, g: x - lr * (first.append(g) or first[0]))


@mistake("gradients add up from step to step (zero_grad is missing): each step uses its own alone")
def gradients_add_up(f, x0, lr, steps):
    seen = []
    return _walk(f, x0, steps, lambda x, g: x - lr * (seen.append(g) or sum(seen)))


@mistake("every row is the last point: the same tensor was changed in place and stored again and again")
def rows_share_memory(f, x0, lr, steps):
    path = reference("optimizers").gradient_descent(f, x0, lr, steps)
    return path[-1:].repeat_interleave(len(path), 0)


@mistake("the descent ended where the point no longer moved: all T steps are made, and give T + 1 points")
def stops_when_it_stands_still(f, x0, lr, steps):
    path = reference("optimizers").gradient_descent(f, x0, lr, steps)
    still = [t for t in range(len(path) - 1) if torch.equal(path[t], path[t + 1])]
    return path[: still[0] + 1] if still else path


@mistake("the points still have a graph: detach them")
def graph_kept(f, x0, lr, steps):
    return reference("optimizers").gradient_descent(f, x0, lr, steps).requires_grad_()


@mistake("x0 itself collected gradients: x0.grad stays as it is; work on a detached copy")
def gradient_left_on_the_start(f, x0, lr, steps):
    path = reference("optimizers").gradient_descent(f, x0, lr, steps)
    if x0.requires_grad:
        x0.grad = reference("optimizers")._gradient(f, path[-2])
    return path


@mistake(
    "only points after a step were gathered, and without steps there was nothing to stack: x0 comes first"
)
def start_left_out_and_nothing_to_stack(f, x0, lr, steps):
    path = reference("optimizers").gradient_descent(f, x0, lr, steps)
    return torch.stack(list(path[1:]))


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(f, x0, lr, steps):
    return torch.from_numpy(reference("optimizers").gradient_descent(f, x0, lr, steps).detach().numpy())
