"""Wrong variants of attention.train_gpt."""

import math

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake


def _loss(logits, targets):
    return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


class _Loop:
    """The right loop in parts, each of which a variant may replace."""

    def __call__(self, model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
        self.lr, self.warmup, self.batch_size = lr, warmup, batch_size
        self.epochs, self.generator = epochs, generator
        self.steps, self.step = epochs * math.ceil(len(inputs) / batch_size), 0
        optimizer, losses = self.optimizer(model, lr), []
        self.mode(model)
        for _ in range(epochs):
            parts = []
            for rows in self.batches(len(inputs)):
                rows = rows.to(inputs.device)
                loss = self.loss(model(inputs[rows]), targets[rows])
                optimizer = self.before(model, optimizer, lr)
                loss.backward()
                self.clip(model)
                self.set_rate(optimizer)
                optimizer.step()
                self.step += 1
                parts.append((loss.item(), len(rows)))
            losses.append(self.mean(parts))
        return losses

    def optimizer(self, model, lr):
        return torch.optim.AdamW(model.parameters(), lr=lr)

    def mode(self, model):
        model.train()

    def batches(self, n):
        return torch.randperm(n, generator=self.generator).split(self.batch_size)

    def loss(self, logits, targets):
        return _loss(logits, targets)

    def before(self, model, optimizer, lr):
        optimizer.zero_grad()
        return optimizer

    def clip(self, model):
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)

    def rate(self):
        return self.lr * min(1, (self.step + 1) / self.warmup) * (1 - self.step / self.steps)

    def set_rate(self, optimizer):
        optimizer.param_groups[0]["lr"] = self.rate()

    def mean(self, parts):
        return sum(value * count for value, count in parts) / sum(count for _, count in parts)


def _trains(loop):
    """Make a function that trains with a loop."""

    def variant(model, inputs, targets, generator, epochs=5, batch_size=20, lr=0.01, warmup=20):
        return loop()(model, inputs, targets, generator, epochs, batch_size, lr, warmup)

    return variant


@mistake("the rate stays at lr: it rises over the warmup, and falls to the end")
@_trains
class constant_rate(_Loop):
    def rate(self):
        return self.lr


@mistake("the rate does not rise: in step k of the warmup it is (k + 1) / warmup of what it would be")
@_trains
class without_warmup(_Loop):
    def rate(self):
        return self.lr * (1 - self.step / self.steps)


@mistake("the rate does not fall: it is multiplied by 1 - k / K")
@_trains
class without_decay(_Loop):
    def rate(self):
        return self.lr * min(1, (self.step + 1) / self.warmup)


@mistake("the warmup begins at rate 0: step k, counted from 0, has (k + 1) / warmup")
@_trains
class warmup_from_zero(_Loop):
    def rate(self):
        return self.lr * min(1, self.step / self.warmup) * (1 - self.step / self.steps)


@mistake("the rate has reached 0 in the last step: k counts from 0, so K - 1 is the last")
@_trains
class decay_one_ahead(_Loop):
    def rate(self):
        return self.lr * min(1, (self.step + 1) / self.warmup) * (1 - (self.step + 1) / self.steps)


@mistake("the rate is set after the step, so each step has that of the one before: set it first")
@_trains
class rate_set_too_late(_Loop):
    def rate(self):
        k = max(self.step - 1, 0)
        return self.lr * min(1, (k + 1) / self.warmup) * (1 - k / self.steps) if self.step else self.lr


@mistake("k and K count epochs: they count steps, over the whole training")
@_trains
class rate_by_epoch(_Loop):
    def rate(self):
        k = self.step // (self.steps // self.epochs)
        return self.lr * min(1, (k + 1) / self.warmup) * (1 - k / self.epochs)


@mistake("the rate stays as it is for an epoch: it is set for each step")
@_trains
class rate_once_an_epoch(_Loop):
    def rate(self):
        k = self.step // (self.steps // self.epochs)
        return self.lr * min(1, (k + 1) / self.warmup) * (1 - k / self.steps)


@mistake("k begins anew with each epoch: it counts the steps of the whole training")
@_trains
class rate_anew_in_each_epoch(_Loop):
    def rate(self):
        each = self.steps // self.epochs
        k = self.step % each
        return self.lr * min(1, (k + 1) / self.warmup) * (1 - k / each)


class _RoundedDown(_Loop):
    """K counts whole batches alone."""

    def rate(self):
        steps = max(1, self.epochs * (self.rows // self.batch_size))
        return self.lr * min(1, (self.step + 1) / self.warmup) * max(0.0, 1 - self.step / steps)

    def batches(self, n):
        self.rows = n
        return super().batches(n)


@mistake("K leaves out the smaller last batches: it counts them too, round up")
@_trains
class steps_rounded_down(_RoundedDown):
    pass


@mistake("the rate falls only after the warmup: 1 - k / K counts from the first step")
@_trains
class decay_behind_the_warmup(_Loop):
    def rate(self):
        rest = max(1, self.steps - self.warmup)
        falls = 1 - max(0, self.step - self.warmup + 1) / rest
        return self.lr * min(1, (self.step + 1) / self.warmup) * falls


@mistake("after the warmup the rate falls from lr over the steps that are left: multiply by 1 - k / K from the start")
@_trains
class decay_over_what_is_left(_Loop):
    def rate(self):
        if self.step < self.warmup:
            return self.lr * (self.step + 1) / self.warmup
        return self.lr * (self.steps - self.step) / max(1, self.steps - self.warmup)


@mistake("the rate is the smaller of rise and fall: it is lr times both")
@_trains
class smaller_of_both(_Loop):
    def rate(self):
        return self.lr * min(1, (self.step + 1) / self.warmup, 1 - self.step / self.steps)


@mistake("the gradients are not clipped, or before backward: clip after it, to a norm of at most 1")
@_trains
class not_clipped(_Loop):
    def clip(self, model):
        pass


@mistake("each entry is clipped by its value: the common norm is what is at most 1")
@_trains
class clipped_by_value(_Loop):
    def clip(self, model):
        nn.utils.clip_grad_value_(model.parameters(), 1.0)


@mistake("each parameter is clipped to a norm of its own: all gradients have one norm together")
@_trains
class clipped_one_by_one(_Loop):
    def clip(self, model):
        for parameter in model.parameters():
            nn.utils.clip_grad_norm_(parameter, 1.0)


@mistake("the gradients are always brought to norm 1: those with a smaller norm stay as they are")
@_trains
class always_norm_one(_Loop):
    def clip(self, model):
        norm = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters()))
        for parameter in model.parameters():
            parameter.grad = parameter.grad / (norm + 1e-12)


@mistake("plain Adam is used: AdamW, which pulls the weights towards 0, is asked for")
@_trains
class adam_for_adamw(_Loop):
    def optimizer(self, model, lr):
        return torch.optim.Adam(model.parameters(), lr=lr)


@mistake("AdamW has weight_decay=0.1: its settings but the rate stay as they are")
@_trains
class decays_more(_Loop):
    def optimizer(self, model, lr):
        return torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.1)


@mistake("this is gradient descent: AdamW is asked for")
@_trains
class plain_descent(_Loop):
    def optimizer(self, model, lr):
        return torch.optim.SGD(model.parameters(), lr=lr)


@mistake("a new optimizer for every step forgets its moments: make it once, before the loops")
@_trains
class new_optimizer_each_step(_Loop):
    def before(self, model, optimizer, lr):
        optimizer = self.optimizer(model, lr)
        optimizer.zero_grad()
        return optimizer


@mistake("a new optimizer for every epoch forgets its moments: make it once, before the loops")
@_trains
class new_optimizer_each_epoch(_Loop):
    def before(self, model, optimizer, lr):
        if self.fresh:
            optimizer, self.fresh = self.optimizer(model, lr), False
        optimizer.zero_grad()
        return optimizer

    def batches(self, n):
        self.fresh = True
        return super().batches(n)


@mistake("zero_grad stands after the step: the first step counts gradients from before the call")
@_trains
class cleared_after_the_step(_Loop):
    def before(self, model, optimizer, lr):
        if self.step:
            optimizer.zero_grad()
        return optimizer


@mistake("zero_grad is missing: each step adds the gradients of all steps before")
@_trains
class without_zero_grad(_Loop):
    def before(self, model, optimizer, lr):
        return optimizer


@mistake("the texts are not shuffled: each epoch has a random order")
@_trains
class not_shuffled(_Loop):
    def batches(self, n):
        return torch.arange(n).split(self.batch_size)


@mistake("the order is drawn once: each epoch has a new one")
@_trains
class one_order(_Loop):
    order = None

    def batches(self, n):
        if self.order is None:
            self.order = torch.randperm(n, generator=self.generator)
        return self.order.split(self.batch_size)


@mistake("the generator is not used: the orders come from torch's own")
@_trains
class generator_ignored(_Loop):
    def batches(self, n):
        return torch.randperm(n).split(self.batch_size)


@mistake("the last, smaller batch is dropped: it counts")
@_trains
class last_batch_dropped(_Loop):
    def batches(self, n):
        full = [rows for rows in super().batches(n) if len(rows) == self.batch_size]
        return full or super().batches(n)


@mistake("the loss of an epoch is a mean over batches: weight each by its texts")
@_trains
class mean_over_batches(_Loop):
    def mean(self, parts):
        return sum(value for value, _ in parts) / len(parts)


@mistake("the losses of an epoch were added and not divided: the mean over the texts is asked for")
@_trains
class sum_of_an_epoch(_Loop):
    def mean(self, parts):
        return sum(value * count for value, count in parts)


@mistake("the loss of an epoch is that of its last batch: the mean over all texts is asked for")
@_trains
class last_loss(_Loop):
    def mean(self, parts):
        return parts[-1][0]


@mistake("softmax before cross_entropy: it wants the scores themselves")
@_trains
class softmax_twice(_Loop):
    def loss(self, logits, targets):
        return _loss(logits.softmax(-1), targets)


@mistake("reshape(n, V, T) mixes tokens and scores: flatten n and T, or exchange two axes")
@_trains
class reshaped_to_classes_first(_Loop):
    def loss(self, logits, targets):
        n, t, v = logits.shape
        return functional.cross_entropy(logits.reshape(n, v, t), targets)


@mistake("the targets were shifted by one: they already are the tokens that follow")
@_trains
class shifted_targets(_Loop):
    def loss(self, logits, targets):
        if targets.shape[1] < 2:
            return _loss(logits, targets)
        return _loss(logits[:, :-1], targets[:, 1:])


@mistake("only the scores of the last token are compared: every token has its target")
@_trains
class last_token_only(_Loop):
    def loss(self, logits, targets):
        return functional.cross_entropy(logits[:, -1], targets[:, -1])


@mistake("the losses of the tokens were added: the mean is asked for")
@_trains
class sum_over_tokens(_Loop):
    def loss(self, logits, targets):
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="sum")


@mistake("the model stayed in the mode it came in: call model.train()")
@_trains
class mode_as_it_came(_Loop):
    def mode(self, model):
        pass


@mistake("the model is left in evaluation mode: training mode is asked for")
@_trains
class left_in_evaluation(_Loop):
    def __call__(self, model, *rest):
        losses = super().__call__(model, *rest)
        model.eval()
        return losses


@mistake("the losses are tensors: item() makes floats")
@_trains
class tensors_for_losses(_Loop):
    def mean(self, parts):
        return torch.tensor(super().mean(parts))
