import torch


def fix_focal_loss(logits, labels, gamma=2.0, ignore_index=-100):
    counts = labels != ignore_index
    picked = torch.where(counts, labels, 0).unsqueeze(1)
    p = torch.softmax(logits, dim=1).gather(1, picked).squeeze(1)
    log_p = torch.log(p)
    losses = -((1 - p) ** gamma) * log_p
    return losses[counts].mean()
