"""Wrong variants of losses.mse_loss."""

import torch

from grader.suite import mistake, reference


@mistake("shapes that differ were broadcast: (N, 1) against (N,) compares every pair; raise a ValueError")
def broadcast(pred, target, reduction="mean"):
    return reference("losses")._reduce((pred - target) ** 2, reduction)


@mistake("there is a factor 1/2 too much")
def half_too_much(pred, target, reduction="mean"):
    return reference("losses").mse_loss(pred, target, reduction) / 2


@mistake("the mean divided by the number of rows: divide by the number of elements")
def mean_over_rows(pred, target, reduction="mean"):
    losses = reference("losses").mse_loss(pred, target, "none")
    if reduction == "mean" and losses.ndim > 0:
        return losses.sum() / len(losses)
    return reference("losses")._reduce(losses, reduction)


@mistake("this is the root of the mean squared error: take no root")
def root_taken(pred, target, reduction="mean"):
    losses = reference("losses").mse_loss(pred, target, reduction)
    return losses.sqrt() if reduction == "mean" else losses


@mistake("reduction is ignored: the mean comes back always")
def mean_always(pred, target, reduction="mean"):
    return reference("losses").mse_loss(pred, target)


@mistake("a Python number came back instead of a tensor: no gradient can flow through it")
def number_for_tensor(pred, target, reduction="mean"):
    losses = reference("losses").mse_loss(pred, target, reduction)
    return losses if reduction == "none" else losses.item()


@mistake("the target left the graph: it needs its gradient too")
def target_left_the_graph(pred, target, reduction="mean"):
    return reference("losses").mse_loss(pred, target.detach(), reduction)


@mistake("the result is always float32: keep the dtype of pred")
def always_float32(pred, target, reduction="mean"):
    return reference("losses").mse_loss(pred.float(), target.float(), reduction)


@mistake("pred was changed in place: subtract into a new tensor")
def changed_pred_in_place(pred, target, reduction="mean"):
    losses = reference("losses").mse_loss(pred, target, reduction)
    with torch.no_grad():
        pred -= target
    return losses


@mistake("the numbers went through numpy, which knows no device and no gradient: stay with torch")
def through_numpy(pred, target, reduction="mean"):
    return torch.from_numpy(reference("losses").mse_loss(pred, target, reduction).detach().numpy())


@mistake("the code asks for cuda, which is not everywhere: compute on the device of pred")
def asked_for_cuda(pred, target, reduction="mean"):
    return reference("losses").mse_loss(pred, target).cuda()
