# -*- coding: utf-8 -*-
from __future__ import division, print_function

import copy
import time
from collections import OrderedDict, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.autograd import Variable
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


class LogisticRegression(torch.nn.Module):
    def __init__(self, num_features):
        super(LogisticRegression, self).__init__()
        self.linear = torch.nn.Linear(num_features, 1)

    def forward(self, x):
        y_pred = torch.sigmoid(self.linear(x))
        return y_pred.view(-1)


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


import json
import os
from typing import NamedTuple
from torch import nn


class ThreeWaySplit(NamedTuple):
    train: torch.Tensor
    validation: torch.Tensor
    test: torch.Tensor


def three_way_split(n, fractions, generator):
    number_of_validation = round(fractions[1] * n)
    number_of_test = round(fractions[2] * n)
    order = torch.randperm(n, generator=generator)
    test = order[:number_of_test]
    validation = order[number_of_test : number_of_test + number_of_validation]
    train = order[number_of_test + number_of_validation :]
    return ThreeWaySplit(train, validation, test)


class PaddedBatch(NamedTuple):
    x: torch.Tensor
    lengths: torch.Tensor
    y: torch.Tensor


def pad_collate(batch):
    lengths = []
    labels = []
    for sequence, label in batch:
        lengths.append(len(sequence))
        labels.append(label)
    first = batch[0][0]
    x = torch.zeros(len(batch), max(lengths), *first.shape[1:], dtype=first.dtype, device=first.device)
    for i, (sequence, _) in enumerate(batch):
        x[i, : lengths[i]] = sequence
    return PaddedBatch(x, torch.tensor(lengths), torch.tensor(labels))


class PrecisionRecall(NamedTuple):
    precision: float
    recall: float
    f1: float


def precision_and_recall(scores, labels, threshold):
    true_positives = false_positives = false_negatives = 0
    for score, label in zip(scores.tolist(), labels.tolist()):
        if score >= threshold and label == 1:
            true_positives += 1
        elif score >= threshold:
            false_positives += 1
        elif label == 1:
            false_negatives += 1
    precision = recall = f1 = 0.0
    if true_positives > 0:
        precision = true_positives / (true_positives + false_positives)
        recall = true_positives / (true_positives + false_negatives)
        f1 = 2 * precision * recall / (precision + recall)
    return PrecisionRecall(precision, recall, f1)


class MetricLogger:
    def __init__(self, path):
        self.path = path
        if os.path.exists(path):
            with open(path) as file:
                text = file.read()
            if text and not text.endswith("\n"):
                with open(path, "a") as file:
                    file.write("\n")
        else:
            open(path, "w").close()

    def log(self, step, numbers):
        line = {"step": step}
        for name in numbers:
            line[name] = float(numbers[name])
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")

    def curves(self):
        result = {}
        with open(self.path) as file:
            for line in file:
                try:
                    numbers = json.loads(line)
                except ValueError:
                    continue
                for name in numbers:
                    if name != "step":
                        if name not in result:
                            result[name] = []
                        result[name].append((numbers["step"], numbers[name]))
        return result


def train_epoch_autocast(model, loader, loss_fn, optimizer):
    device = next(model.parameters()).device
    model.train()
    total = 0.0
    samples = 0
    for x, y in loader:
        x = x.to(device)
        y = y.to(device)
        optimizer.zero_grad()
        with torch.autocast(device_type=device.type, dtype=torch.bfloat16):
            prediction = model(x)
        loss = loss_fn(prediction.to(torch.float32), y)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        samples += len(x)
    return total / samples
