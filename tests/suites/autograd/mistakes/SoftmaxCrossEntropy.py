"""Wrong variants of autograd.SoftmaxCrossEntropy."""

import torch
from torch.autograd.function import once_differentiable

from grader.suite import mistake, reference

Right = reference("autograd").SoftmaxCrossEntropy


def _probabilities(logits, dim=1):
    exponentials = (logits - logits.amax(dim, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim, keepdim=True)


def _one_hot(logits, labels):
    return torch.zeros_like(logits).scatter(1, labels.unsqueeze(1), 1.0)


@mistake("backward ignores the gradient from above: multiply with it")
class upstream_ignored(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream * 0 + 1)


@mistake("the factor 1 / N is missing in backward: the loss is a mean over the samples")
class not_divided_by_samples(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream * len(ctx.saved_tensors[0]))


@mistake("backward divides by N * K: the loss is a mean over N samples")
class divided_by_classes_too(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream / ctx.saved_tensors[0].shape[1])


@mistake("the losses were summed: it is their mean")
class sum_of_losses(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        return Right.forward(ctx, logits, labels) * len(logits)

    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream * len(ctx.saved_tensors[0]))


@mistake("the one-hot was not subtracted: the gradient is softmax minus one-hot")
class one_hot_forgotten(Right):
    @staticmethod
    def backward(ctx, upstream):
        logits, _ = ctx.saved_tensors
        return upstream * _probabilities(logits) / len(logits), None


@mistake("the sign is turned: softmax minus one-hot")
class turned_sign(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, -upstream)


@mistake("only the entry of the label gets a gradient here: the other scores enter through the sum too")
class only_the_label(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream)[0] * _one_hot(*ctx.saved_tensors), None


@mistake("the softmax ran over the batch in backward: normalise over the classes, axis 1")
class softmax_over_batch(Right):
    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        return upstream * (_probabilities(logits, 0) - _one_hot(logits, labels)) / len(logits), None


@mistake(
    "probabilities were saved: they are constants in backward, so the second derivative is wrong; save the logits"
)
class saved_probabilities(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        loss = Right.forward(ctx, logits, labels)
        ctx.save_for_backward(_probabilities(logits), labels)
        return loss

    @staticmethod
    def backward(ctx, upstream):
        probabilities, labels = ctx.saved_tensors
        return upstream * (probabilities - _one_hot(probabilities, labels)) / len(labels), None


@mistake("backward cannot be differentiated itself: leave out once_differentiable, detach and no_grad")
class differentiable_once(Right):
    @staticmethod
    @once_differentiable
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream)


@mistake("the exponentials overflow: subtract the largest score of each row first")
class no_shift(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        Right.forward(ctx, logits, labels)
        chosen = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
        return (logits.exp().sum(1).log() - chosen).mean()

    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        exponentials = logits.exp()
        probabilities = exponentials / exponentials.sum(1, keepdim=True)
        return upstream * (probabilities - _one_hot(logits, labels)) / len(logits), None


@mistake("the logarithm of a probability that came out as 0 is -inf: use log-sum-exp minus the score")
class log_of_probability(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        Right.forward(ctx, logits, labels)
        return -_probabilities(logits).gather(1, labels.unsqueeze(1)).log().mean()


@mistake(
    "logits and labels are attributes of ctx: torch does not notice when they change; use save_for_backward"
)
class kept_as_attributes(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        ctx.logits, ctx.labels = logits, labels
        shifted = logits - logits.amax(1, keepdim=True)
        chosen = shifted.gather(1, labels.unsqueeze(1)).squeeze(1)
        return (shifted.exp().sum(1).log() - chosen).mean()

    @staticmethod
    def backward(ctx, upstream):
        one_hot = _one_hot(ctx.logits, ctx.labels)
        return upstream * (_probabilities(ctx.logits) - one_hot) / len(ctx.logits), None


@mistake("the labels are kept as an attribute of ctx: torch does not notice when they change; save them too")
class kept_labels_as_attribute(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        loss = Right.forward(ctx, logits, labels)
        ctx.save_for_backward(logits)
        ctx.labels = labels
        return loss

    @staticmethod
    def backward(ctx, upstream):
        (logits,) = ctx.saved_tensors
        return upstream * (_probabilities(logits) - _one_hot(logits, ctx.labels)) / len(logits), None


@mistake("the labels get a gradient: they are whole numbers, return None")
class gradient_for_the_labels(Right):
    @staticmethod
    def backward(ctx, upstream):
        to_logits, _ = Right.backward(ctx, upstream)
        return to_logits, torch.zeros_like(ctx.saved_tensors[1])


@mistake("the probabilities were cut off at 1e-12 before the logarithm: scores (0, -1000) must cost 1000")
class clamped_probabilities(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        Right.forward(ctx, logits, labels)
        chosen = _probabilities(logits).gather(1, labels.unsqueeze(1)).squeeze(1)
        return -chosen.clamp(min=1e-12).log().mean()


@mistake("the one-hot was made on the CPU: make it on the device of the logits")
class one_hot_on_the_cpu(Right):
    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        one_hot = torch.eye(logits.shape[1], dtype=logits.dtype).index_select(0, labels)
        return upstream * (_probabilities(logits) - one_hot) / len(logits), None


def _shifted(forward, backward):
    """Subtract `forward(logits)` in forward and `backward(logits)` in backward before exp."""

    class Shifted(Right):
        @staticmethod
        def forward(ctx, logits, labels):
            Right.forward(ctx, logits, labels)
            shifted = logits - forward(logits)
            chosen = shifted.gather(1, labels.unsqueeze(1)).squeeze(1)
            return (shifted.exp().sum(1).log() - chosen).mean()

        @staticmethod
        def backward(ctx, upstream):
            logits, labels = ctx.saved_tensors
            exponentials = (logits - backward(logits).detach()).exp()
            probabilities = exponentials / exponentials.sum(1, keepdim=True)
            return upstream * (probabilities - _one_hot(logits, labels)) / len(logits), None

    return Shifted


def _of_row(logits):
    return logits.amax(1, keepdim=True)


def _of_column(logits):
    return logits.amax(0, keepdim=True)


def _nothing(logits):
    return logits.new_zeros(())


ONE_MAXIMUM = (
    "one maximum was taken out of the whole batch, so that rows far below it underflow: take each row's own"
)
one_maximum = mistake(ONE_MAXIMUM)(_shifted(torch.max, torch.max))
maximum_of_columns = mistake(
    "the maximum was taken over the batch: each sample has its own, over the classes"
)(_shifted(_of_column, _of_column))
no_shift_in_backward = mistake(
    "in backward the exponentials overflow: subtract the largest score of each row"
)(_shifted(_of_row, _nothing))


def _cut(change):
    """Change the probability of the label before its logarithm."""

    class Cut(Right):
        @staticmethod
        def forward(ctx, logits, labels):
            Right.forward(ctx, logits, labels)
            return -change(_probabilities(logits).gather(1, labels.unsqueeze(1)).squeeze(1)).log().mean()

    return Cut


CUT = "a small number was put under the logarithm: scores (0, -1000) must cost 1000"
cut_at_1e_8 = mistake(CUT)(_cut(lambda p: p.clamp(min=1e-8)))
cut_at_eps = mistake(CUT)(_cut(lambda p: p.clamp(min=torch.finfo(p.dtype).eps)))
added_1e_8 = mistake(CUT)(_cut(lambda p: p + 1e-8))


@mistake("backward divides by N twice")
class divided_twice(Right):
    @staticmethod
    def backward(ctx, upstream):
        return Right.backward(ctx, upstream / len(ctx.saved_tensors[0]))


@mistake("forward sums the losses, backward divides by N: the loss is their mean")
class sum_in_forward(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        return Right.forward(ctx, logits, labels) * len(logits)


@mistake("the losses of the samples came back one by one: return their mean")
class not_reduced(Right):
    @staticmethod
    def forward(ctx, logits, labels):
        Right.forward(ctx, logits, labels)
        return -_probabilities(logits).gather(1, labels.unsqueeze(1)).squeeze(1).log()


@mistake("p[:, labels] -= 1 changes these columns in every row: each row has one label, p[arange(N), labels]")
class one_hot_from_all_rows(Right):
    @staticmethod
    def backward(ctx, upstream):
        logits, labels = ctx.saved_tensors
        probabilities = _probabilities(logits)
        one_hot = torch.zeros_like(logits)
        one_hot[:, labels] = 1.0
        return upstream * (probabilities - one_hot) / len(logits), None
