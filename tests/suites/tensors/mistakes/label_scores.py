"""Wrong ways to pick scores."""

import torch

from grader.suite import mistake, reference


def _right(scores, labels):
    return reference("tensors").label_scores(scores, labels)


@mistake("`scores[:, labels]` takes all these columns from every row; index both axes, or gather")
def every_column_from_every_row(scores, labels):
    _right(scores, labels)
    return scores[:, labels]


@mistake("gathered down the columns (axis 0): the label is a place along the classes, axis 1")
def gathered_down_the_columns(scores, labels):
    _right(scores, labels)
    return scores.gather(0, labels.clamp(max=len(scores) - 1).unsqueeze(0)).squeeze(0)


@mistake("gathered in the wrong direction: picked from the first row only")
def picked_from_the_first_row(scores, labels):
    _right(scores, labels)
    return scores[0, labels]


@mistake("squeeze() without an axis also took away a batch of one")
def squeezed_batch_of_one(scores, labels):
    return _right(scores, labels).squeeze()


@mistake("the picked scores kept an axis of size 1 from gather")
def kept_axis(scores, labels):
    return _right(scores, labels).unsqueeze(1)


@mistake("returned the largest score of each row; the score of the label is asked for")
def largest_scores(scores, labels):
    _right(scores, labels)
    return scores.amax(dim=1)


@mistake("a product with one-hot rows is nan as soon as another score is infinite; pick, do not multiply")
def product_with_one_hot(scores, labels):
    _right(scores, labels)
    chosen = reference("tensors").one_hot(labels, scores.shape[1]).to(scores.dtype)
    return (scores * chosen).sum(dim=1)


@mistake("a negative label counts from the end in silence; it must raise ValueError")
def negative_labels_wrap(scores, labels):
    return _right(scores, torch.where(labels < 0, labels % scores.shape[1], labels))


@mistake("labels as a column (N, 1), or too few of them, are accepted; their shape must be (N,)")
def any_shape_of_labels(scores, labels):
    fits = labels.shape == scores.shape[:1]
    return _right(scores, labels if fits else labels.reshape(-1)[:1].expand(len(scores)))


@mistake("a Python loop does what one operation on the whole tensor can do")
def python_loop(scores, labels):
    _right(scores, labels)
    return torch.stack([scores[n, label] for n, label in enumerate(labels.tolist())])


@mistake("the scores left the graph: no gradient reaches them")
def left_the_graph(scores, labels):
    return _right(scores.detach(), labels)


@mistake("the result was made on the CPU, or brought there: it belongs on the device of scores")
def result_on_the_cpu(scores, labels):
    return reference("tensors").label_scores(scores, labels).cpu()


@mistake("the code asks for cuda, which is not everywhere: compute on the device of scores")
def asked_for_cuda(scores, labels):
    return reference("tensors").label_scores(scores, labels).cuda()
