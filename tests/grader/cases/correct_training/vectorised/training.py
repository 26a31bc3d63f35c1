"""Whole tensors at once, as few loops as possible."""

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, RandomSampler, SequentialSampler, Subset


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        bound = in_features**-0.5
        draws = (torch.rand(out_features, in_features + 1) * 2 - 1) * bound
        self.weight = nn.Parameter(draws[:, :-1].clone())
        if bias:
            self.bias = nn.Parameter(draws[:, -1].clone())
        else:
            self.register_parameter("bias", None)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() < 1 or x.size(-1) != self.weight.size(1):
            raise ValueError(f"x: last axis should be {self.weight.size(1)}")
        y = torch.matmul(x, self.weight.mT)
        return y if self.bias is None else y + self.bias


class LogisticRegression(nn.Module):
    def __init__(self, num_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(num_features, 1)

    def forward(self, x: Tensor) -> Tensor:
        if x.dim() != 2 or x.size(1) != self.linear.in_features:
            raise ValueError("x must be (N, D)")
        return self.linear(x).squeeze(-1).sigmoid()


class MLP(nn.Module):
    def __init__(self, sizes: Sequence[int], activation: Callable[[Tensor], Tensor]) -> None:
        if len(sizes) < 2:
            raise ValueError("sizes: at least two are needed")
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:]))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        *hidden, last = self.layers
        for layer in hidden:
            x = self.activation(layer(x))
        return last(x)


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    if weight_decay < 0:
        raise ValueError(f"weight_decay is negative: {weight_decay}")
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() > 1], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
    ]


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path) as file:
            header, *rows = [[c.strip() for c in line.split(",")] for line in file if line.strip()]
        cells = np.array(rows, dtype=object)  # (N, columns)
        cells[cells == "NA"] = ""
        column = header.index(target)
        cells = cells[cells[:, column] != ""]
        self.names, blocks = [], []
        for i, name in enumerate(header):
            if i == column:
                continue
            try:
                numbers = np.where(cells[:, i] == "", "nan", cells[:, i]).astype(np.float64)
                mean = np.nanmean(numbers) if not np.isnan(numbers).all() else 0.0
                names, block = [name], np.where(np.isnan(numbers), mean, numbers)[:, None]
            except ValueError:
                words = np.array([*sorted(set(cells[:, i]) - {""}), ""], dtype=object)
                names, block = [f"{name}={word or 'NA'}" for word in words], cells[:, i, None] == words
            self.names += names
            blocks.append(torch.from_numpy(block.astype(np.float32)))
        self.x = torch.cat(blocks, dim=1)
        self.y = torch.from_numpy(cells[:, column].astype(np.float32))

    def __len__(self) -> int:
        return self.y.numel()

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]


class Loaders(NamedTuple):
    train: DataLoader[Any]
    validation: DataLoader[Any]


def make_loaders(dataset: Dataset[Any], batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    n = len(dataset)  # type: ignore[arg-type]
    if batch_size < 1:
        raise ValueError("batch_size < 1")
    size = round(split * n)
    if not 0 < size < n:
        raise ValueError("split leaves a part empty")
    order = torch.randperm(n, generator=generator).tolist()
    validation, train = Subset(dataset, order[size:]), Subset(dataset, order[:size])
    return Loaders(
        DataLoader(train, batch_size, sampler=RandomSampler(train, generator=generator)),
        DataLoader(validation, batch_size, sampler=SequentialSampler(validation)),
    )


class Fold(NamedTuple):
    train: Tensor
    validation: Tensor


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    if not 2 <= k <= n:
        raise ValueError("k must lie between 2 and n")
    fold_of = (torch.arange(n) % k)[torch.randperm(n, generator=generator)]
    return [Fold((fold_of != i).nonzero().squeeze(1), (fold_of == i).nonzero().squeeze(1)) for i in range(k)]


class Standardized(NamedTuple):
    train: Tensor
    test: Tensor


def standardize(train: Tensor, test: Tensor) -> Standardized:
    if test.dim() != 2 or test.size(1) != train.size(1):
        raise ValueError("test and train differ in their columns")
    std, mean = torch.std_mean(train, dim=0, correction=0)
    constant = train.amax(0) == train.amin(0)
    mean = torch.where(constant, train[0], mean)
    std = torch.where(constant, torch.ones_like(std), std)
    return Standardized((train - mean) / std, (test - mean) / std)


def train_epoch(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    model.train()
    device = next(model.parameters()).device
    losses, sizes = [], []
    for x, y in loader:
        optimizer.zero_grad(set_to_none=True)
        loss = loss_fn(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().double())
        sizes.append(len(x))
    weights = torch.tensor(sizes, dtype=torch.float64, device=device)
    return float((torch.stack(losses) * weights).sum() / weights.sum())


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
) -> float:
    device = next(model.parameters()).device
    active = [m for m in model.modules() if m.training]
    for m in active:
        m.training = False
    try:
        with torch.inference_mode():
            pairs = [(loss_fn(model(x.to(device)), y.to(device)).item(), len(x)) for x, y in loader]
    finally:
        for m in active:
            m.training = True
    return sum(loss * size for loss, size in pairs) / sum(size for _, size in pairs)


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    if batch_size < 1:
        raise ValueError("batch_size < 1")
    device = next(model.parameters()).device
    active = [m for m in model.modules() if m.training]
    for m in active:
        m.training = False
    try:
        with torch.no_grad():
            return torch.cat([model(part.to(device)) for part in x.split(batch_size)], dim=0)
    finally:
        for m in active:
            m.training = True


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    if x.dim() != 1:
        raise ValueError("x: one axis, please")
    if degree < 0:
        raise ValueError("degree: at least 0, please")
    return x.unsqueeze(1) ** torch.arange(degree + 1, device=x.device)


class PolynomialFit(NamedTuple):
    weights: Tensor
    train_error: Tensor
    validation_error: Tensor


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    if x.size(0) <= degree:
        raise ValueError("degree is too high for so few points")
    q, r = torch.linalg.qr(polynomial_features(x, degree))
    w = torch.linalg.solve_triangular(r, (q.T @ y).unsqueeze(1), upper=True)
    error = [F.mse_loss(polynomial_features(a, degree).matmul(w).squeeze(1), b) for a, b in ((x, y), (x_val, y_val))]
    return PolynomialFit(w.squeeze(1), *error)


def save_checkpoint(path: str, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    with open(path, "wb") as file:
        torch.save(dict(epoch=int(epoch), optimizer=optimizer.state_dict(), model=model.state_dict()), file)


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    with open(path, "rb") as file:
        content = torch.load(file, map_location, weights_only=True)
    model.load_state_dict(content["model"], strict=True)
    if optimizer is not None:
        optimizer.load_state_dict(content["optimizer"])
    return int(content["epoch"])


class EarlyStopping:
    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        if patience < 1:
            raise ValueError("patience < 1")
        if min_delta < 0:
            raise ValueError("min_delta < 0")
        self._patience, self._delta = patience, min_delta
        self.best_loss = float("inf")
        self._left = patience
        self._kept: Any = None

    def step(self, loss: float, model: nn.Module) -> bool:
        better = loss < self.best_loss - self._delta
        if better:
            self.best_loss = float(loss)
            self._kept = copy.deepcopy(model.state_dict())
            self._left = self._patience
        else:
            self._left -= 1
        return self._left <= 0

    def restore(self, model: nn.Module) -> None:
        if self._kept is None:
            raise RuntimeError("nothing was kept so far")
        model.load_state_dict(self._kept)


class History(NamedTuple):
    train_losses: list[float]
    validation_losses: list[float]


def fix_training_loop(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    x_val: Tensor,
    y_val: Tensor,
    epochs: int,
    batch_size: int,
    lr: float,
    generator: torch.Generator,
) -> History:
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    for _ in range(epochs):
        model.train()
        losses = []
        order = torch.rand(len(x), generator=generator).argsort().to(x.device)
        for rows in order.split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach().repeat(len(rows)))
        train_losses.append(torch.cat(losses).mean().item())
        model.eval()
        with torch.no_grad():
            validation_losses.append(F.cross_entropy(model(x_val), y_val).item())
    return History(train_losses, validation_losses)


class TrainingRun(NamedTuple):
    model: nn.Module
    losses: list[float]


def descend(model: nn.Module, x: Tensor, y: Tensor, loss_fn: Any, optimizer: Any, orders: Iterable[Any]) -> TrainingRun:
    model.train()
    losses = []
    for rows in orders:
        sums = x.new_zeros(())
        for part in rows:
            loss = loss_fn(model(x[part]), y[part])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            sums += loss.detach() * len(part)
        losses.append(float(sums) / len(x))
    return TrainingRun(model.eval(), losses)


def train_regression(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    goal = (y - y.mean()) / y.std(correction=0)
    model = Linear(x.size(1), 1).to(x)
    orders = (torch.randperm(len(x), generator=generator).split(batch_size) for _ in range(epochs))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return descend(model, standardize(x, x).train, goal[:, None], F.mse_loss, optimizer, orders)


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    model = LogisticRegression(x.size(1)).to(x)
    orders = (torch.randperm(len(x), generator=generator).split(batch_size) for _ in range(epochs))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    return descend(model, standardize(x, x).train, y.to(x), F.binary_cross_entropy, optimizer, orders)


def train_digits(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 25, lr: float = 0.1
) -> TrainingRun:
    model = MLP((x.size(1), 128, int(y.max()) + 1), F.relu).to(x)
    orders = (torch.randperm(len(x), generator=generator).split(batch_size) for _ in range(epochs))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    return descend(model, x, y, F.cross_entropy, optimizer, orders)


class DegreeChoice(NamedTuple):
    folds: list[Fold]
    errors: list[float]
    degree: int
    prediction: Tensor


def ridge(x: Tensor, y: Tensor, new: Tensor, degree: int, penalty: float) -> Tensor:
    exponents = torch.arange(1, degree + 1, device=x.device)
    z, z_new = standardize(x[:, None] ** exponents, new[:, None] ** exponents)
    gram = (z.mT @ z / len(z)).clone()
    gram.diagonal().add_(penalty)
    w = torch.cholesky_solve((z.mT @ (y - y.mean()))[:, None] / len(z), torch.linalg.cholesky(gram))
    return y.mean() + (z_new @ w)[:, 0]


def choose_degree(
    x: Tensor, y: Tensor, x_new: Tensor, degrees: Sequence[int], k: int, generator: Any, penalty: float = 0.001
) -> DegreeChoice:
    folds = kfold_indices(len(x), k, generator)
    held_out = torch.cat([fold.validation for fold in folds])
    said = torch.stack(
        [torch.cat([ridge(x[a], y[a], x[b], degree, penalty) for a, b in folds]) for degree in degrees]
    )
    errors = (said - y[held_out]).square().mean(1)
    best = degrees[int(errors.argmin())]
    return DegreeChoice(folds, errors.tolist(), best, ridge(x, y, x_new, best, penalty))


class RateRange(NamedTuple):
    start_loss: float
    losses: list[float]
    best: float


def learning_rate_range(model: nn.Module, train: Any, validation: Any, loss_fn: Any, rates: Any, steps: int) -> RateRange:
    def sweep(rate: float, count: int) -> float:
        net = copy.deepcopy(model).train()
        for _ in range(count):
            gradients = torch.autograd.grad(loss_fn(net(train[0]), train[1]), list(net.parameters()))
            with torch.no_grad():
                torch._foreach_add_(list(net.parameters()), gradients, alpha=-rate)
        with torch.no_grad():
            return float(loss_fn(net.eval()(validation[0]), validation[1]))

    start = sweep(0.0, 0)
    losses = torch.tensor([sweep(rate, steps) for rate in rates], dtype=torch.float64)
    losses = losses.where(losses <= start, torch.nan)
    best = torch.nan if losses.isnan().all() else rates[int(losses.nan_to_num(torch.inf).argmin())]
    return RateRange(start, losses.tolist(), best)


class SelectionLeak(NamedTuple):
    leaky_columns: Tensor
    honest_columns: Tensor
    leaky_error: float
    honest_error: float
    mean_error: float


def selection_leak(x: Tensor, y: Tensor, folds: Sequence[tuple[Tensor, Tensor]], count: int) -> SelectionLeak:
    def strongest(rows: Tensor) -> Tensor:
        a, b = x[rows] - x[rows].mean(0), y[rows] - y[rows].mean()
        correlation = (b @ a).abs() / a.norm(dim=0)
        constant = (x[rows] == x[rows][:1]).all(0)
        return correlation.masked_fill(constant, 0.0).argsort(descending=True)[:count].sort()[0]

    def errors(train: Tensor, validation: Tensor, columns: Tensor) -> Tensor:
        a, b = x[train][:, columns], y[train]
        w = torch.linalg.lstsq(a - a.mean(0), (b - b.mean())[:, None]).solution[:, 0]
        return (b.mean() + (x[validation][:, columns] - a.mean(0)) @ w - y[validation]).square()

    leaky = strongest(torch.arange(len(x), device=x.device))
    honest = torch.stack([strongest(train) for train, _ in folds])
    found = [
        torch.stack([errors(a, b, leaky), errors(a, b, own), (y[a].mean() - y[b]).square()])
        for (a, b), own in zip(folds, honest)
    ]
    return SelectionLeak(leaky, honest, *torch.cat(found, 1).mean(1).tolist())


import json
from collections import namedtuple
from pathlib import Path
from torch.nn.utils.rnn import pad_sequence


ThreeWaySplit = namedtuple("ThreeWaySplit", "train validation test")
PaddedBatch = namedtuple("PaddedBatch", "x lengths y")
PrecisionRecall = namedtuple("PrecisionRecall", "precision recall f1")


def three_way_split(n, fractions, generator):
    sizes = np.rint(np.asarray(fractions) * n).astype(int)  # to even, as round does
    order = torch.randperm(n, generator=generator)
    train = n - sizes[1] - sizes[2]
    return ThreeWaySplit(*torch.tensor_split(order, [int(train), int(train + sizes[1])]))


def pad_collate(batch):
    sequences = [pair[0] for pair in batch]
    lengths = np.array([s.shape[0] for s in sequences])
    labels = np.array([pair[1] for pair in batch])
    return PaddedBatch(pad_sequence(sequences, True), torch.from_numpy(lengths), torch.from_numpy(labels))


def precision_and_recall(scores, labels, threshold):
    alarms = scores.detach().cpu().numpy() >= threshold
    true = labels.cpu().numpy().astype(bool)
    hits = np.count_nonzero(alarms & true)
    p = hits / max(np.count_nonzero(alarms), 1)
    r = hits / max(np.count_nonzero(true), 1)
    return PrecisionRecall(p, r, 2 * p * r / (p + r) if hits else 0.0)


class MetricLogger:
    def __init__(self, path):
        self.path = Path(path)
        self.path.touch()
        if self.path.read_bytes()[-1:] not in (b"", b"\n"):
            self._append("\n")

    def _append(self, text):
        with self.path.open("a") as file:
            print(text, end="", file=file, flush=True)

    def log(self, step, numbers):
        self._append(json.dumps({"step": step, **{k: np.asarray(v).item() * 1.0 for k, v in numbers.items()}}) + "\n")

    def curves(self):
        rows = []
        for line in self.path.read_text().splitlines():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError:
                pass
        names = dict.fromkeys(name for row in rows for name in row if name != "step")
        return {name: [(row["step"], row[name]) for row in rows if name in row] for name in names}


def train_epoch_autocast(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    model.train()
    losses, sizes = [], []
    for x, y in loader:
        with torch.amp.autocast(device.type, torch.bfloat16):
            out = model(x.to(device))
        loss = loss_fn(out.float(), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(x))
    return float(np.average(losses, weights=sizes))
