"""Wrong variants of losses.triplet_loss."""

from grader.suite import mistake, reference


def _right(anchor, positive, negative, margin, reduction):
    return reference("losses").triplet_loss(anchor, positive, negative, margin, reduction)


def _gap(anchor, positive, negative):
    """Return the squared distance to the positive minus that to the negative."""
    return ((anchor - positive) ** 2).sum(1) - ((anchor - negative) ** 2).sum(1)


@mistake("the distances were not squared, as in torch's triplet_margin_loss: square them")
def distances_not_squared(anchor, positive, negative, margin=1.0, reduction="mean"):
    gap = (anchor - positive).norm(dim=1) - (anchor - negative).norm(dim=1)
    return reference("losses")._reduce((gap + margin).relu(), reduction)


@mistake("positive and negative are swapped")
def positive_and_negative_swapped(anchor, positive, negative, margin=1.0, reduction="mean"):
    return _right(anchor, negative, positive, margin, reduction)


@mistake("the margin was subtracted: add it, or the negative may be nearer than the positive for free")
def margin_subtracted(anchor, positive, negative, margin=1.0, reduction="mean"):
    losses = (_gap(anchor, positive, negative) - margin).relu()
    return reference("losses")._reduce(losses, reduction)


@mistake("the margin was added after the cut at 0: a triplet could never cost less than the margin")
def margin_after_the_cut(anchor, positive, negative, margin=1.0, reduction="mean"):
    losses = _gap(anchor, positive, negative).relu() + margin
    return reference("losses")._reduce(losses, reduction)


@mistake("the cut at 0 is missing: a negative that is far enough away must not pay back")
def no_cut_at_zero(anchor, positive, negative, margin=1.0, reduction="mean"):
    return reference("losses")._reduce(_gap(anchor, positive, negative) + margin, reduction)


@mistake("the mean leaves out the triplets that cost nothing: divide by N")
def mean_over_costly_triplets(anchor, positive, negative, margin=1.0, reduction="mean"):
    losses = _right(anchor, positive, negative, margin, "none")
    if reduction == "mean":
        return losses.sum() / (losses > 0).sum().clamp(min=1)
    return _right(anchor, positive, negative, margin, reduction)


@mistake("margin is ignored: it is always 1")
def margin_ignored(anchor, positive, negative, margin=1.0, reduction="mean"):
    return _right(anchor, positive, negative, 1.0, reduction)


@mistake("the squares were averaged over the features: sum them")
def mean_over_features(anchor, positive, negative, margin=1.0, reduction="mean"):
    losses = (_gap(anchor, positive, negative) / anchor.shape[1] + margin).relu()
    return reference("losses")._reduce(losses, reduction)


@mistake("the distance from positive to negative was used: both distances start at the anchor")
def negative_from_positive(anchor, positive, negative, margin=1.0, reduction="mean"):
    gap = ((anchor - positive) ** 2).sum(1) - ((positive - negative) ** 2).sum(1)
    return reference("losses")._reduce((gap + margin).relu(), reduction)


@mistake("the code asks for cuda, which is not everywhere: compute on the device of anchor")
def asked_for_cuda(anchor, positive, negative, margin=1.0, reduction="mean"):
    return reference("losses").triplet_loss(anchor, positive, negative, margin).cuda()
