"""A worker trains: prints which modules its first training loop had to import, as JSON.

Run as a program in a fresh interpreter.
"""

from __future__ import annotations

import json

SOURCE = """
import copy
import io
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split


class Squares(Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, index):
        return torch.tensor([float(index)]), torch.tensor([float(index) ** 2])


def train():
    before = set(sys.modules)
    model = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Dropout(0.1), nn.BatchNorm1d(4), nn.Linear(4, 1))
    nn.init.kaiming_normal_(model[0].weight)
    training, held_out = random_split(Squares(), [0.75, 0.25], generator=torch.Generator().manual_seed(1))
    for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop):
        optimiser = kind(model.parameters(), lr=0.01)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 3)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser)
        for x, y in DataLoader(training, batch_size=4, shuffle=True, num_workers=0, drop_last=True):
            optimiser.zero_grad(set_to_none=True)
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            scheduler.step()
            plateau.step(loss.item())
        optimiser.load_state_dict(copy.deepcopy(optimiser.state_dict()))
    (gradient,) = torch.autograd.grad(model(torch.ones(3, 1)).sum(), model[0].weight, create_graph=True)
    file = io.BytesIO()
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "epoch": 3}, file)
    file.seek(0)
    copy.deepcopy(model).load_state_dict(torch.load(file, weights_only=True)["model"])
    torch.save(model.state_dict(), "model.pt")
    model.load_state_dict(torch.load("model.pt"))
    with torch.no_grad():
        model.eval()
        repr(model), repr(gradient)
    return sorted(set(sys.modules) - before)


def first_step():
    import time
    weight = nn.Parameter(torch.ones(2))
    weight.grad = torch.ones(2)
    started = time.process_time()
    torch.optim.SGD([weight]).step()
    return time.process_time() - started
"""


def main() -> None:
    """Print what the training imported, and the seconds of a first step."""
    from grader.judge.subject import open_workers
    from grader.process.prepare import prepare_torch
    from grader.proxy.session import Session
    from grader.proxy.submission import Submission

    prepare_torch()
    workers = open_workers("auto")
    found = {}
    for name in ("train", "first_step"):
        transport = workers.worker(60.0, "")
        session = Session(transport, {})
        session.load("example", {"example": SOURCE}, {"example": session.compile("example", SOURCE)}, 0)
        found[name] = getattr(Submission(session), name)()
        transport.close()
    workers.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
