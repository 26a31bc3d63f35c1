"""Functions that make functions, context managers, generators."""

import contextlib
import copy
import csv
import functools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset, random_split
from mlp import MLP, LogisticRegression
Loaders = NamedTuple("Loaders", [("train", DataLoader), ("validation", DataLoader)])
Fold = NamedTuple("Fold", [("train", Tensor), ("validation", Tensor)])
Standardized = NamedTuple("Standardized", [("train", Tensor), ("test", Tensor)])
PolynomialFit = NamedTuple(
    "PolynomialFit", [("weights", Tensor), ("train_error", Tensor), ("validation_error", Tensor)]
)
History = NamedTuple("History", [("train_losses", list), ("validation_losses", list)])
TrainingRun = NamedTuple("TrainingRun", [("model", nn.Module), ("losses", list)])


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


# ---------------------------------------------------------------- layers and their weights


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()

        def draw(*shape: int) -> nn.Parameter:
            return nn.Parameter((torch.rand(*shape) - 0.5) * (2 / math.sqrt(in_features)))

        offset = draw(out_features) if bias else None  # drawn first, registered second
        self.weight = draw(out_features, in_features)
        self.register_parameter("bias", offset)

    def forward(self, x: Tensor) -> Tensor:
        wanted = self.weight.shape[-1]
        require(x.ndim > 0 and x.shape[-1] == wanted, f"x must end in an axis of {wanted}")
        y = torch.tensordot(x, self.weight, dims=([-1], [1]))
        return y if self.bias is None else self.bias + y


def parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    require(weight_decay >= 0, "weight_decay must be at least 0")

    def group(belongs: Callable[[Tensor], bool], decay: float) -> dict[str, Any]:
        chosen = filter(lambda p: p.requires_grad and belongs(p), model.parameters())
        return {"params": list(chosen), "weight_decay": decay}

    return [group(lambda p: p.ndim >= 2, weight_decay), group(lambda p: p.ndim < 2, 0.0)]


# ---------------------------------------------------------------- data


class CSVDataset(Dataset):
    def __init__(self, path: str, target: str) -> None:
        def number(cell: str) -> float | None:
            return None if cell in ("", "NA") else float(cell)

        def mean(known: list[float]) -> float:
            return math.fsum(known) / len(known) if known else 0.0

        def encoded(name: str, cells: list[str]) -> dict[str, list[float]]:
            try:
                values = [number(cell) for cell in cells]
            except ValueError:
                known = ["NA" if cell == "" else cell for cell in cells]
                kinds = [*sorted(set(known) - {"NA"}), "NA"]
                return {f"{name}={kind}": [float(cell == kind) for cell in known] for kind in kinds}
            fill = mean([value for value in values if value is not None])
            return {name: [fill if value is None else value for value in values]}

        with open(path, newline="") as file:
            reader = csv.reader(file, quoting=csv.QUOTE_NONE)
            records = [[cell.strip() for cell in record] for record in reader]
        header, *body = [record for record in records if record not in ([], [""])]
        where = header.index(target)
        body = [record for record in body if number(record[where]) is not None]
        columns = {name: [record[j] for record in body] for j, name in enumerate(header)}
        targets = columns.pop(target)
        features = {key: values for name, cells in columns.items() for key, values in encoded(name, cells).items()}
        self.names = list(features)
        self.x = torch.tensor(list(features.values()), dtype=torch.float32).t().contiguous()
        self.y = torch.tensor([float(cell) for cell in targets])

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return self.x[index], self.y[index]


def make_loaders(dataset: Dataset, batch_size: int, split: float, generator: torch.Generator) -> Loaders:
    require(batch_size >= 1, "batch_size must be at least 1")
    n = len(dataset)
    count = round(split * n)
    require(1 <= count <= n - 1, "split must leave something for both parts")
    seeds = torch.randint(2**62, (2,), generator=generator).tolist()
    own, others = (torch.Generator().manual_seed(seed) for seed in seeds)
    parts = random_split(dataset, [count, n - count], own)
    load = functools.partial(DataLoader, batch_size=batch_size, drop_last=False)
    return Loaders(load(parts[0], shuffle=True, generator=own), load(parts[1], generator=others))


def kfold_indices(n: int, k: int, generator: torch.Generator) -> list[Fold]:
    require(2 <= k <= n, f"k must be from 2 to {n}")
    pieces = torch.randperm(n, generator=generator).tensor_split(k)

    def fold(i: int) -> Fold:
        return Fold(torch.cat(pieces[:i] + pieces[i + 1 :]), pieces[i])

    return [fold(i) for i in range(k)]


def _scaler(train: Tensor) -> Callable[[Tensor], Tensor]:
    rows = train.double()
    constant = (train == train[:1]).all(dim=0)
    shift = torch.where(constant, rows[0], rows.mean(dim=0))
    scale = torch.where(constant, 1.0, rows.std(dim=0, correction=0))
    return lambda x: ((x.double() - shift) / scale).to(x.dtype)


def standardize(train: Tensor, test: Tensor) -> Standardized:
    require(test.ndim == 2 and test.shape[1] == train.shape[1], "test must have the columns of train")
    return Standardized(*map(_scaler(train), (train, test)))


# ---------------------------------------------------------------- training


def _device(model: nn.Module) -> torch.device:
    return next(model.parameters()).device


@contextlib.contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def _weighted_mean(pairs: Iterable[tuple[float, int]]) -> float:
    losses, sizes = zip(*pairs)
    return math.fsum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes)


def train_epoch(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    device = _device(model)
    model.train()

    def step(x: Tensor, y: Tensor) -> tuple[float, int]:
        loss = loss_fn(model(x.to(device)), y.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item(), len(x)

    return _weighted_mean([step(x, y) for x, y in loader])


def evaluate(
    model: nn.Module,
    loader: Iterable[tuple[Tensor, Tensor]],
    loss_fn: Callable[[Tensor, Tensor], Tensor],
) -> float:
    device = _device(model)
    with _evaluating(model):
        return _weighted_mean([(loss_fn(model(x.to(device)), y.to(device)).item(), len(x)) for x, y in loader])


def predict(model: nn.Module, x: Tensor, batch_size: int = 64) -> Tensor:
    require(batch_size >= 1, "batch_size must be at least 1")
    device = _device(model)
    with _evaluating(model):
        return torch.cat([model(batch.to(device)) for batch in torch.split(x, batch_size)])


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    require(x.ndim == 1, "x must have one axis")
    require(degree >= 0, "degree must be at least 0")
    return torch.stack([x.pow(i) for i in range(degree + 1)], dim=-1)


def fit_polynomial(x: Tensor, y: Tensor, x_val: Tensor, y_val: Tensor, degree: int) -> PolynomialFit:
    require(len(x) >= degree + 1, "degree must be below the number of points")
    weights = torch.linalg.pinv(polynomial_features(x.double(), degree)) @ y.double()

    def error(inputs: Tensor, targets: Tensor) -> Tensor:
        return (polynomial_features(inputs.double(), degree) @ weights - targets).square().mean().to(x.dtype)

    return PolynomialFit(weights.to(x.dtype), error(x, y), error(x_val, y_val))


def save_checkpoint(path: str, model: nn.Module, optimizer: torch.optim.Optimizer, epoch: int) -> None:
    states = {name: part.state_dict() for name, part in (("model", model), ("optimizer", optimizer))}
    torch.save({**states, "epoch": epoch}, path)


def load_checkpoint(
    path: str,
    model: nn.Module,
    optimizer: torch.optim.Optimizer | None = None,
    map_location: str | torch.device = "cpu",
) -> int:
    saved = torch.load(path, map_location=map_location, weights_only=True)
    for name, part in (("model", model), ("optimizer", optimizer)):
        if part is not None:
            part.load_state_dict(saved[name])
    return saved["epoch"]


class EarlyStopping:
    def __init__(self, patience: int, min_delta: float = 0.0) -> None:
        require(patience >= 1, "patience must be at least 1")
        require(min_delta >= 0, "min_delta must be at least 0")
        self.best_loss = math.inf
        self._waited = 0

        def nothing(model: nn.Module) -> None:
            raise RuntimeError("no improvement so far")

        self._restore: Callable[[nn.Module], Any] = nothing
        self._better = lambda loss: loss < self.best_loss - min_delta
        self.stopped = False
        self._enough = lambda: self._waited >= patience

    def step(self, loss: float, model: nn.Module) -> bool:
        self._waited += 1
        if self._better(loss):
            state = copy.deepcopy(model.state_dict())
            self.best_loss, self._waited = loss, 0
            self._restore = lambda other: other.load_state_dict(state)
        self.stopped = self.stopped or self._enough()
        return self.stopped

    def restore(self, model: nn.Module) -> None:
        self._restore(model)


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
    parameters = [p for p in model.parameters() if p.requires_grad]

    def descend(rows: Tensor) -> tuple[float, int]:
        loss = functional.cross_entropy(model(x[rows]), y[rows])
        gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
        with torch.no_grad():
            for p, g in zip(parameters, gradients):
                if g is not None:
                    p.sub_(g, alpha=lr)
        return loss.item(), len(rows)

    def epoch() -> float:
        model.train()
        order = torch.randperm(len(x), generator=generator)
        return _weighted_mean([descend(rows) for rows in order.split(batch_size)])

    def validate() -> float:
        with _evaluating(model):
            return functional.cross_entropy(model(x_val), y_val).item()

    losses = [(epoch(), validate()) for _ in range(epochs)]
    return History([a for a, _ in losses], [b for _, b in losses])


def _trainer(
    loss_fn: Callable[[Tensor, Tensor], Tensor], generator: torch.Generator, epochs: int, batch_size: int
) -> Callable[..., TrainingRun]:
    def train(model: nn.Module, x: Tensor, y: Tensor, optimizer: torch.optim.Optimizer) -> TrainingRun:
        def batches() -> Iterator[tuple[Tensor, Tensor]]:
            for rows in torch.randperm(len(x), generator=generator).split(batch_size):
                yield x[rows], y[rows]

        losses = [train_epoch(model, batches(), loss_fn, optimizer) for _ in range(epochs)]
        return TrainingRun(model.eval(), losses)

    return train


def train_regression(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    model, train = Linear(x.shape[1], 1).to(x), _trainer(functional.mse_loss, generator, epochs, batch_size)
    return train(model, _scaler(x)(x), _scaler(y[:, None])(y[:, None]), torch.optim.Adam(model.parameters(), lr))


def train_classifier(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 10, batch_size: int = 32, lr: float = 0.05
) -> TrainingRun:
    model, train = LogisticRegression(x.shape[1]).to(x), _trainer(nn.BCELoss(), generator, epochs, batch_size)
    return train(model, _scaler(x)(x), y.to(x.dtype), torch.optim.Adam(model.parameters(), lr))


def train_digits(
    x: Tensor, y: Tensor, generator: torch.Generator, epochs: int = 12, batch_size: int = 25, lr: float = 0.1
) -> TrainingRun:
    model = MLP((x.shape[1], 128, 1 + max(y.tolist())), torch.relu).to(x)
    train = _trainer(functional.cross_entropy, generator, epochs, batch_size)
    return train(model, x, y, torch.optim.SGD(model.parameters(), lr, momentum=0.9))


DegreeChoice = NamedTuple(
    "DegreeChoice", [("folds", list), ("errors", list), ("degree", int), ("prediction", Tensor)]
)


def _fitted(x: Tensor, y: Tensor, degree: int, penalty: float) -> Callable[[Tensor], Tensor]:
    def powers(points: Tensor) -> Tensor:
        return torch.stack([points.pow(i) for i in range(1, degree + 1)], dim=-1)

    scale = _scaler(powers(x))
    z, b = scale(powers(x)), y.mean()
    # the penalty as rows of a least-squares problem
    rows = torch.cat([z / math.sqrt(len(x)), math.sqrt(penalty) * torch.eye(degree).to(z)])
    goal = torch.cat([(y - b) / math.sqrt(len(x)), torch.zeros(degree).to(z)])
    w = torch.linalg.lstsq(rows, goal[:, None]).solution[:, 0]
    return lambda points: b + scale(powers(points)) @ w


def choose_degree(x, y, x_new, degrees, k, generator, penalty=0.001):
    folds = kfold_indices(len(x), k, generator)

    def error(degree: int) -> float:
        said = torch.empty_like(y)
        for fold in folds:
            said[fold.validation] = _fitted(x[fold.train], y[fold.train], degree, penalty)(x[fold.validation])
        return functional.mse_loss(said, y).item()

    errors = list(map(error, degrees))
    degree = min(zip(errors, range(len(errors))))[1]
    return DegreeChoice(folds, errors, degrees[degree], _fitted(x, y, degrees[degree], penalty)(x_new))


RateRange = NamedTuple("RateRange", [("start_loss", float), ("losses", list), ("best", float)])


def learning_rate_range(model, train, validation, loss_fn, rates, steps):
    def loss_of(net: nn.Module) -> float:
        with _evaluating(net):
            return loss_fn(net(validation[0]), validation[1]).item()

    def after(rate: float) -> float:
        net = copy.deepcopy(model)
        optimizer = torch.optim.SGD(net.parameters(), lr=rate)
        for _ in range(steps):
            train_epoch(net, [train], loss_fn, optimizer)
        return loss_of(net)

    start = loss_of(model)
    losses = [loss if loss <= start else float("nan") for loss in map(after, rates)]
    by_loss = sorted((loss, place) for place, loss in enumerate(losses) if loss == loss)
    return RateRange(start, losses, rates[by_loss[0][1]] if by_loss else float("nan"))


SelectionLeak = NamedTuple(
    "SelectionLeak",
    [
        ("leaky_columns", Tensor),
        ("honest_columns", Tensor),
        ("leaky_error", float),
        ("honest_error", float),
        ("mean_error", float),
    ],
)


def selection_leak(x, y, folds, count):
    def strength(rows: Tensor, column: int) -> float:
        values = x[rows, column]
        if values.unique().numel() == 1:
            return 0.0
        return torch.corrcoef(torch.stack([values, y[rows]]))[0, 1].abs().item()

    def chosen(rows: Tensor) -> Tensor:
        order = sorted(range(x.shape[1]), key=functools.partial(strength, rows), reverse=True)
        return torch.tensor(sorted(order[:count]), device=x.device)

    def error(columns_of: Callable[[Tensor], Tensor]) -> float:
        said = torch.empty_like(y)
        for train, validation in folds:
            columns = columns_of(train)
            with_ones = functional.pad(x[:, columns], (1, 0), value=1.0)
            w = torch.linalg.lstsq(with_ones[train], y[train].unsqueeze(1)).solution
            said[validation] = (with_ones[validation] @ w).squeeze(1)
        return (said - y).pow(2).mean().item()

    leaky = chosen(torch.arange(len(x), device=x.device))
    means = torch.cat([(y[b] - y[a].mean()).pow(2) for a, b in folds]).mean().item()
    honest = torch.stack([chosen(train) for train, _ in folds])
    return SelectionLeak(leaky, honest, error(lambda _: leaky), error(chosen), means)


import json


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
