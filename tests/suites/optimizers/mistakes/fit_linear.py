"""Wrong variants of optimizers.fit_linear."""

import torch

from grader.suite import mistake, reference


def _right(x, y, lr, epochs, batch_size, generator):
    return reference("optimizers").fit_linear(x, y, lr, epochs, batch_size, generator)


class _Training:
    """The training with one part changed; `fit` has the arguments of the task."""

    def fit(self, x, y, lr, epochs, batch_size, generator):
        _right(x, y, lr, min(epochs, 0), batch_size, generator)
        reference("optimizers").minibatches(len(x), batch_size, False, None, False)
        with torch.no_grad():
            w, b, losses = self.start(x), x.new_zeros(()), []
            for _ in range(epochs):
                seen = []
                for batch in self.batches(len(x), batch_size, generator):
                    rows, targets = x[batch.to(x.device)], y[batch.to(x.device)]
                    error = rows @ w + b - targets
                    step_w, step_b = self.gradients(rows, error)
                    w, b = w - lr * step_w, b - lr * step_b
                    seen.append(((error if self.before() else rows @ w + b - targets) ** 2, len(batch)))
                losses.append(self.loss(seen))
            return reference("optimizers").LinearFit(w, b, losses)

    def start(self, x):
        return x.new_zeros(x.shape[1])

    def batches(self, n, batch_size, generator):
        return reference("optimizers").minibatches(n, batch_size, True, generator, False)

    def gradients(self, rows, error):
        return 2 * rows.T @ error / len(error), 2 * error.mean()

    def before(self):
        return True

    def loss(self, seen):
        return sum(square.sum().item() for square, _ in seen) / max(1, sum(size for _, size in seen))


@mistake("the factor 2 of the squared error's gradient is missing: the loss has no 1/2")
def half_the_step(x, y, lr, epochs, batch_size, generator):
    return _right(x, y, lr / 2, epochs, batch_size, generator)


@mistake("the loss was halved: it is the mean of the squared errors, without a factor 1/2")
def half_the_loss(x, y, lr, epochs, batch_size, generator):
    w, b, losses = _right(x, y, lr / 2, epochs, batch_size, generator)
    return w, b, [loss / 2 for loss in losses]


@mistake("there is no bias, or it is never stepped: the model is x w + b")
def no_bias(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def gradients(self, rows, error):
            return super().gradients(rows, error)[0], 0.0

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("the squared errors of a batch were summed: the loss is their mean")
def sum_over_the_batch(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def gradients(self, rows, error):
            return 2 * rows.T @ error, 2 * error.sum()

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("gradients add up from step to step: zero_grad is missing")
def gradients_add_up(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        total = (0.0, 0.0)

        def gradients(self, rows, error):
            self.total = tuple(a + b for a, b in zip(self.total, super().gradients(rows, error), strict=True))
            return self.total

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("predictions (B, 1) were compared with targets (B,), which is every pair: the shapes must agree")
def every_pair_compared(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def gradients(self, rows, error):
            return 2 * rows.mean(0) * error.mean(), 2 * error.mean()

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("the losses of the batches were averaged as they are: a smaller last batch counts by its size")
def mean_of_batch_losses(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def loss(self, seen):
            return sum(square.mean().item() for square, _ in seen) / len(seen)

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("only the loss of the last batch was kept: an epoch's loss is the mean over its samples")
def loss_of_the_last_batch(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def loss(self, seen):
            return seen[-1][0].mean().item()

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("the loss was taken after the step: each sample counts as it was before the step of its batch")
def loss_after_the_step(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def before(self):
            return False

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("a loss for each batch came back: one for each epoch is asked for")
def losses_of_batches(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def loss(self, seen):
            return [square.mean().item() for square, _ in seen]

    w, b, losses = Training().fit(x, y, lr, epochs, batch_size, generator)
    return w, b, [loss for part in losses for loss in part]


@mistake("tensors came back as losses: they are floats, loss.item()")
def losses_as_tensors(x, y, lr, epochs, batch_size, generator):
    w, b, losses = _right(x, y, lr, epochs, batch_size, generator)
    return w, b, [torch.tensor(loss, dtype=x.dtype) for loss in losses]


@mistake("the samples are not shuffled: each epoch goes over them in a random order")
def never_shuffled(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def batches(self, n, batch_size, generator):
            return reference("optimizers").minibatches(n, batch_size, False, None, False)

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("the samples come in the same order in every epoch: draw a new one for each")
def shuffled_once(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        order = None

        def batches(self, n, batch_size, generator):
            self.order = self.order or super().batches(n, batch_size, generator)
            return self.order

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("the samples that remain are missing: the last batch of an epoch may be smaller")
def last_batch_dropped(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def batches(self, n, batch_size, generator):
            return reference("optimizers").minibatches(n, min(batch_size, n), True, generator, True)

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("the weights start at random: they start at 0")
def random_start(x, y, lr, epochs, batch_size, generator):
    class Training(_Training):
        def start(self, x):
            return torch.randn(x.shape[1], generator=generator, dtype=x.dtype).to(x.device)

    return Training().fit(x, y, lr, epochs, batch_size, generator)


@mistake("w came back as (D, 1) or (1, D): it is (D,)")
def column_of_weights(x, y, lr, epochs, batch_size, generator):
    w, b, losses = _right(x, y, lr, epochs, batch_size, generator)
    return w.unsqueeze(0), b, losses


@mistake("b came back as (1,): it is a number without axes")
def bias_with_an_axis(x, y, lr, epochs, batch_size, generator):
    w, b, losses = _right(x, y, lr, epochs, batch_size, generator)
    return w, b.reshape(1), losses


@mistake("w and b still require gradients: detach them")
def graph_kept(x, y, lr, epochs, batch_size, generator):
    w, b, losses = _right(x, y, lr, epochs, batch_size, generator)
    return w.requires_grad_(), b.requires_grad_(), losses


@mistake("the order was drawn from torch's own generator: use the one that is given")
def own_generator_used(x, y, lr, epochs, batch_size, generator):
    return _right(x, y, lr, epochs, batch_size, None)


@mistake("a y of shape (N, 1) was accepted: it raises a ValueError")
def column_accepted(x, y, lr, epochs, batch_size, generator):
    return _right(x, y.squeeze(1) if y.ndim == 2 else y, lr, epochs, batch_size, generator)


@mistake("the steps go uphill: subtract lr * gradient")
def uphill(x, y, lr, epochs, batch_size, generator):
    return _right(x, y, -lr, epochs, batch_size, generator)
