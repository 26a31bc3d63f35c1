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


@mistake("the gradients are set to zero once, before the training: each step needs its own")
def cleared_once(*args):
    class Variant(_Training):
        def made(self, lr):
            self.model.zero_grad()
            return super().made(lr)

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


@mistake("rows are drawn with repetition: an epoch has every sample once")
def drawn_with_repetition(*args):
    class Variant(_Training):
        def order(self, n):
            return torch.randint(n, (n,), generator=self.generator)

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


@mistake("the model is trained as a copy: the one that was given stays as it is")
def trained_a_copy(*args):
    import copy

    class Variant(_Training):
        def moved(self, model, device):
            return copy.deepcopy(model).to(device)

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


@mistake("one epoch too few is trained")
def one_epoch_short(model, x, y, epochs, *args):
    return _Training()(model, x, y, epochs - 1, *args)


@mistake("the model is not moved to the device")
def model_not_moved(*args):
    class Variant(_Training):
        def moved(self, model, device):
            return model

    return Variant()(*args)


@mistake("nothing is moved to the device: it trains where the model was")
def nothing_moved(model, x, y, epochs, batch_size, lr, device, generator):
    return _Training()(model, x, y, epochs, batch_size, lr, torch.device("cpu"), generator)


@mistake("the model is moved back to the CPU at the end: it stays on the device")
def moved_back(model, *args):
    losses = _Training()(model, *args)
    model.cpu()
    return losses


@mistake("the labels are not moved to the device")
def labels_not_moved(*args):
    class Variant(_Training):
        def pair(self, x, y, rows):
            return x[rows].to(self.device), y[rows]

    return Variant()(*args)


@mistake("the images are not moved to the device")
def images_not_moved(*args):
    class Variant(_Training):
        def pair(self, x, y, rows):
            return x[rows], y[rows].to(self.device)

    return Variant()(*args)


@mistake("the auxiliary losses count 0.5: each counts 0.3")
def heads_count_half(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(outputs, y, 0.5)

    return Variant()(*args)


@mistake("the auxiliary losses count 0.4: each counts 0.3")
def heads_count_four_tenths(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(outputs, y, 0.4)

    return Variant()(*args)


@mistake("the auxiliary losses count 0.1: each counts 0.3")
def heads_count_a_tenth(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(outputs, y, 0.1)

    return Variant()(*args)


@mistake("only the first auxiliary head counts: both do")
def first_head_only(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(outputs[:2], y)

    return Variant()(*args)


@mistake("the auxiliary losses are averaged: each counts 0.3")
def heads_averaged(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(outputs, y, 0.3 / max(len(outputs) - 1, 1))

    return Variant()(*args)


@mistake("all heads count alike, in their mean: the main loss counts fully, each other one 0.3")
def mean_of_heads(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return sum(functional.cross_entropy(scores, y) for scores in outputs) / len(outputs)

    return Variant()(*args)


@mistake("the scores are added before the loss: each head has a loss of its own")
def scores_added(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return functional.cross_entropy(outputs[0] + 0.3 * sum(outputs[1:]), y)

    return Variant()(*args)


@mistake("the auxiliary losses are detached: their gradients are what they are for")
def heads_detached(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            outputs = (outputs[0], *[scores.detach() for scores in outputs[1:]])
            return reference("inception").auxiliary_loss(outputs, y)

    return Variant()(*args)


@mistake("outputs.main is asked for: any module that returns a tuple of scores may come")
def names_expected(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            return reference("inception").auxiliary_loss(
                (outputs.main, outputs.auxiliary1, outputs.auxiliary2), y
            )

    return Variant()(*args)


@mistake("three outputs are unpacked: a module may have any number of heads")
def two_heads_expected(*args):
    class Variant(_Training):
        def loss(self, outputs, y):
            main, one, two = outputs
            return reference("inception").auxiliary_loss((main, one, two), y)

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


@mistake("the first epoch is trained in training mode, the others in evaluation: set model.train() in each")
def evaluated_after_the_first(*args):
    class Variant(_Training):
        def epoch(self, x, y, batch_size):
            mean = super().epoch(x, y, batch_size)
            self.model.eval()
            return mean

    return Variant()(*args)


@mistake("the weights never change: step() is missing, or comes when the gradients are empty, before backward()")
def never_stepped(*args):
    class Variant(_Training):
        def step(self, x, y):
            return self.loss(self.model(x), y).item()

    return Variant()(*args)


@mistake("there is one step an epoch: each batch has its own")
def one_step_an_epoch(*args):
    class Variant(_Training):
        def step(self, x, y):
            loss = self.loss(self.model(x), y)
            loss.backward()
            return loss.item()

        def epoch(self, x, y, batch_size):
            self.optimizer.zero_grad()
            mean = super().epoch(x, y, batch_size)
            self.optimizer.step()
            return mean

    return Variant()(*args)


@mistake("every step has an Adam of its own, which forgets its averages: make one for the whole training")
def new_adam_each_step(*args):
    class Variant(_Training):
        def step(self, x, y):
            self.optimizer = self.made(self.lr)
            return super().step(x, y)

        def started(self, number, lr):
            self.lr = lr

    return Variant()(*args)


@mistake("the steps are AdamW's, which lets weights decay: they are to be Adam's")
def adamw(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.AdamW(self.model.parameters(), lr=lr)

    return Variant()(*args)


@mistake("the steps are RMSprop's: they are to be Adam's")
def rmsprop(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.RMSprop(self.model.parameters(), lr=lr)

    return Variant()(*args)


@mistake("the steps are those of gradient descent with momentum: they are to be Adam's")
def momentum(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.SGD(self.model.parameters(), lr=lr, momentum=0.9)

    return Variant()(*args)


@mistake("Adam has a weight decay of 1e-4: keep torch's other defaults")
def weights_decay(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.Adam(self.model.parameters(), lr=lr, weight_decay=1e-4)

    return Variant()(*args)


@mistake("Adam has other betas: keep torch's other defaults")
def other_betas(*args):
    class Variant(_Training):
        def made(self, lr):
            return torch.optim.Adam(self.model.parameters(), lr=lr, betas=(0.5, 0.999))

    return Variant()(*args)


@mistake("the learning rate falls from epoch to epoch: it stays lr")
def falling_rate(*args):
    class Variant(_Training):
        def started(self, number, lr):
            for group in self.optimizer.param_groups:
                group["lr"] = lr * 0.9**number

    return Variant()(*args)


@mistake("the gradients are clipped to a norm of 1: they are taken as they are")
def gradients_clipped(*args):
    class Variant(_Training):
        def step(self, x, y):
            loss = self.loss(self.model(x), y)
            self.cleared()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            return loss.item()

    return Variant()(*args)


@mistake(
    "the losses are divided by the number of samples, without being weighted by it: each is a mean already"
)
def divided_by_samples(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(losses) / sum(sizes)

    return Variant()(*args)


@mistake("each loss counts by batch_size, also the last one: a small last batch counts less")
def counted_as_full_batches(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(losses) * sizes[0] / sum(sizes)

    return Variant()(*args)


@mistake("the losses are summed over the samples: their mean is asked for")
def sum_over_samples(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(loss * size for loss, size in zip(losses, sizes, strict=True))

    return Variant()(*args)


@mistake("the losses, weighted by samples, are divided by the batches: divide by the samples")
def divided_by_batches(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(loss * size for loss, size in zip(losses, sizes, strict=True)) / len(sizes)

    return Variant()(*args)


@mistake("the losses are divided by the number of full batches times batch_size: divide by the samples")
def divided_by_full_batches(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return sum(a * b for a, b in zip(losses, sizes, strict=True)) / (len(sizes) * sizes[0])

    return Variant()(*args)


@mistake("the loss of an epoch is that of its first batch: the mean over all samples is asked for")
def first_loss(*args):
    class Variant(_Training):
        def mean(self, losses, sizes):
            return losses[0]

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


@mistake("nothing is returned: a list with the loss of each epoch is asked for")
def nothing_returned(*args):
    _Training()(*args)


@mistake("the loss of the last epoch alone is returned: a list with that of each is asked for")
def last_epoch_returned(*args):
    return _Training()(*args)[-1]


@mistake("the model is returned beside the losses: the list alone is asked for")
def model_returned(model, *args):
    return model, _Training()(model, *args)


@mistake("a tensor with the losses comes back: a list of floats is asked for")
def tensor_returned(*args):
    return torch.tensor(_Training()(*args))


@mistake("one epoch too many is trained")
def one_epoch_more(model, x, y, epochs, *args):
    return _Training()(model, x, y, epochs + 1, *args)


@mistake("one epoch alone is trained: there are as many as epochs says")
def one_epoch(model, x, y, epochs, *args):
    return _Training()(model, x, y, 1, *args)


@mistake("batch_size is ignored: all samples make one step")
def one_batch(model, x, y, epochs, batch_size, *args):
    return _Training()(model, x, y, epochs, len(x), *args)


@mistake(
    "the generator is set back each epoch: every epoch then has the same order, whatever seed it came with"
)
def seed_set_back(*args):
    class Variant(_Training):
        def order(self, n):
            return torch.randperm(n, generator=self.generator.manual_seed(0))

    return Variant()(*args)


@mistake("the batches are shuffled, not the samples in them: draw an order of all samples")
def batches_shuffled(*args):
    class Variant(_Training):
        def batches(self, n, batch_size):
            return [torch.arange(n).split(batch_size)[i] for i in self.order(-(-n // batch_size))]

    return Variant()(*args)


@mistake("each batch is drawn for itself, so that samples come twice or never: split one order")
def batches_drawn(*args):
    class Variant(_Training):
        def batches(self, n, batch_size):
            return [
                torch.randint(n, (batch_size,), generator=self.generator) for _ in range(-(-n // batch_size))
            ]

    return Variant()(*args)


@mistake("each batch is the beginning of a new order: split one order of all samples")
def beginnings_of_orders(*args):
    class Variant(_Training):
        def batches(self, n, batch_size):
            return [self.order(n)[:batch_size] for _ in range(-(-n // batch_size))]

    return Variant()(*args)


@mistake("the last batch is left out, also when it is full: range(0, N, batch_size) reaches it")
def last_start_left_out(*args):
    class Variant(_Training):
        def batches(self, n, batch_size):
            order = self.order(n)
            return [order[i : i + batch_size] for i in range(0, n - batch_size, batch_size)]

    return Variant()(*args)


@mistake("there is always one batch more than full ones: it is empty where all are full")
def empty_batch(*args):
    class Variant(_Training):
        def batches(self, n, batch_size):
            order = self.order(n)
            return [order[i * batch_size : (i + 1) * batch_size] for i in range(n // batch_size + 1)]

    return Variant()(*args)


@mistake("the order is drawn on the device from a generator of the CPU: draw it on the CPU")
def order_on_the_device(*args):
    class Variant(_Training):
        def order(self, n):
            return torch.randperm(n, generator=self.generator, device=self.device)

    return Variant()(*args)


@mistake("images and labels are shuffled by two orders: one order serves both")
def two_orders(*args):
    class Variant(_Training):
        def epoch(self, x, y, batch_size):
            return super().epoch(x, y[self.order(len(y))], batch_size)

    return Variant()(*args)


@mistake("the images are made float32: they have the dtype of the model")
def images_in_float32(*args):
    class Variant(_Training):
        def pair(self, x, y, rows):
            return x[rows].float().to(self.device), y[rows].to(self.device)

    return Variant()(*args)
