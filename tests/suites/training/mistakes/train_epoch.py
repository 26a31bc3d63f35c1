"""Wrong variants of training.train_epoch."""

from grader.suite import mistake


def _epoch(model, loader, step, per_batch=lambda loss, size: loss.item() * size, sizes=lambda size: size):
    """Go over the data in training mode; `step(x, y)` returns the loss of a batch."""
    model.train()
    device, total, count = next(model.parameters()).device, 0.0, 0
    for x, y in loader:
        total += per_batch(step(x.to(device), y.to(device)), len(x))
        count += sizes(len(x))
    return total / count


def _step(model, loss_fn, optimizer):
    def step(x, y):
        loss = loss_fn(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


@mistake("the gradients are not zeroed: a backward adds to those of the batches before")
def without_zero_grad(model, loader, loss_fn, optimizer):
    def step(x, y):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return _epoch(model, loader, step)


@mistake("the gradients are zeroed once, before the loop: zero them for every batch")
def zero_grad_outside_the_loop(model, loader, loss_fn, optimizer):
    optimizer.zero_grad()
    return without_zero_grad(model, loader, loss_fn, optimizer)


@mistake("the gradients are zeroed after the step only: those from before the call count in the first step")
def zero_grad_after_the_step(model, loader, loss_fn, optimizer):
    def step(x, y):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    return _epoch(model, loader, step)


@mistake("the weights never change: step() is missing, or comes when the gradients are empty, before backward()")
def zero_grad_before_the_step(model, loader, loss_fn, optimizer):
    def step(x, y):
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        return loss

    return _epoch(model, loader, step)


@mistake("the step comes before the backward: it uses the gradient of the batch before")
def step_before_backward(model, loader, loss_fn, optimizer):
    def step(x, y):
        loss = loss_fn(model(x), y)
        optimizer.step()
        optimizer.zero_grad()
        loss.backward()
        return loss

    return _epoch(model, loader, step)


@mistake("the mean was taken over batches: a small last batch counts less than a full one")
def mean_over_batches(model, loader, loss_fn, optimizer):
    step = _step(model, loss_fn, optimizer)
    return _epoch(model, loader, step, per_batch=lambda loss, size: loss.item(), sizes=lambda size: 1)


@mistake("the mean losses of the batches were added and divided by the samples: weight each by its size")
def forgot_the_batch_sizes(model, loader, loss_fn, optimizer):
    return _epoch(model, loader, _step(model, loss_fn, optimizer), lambda loss, size: loss.item())


@mistake("the losses were added and not divided: the mean over samples is asked for")
def sum_for_mean(model, loader, loss_fn, optimizer):
    counted = []

    def weighted(loss, size):
        counted.append(size)
        return loss.item() * size

    return _epoch(model, loader, _step(model, loss_fn, optimizer), weighted) * sum(counted)


@mistake("the loss of the last batch came back: take the mean over the epoch")
def loss_of_the_last_batch(model, loader, loss_fn, optimizer):
    losses = []

    def kept(loss, size):
        losses.append(loss.item())
        return 0.0

    _epoch(model, loader, _step(model, loss_fn, optimizer), kept)
    return losses[-1]


@mistake("the loss was taken after the step: it is the one that the step was made from")
def loss_after_the_step(model, loader, loss_fn, optimizer):
    step = _step(model, loss_fn, optimizer)

    def measured(x, y):
        step(x, y)
        model.eval()
        loss = loss_fn(model(x), y)
        model.train()
        return loss

    return _epoch(model, loader, measured)


@mistake("the model was not put into training mode")
def forgot_training_mode(model, loader, loss_fn, optimizer):
    device, step, total, count = next(model.parameters()).device, _step(model, loss_fn, optimizer), 0.0, 0
    for x, y in loader:
        total += step(x.to(device), y.to(device)).item() * len(x)
        count += len(x)
    return total / count


@mistake("the mode was put back at the end: the model is left in training mode")
def restored_the_mode(model, loader, loss_fn, optimizer):
    was = model.training
    loss = _epoch(model, loader, _step(model, loss_fn, optimizer))
    model.train(was)
    return loss


@mistake("the batches stayed where they were: move x and y to the device of the model")
def forgot_the_device(model, loader, loss_fn, optimizer):
    model.train()
    step, total, count = _step(model, loss_fn, optimizer), 0.0, 0
    for x, y in loader:
        total += step(x, y).item() * len(x)
        count += len(x)
    return total / count


@mistake("only the first batch is trained on: the return stands inside the loop")
def first_batch_only(model, loader, loss_fn, optimizer):
    return _epoch(model, [next(iter(loader))], _step(model, loss_fn, optimizer))


@mistake("there is one step, at the end: take one for every batch")
def one_step_at_the_end(model, loader, loss_fn, optimizer):
    def step(x, y):
        loss = loss_fn(model(x), y)
        loss.backward()
        return loss

    optimizer.zero_grad()
    loss = _epoch(model, loader, step)
    optimizer.step()
    return loss


@mistake("the batches are sent to cuda, which is not everywhere: move them to the device of the model")
def asked_for_cuda(model, loader, loss_fn, optimizer):
    step = _step(model, loss_fn, optimizer)
    return _epoch(model, loader, lambda x, y: step(x.to("cuda"), y.to("cuda")))


@mistake("the model is sent to the CPU: the batches follow the model, wherever it is")
def model_sent_to_the_cpu(model, loader, loss_fn, optimizer):
    return _epoch(model.to("cpu"), loader, _step(model, loss_fn, optimizer))
