from typing import NamedTuple

import torch as t
import torch.nn.functional as F

T = t.Tensor


class ChannelStatistics(NamedTuple):
    mean: T
    std: T


class VectorNorms(NamedTuple):
    l1: T
    l2: T


class EncodedCategories(NamedTuple):
    values: T
    names: list[str | None]


class StackedAndJoined(NamedTuple):
    stacked: T
    joined: T


def need(ok, why="bad arguments"):
    if not ok:
        raise ValueError(why)


def flatten_images(images):
    need(images.ndim == 4)
    return images.reshape(len(images), images.shape[1:].numel())


def normalize_pixels(images, mean, std):
    need(images.dtype == t.uint8 and mean.shape == std.shape == images.shape[1:2])
    return images.float().div(255).sub(mean.float()[:, None, None]).div(std.float()[:, None, None])


def channel_statistics(images):
    need(images.is_floating_point())
    return ChannelStatistics(*t.std_mean(images, (0, 2, 3), correction=0)[::-1])


def one_hot(labels, num_classes):
    need(((labels >= 0) & (labels < num_classes)).all())
    return t.eye(num_classes, device=labels.device).long()[labels]


def label_counts(labels, num_classes):
    need(((labels >= 0) & (labels < num_classes)).all())
    return t.zeros(num_classes, device=labels.device).long().index_put_((labels,), labels.new_tensor(1), True)


def normalize_rows(a):
    a = a if a.is_floating_point() else a.float()
    return a / (s := a.sum(1, True)).masked_fill(s == 0, 1)


def pairwise_distances(x, y):
    need(x.shape[1] == y.shape[1])
    z = (q := (x[:, None] - y).square().sum(2)) == 0
    return q.where(~z, 1).sqrt().where(~z, 0)


def matmul(a, b):
    need(a.ndim > 1 and b.ndim > 1 and a.shape[-1] == b.shape[-2])
    return (a[..., None] * b[..., None, :, :]).sum(-2)


def vector_norms(x):
    return VectorNorms(x.abs().sum(-1), x.square().sum(-1).sqrt())


def frobenius_norm(a):
    need(a.ndim > 1)
    return (a.mT[..., None, :] @ a.mT[..., None]).sum((-3, -2, -1)).sqrt()


def add_(out, x):
    need(out.shape == x.shape)
    return out.copy_(out + x)


def label_scores(scores, labels):
    need(labels.shape == scores.shape[:1] and ((labels >= 0) & (labels < scores.shape[1])).all())
    return scores.index_select(1, labels).diagonal().clone()


def accuracy(scores, labels):
    need(labels.shape == scores.shape[:1] and len(labels))
    return (scores.argmax(1) == labels).double().mean().item()


def exponential_average(values, beta, bias_correction=False):
    need(0 <= beta < 1)
    v = [values[0] * (1 - beta)]
    for x in values[1:]:
        v.append(beta * v[-1] + (1 - beta) * x)
    return t.stack([a / (1 - beta ** (i + 1)) if bias_correction else a for i, a in enumerate(v)])


def impute_mean(table):
    h, z = table.isnan(), table.nan_to_num(nan=0.0, posinf=t.inf, neginf=-t.inf)
    return z + h * (z.sum(0) / (~h).sum(0).clamp(1))


def encode_categories(column):
    need(all(isinstance(e, str) or e is None or isinstance(e, float) and e != e for e in column))
    names = sorted({e for e in column if isinstance(e, str)}) + [None]
    rows = [[n == (e if isinstance(e, str) else None) for n in names] for e in column]
    return EncodedCategories(t.tensor(rows, dtype=t.float32).view(-1, len(names)), names)


def loss_surface(w, b, x, y):
    need(x.shape == y.shape)
    p = t.cartesian_prod(w, b).view(len(w), len(b), 2)
    return F.mse_loss(p[..., :1] * x + p[..., 1:], y.expand(len(w), len(b), -1), reduction="none").mean(-1)


def stack_and_join(parts, dim):
    need(parts and all(p.shape == parts[0].shape for p in parts))
    return StackedAndJoined(t.cat([p.unsqueeze(dim) for p in parts], dim), t.cat(parts, dim))


def outer(x, y):
    need(x.ndim == y.ndim == 1)
    return x[:, None] * y


def cumulative_sum(x):
    return ((i := t.arange(len(x), device=x.device)) <= i[:, None]).to(x.dtype).mul(x).sum(1)


def lower_triangle(a):
    return a.where(t.arange(a.shape[-1], device=a.device) <= t.arange(a.shape[-2], device=a.device)[:, None], 0)


def roll(x, shift):
    return x[t.arange(len(x), device=x.device).sub(shift).remainder(len(x))]


def compress(x, mask):
    return x.where(mask, 0).gather(1, mask.int().argsort(dim=1, descending=True, stable=True))


def bucketize(x, boundaries):
    return x[..., None].gt(boundaries).sum(-1)


class NumpyBridge(NamedTuple):
    array: object
    shared: T
    copied: T


def numpy_bridge(x):
    return NumpyBridge((c := x.detach().cpu()).numpy(), c, c.clone())


def save_tensors(path, tensors):
    need(isinstance(tensors, list | dict))
    pairs = dict(tensors if isinstance(tensors, dict) else enumerate(tensors))
    need(all(isinstance(v, T) for v in pairs.values()))
    plain = {k: v.detach().cpu().clone() for k, v in pairs.items()}
    t.save(plain if isinstance(tensors, dict) else [*plain.values()], path)


def load_tensors(path):
    return t.load(path, "cpu", weights_only=True)


def fix_patches(images, size):
    return F.unfold((images.float() / 128 - 1).movedim(3, 1), size, stride=size).mT


def fix_confusion_rates(scores, labels):
    k = scores.shape[1]
    c = F.one_hot(labels, k).float().T @ F.one_hot(scores.argmax(1), k).float()
    return c / c.sum(1, True).clamp(1)


def check_one_hot(one_hot):
    same = lambda a, b: a.dtype == b.dtype and a.shape == b.shape and bool((a == b).all())
    l = t.tensor([[5, 1, 1], [0, 2, 5]])
    assert all(same(one_hot(x.clone(), k), F.one_hot(x, k)) for k in (6, 9) for x in (l, l[0], l[:1, :1], l.t()))
    k = l.clone()
    assert one_hot(l, 6).sum() == 6 and same(l, k)
