"""Wrong variants of optimizers.stochastic_gradient_descent."""

import torch

from grader.suite import mistake, reference


def _right(x, y, w0, lr, order):
    return reference("optimizers").stochastic_gradient_descent(x, y, w0, lr, order)


def _walk(x, y, w0, lr, order, gradient):
    """Check the arguments as the reference does, then follow another gradient."""
    _right(x, y, w0, lr, order)
    w = w0.detach().clone()
    path = [w]
    for i in order.tolist():
        w = w - lr * gradient(w, i)
        path.append(w)
    return torch.stack(path).detach()


@mistake("the step is twice as long: the loss is (x . w - y)^2 / 2, whose gradient has no factor 2")
def no_half(x, y, w0, lr, order):
    return _right(x, y, w0, 2 * lr, order)


@mistake("the step was divided by N: the gradient of one sample is no mean")
def divided_by_n(x, y, w0, lr, order):
    return _right(x, y, w0, lr / len(x), order)


@mistake("every step used all samples: step t uses sample order[t] alone")
def all_samples_each_step(x, y, w0, lr, order):
    return _walk(x, y, w0, lr, order, lambda w, i: x.T @ (x @ w - y) / len(x))


@mistake("order was ignored: the samples came as 0, 1, 2, ...")
def order_ignored(x, y, w0, lr, order):
    _right(x, y, w0, lr, order)
    return _right(x, y, w0, lr, torch.arange(len(order), device=order.device) % len(x))


@mistake("the steps go uphill: subtract lr * gradient")
def uphill(x, y, w0, lr, order):
    return _right(x, y, w0, -lr, order)


@mistake("the gradient lacks the factor x_i: it is (x_i . w - y_i) * x_i, not the error alone")
def error_without_the_row(x, y, w0, lr, order):
    return _walk(x, y, w0, lr, order, lambda w, i: (x[i] @ w - y[i]).expand_as(w))


@mistake("gradients add up from step to step (zero_grad is missing): each step uses its own alone")
def gradients_add_up(x, y, w0, lr, order):
    seen = []
    return _walk(x, y, w0, lr, order, lambda w, i: seen.append((x[i] @ w - y[i]) * x[i]) or sum(seen))


@mistake("every row is the last one: the same tensor was changed in place and stored again and again")
def rows_share_memory(x, y, w0, lr, order):
    path = _right(x, y, w0, lr, order)
    return path[-1:].repeat_interleave(len(path), 0)


@mistake("the weights still have a graph: detach them, or work under torch.no_grad")
def graph_kept(x, y, w0, lr, order):
    return _right(x, y, w0, lr, order).requires_grad_()


@mistake(
    "only weights after a step were gathered, and without samples there was nothing to stack: w0 comes first"
)
def start_left_out_and_nothing_to_stack(x, y, w0, lr, order):
    return torch.stack(list(_right(x, y, w0, lr, order)[1:]))


@mistake("the last weights are missing: T samples give T + 1 rows")
def one_step_short(x, y, w0, lr, order):
    path = _right(x, y, w0, lr, order)
    return path[:-1] if len(order) else path


@mistake("only the last weights came back: all of them are asked for, one row each")
def last_weights_only(x, y, w0, lr, order):
    return _right(x, y, w0, lr, order)[-1]


@mistake("the result was made on the CPU, or brought there: it belongs on the device of x")
def result_on_the_cpu(x, y, w0, lr, order):
    return reference("optimizers").stochastic_gradient_descent(x, y, w0, lr, order).cpu()
