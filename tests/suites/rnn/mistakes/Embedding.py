"""Wrong variants of rnn.Embedding."""

import math

import torch
from torch import nn
from torch.nn import functional

from grader.suite import mistake, reference

Right = reference("rnn").Embedding


class _Parts(Right):
    """The reference in parts, each of which a variant may replace."""

    def forward(self, indices):
        self._refuse_range(indices)
        rows = self._rows(indices)
        return rows if self.padding_idx is None else self._padded(indices, rows)

    def _refuse_range(self, indices):
        if ((indices < 0) | (indices >= len(self.weight))).any():
            raise IndexError

    def _rows(self, indices):
        return self.weight[indices]

    def _padded(self, indices, rows):
        return torch.where((indices == self.padding_idx).unsqueeze(-1), rows.detach(), rows)


@mistake("the row of padding_idx receives a gradient: it has none")
class PaddingLearns(_Parts):
    def _padded(self, indices, rows):
        return rows


@mistake("padding gives zeros instead of its row: look the row up as it is, without its gradient")
class PaddingReplacedByZeros(_Parts):
    def _padded(self, indices, rows):
        return rows * (indices != self.padding_idx).unsqueeze(-1)


@mistake("the row of padding_idx is drawn like the others: it starts at zero")
class PaddingStartsRandom(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        nn.init.normal_(self.weight)


@mistake("padding_idx is ignored: its row starts at zero and has no gradient")
class PaddingIgnored(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        nn.init.normal_(self.weight)
        self.padding_idx = None


@mistake("row 0 is always the padding: padding_idx says which row, and None says that there is none")
class PaddingIsAlwaysZero(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        self.weight = Right(num_embeddings, embedding_dim, 0).weight
        self.padding_idx = 0


@mistake("a padding_idx of 0 counts as none: compare with None, as `if padding_idx` is false for 0")
class PaddingZeroIgnored(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        if not padding_idx:
            nn.init.normal_(self.weight)
            self.padding_idx = None


@mistake("the column of padding_idx was set to zero: it is a row of weight")
class PaddingColumn(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        if padding_idx is not None:
            nn.init.normal_(self.weight)
            self.weight.data[:, padding_idx % embedding_dim] = 0


@mistake("the row of padding_idx is set to zero in weight at every call: leave weight as it is")
class PaddingRowOverwritten(_Parts):
    def _rows(self, indices):
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0
        return super()._rows(indices)


@mistake("all rows are cut off the graph as soon as there is a padding_idx: only its own row is")
class EverythingDetached(_Parts):
    def _padded(self, indices, rows):
        return rows.detach().requires_grad_()


@mistake("the rows left the graph: look them up in the parameter, not in .data or a detached copy")
class Detached(_Parts):
    def _rows(self, indices):
        return self.weight.detach()[indices]


class _Backward(torch.autograd.Function):
    """A look-up whose gradient forgets repetitions."""

    @staticmethod
    def forward(context, weight, indices):
        context.save_for_backward(indices)
        context.shape = weight.shape
        return weight[indices]

    @staticmethod
    def backward(context, upstream):
        (indices,) = context.saved_tensors
        gradient = upstream.new_zeros(context.shape)
        gradient[indices] = upstream
        return gradient, None


@mistake("a token that occurs twice keeps one of its gradients: they add up")
class RepetitionsOverwrite(_Parts):
    def _rows(self, indices):
        return _Backward.apply(self.weight, indices)


class _PerToken(_Backward):
    """A look-up whose gradient is a mean."""

    @staticmethod
    def backward(context, upstream):
        (indices,) = context.saved_tensors
        flat, rows = indices.reshape(-1), upstream.reshape(-1, context.shape[1])
        gradient = upstream.new_zeros(context.shape).index_add(0, flat, rows)
        count = torch.bincount(flat.cpu(), minlength=context.shape[0]).clamp(min=1).to(upstream.device)
        return gradient / count.unsqueeze(1), None


@mistake("the gradients of a repeated token are averaged, as scale_grad_by_freq does: they add up")
class RepetitionsAveraged(_Parts):
    def _rows(self, indices):
        return _PerToken.apply(self.weight, indices)


@mistake("a negative index counts from the end: raise an IndexError")
class NegativeWraps(_Parts):
    def _refuse_range(self, indices):
        if (indices >= len(self.weight)).any() or (indices < -len(self.weight)).any():
            raise IndexError


@mistake("indices are bent into the range, modulo V or clamped: one out of range raises an IndexError")
class Wraps(_Parts):
    def _refuse_range(self, indices):
        pass

    def _rows(self, indices):
        return super()._rows(indices % len(self.weight))


@mistake("an index out of range raises a ValueError: raise an IndexError")
class ValueErrorForTheRange(_Parts):
    def _refuse_range(self, indices):
        if ((indices < 0) | (indices >= len(self.weight))).any():
            raise ValueError("indices")


@mistake("an empty tensor of indices fails: min() of nothing raises, and so does view with a -1")
class EmptyFails(_Parts):
    def _refuse_range(self, indices):
        if indices.min() < 0 or indices.max() >= len(self.weight):
            raise IndexError


@mistake("the weight is stored as (E, V): it is (V, E), one row for each token")
class StoredTransposed(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        self.weight = nn.Parameter(self.weight.detach().t().contiguous())

    def _refuse_range(self, indices):
        if ((indices < 0) | (indices >= self.weight.shape[1])).any():
            raise IndexError

    def _rows(self, indices):
        return self.weight.t()[indices]


@mistake("the weight is a torch.nn.Linear: its key is linear.weight, of shape (E, V)")
class LinearLayer(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        del self.weight
        self.linear = nn.Linear(num_embeddings, embedding_dim, bias=False)

    def _refuse_range(self, indices):
        if ((indices < 0) | (indices >= self.linear.in_features)).any():
            raise IndexError

    def _rows(self, indices):
        return self.linear.weight.t()[indices]


@mistake("the weight is a plain tensor: only an nn.Parameter is learned, moved and saved")
class PlainTensor(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        weight = self.weight.detach()
        del self.weight
        self.weight = weight


@mistake("the weight is a buffer: it is learned, so it is an nn.Parameter")
class Buffer(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        weight = self.weight.detach()
        del self.weight
        self.register_buffer("weight", weight)


@mistake("rows are products with one-hot rows: look them up by index")
class OneHotProduct(_Parts):
    def _rows(self, indices):
        return functional.one_hot(indices, len(self.weight)).to(self.weight.dtype) @ self.weight


@mistake("rows are looked up one by one in a Python loop: index with the whole tensor")
class Loop(_Parts):
    def _rows(self, indices):
        rows = [self.weight[index] for index in indices.reshape(-1)]
        rows = torch.stack(rows) if rows else self.weight[:0]
        return rows.reshape(*indices.shape, self.weight.shape[1])


@mistake("the axes of indices are flattened: (2, 3) gives (2, 3, E)")
class Flattened(_Parts):
    def forward(self, indices):
        return super().forward(indices).reshape(-1, self.weight.shape[1])


@mistake("axes of length 1 are squeezed away: every axis stays")
class Squeezed(_Parts):
    def forward(self, indices):
        return super().forward(indices).squeeze()


@mistake("the vectors are scaled by the root of E: y is the row itself")
class Scaled(_Parts):
    def _rows(self, indices):
        return super()._rows(indices) * math.sqrt(self.weight.shape[1])


@mistake("the rows are scaled to length 1: y is the row itself")
class Normalised(_Parts):
    def _rows(self, indices):
        return functional.normalize(super()._rows(indices), dim=-1)


@mistake("the entries start uniform between 0 and 1: they are standard normal")
class StartUniform(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        nn.init.uniform_(self.weight)
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0


@mistake("the entries start uniform between -r and r, as those of a layer: they are standard normal")
class StartAsALayer(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        r = 1 / math.sqrt(embedding_dim)
        nn.init.uniform_(self.weight, -r, r)
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0


@mistake("the standard deviation at the start is 1 / sqrt(E): it is 1")
class StartSmall(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        self.weight.data /= math.sqrt(embedding_dim)


@mistake("all entries start at 0: they are standard normal")
class StartAtZero(_Parts):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__(num_embeddings, embedding_dim, padding_idx)
        nn.init.zeros_(self.weight)


@mistake("the mask of the padding is made on the CPU: compare with the number, it needs no device")
class MaskOnTheCpu(_Parts):
    def _padded(self, indices, rows):
        mask = torch.zeros(indices.shape, dtype=torch.bool)
        mask[(indices == self.padding_idx).cpu()] = True
        return torch.where(mask.unsqueeze(-1), rows.detach(), rows)


@mistake("the rows come back on the CPU: they stay on the device of weight")
class RowsOnTheCpu(_Parts):
    def forward(self, indices):
        return super().forward(indices).cpu()


@mistake("the range is checked through NumPy: a tensor on an accelerator has no .numpy()")
class ThroughNumpy(_Parts):
    def _refuse_range(self, indices):
        if any(not 0 <= index < len(self.weight) for index in indices.reshape(-1).numpy().tolist()):
            raise IndexError
