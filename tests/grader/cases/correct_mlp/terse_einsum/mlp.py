import math, copy, pathlib
from typing import NamedTuple as NT
import torch as t, torch.nn as nn, torch.nn.functional as F
from torch import Tensor as T
from torch.utils.data import DataLoader, Dataset, BatchSampler, RandomSampler, Subset


class Activation(NT): value: T; derivative: T
class Loaders(NT): train: DataLoader; validation: DataLoader
class Fold(NT): train: T; validation: T
class Standardized(NT): train: T; test: T
class PolynomialFit(NT): weights: T; train_error: T; validation_error: T
class History(NT): train_losses: list; validation_losses: list
class TrainingRun(NT): model: nn.Module; losses: list


def bad(*msgs):
    raise ValueError(" ".join(map(str, msgs)))


def hard_sigmoid(x):
    return (F.relu(3 + x) - F.relu(x - 3)) * (1 / 6)


def piecewise_linear(x, knots):
    if knots.ndim != 2 or knots.shape[1] != 2 or len(knots) < 2: bad("knots", knots.shape)
    if not (knots[:-1, 0] < knots[1:, 0]).all(): bad("knots: positions")
    p, h = knots.T
    u = (x[..., None] - p[:-1]) / p.diff()
    return h[0] + t.einsum("...m,m->...", u.relu() - (u - 1).relu(), h.diff())


def relu(x):
    on = x.gt(0)
    return Activation(x.masked_fill(~on, 0), on.type_as(x))


def leaky_relu(x, negative_slope=0.01):
    return Activation(x.clamp(min=0) + negative_slope * x.clamp(max=0), t.where(x > 0, t.ones_like(x), negative_slope))


def _s(x):
    x = x.clamp(-1e4, 1e4)
    return t.stack([x, t.zeros_like(x)]).softmax(0)[0]


def sigmoid(x):
    return Activation(y := _s(x), y - y * y)


def tanh(x):
    return Activation(y := _s(2 * x) - _s(-2 * x), 1 - y * y)


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        u = t.distributions.Uniform(-in_features**-0.5, in_features**-0.5)
        self.weight = nn.Parameter(u.sample((out_features, in_features)))
        self.bias = nn.Parameter(u.sample((out_features,))) if bias else None

    def forward(self, x):
        if x.shape[-1:] != self.weight.shape[1:]: bad("x", x.shape)
        return t.einsum("...d,kd->...k", x, self.weight) + (0 if self.bias is None else self.bias)


def _fill(weight, draw, scale):
    with t.no_grad():
        return weight.copy_(draw * scale)


def xavier_uniform_(weight, gain=1.0, generator=None):
    if weight.ndim != 2: bad("weight", weight.shape)
    r = t.rand(*weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    return _fill(weight, r * 2 - 1, gain * math.sqrt(6 / sum(weight.shape)))


def kaiming_normal_(weight, mode="fan_in", generator=None):
    if weight.ndim != 2: bad("weight", weight.shape)
    if mode not in (fans := {"fan_in": weight.shape[1], "fan_out": weight.shape[0]}): bad("mode", mode)
    r = t.randn(*weight.shape, generator=generator, dtype=weight.dtype, device=weight.device)
    return _fill(weight, r, math.sqrt(2 / fans[mode]))


def breaks_symmetry(model):
    ls = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for a, b in zip(ls, ls[1:]):
        u = [(*r, *c) for r, c in zip(a.weight.tolist(), b.weight.T.tolist())]
        if a.bias is not None: u = [(*r, c) for r, c in zip(u, a.bias.tolist())]
        u.sort()
        if any(p == q for p, q in zip(u, u[1:])): return False
    return True


class LogisticRegression(nn.Module):
    def __init__(self, num_features):
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.linear.in_features: bad("x", x.shape)
        return t.einsum("nd,kd->n", x, self.linear.weight).add(self.linear.bias).sigmoid()


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.linear = nn.Linear(num_features, num_classes)

    def forward(self, x):
        if not x.ndim or math.prod(x.shape[1:]) != self.linear.in_features: bad("x", x.shape)
        w = self.linear.weight.reshape(-1, *x.shape[1:])
        return t.einsum("n...,k...->nk", x, w) + self.linear.bias if x.ndim == 2 else self.linear(x.reshape(len(x), self.linear.in_features))


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super().__init__()
        if len(sizes) < 2: bad("sizes", sizes)
        self.layers, self.f = nn.ModuleList(map(nn.Linear, sizes[:-1], sizes[1:])), activation

    def forward(self, x):
        for l in self.layers[:-1]: x = self.f(l(x))
        return self.layers[-1](x)


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1: bad("p", p)
        self.q = 1 - p

    def forward(self, x):
        return x * t.bernoulli(t.full_like(x, self.q, requires_grad=False)) / (self.q or 1) if self.training else x


class _Norm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps, self.d = eps, num_features
        self.weight, self.bias = nn.Parameter(t.ones(num_features)), nn.Parameter(t.zeros(num_features))

    def z(self, x, m, v):
        return (x - m) * self.weight / (v + self.eps).sqrt() + self.bias


class BatchNorm1d(_Norm):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__(num_features, eps)
        self.momentum = momentum
        self.register_buffer("running_mean", t.zeros(num_features))
        self.register_buffer("running_var", t.ones(num_features))

    def forward(self, x):
        if x.ndim != 2 or x.shape[1] != self.d or self.training and len(x) < 2: bad("x", x.shape)
        if not self.training: return self.z(x, self.running_mean, self.running_var)
        n, m = len(x), t.einsum("nd->d", x) / len(x)
        s = t.einsum("nd,nd->d", x - m, x - m)
        for b, new in (self.running_mean, m), (self.running_var, s / (n - 1)):
            b.copy_(b + self.momentum * (new.detach() - b))
        return self.z(x, m, s / n)


class LayerNorm(_Norm):
    def forward(self, x):
        if x.shape[-1:] != (self.d,): bad("x", x.shape)
        m = x.mean(-1, keepdim=True)
        return self.z(x, m, t.einsum("...d,...d->...", x - m, x - m)[..., None] / self.d)


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.first, self.shared, self.last = nn.Linear(in_features, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, out_features)

    def forward(self, x):
        f = lambda l, h: l(h).relu()
        return self.last(f(self.shared, f(self.shared, f(self.first, x))))


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
