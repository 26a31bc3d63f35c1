from torch import Tensor


def label_scores(scores: Tensor, labels: Tensor) -> Tensor:
    n, k = scores.shape
    if labels.shape != (n,):
        raise ValueError("labels: one for each row, please")
    if ((labels < 0) | (labels >= k)).any():
        raise ValueError(f"labels have to be in 0 .. {k - 1}")
    picked = scores.gather(dim=1, index=labels.unsqueeze(1))
    return picked.squeeze()
