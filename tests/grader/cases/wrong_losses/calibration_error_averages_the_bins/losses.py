from typing import NamedTuple

import torch


class Calibration(NamedTuple):
    error: torch.Tensor
    confidence: torch.Tensor
    accuracy: torch.Tensor
    count: torch.Tensor


def calibration_error(logits, labels, num_bins):
    probs = torch.softmax(logits.detach(), dim=1)
    conf, pred = probs.max(dim=1)
    hit = (pred == labels).to(probs.dtype)
    idx = torch.clamp((conf * num_bins).long(), max=num_bins - 1)
    confidence = torch.zeros(num_bins, dtype=probs.dtype, device=probs.device)
    accuracy = torch.zeros_like(confidence)
    count = torch.zeros(num_bins, dtype=torch.long, device=probs.device)
    for b in range(num_bins):
        mask = idx == b
        count[b] = mask.sum()
        if mask.any():
            confidence[b] = conf[mask].mean()
            accuracy[b] = hit[mask].mean()
    error = (confidence - accuracy).abs().mean()
    return Calibration(error, confidence, accuracy, count)
