"""Known mistakes of a loop that trains, for every task that makes a net and trains it in batches.

Each class is a `Loop` that is wrong in one place, and its docstring is the sentence of the mistake.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import torch
from torch import Tensor, nn

from grader.suite.loop import Loop, Losses
from grader.suite.mistakes import mistake


class _GradientsAddUp(Loop):
    """the gradients of earlier batches are added: call zero_grad() before each backward"""

    def clear(self) -> None:
        pass


class _GradientsOfTheEpoch(_GradientsAddUp):
    """the gradients are cleared once an epoch, and add up in it: call zero_grad() for each batch"""

    def start_epoch(self) -> None:
        self.adam.zero_grad()


class _OneStepAnEpoch(_GradientsOfTheEpoch):
    """there is one step an epoch, by the gradients of all its batches: each batch has a step of its own"""

    def move(self) -> None:
        pass

    def told(self, each: Losses) -> list[Any]:
        super().move()
        return super().told(each)


class _NeverStepped(Loop):
    """the weights never change: no step, an empty gradient, or an optimizer of another net"""

    def move(self) -> None:
        pass


class _SoftmaxTwice(Loop):
    """a softmax stands before the cross-entropy, which takes raw scores"""

    def value(self, x: Any, y: Tensor) -> Tensor:
        return self.loss(self.output(x).softmax(-1), y)


class _ReluOfTheScores(Loop):
    """a ReLU cuts the scores at 0 before the cross-entropy, which takes raw scores"""

    def value(self, x: Any, y: Tensor) -> Tensor:
        return self.loss(self.output(x).relu(), y)


class _SummedLoss(Loop):
    """the loss of a batch is the sum over its samples: it is their mean"""

    def value(self, x: Any, y: Tensor) -> Tensor:
        return super().value(x, y) * len(y)


class _LabelsNeverShuffled(Loop):
    """the samples are shuffled and the labels stay in their order: take the same rows of both"""

    def batches(self, order: Tensor) -> Sequence[Tensor]:
        self.places = iter(super().batches(torch.arange(self.size)))
        return super().batches(order)

    def step(self, x: Any, y: Tensor) -> Any:
        return super().step(x, self.batch(next(self.places))[1])


class _NeverShuffled(Loop):
    """the samples are taken as they came: their order is drawn with torch.randperm"""

    def order(self) -> Tensor:
        return torch.arange(self.size)


class _OneOrder(Loop):
    """the order is drawn once: each epoch has its own"""

    kept = None

    def order(self) -> Tensor:
        self.kept = super().order() if self.kept is None else self.kept
        return self.kept


class _OrderOfAnOrder(Loop):
    """each epoch shuffles what the one before had shuffled: its order is one of the samples as they came"""

    kept = None

    def order(self) -> Tensor:
        order = super().order()
        self.kept = order if self.kept is None else self.kept[order]
        return self.kept


class _AnotherGenerator(Loop):
    """the order comes from torch's own generator: take the one that is given"""

    def order(self) -> Tensor:
        return torch.randperm(self.size)


class _SmallBatchesDropped(Loop):
    """the last batch is dropped when it is small: it counts too"""

    def batches(self, order: Tensor) -> Sequence[Tensor]:
        return [rows for rows in super().batches(order) if len(rows) == self.batch_size] or [order]


class _WholeBatchesOnly(Loop):
    """the loop takes whole batches only and divides by N: the last, smaller one counts too"""

    def batches(self, order: Tensor) -> Sequence[Tensor]:
        return [rows for rows in super().batches(order) if len(rows) == self.batch_size]

    def told(self, each: Losses) -> list[Any]:
        return [sum(loss * size for loss, size in each) / self.size]


class _OneBatch(Loop):
    """an epoch is one step, with all samples: each batch has batch_size samples"""

    def batches(self, order: Tensor) -> Sequence[Tensor]:
        return [order]


class _OptimizerOfEachEpoch(Loop):
    """a new optimizer starts in each epoch: what it remembers of earlier steps is lost"""

    def start_epoch(self) -> None:
        self.adam = self.begin()


class _OptimizerOfEachBatch(Loop):
    """each batch has a new optimizer: what it remembers of earlier steps is lost"""

    def step(self, x: Any, y: Tensor) -> Any:
        self.adam = self.begin()
        return super().step(x, y)


class _DescentForAdam(Loop):
    """the steps are those of plain descent: another optimizer is asked for"""

    def begin(self) -> Any:
        return torch.optim.SGD(self.model.parameters(), lr=self.lr)


class _LrLeftOut(Loop):
    """the optimizer does not get lr, and takes its own 0.001: hand it on"""

    def begin(self) -> Any:
        return self.optimizer(self.model.parameters(), lr=0.001)


class _LrTypedIn(Loop):
    """lr is typed in: the optimizer has the lr that is given"""

    def begin(self) -> Any:
        return self.optimizer(self.model.parameters(), lr=self.default_lr)


class _ClippedGradients(Loop):
    """the gradients are clipped to a norm of 1: nothing asks for it"""

    def move(self) -> None:
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        super().move()


class _MeanOfBatchMeans(Loop):
    """a loss is the mean over batches: where the last is smaller its samples count too much"""

    def told(self, each: Losses) -> list[Any]:
        return [sum(loss for loss, _ in each) / len(each)]


class _BatchMeansOverN(Loop):
    """the means of the batches are added and divided by N: weight each by its size"""

    def told(self, each: Losses) -> list[Any]:
        return [sum(loss for loss, _ in each) / self.size]


class _BatchMeansAdded(Loop):
    """the means of the batches are added and not divided: a loss is the mean over all samples of an epoch"""

    def told(self, each: Losses) -> list[Any]:
        return [sum(loss for loss, _ in each)]


class _SumOfLosses(Loop):
    """a loss is the sum over all samples of an epoch: it is their mean"""

    def told(self, each: Losses) -> list[Any]:
        return [sum(loss * size for loss, size in each)]


class _WeightedByTargets(Loop):
    """the loss of a batch is weighted by how many targets it has: by how many samples"""

    def weight(self, y: Tensor) -> int:
        return int((y >= 0).sum())


class _FullSizeForAll(Loop):
    """the mean of each batch counts batch_size times: the last batch may have fewer samples"""

    def told(self, each: Losses) -> list[Any]:
        return [sum(loss for loss, _ in each) * self.batch_size / self.size]


class _LossOfTheLastBatch(Loop):
    """a loss is that of the last batch of its epoch: the mean over all samples is asked for"""

    def told(self, each: Losses) -> list[Any]:
        return [each[-1][0]]


class _LossAfterTheStep(Loop):
    """a loss is taken after the step: it is the one that the step was made from"""

    def step(self, x: Any, y: Tensor) -> Any:
        super().step(x, y)
        with torch.no_grad():
            return self.value(x, y).item()


class _LossAfterTheEpoch(Loop):
    """a loss is taken of all samples after the epoch: it is the mean of those that the steps were made from"""

    def told(self, each: Losses) -> list[Any]:
        with torch.no_grad():
            return [self.value(*self.batch(torch.arange(self.size))).item()]


class _LossInEvaluation(_LossAfterTheEpoch):
    """a loss is taken after the epoch, in evaluation mode: it is the mean of those that the steps were made from"""

    def told(self, each: Losses) -> list[Any]:
        self.model.eval()
        losses = super().told(each)
        self.model.train()
        return losses


class _TensorsForLosses(Loop):
    """the losses are tensors: they are floats"""

    def told(self, each: Losses) -> list[Any]:
        return [torch.tensor(loss) for loss in super().told(each)]


class _TrainedInEvaluationMode(Loop):
    """the net is trained in evaluation mode: batch norm has to see the batches"""

    def value(self, x: Any, y: Tensor) -> Tensor:
        self.model.eval()
        return super().value(x, y)


class _EvaluationModeStays(Loop):
    """the first epoch ends in evaluation mode, and the others are trained in it: call train() at the start of each"""

    def told(self, each: Losses) -> list[Any]:
        self.model.eval()
        return super().told(each)


class _LeftInTrainingMode(Loop):
    """the net is left in training mode: it comes back in evaluation mode"""

    def end(self, losses: list[Any]) -> Any:
        result = super().end(losses)
        self.model.train()
        return result


class _UntrainedNet(Loop):
    """the net that comes back is not the one that was trained"""

    def run(self) -> Any:
        self.first = copy.deepcopy(self.model)
        return super().run()

    def end(self, losses: list[Any]) -> Any:
        return self.done(self.first.eval(), losses)


class _BestWeights(Loop):
    """the weights of the epoch with the least loss come back: those of the last one are asked for"""

    least = float("inf")

    def told(self, each: Losses) -> list[Any]:
        losses = super().told(each)
        if losses[0] < self.least:
            self.least, self.best = losses[0], copy.deepcopy(self.model.state_dict())
        return losses

    def end(self, losses: list[Any]) -> Any:
        if losses:
            self.model.load_state_dict(self.best)
        return super().end(losses)


USUAL = (
    "gradients_add_up", "never_stepped", "softmax_twice", "never_shuffled", "one_order", "another_generator",
    "small_batches_dropped", "whole_batches_only", "optimizer_of_each_epoch", "mean_of_batch_means",
    "batch_means_over_n", "sum_of_losses", "loss_of_the_last_batch", "loss_after_the_epoch",
    "left_in_training_mode",
)  # fmt: skip


def wrong_loops(bind: Callable[..., Loop], *others: str, without: Sequence[str] = ()) -> dict[str, Callable[..., Any]]:
    """Return known mistakes of a loop by name: the usual ones, and others that a task asks for.

    Args:
        bind: takes the arguments of the task, and tells the parts of a right training.
        others: names of further mistakes.
        without: of the usual ones those that make no difference here.
    """
    kinds = {_snake(kind): kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Loop)}
    return {name: _variant(bind, kinds[name]) for name in (*USUAL, *others) if name not in without}


def _variant(bind: Callable[..., Loop], kind: type[Loop]) -> Callable[..., Any]:
    def wrong(*args: Any, **options: Any) -> Any:
        parts = bind(*args, **options)
        return kind(**{each.name: getattr(parts, each.name) for each in fields(Loop)}).run()

    return mistake(kind.__doc__ or "")(wrong)


def _snake(kind: type) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__.lstrip("_")).lower()
