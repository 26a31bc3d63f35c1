# -*- coding: utf-8 -*-
from __future__ import division, print_function

import copy
import math
import time
from collections import OrderedDict, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.autograd import Variable
from torch.nn.parameter import Parameter
from torch.utils import data
from torch.utils.data import DataLoader, Dataset, random_split

log_interval = 100


class AverageMeter(object):
    """Computes and stores the average and current value"""

    def __init__(self):
        self.reset()

    def reset(self):
        self.val = 0
        self.avg = 0
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


# ---------------------------
# activations
# ---------------------------

Activation = namedtuple("Activation", "value derivative")


def hard_sigmoid(x):
    return torch.clamp(x / 6 + 0.5, min=0, max=1)


def piecewise_linear(x, knots):
    out = torch.ones_like(x) * knots[0][1]
    for i in range(knots.size(0) - 1):
        t0, h0 = knots[i][0], knots[i][1]
        t1, h1 = knots[i + 1][0], knots[i + 1][1]
        u = (x - t0) / (t1 - t0)
        ramp = F.relu(u) - F.relu(u - 1)
        out = out + (h1 - h0) * ramp
    return out


def relu(x):
    mask = torch.gt(x, 0)
    value = x.masked_fill(~mask, 0)
    derivative = torch.zeros(x.size()).type_as(x).masked_fill(mask, 1.0)
    return Activation(value, derivative)


def leaky_relu(x, negative_slope=0.01):
    value = torch.where(x > 0, x, x * negative_slope)
    derivative = torch.where(x > 0, torch.ones_like(x), torch.full_like(x, negative_slope))
    return Activation(value, derivative)


class SigmoidFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.exp(x)
        out = torch.where(x > 0, 1 / (1 + torch.exp(-x)), y / (1 + y))
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (out,) = ctx.saved_tensors
        grad_input = grad_output * out * (1 - out)
        return grad_input


def sigmoid(x):
    value = SigmoidFunction.apply(x)
    derivative = value * (1 - value)
    return Activation(value, derivative.data)


class TanhFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        e = torch.expm1(-2 * x.abs())
        out = x.sign() * (-e) / (2 + e)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        (out,) = ctx.saved_tensors
        return grad_output * (1 - out.pow(2))


def tanh(x):
    value = TanhFunction.apply(x)
    return Activation(value, (1 - value.pow(2)).data)


# ---------------------------
# layers
# ---------------------------


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super(Linear, self).__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(torch.Tensor(out_features, in_features))
        if bias:
            self.bias = Parameter(torch.Tensor(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, x):
        output = x.matmul(self.weight.t())
        if self.bias is not None:
            output += self.bias
        return output

    def extra_repr(self):
        return "in_features={}, out_features={}, bias={}".format(
            self.in_features, self.out_features, self.bias is not None
        )


def xavier_uniform_(weight, gain=1.0, generator=None):
    fan_in, fan_out = weight.size(1), weight.size(0)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    a = math.sqrt(3.0) * std  # Calculate uniform bounds from standard deviation
    with torch.no_grad():
        return weight.uniform_(-a, a, generator=generator)


def kaiming_normal_(weight, mode="fan_in", generator=None):
    fan = weight.size(1) if mode == "fan_in" else weight.size(0)
    gain = math.sqrt(2.0)
    std = gain / math.sqrt(fan)
    with torch.no_grad():
        return weight.normal_(0, std, generator=generator)


def breaks_symmetry(model):
    linears = []
    for m in model.modules():
        if isinstance(m, nn.Linear):
            linears.append(m)
    for l in range(len(linears) - 1):
        w_in = linears[l].weight.data
        b = linears[l].bias
        w_out = linears[l + 1].weight.data
        for i in range(w_in.size(0)):
            for j in range(i + 1, w_in.size(0)):
                same_in = torch.equal(w_in[i], w_in[j])
                same_b = b is None or b.data[i].item() == b.data[j].item()
                same_out = torch.equal(w_out[:, i], w_out[:, j])
                if same_in and same_b and same_out:
                    return False
    return True


class LogisticRegression(torch.nn.Module):
    def __init__(self, num_features):
        super(LogisticRegression, self).__init__()
        self.linear = torch.nn.Linear(num_features, 1)

    def forward(self, x):
        y_pred = torch.sigmoid(self.linear(x))
        return y_pred.view(-1)


class SoftmaxRegression(nn.Module):
    def __init__(self, num_features, num_classes):
        super(SoftmaxRegression, self).__init__()
        self.num_features = num_features
        self.linear = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = x.contiguous().view(-1, self.num_features)
        out = self.linear(x)
        return out


class MLP(nn.Module):
    def __init__(self, sizes, activation):
        super(MLP, self).__init__()
        self.layers = nn.ModuleList()
        for i in range(len(sizes) - 1):
            self.layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        self.activation = activation

    def forward(self, x):
        out = x
        for i, layer in enumerate(self.layers):
            out = layer(out)
            if i != len(self.layers) - 1:
                out = self.activation(out)
        return out


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super(Dropout, self).__init__()
        self.p = p

    def forward(self, x):
        if self.training:
            if self.p == 1:
                return x * 0.0
            noise = torch.zeros_like(x.data).bernoulli_(1 - self.p)
            noise.div_(1 - self.p)
            return x * Variable(noise)
        return x


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super(BatchNorm1d, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = Parameter(torch.Tensor(num_features))
        self.bias = Parameter(torch.Tensor(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.reset_parameters()

    def reset_parameters(self):
        self.weight.data.fill_(1)
        self.bias.data.zero_()

    def forward(self, x):
        if self.training:
            n = x.size(0)
            if n <= 1:
                raise ValueError("x: expected more than 1 value per channel when training, got {}".format(list(x.size())))
            mean = x.mean(0)
            var = x.var(0, unbiased=False)
            unbiased = x.data.var(0, unbiased=True)
            self.running_mean.mul_(1 - self.momentum).add_(mean.data * self.momentum)
            self.running_var.mul_(1 - self.momentum).add_(unbiased * self.momentum)
        else:
            mean = Variable(self.running_mean)
            var = Variable(self.running_var)
        x_hat = (x - mean.unsqueeze(0)) / torch.sqrt(var.unsqueeze(0) + self.eps)
        return self.weight * x_hat + self.bias


class LayerNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5):
        super(LayerNorm, self).__init__()
        self.weight = Parameter(torch.ones(num_features))
        self.bias = Parameter(torch.zeros(num_features))
        self.eps = eps

    def forward(self, x):
        mean = x.mean(-1, keepdim=True)
        var = (x - mean).pow(2).mean(-1, keepdim=True)
        return self.weight * (x - mean) / torch.sqrt(var + self.eps) + self.bias


class SharedMLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super(SharedMLP, self).__init__()
        self.first = nn.Linear(in_features, hidden)
        self.shared = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, out_features)

    def forward(self, x):
        h_relu = self.first(x).clamp(min=0)
        for _ in range(2):
            # it is perfectly safe to reuse the same Module many times
            h_relu = self.shared(h_relu).clamp(min=0)
        y_pred = self.last(h_relu)
        return y_pred


def parameter_groups(model, weight_decay):
    decay = []
    no_decay = []
    for name, param in model.named_parameters():
        if not param.requires_grad:
            continue  # frozen weights
        if len(param.shape) < 2:
            no_decay.append(param)
        else:
            decay.append(param)
    return [{"params": decay, "weight_decay": weight_decay}, {"params": no_decay, "weight_decay": 0.0}]


# ---------------------------
# data
# ---------------------------


def is_number(s):
    try:
        float(s)
        return True
    except ValueError:
        return False


class CSVDataset(Dataset):
    def __init__(self, path, target):
        super(CSVDataset, self).__init__()
        with open(path) as f:
            lines = f.read().splitlines()
        lines = [[c.strip() for c in line.split(",")] for line in lines if line.strip() != ""]
        header = lines[0]
        records = []
        for line in lines[1:]:
            record = OrderedDict(zip(header, [None if c in ("", "NA") else c for c in line]))
            if record[target] is not None:
                records.append(record)

        self.names = []
        features = []
        for column in header:
            if column == target:
                continue
            present = [r[column] for r in records if r[column] is not None]
            if all([is_number(c) for c in present]):
                # numeric column, replace NA by the mean
                mean = sum([float(c) for c in present]) / len(present) if present else 0.0
                self.names.append(column)
                features.append([mean if r[column] is None else float(r[column]) for r in records])
            else:
                # categorical column -> dummies
                for word in sorted(set(present)):
                    self.names.append("%s=%s" % (column, word))
                    features.append([1.0 if r[column] == word else 0.0 for r in records])
                self.names.append("%s=NA" % column)
                features.append([1.0 if r[column] is None else 0.0 for r in records])
        self.x = torch.zeros(len(records), len(self.names))
        for j, feature in enumerate(features):
            self.x[:, j] = torch.FloatTensor(feature)
        self.y = torch.FloatTensor([float(r[target]) for r in records])

    def __len__(self):
        return self.x.size(0)

    def __getitem__(self, index):
        return (self.x[index], self.y[index])


Loaders = namedtuple("Loaders", "train validation")


def make_loaders(dataset, batch_size, split, generator):
    n_train = int(round(split * len(dataset)))
    n_val = len(dataset) - n_train
    train_set, val_set = random_split(dataset, [n_train, n_val], generator=generator)
    train_loader = DataLoader(train_set, batch_size=batch_size, shuffle=True, num_workers=0, generator=generator)
    val_loader = DataLoader(val_set, batch_size=batch_size, shuffle=False, num_workers=0)
    return Loaders(train_loader, val_loader)


Fold = namedtuple("Fold", "train validation")


def kfold_indices(n, k, generator):
    indices = torch.randperm(n, generator=generator).tolist()
    fold_sizes = [n // k] * k
    for i in range(n % k):
        fold_sizes[i] += 1
    current = 0
    folds = []
    for fold_size in fold_sizes:
        start, stop = current, current + fold_size
        test_index = indices[start:stop]
        train_index = [i for i in indices if i not in test_index]
        folds.append(Fold(torch.LongTensor(train_index), torch.LongTensor(test_index)))
        current = stop
    return folds


Standardized = namedtuple("Standardized", "train test")


def standardize(train, test):
    mean = train.mean(0, keepdim=True)
    std = train.std(0, unbiased=False, keepdim=True)
    same = train.max(0, keepdim=True)[0] == train.min(0, keepdim=True)[0]
    std[same] = 1.0  # avoid division by zero
    return Standardized((train - mean) / std, (test - mean) / std)


# ---------------------------
# training and testing
# ---------------------------


def train_epoch(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    losses = AverageMeter()
    batch_time = AverageMeter()
    model.train()
    end = time.time()
    for batch_idx, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        data, target = Variable(data), Variable(target)
        optimizer.zero_grad()
        output = model(data)
        loss = loss_fn(output, target)
        loss.backward()
        optimizer.step()
        losses.update(loss.data.item(), data.size(0))
        batch_time.update(time.time() - end)
        end = time.time()
        if batch_idx % log_interval == log_interval - 1:
            print("batch {} loss {:.6f} ({:.3f}s)".format(batch_idx, losses.avg, batch_time.avg))
    return losses.avg


def evaluate(model, loader, loss_fn):
    device = next(model.parameters()).device
    was_training = {}
    for name, module in model.named_modules():
        was_training[name] = module.training
    model.eval()
    test_loss = 0
    n = 0
    with torch.no_grad():
        for data, target in loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += loss_fn(output, target).item() * len(data)  # sum up batch loss
            n += len(data)
    for name, module in model.named_modules():
        module.training = was_training[name]
    test_loss /= n
    return test_loss


def predict(model, x, batch_size=64):
    device = next(model.parameters()).device
    was_training = [m.training for m in model.modules()]
    model.eval()
    outputs = []
    loader = DataLoader(data.TensorDataset(x), batch_size=batch_size, generator=torch.Generator())
    with torch.no_grad():
        for (batch,) in loader:
            outputs.append(model(batch.to(device)))
    for m, mode in zip(model.modules(), was_training):
        m.training = mode
    return torch.cat(outputs, 0)


def polynomial_features(x, degree):
    """Builds features i.e. a matrix with columns [1, x, x^2, x^3]."""
    x = x.unsqueeze(1)
    return torch.cat([x**i for i in range(0, degree + 1)], 1)


PolynomialFit = namedtuple("PolynomialFit", "weights train_error validation_error")


def fit_polynomial(x, y, x_val, y_val, degree):
    X = polynomial_features(x, degree).double()
    # QR decomposition, R w = Q^T y
    Q, R = torch.linalg.qr(X)
    w = torch.linalg.solve_triangular(R, Q.t().mm(y.double().unsqueeze(1)), upper=True)
    train_error = F.mse_loss(X.mm(w).squeeze(1), y.double())
    val_error = F.mse_loss(polynomial_features(x_val, degree).double().mm(w).squeeze(1), y_val.double())
    return PolynomialFit(w.squeeze(1).to(x.dtype), train_error.to(x.dtype), val_error.to(x.dtype))


def save_checkpoint(path, model, optimizer, epoch):
    state = {
        "epoch": epoch,
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    torch.save(state, path)


def load_checkpoint(path, model, optimizer=None, map_location="cpu"):
    print("=> loading checkpoint '{}'".format(path))
    checkpoint = torch.load(path, map_location=map_location, weights_only=True)
    model.load_state_dict(checkpoint["model"])
    if optimizer is not None:
        optimizer.load_state_dict(checkpoint["optimizer"])
    print("=> loaded checkpoint '{}' (epoch {})".format(path, checkpoint["epoch"]))
    return checkpoint["epoch"]


class EarlyStopping(object):
    """Early stops the training if validation loss doesn't improve after a given patience."""

    def __init__(self, patience, min_delta=0.0):
        self.patience = patience
        self.min_delta = min_delta
        self.counter = 0
        self.best_loss = float("inf")
        self.early_stop = False
        self.best_model = None

    def step(self, loss, model):
        if loss < self.best_loss - self.min_delta:
            self.best_loss = loss
            self.best_model = copy.deepcopy(model.state_dict())
            self.counter = 0
        else:
            self.counter += 1
            print("EarlyStopping counter: {} out of {}".format(self.counter, self.patience))
            if self.counter >= self.patience:
                self.early_stop = True
        return self.early_stop

    def restore(self, model):
        model.load_state_dict(self.best_model)


History = namedtuple("History", "train_losses validation_losses")


def fix_training_loop(model, x, y, x_val, y_val, epochs, batch_size, lr, generator):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    train_losses, validation_losses = [], []
    for _ in range(epochs):
        model.train()
        total = 0.0
        order = torch.randperm(len(x), generator=generator).to(x.device)
        x_shuffled, y_shuffled = x[order], y[order]
        for start in range(0, len(x), batch_size):
            x_batch, y_batch = x_shuffled[start : start + batch_size], y_shuffled[start : start + batch_size]
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x_batch), y_batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x_batch)
        train_losses.append(total / len(x))
        model.eval()
        with torch.no_grad():
            loss = F.cross_entropy(model(x_val), y_val)
        validation_losses.append(loss.item())
    return History(train_losses, validation_losses)


TrainingRun = namedtuple("TrainingRun", "model losses")


def train_regression(x, y, generator, epochs=12, batch_size=32, lr=0.05):
    x, _ = standardize(x, x)
    y, _ = standardize(y.view(-1, 1), y.view(-1, 1))
    model = nn.Linear(x.size(1), 1)
    model = model.to(device=x.device, dtype=x.dtype)
    criterion = nn.MSELoss()
    optimizer = optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        model.train()
        running_loss = 0.0
        for idx in torch.randperm(len(x), generator=generator).split(batch_size):
            inputs, targets = Variable(x[idx.to(x.device)]), Variable(y[idx.to(x.device)])
            # zero the parameter gradients
            optimizer.zero_grad()
            # forward + backward + optimize
            outputs = model(inputs)
            loss = criterion(outputs, targets)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * inputs.size(0)
        losses.append(running_loss / len(x))
    print("Finished Training")
    model.eval()
    return TrainingRun(model, losses)


def train_classifier(x, y, generator, epochs=10, batch_size=32, lr=0.05):
    x, _ = standardize(x, x)
    model = LogisticRegression(x.size(1)).to(x.device).to(x.dtype)
    criterion = torch.nn.BCELoss(reduction="mean")
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        model.train()
        meter = AverageMeter()
        for idx in torch.randperm(len(x), generator=generator).split(batch_size):
            idx = idx.to(x.device)
            y_pred = model(x[idx])
            loss = criterion(y_pred, y[idx].type_as(y_pred))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            meter.update(loss.item(), len(idx))
        losses.append(meter.avg)
        print("epoch: ", epoch, "loss: ", meter.avg)
    model.eval()
    return TrainingRun(model, losses)


def train_digits(x, y, generator, epochs=12, batch_size=25, lr=0.1):
    net = MLP([x.size(1), 128, int(y.max()) + 1], torch.relu)
    net.to(x.device, x.dtype)
    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(net.parameters(), lr=lr, momentum=0.9)
    losses = []
    for epoch in range(epochs):  # loop over the dataset multiple times
        net.train()
        running_loss = 0.0
        for i, idx in enumerate(torch.randperm(len(x), generator=generator).split(batch_size), 0):
            idx = idx.to(x.device)
            inputs, labels = x[idx], y[idx]
            optimizer.zero_grad()
            outputs = net(inputs)
            loss = criterion(outputs, labels)
            loss.backward()
            optimizer.step()
            running_loss += loss.item() * len(idx)
            if i % log_interval == log_interval - 1:
                print("[%d, %5d] loss: %.3f" % (epoch + 1, i + 1, running_loss))
        losses.append(running_loss / len(x))
    print("Finished Training")
    return TrainingRun(net.eval(), losses)
