"""Wrong variants of optimizers.minibatch_gradient_descent."""

import torch

from grader.suite import mistake, reference


def _right(x, y, w0, lr, epochs, batch_size, generator):
    return reference("optimizers").minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator)


def _walk(x, y, w0, lr, epochs, batch_size, epoch, divisor=len):
    """Check the arguments as the reference does, then follow the batches of epoch(number)."""
    _right(x, y, w0, lr, min(epochs, 0), batch_size, torch.Generator())
    reference("optimizers").minibatches(len(x), batch_size, False, None, False)
    w = w0.detach().clone()
    path = [w]
    for number in range(epochs):
        for batch in epoch(number):
            rows, targets = x[batch.to(x.device)], y[batch.to(x.device)]
            w = w - lr * rows.T @ (rows @ w - targets) / divisor(batch)
            path.append(w)
    return torch.stack(path).detach()


def _draw(x, batch_size, generator):
    return lambda number: reference("optimizers").minibatches(len(x), batch_size, True, generator, False)


@mistake("the gradients of a batch were summed: take their mean")
def sum_over_the_batch(x, y, w0, lr, epochs, batch_size, generator):
    return _walk(x, y, w0, lr, epochs, batch_size, _draw(x, batch_size, generator), lambda batch: 1)


@mistake("the gradient was divided by N: divide by the samples of the batch")
def divided_by_n(x, y, w0, lr, epochs, batch_size, generator):
    return _walk(x, y, w0, lr, epochs, batch_size, _draw(x, batch_size, generator), lambda batch: len(x))


@mistake("the gradient was divided by batch_size, also where a batch holds fewer samples")
def divided_by_batch_size(x, y, w0, lr, epochs, batch_size, generator):
    return _walk(x, y, w0, lr, epochs, batch_size, _draw(x, batch_size, generator), lambda batch: batch_size)


@mistake("the step is twice as long: the loss is (x . w - y)^2 / 2, whose gradient has no factor 2")
def no_half(x, y, w0, lr, epochs, batch_size, generator):
    return _right(x, y, w0, 2 * lr, epochs, batch_size, generator)


@mistake("the samples come in the same order in every epoch: draw a new one for each")
def shuffled_once(x, y, w0, lr, epochs, batch_size, generator):
    first = reference("optimizers").minibatches(len(x), batch_size, True, generator, False)
    return _walk(x, y, w0, lr, epochs, batch_size, lambda number: first)


@mistake("the samples are not shuffled: each epoch goes over them in a random order")
def never_shuffled(x, y, w0, lr, epochs, batch_size, generator):
    order = reference("optimizers").minibatches(len(x), batch_size, False, None, False)
    return _walk(x, y, w0, lr, epochs, batch_size, lambda number: order)


@mistake("the samples that remain are missing: the last batch of an epoch may be smaller")
def last_batch_dropped(x, y, w0, lr, epochs, batch_size, generator):
    def epoch(number):
        return reference("optimizers").minibatches(len(x), batch_size, True, generator, True)

    return _walk(x, y, w0, lr, epochs, batch_size, epoch)


@mistake("one row for each epoch came back: one for each step is asked for")
def rows_of_epochs(x, y, w0, lr, epochs, batch_size, generator):
    path = _right(x, y, w0, lr, epochs, batch_size, generator)
    return path[:: max(1, (len(path) - 1) // max(epochs, 1))]


@mistake("every row is the last one: the same tensor was changed in place and stored again and again")
def rows_share_memory(x, y, w0, lr, epochs, batch_size, generator):
    path = _right(x, y, w0, lr, epochs, batch_size, generator)
    return path[-1:].repeat_interleave(len(path), 0)


@mistake("the path still has a graph: detach it, or work under torch.no_grad")
def graph_kept(x, y, w0, lr, epochs, batch_size, generator):
    return _right(x, y, w0, lr, epochs, batch_size, generator).requires_grad_()


@mistake("the order was drawn from torch's own generator: use the one that is given")
def own_generator_used(x, y, w0, lr, epochs, batch_size, generator):
    return _walk(x, y, w0, lr, epochs, batch_size, _draw(x, batch_size, None))


@mistake(
    "only weights after a step were gathered, and without epochs there was nothing to stack: w0 comes first"
)
def start_left_out_and_nothing_to_stack(x, y, w0, lr, epochs, batch_size, generator):
    return torch.stack(list(_right(x, y, w0, lr, epochs, batch_size, generator)[1:]))


@mistake("the last weights are missing: T steps give T + 1 rows")
def one_step_short(x, y, w0, lr, epochs, batch_size, generator):
    path = _right(x, y, w0, lr, epochs, batch_size, generator)
    return path[:-1] if len(path) > 1 else path


@mistake("only the last weights came back: all of them are asked for, one row each")
def last_weights_only(x, y, w0, lr, epochs, batch_size, generator):
    return _right(x, y, w0, lr, epochs, batch_size, generator)[-1]


@mistake("the steps go uphill: subtract lr * gradient")
def uphill(x, y, w0, lr, epochs, batch_size, generator):
    return _right(x, y, w0, -lr, epochs, batch_size, generator)


@mistake("gradients add up from step to step (zero_grad is missing): each step uses its own alone")
def gradients_add_up(x, y, w0, lr, epochs, batch_size, generator):
    total = 0
    path = [_right(x, y, w0, lr, min(epochs, 0), batch_size, generator)[0]]
    reference("optimizers").minibatches(len(x), batch_size, False, None, False)
    for number in range(epochs):
        for batch in _draw(x, batch_size, generator)(number):
            rows, targets = x[batch.to(x.device)], y[batch.to(x.device)]
            total = total + rows.T @ (rows @ path[-1] - targets) / len(batch)
            path.append((path[-1] - lr * total).detach())
    return torch.stack(path)


@mistake("the result was made on the CPU, or brought there: it belongs on the device of x")
def result_on_the_cpu(x, y, w0, lr, epochs, batch_size, generator):
    return (
        reference("optimizers").minibatch_gradient_descent(x, y, w0, lr, epochs, batch_size, generator).cpu()
    )
