"""Wrong variants of inception.train_inception."""

import torch
from torch.nn import functional

from grader.suite import mistake, reference


class _Training:
    """The reference in parts, each of which a variant may replace."""

    def __call__(self, model, x, y, epochs, batch_size, lr, device, generator):
        self.model, self.device, self.generator = self.moved(model, device), device, generator
        self.optimizer = self.made(lr)
        losses = []
        self.model.train()
        for number in range(epochs):
            self.started(number, lr)
            losses.append(self.epoch(x, y, batch_size))
        return losses

    def moved(self, model, device):
        return model.to(device)

    def made(self, lr):
        return torch.optim.Adam(self.model.parameters(), lr=lr)

    def started(self, number, lr):
        pass

    def epoch(self, x, y, batch_size):
        sizes, losses = [], []
        for rows in self.batches(len(x), batch_size):
            losses.append(self.step(*self.pair(x, y, rows)))
            sizes.append(len(rows))
        return self.mean(losses, sizes)

    def batches(self, n, batch_size):
        return self.order(n).split(batch_size)

    def order(self, n):
        return torch.randperm(n, generator=self.generator)

    def pair(self, x, y, rows):
        return x[rows].to(self.device), y[rows].to(self.device)

    def step(self, x, y):
        loss = self.loss(self.model(x), y)
        self.cleared()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def cleared(self):
        self.optimizer.zero_grad()

    def loss(self, outputs, y):
        return reference("inception").auxiliary_loss(outputs, y)

    def mean(self, losses, sizes):
        return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / sum(sizes)


@mistake("only the main scores are learned from: the auxiliary heads belong to the loss")
def main_alone(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return functional.cross_entropy(outputs[0], y)

    return Variant()(*args)


@mistake("the auxiliary losses count fully: each counts 0.3")
def heads_count_fully(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(outputs, y, 1.0)

    return Variant()(*args)


@mistake("training mode is never set: a model in evaluation returns the main scores alone")
def mode_not_set(model, *args):
    class Variant(_Training):
        def epoch(self, x, y, batch_size):
            self.model.train(mode)
            return super().epoch(x, y, batch_size)

    mode = model.training
    return Variant()(model, *args)


@mistake("the gradients are never set to zero: each step adds to all earlier ones")
def never_cleared(*args):
    class Variant(_Training):
        def cleared(self):
            pass

    return Variant()(*args)


@mistake("the gradients are set to zero once an epoch: each step needs its own")
def cleared_once_an_epoch(*args):
    class Variant(_Training):
        def epoch(self, x, y, batch_size):
            self.optimizer.zero_grad()
            return super().epoch(x, y, batch_size)

        def cleared(self):
            pass

    return Variant()(*args)


@mistake("the steps are plain gradient descent: they are to be Adam's")
def plain_descent(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.SGD(self.model.parameters(), lr=lr)

    return Variant()(*args)


@mistake("lr is ignored: Adam takes its default, 0.001")
def default_lr(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.Adam(self.model.parameters())

    return Variant()(*args)


@mistake("every epoch has an Adam of its own, which forgets its averages: make one for the whole training")
def new_adam_each_epoch(*args):
    class Variant(_Training):
        def started(self, number, lr):
            self.optimizer = self.made(lr)

    return Variant()(*args)


@mistake("the loss of an epoch is the mean over batches: a small last batch counts less, by its samples")
def mean_over_batches(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(losses) / len(losses)

    return Variant()(*args)


@mistake("the loss of an epoch is that of its last batch: the mean over all samples is asked for")
def last_loss(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return losses[-1]

    return Variant()(*args)


@mistake("the losses are added up over an epoch: the mean over its samples is asked for")
def sum_of_losses(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(losses)

    return Variant()(*args)


@mistake("the last, smaller batch is dropped: it counts too")
def last_batch_dropped(*args):
    class Variant(_Training):
        def batches(self, n, batch_size):
            return [rows for rows in super().batches(n, batch_size) if len(rows) == batch_size]

    return Variant()(*args)


@mistake("the samples come in their own order: each epoch draws a random one")
def not_shuffled(*args):
    class Variant(_Training):
        def order(self, n):
            return torch.arange(n)

    return Variant()(*args)


@mistake("one random order serves all epochs: each epoch draws its own")
def shuffled_once(*args):
    class Variant(_Training):
        def order(self, n):
            if not hasattr(self, "once"):
                self.once = super().order(n)
            return self.once

    return Variant()(*args)


@mistake("the orders come from torch's own generator: take the one that is given")
def other_generator(*args):
    class Variant(_Training):
        def order(self, n):
            return torch.randperm(n)

    return Variant()(*args)


@mistake("the images were shuffled without their labels")
def shuffled_apart(*args):
    class Variant(_Training):
        def pair(self, x, y, rows):
            self.start = 0 if getattr(self, "start", len(x)) >= len(x) else self.start
            labels = y[self.start : self.start + len(rows)]
            self.start += len(rows)
            return x[rows].to(self.device), labels.to(self.device)

    return Variant()(*args)


@mistake("the losses are tensors: they are floats")
def tensors_for_losses(*args):
    return [torch.tensor(loss) for loss in _Training()(*args)]


@mistake("there is a loss for each batch: one for each epoch is asked for")
def loss_of_each_batch(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return list(losses)

    return [loss for epoch in Variant()(*args) for loss in epoch]


@mistake("the model is not moved to the device")
def model_not_moved(*args):
    class Variant(_Training):
        def moved(self, model, device):
            return model

    return Variant()(*args)


@mistake("nothing is moved to the device: it trains where the model was")
def nothing_moved(model, x, y, epochs, batch_size, lr, device, generator):
    return _Training()(model, x, y, epochs, batch_size, lr, torch.device("cpu"), generator)


@mistake("the labels are not moved to the device")
def labels_not_moved(*args):
    class Variant(_Training):
        def pair(self, x, y, rows):
            return x[rows].to(self.device), y[rows]

    return Variant()(*args)


@mistake("outputs.main is asked for: any module that returns a tuple of scores may come")
def names_expected(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(
                (outputs.main, outputs.auxiliary1, outputs.auxiliary2), y
            )

    return Variant()(*args)


@mistake("the whole output goes to cross_entropy: while training it is a tuple, give it to auxiliary_loss")
def tuple_to_cross_entropy(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return functional.cross_entropy(outputs, y)

    return Variant()(*args)


@mistake("the model is in evaluation: set model.train() before the steps")
def in_evaluation(*args):
    class Variant(_Training):
        def epoch(self, x, y, batch_size):
            self.model.eval()
            return super().epoch(x, y, batch_size)

    return Variant()(*args)


@mistake("the weights never change: step() is missing, or comes when the gradients are empty, before backward()")
def never_stepped(*args):
    class Variant(_Training):
        def step(self, x, y):
            return self.loss(self.model(x), y).item()

    return Variant()(*args)


@mistake("each loss counts by batch_size, also the last one: a small last batch counts less")
def counted_as_full_batches(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(losses) * sizes[0] / sum(sizes)

    return Variant()(*args)


@mistake("the losses, weighted by samples, are divided by the batches: divide by the samples")
def divided_by_batches(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / len(sizes)

    return Variant()(*args)


@mistake("the sum of the losses is never set back to 0: each epoch has a mean of its own")
def sum_goes_on(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            self.total = getattr(self, "total", 0.0) + super().mean(losses, sizes)
            return self.total

    return Variant()(*args)


@mistake("the main loss alone is returned: the losses that the steps were made from are asked for")
def main_loss_returned(*args):
    class Variant(_Training):
        def step(self, x, y):
            outputs = self.model(x)
            loss = self.loss(outputs, y)
            self.cleared()
            loss.backward()
            self.optimizer.step()
            return functional.cross_entropy(outputs[0], y).item()

    return Variant()(*args)


@mistake("the order is drawn on the device from a generator of the CPU: draw it on the CPU")
def order_on_the_device(*args):
    class Variant(_Training):
        def order(self, n):
            return torch.randperm(n, generator=self.generator, device=self.device)

    return Variant()(*args)
