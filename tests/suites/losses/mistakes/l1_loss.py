"""Wrong variants of losses.l1_loss."""

from grader.suite import mistake, reference


@mistake("the errors keep their signs and cancel each other: take the absolute value of each")
def signed_errors(pred, target, reduction="mean"):
    return reference("losses")._reduce(pred - target, reduction)


@mistake("the absolute value was taken after the mean: errors of opposite sign cancel each other")
def absolute_value_of_the_mean(pred, target, reduction="mean"):
    return reference("losses")._reduce(pred - target, reduction).abs()


@mistake("the errors were squared: take their absolute value")
def squared_errors(pred, target, reduction="mean"):
    return reference("losses").mse_loss(pred, target, reduction)


@mistake("the root of a square has no slope at 0, so the gradient there is nan: use abs")
def root_of_square(pred, target, reduction="mean"):
    return reference("losses")._reduce(((pred - target) ** 2).sqrt(), reduction)


@mistake("the mean divided by the number of rows: divide by the number of elements")
def mean_over_rows(pred, target, reduction="mean"):
    losses = reference("losses").l1_loss(pred, target, "none")
    if reduction == "mean" and losses.ndim > 0:
        return losses.sum() / len(losses)
    return reference("losses")._reduce(losses, reduction)


@mistake("mean and sum are swapped")
def mean_and_sum_swapped(pred, target, reduction="mean"):
    swapped = {"mean": "sum", "sum": "mean"}
    return reference("losses").l1_loss(pred, target, swapped.get(reduction, reduction))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of pred")
def asked_for_cuda(pred, target, reduction="mean"):
    return reference("losses").l1_loss(pred, target).cuda()
