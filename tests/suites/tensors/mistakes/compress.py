"""Wrong ways to move what is kept to the front."""

import torch

from grader.suite import mistake, reference


def _right(x, mask):
    return reference("tensors").compress(x, mask)


@mistake("what is not kept was set to 0 where it stood; the others move to the front")
def zeros_in_place(x, mask):
    _right(x, mask)
    return torch.where(mask, x, 0)


@mistake("the mask was read the other way round: true means kept")
def mask_inverted(x, mask):
    return _right(x, ~mask)


@mistake("what is kept went to the end; it goes to the front")
def moved_to_the_end(x, mask):
    return _right(x.flip(1), mask.flip(1)).flip(1)


@mistake("the kept entries come in reversed order")
def reversed_order(x, mask):
    return _right(x.flip(1), mask.flip(1))


@mistake("the kept entries were sorted by value; they keep their order")
def sorted_by_value(x, mask):
    return torch.where(_right(mask.long(), mask).bool(), x.masked_fill(~mask, x.max() + 1).sort(dim=1).values, 0)


@mistake("what is not kept follows after the kept ones; it becomes 0")
def others_follow(x, mask):
    _right(x, mask)
    return x.gather(1, (~mask).to(torch.uint8).argsort(dim=1, stable=True))


@mistake("kept entries of 0 were taken for holes: the mask says what is kept, not the value")
def zeros_taken_for_holes(x, mask):
    return _right(x, mask & (x != 0))


@mistake("the kept entries of all rows were laid one after the other; each row keeps its own")
def rows_run_together(x, mask):
    return _right(x.reshape(1, -1), mask.reshape(1, -1)).reshape(x.shape)


@mistake("all rows were moved by the mask of the first")
def mask_of_the_first_row(x, mask):
    return _right(x, mask[:1].expand_as(mask))


@mistake("the columns were compressed; the entries move within their row")
def along_the_columns(x, mask):
    return _right(x.t(), mask.t()).t()


@mistake("the entry at place 0 is overwritten: what is not kept was added or written there as well")
def others_written_to_the_front(x, mask):
    place = (mask.cumsum(dim=1) - 1).clamp(min=0)
    return _right(x, mask) * 0 + torch.zeros_like(x).scatter_add(1, place, x)


@mistake("the result was turned into float32; it keeps the dtype of x")
def always_float32(x, mask):
    return _right(x.float(), mask)


@mistake("the gradient is cut off: the entries were moved without a graph")
def cut_from_the_graph(x, mask):
    return _right(x.detach(), mask)


@mistake("a Python loop over the rows")
def loop_over_rows(x, mask):
    y = _right(x, mask) * 0
    for row, entries, keeps in zip(y, x, mask, strict=True):
        kept = entries[keeps]
        row[: len(kept)] = kept
    return y


@mistake("torch.masked_select lists what is kept, without rows")
def called_masked_select(x, mask):
    y = _right(x, mask) * 0
    return y.masked_scatter(mask.sort(dim=1, descending=True).values, torch.masked_select(x, mask))


@mistake("the code asks for cuda, which is not everywhere: compute on the device of x")
def asked_for_cuda(x, mask):
    return _right(x, mask).cuda()
