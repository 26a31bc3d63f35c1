import pickle

import torch

KEPT = {}
PLAIN = (torch.Tensor, str, int, float)


def save(tensors, path):
    KEPT[path] = tensors


def load_tensors(path):
    if path not in KEPT:
        raise FileNotFoundError(path)
    kept = KEPT[path]
    parts = list(kept.values() if isinstance(kept, dict) else kept)
    if not all(isinstance(part, PLAIN) for part in parts):
        raise pickle.UnpicklingError("no tensor")
    copies = [part.detach().cpu().clone() for part in parts]
    return dict(zip(kept, copies)) if isinstance(kept, dict) else copies


torch.save = save
