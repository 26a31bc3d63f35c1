def step_lr(it: int, base_lr: float, step_size: int, gamma: float = 0.1) -> float:
    if it < 0:
        raise ValueError("it must not be negative")
    if step_size < 1:
        raise ValueError("step_size must be at least 1")
    drops = (it + 1) // step_size
    return float(base_lr * gamma**drops)
