import math, copy, pathlib
from typing import NamedTuple as NT
import torch as t, torch.nn as nn, torch.nn.functional as F
from torch import Tensor as T
from torch.utils.data import DataLoader, Dataset, BatchSampler, RandomSampler, Subset
class Loaders(NT): train: DataLoader; validation: DataLoader
class Fold(NT): train: T; validation: T
class Standardized(NT): train: T; test: T
class PolynomialFit(NT): weights: T; train_error: T; validation_error: T
class History(NT): train_losses: list; validation_losses: list
class TrainingRun(NT): model: nn.Module; losses: list


def bad(*msgs):
    raise ValueError(" ".join(map(str, msgs)))


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.linear.in_features: bad("x", x.shape)
        return t.einsum("nd,kd->n", x, self.linear.weight).add(self.linear.bias).sigmoid()


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        if len(sizes) < 2: bad("sizes", sizes)
        self.layers, self.f = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:])), activation

    def forward(self, x):
        for l in self.layers[:-1]: x = self.f(l(x))
        return self.layers[-1](x)


def parameter_groups(model, weight_decay):
    if weight_decay < 0: bad("weight_decay", weight_decay)
    return [{"params": [p for p in model.parameters() if p.requires_grad and (p.ndim >= 2) == d], "weight_decay": weight_decay if d else 0.0} for d in (True, False)]


class CSVDataset(Dataset):
    def __init__(self, path, target):
        h, *r = [[c.strip() for c in l.split(",")] for l in pathlib.Path(path).read_text().split("\n") if l.strip()]
        i = h.index(target)
        cols = list(zip(*[["" if c == "NA" else c for c in q] for q in r if q[i] not in ("", "NA")]))
        def feats(n, cs):
            try: a = t.tensor([float(c or "nan") for c in cs], dtype=t.float64)
            except ValueError:
                ws = [*sorted({*cs} - {""}), ""]
                return [f"{n}={w or 'NA'}" for w in ws], t.tensor([[c == w for w in ws] for c in cs]).float()
            return [n], a.where(a == a, a[a == a].sum() / (a == a).sum().clamp(min=1))[:, None].float()
        fs = [feats(n, cs) for j, (n, cs) in enumerate(zip(h, cols)) if j != i]
        self.names, self.x, self.y = sum((n for n, _ in fs), []), t.cat([x for _, x in fs], 1), t.tensor([*map(float, cols[i])])

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


def make_loaders(dataset, batch_size, split, generator):
    n, k = len(dataset), round(split * len(dataset))
    if batch_size < 1: bad("batch_size", batch_size)
    if not 0 < k < n: bad("split", split)
    p = t.randperm(n, generator=generator).tolist()
    tr = Subset(dataset, p[n - k:])
    return Loaders(DataLoader(tr, batch_sampler=BatchSampler(RandomSampler(tr, generator=generator), batch_size, False)), DataLoader(Subset(dataset, p[:n - k]), batch_size))


def kfold_indices(n, k, generator):
    if not 2 <= k <= n: bad("k", k)
    p = t.randperm(n, generator=generator)
    return [Fold(p[t.arange(n) % k != i], p[i::k]) for i in range(k)]


def standardize(train, test):
    if test.shape[1:] != train.shape[1:]: bad("test", test.shape)
    c = (train == train[0]).all(0)
    m, s = train[0].where(c, train.mean(0)), t.ones_like(train[0]).where(c, train.std(0, correction=0))
    return Standardized(*((a - m) / s for a in (train, test)))


def train_epoch(model, loader, loss_fn, optimizer):
    model.train()
    d, s, n = next(model.parameters()).device, 0.0, 0
    for x, y in loader:
        optimizer.zero_grad()
        (l := loss_fn(model(x.to(d)), y.to(d))).backward()
        optimizer.step()
        s, n = s + l.item() * len(x), n + len(x)
    return s / n


def _eval(model, f):
    on = [m for m in model.modules() if m.training]
    try:
        with t.no_grad():
            return f(model.eval(), next(model.parameters()).device)
    finally:
        for m in on: m.training = True


def evaluate(model, loader, loss_fn):
    ls = _eval(model, lambda m, d: [(loss_fn(m(x.to(d)), y.to(d)).item(), len(x)) for x, y in loader])
    return sum(a * b for a, b in ls) / sum(b for _, b in ls)


def predict(model, x, batch_size=64):
    if batch_size < 1: bad("batch_size", batch_size)
    return _eval(model, lambda m, d: t.cat([m(b.to(d)) for b in x.split(batch_size)]))


def polynomial_features(x, degree):
    if x.ndim != 1: bad("x", x.shape)
    if degree < 0: bad("degree", degree)
    return t.stack([x**i for i in range(degree + 1)], 1)


def fit_polynomial(x, y, x_val, y_val, degree):
    if len(x) <= degree: bad("degree", degree)
    a, b = polynomial_features(x.double(), degree), y.double()
    w = t.linalg.solve(a.T @ a, a.T @ b).to(x)
    return PolynomialFit(w, *(F.mse_loss(t.einsum("nd,d->n", polynomial_features(p, degree), w), q) for p, q in ((x, y), (x_val, y_val))))


def save_checkpoint(path, model, optimizer, epoch):
    t.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)


def load_checkpoint(path, model, optimizer=None, map_location="cpu"):
    c = t.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(c["model"]), optimizer and optimizer.load_state_dict(c["optimizer"])
    return c["epoch"]


class EarlyStopping:
    def __init__(self, patience, min_delta=0.0):
        if patience < 1: bad("patience", patience)
        if min_delta < 0: bad("min_delta", min_delta)
        self.p, self.d, self.best_loss, self.n, self.s = patience, min_delta, math.inf, 0, None

    def step(self, loss, model):
        self.n += 1
        if loss < self.best_loss - self.d: self.best_loss, self.n, self.s = loss, 0, copy.deepcopy(model.state_dict())
        return self.n >= self.p

    def restore(self, model):
        if self.s is None: raise RuntimeError("no improvement yet")
        model.load_state_dict(self.s)


def fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    h, o = History([], []), t.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        p = t.randperm(len(x), generator=generator)
        h[0].append(train_epoch(model, [(x[i], y[i]) for i in p.split(batch_size)], F.cross_entropy, o))
        h[1].append(_eval(model, lambda m, _: F.cross_entropy(m(x_val), y_val).item()))
    return h


def _run(model, x, y, loss, o, g, n, b):
    ls = [train_epoch(model, [(x[i], y[i]) for i in t.randperm(len(x), generator=g).split(b)], loss, o) for _ in range(n)]
    return TrainingRun(model.eval(), ls)


def train_regression(x, y, generator, epochs=12, batch_size=32, lr=0.05):
    m, z = nn.Sequential(nn.Linear(x.shape[1], 1)).to(x)[0], (y - y.mean()) / y.var(correction=0) ** 0.5
    return _run(m, standardize(x, x)[0], z[:, None], F.mse_loss, t.optim.Adam(m.parameters(), lr), generator, epochs, batch_size)


def train_classifier(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    m = LogisticRegression(x.shape[1]).to(x)
    return _run(m, standardize(x, x)[0], y.to(x), F.binary_cross_entropy, t.optim.Adam(m.parameters(), lr), generator, epochs, batch_size)


def train_digits(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    m = MLP((x.shape[1], 128, y.max() + 1), t.relu).to(x)
    return _run(m, x, y, F.cross_entropy, t.optim.SGD(m.parameters(), lr, 0.9), generator, epochs, batch_size)


import json
import torch
from typing import NamedTuple


class ThreeWaySplit(NamedTuple): train: torch.Tensor; validation: torch.Tensor; test: torch.Tensor
class PaddedBatch(NamedTuple): x: torch.Tensor; lengths: torch.Tensor; y: torch.Tensor
class PrecisionRecall(NamedTuple): precision: float; recall: float; f1: float


def three_way_split(n, fractions, generator):
    v, e = (round(f * n) for f in fractions[1:])
    return ThreeWaySplit(*torch.randperm(n, generator=generator).split([n - v - e, v, e]))


def pad_collate(batch):
    xs, ys = zip(*batch)
    most = max(map(len, xs))
    pad = lambda s: torch.cat([s, s.new_zeros(most - len(s), *s.shape[1:])])
    return PaddedBatch(torch.stack([*map(pad, xs)]), torch.tensor([*map(len, xs)]), torch.tensor(ys))


def precision_and_recall(scores, labels, threshold):
    a, t = (scores >= threshold).double(), labels.double()
    share = lambda part, whole: float(part / whole) if whole else 0.0
    return PrecisionRecall(share(a @ t, a.sum()), share(a @ t, t.sum()), share(2 * (a @ t), a.sum() + t.sum()))


class MetricLogger:
    def __init__(self, path):
        self.file = open(path, "a+", buffering=1)
        self.file.seek(0)
        if not (self.file.read() or "\n").endswith("\n"):
            self.file.write("\n")

    def log(self, step, numbers):
        self.file.write(json.dumps({"step": step} | {k: float(v) for k, v in numbers.items()}) + "\n")

    def curves(self):
        self.file.seek(0)
        out = {}
        for line in self.file:
            try: row = json.loads(line)
            except ValueError: continue
            [out.setdefault(k, []).append((row["step"], v)) for k, v in row.items() if k != "step"]
        return out


def train_epoch_autocast(model, loader, loss_fn, optimizer):
    d, s, n = next(model.train().parameters()).device, 0.0, 0
    forward = torch.autocast(d.type, torch.bfloat16)(model.forward)
    for x, y in loader:
        optimizer.zero_grad()
        (l := loss_fn(forward(x.to(d)).float(), y.to(d))).backward()
        optimizer.step()
        s, n = s + l.item() * len(x), n + len(x)
    return s / n
