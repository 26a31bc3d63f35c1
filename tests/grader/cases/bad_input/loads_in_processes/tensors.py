from torch.utils.data import DataLoader, TensorDataset


def outer(x, y):
    (rows,) = next(iter(DataLoader(TensorDataset(x), batch_size=len(x), num_workers=2)))
    return rows[:, None] * y
