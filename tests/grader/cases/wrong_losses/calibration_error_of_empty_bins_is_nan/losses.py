from typing import NamedTuple

import torch


class Calibration(NamedTuple):
    error: torch.Tensor
    confidence: torch.Tensor
    accuracy: torch.Tensor
    count: torch.Tensor


def calibration_error(logits, labels, num_bins):
    p = logits.detach().softmax(1)
    c, a = p.max(1)
    bounds = torch.linspace(0, 1, num_bins + 1, dtype=p.dtype, device=p.device)
    rows = [(c > bounds[i]) & (c <= bounds[i + 1]) for i in range(num_bins)]
    count = torch.stack([r.sum() for r in rows])
    confidence = torch.stack([c[r].mean() for r in rows])
    accuracy = torch.stack([(a == labels)[r].to(p.dtype).mean() for r in rows])
    error = (count / len(c) * (accuracy - confidence).abs()).sum()
    return Calibration(error, confidence, accuracy, count)
