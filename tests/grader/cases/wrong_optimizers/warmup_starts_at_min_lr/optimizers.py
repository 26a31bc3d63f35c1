import math


def cosine_lr(it, base_lr, total, warmup=0, min_lr=0.0):
    if it < 0:
        raise ValueError("it < 0")
    if warmup < 0 or warmup > total:
        raise ValueError("warmup must be between 0 and total")

    if it < warmup:
        return float(min_lr + (base_lr - min_lr) * it / warmup)
    if it >= total:
        return float(min_lr)
    progress = (it - warmup) / (total - warmup)
    return float(min_lr + (base_lr - min_lr) * 0.5 * (1 + math.cos(math.pi * progress)))
