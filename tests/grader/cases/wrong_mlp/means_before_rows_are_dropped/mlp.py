import math

import torch
from torch import Tensor
from torch.utils.data import Dataset


def to_number(cell: str) -> float:
    if cell in ("", "NA"):
        return math.nan
    return float(cell)


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path) as f:
            lines = [line for line in f.read().splitlines() if line.strip() != ""]
        header = [name.strip() for name in lines[0].split(",")]
        if target not in header:
            raise ValueError(f"target {target!r} is not a column of the file")
        rows = []
        for line in lines[1:]:
            cells = [c.strip() for c in line.split(",")]
            if len(cells) != len(header):
                raise ValueError(f"row with {len(cells)} cells, {len(header)} expected")
            rows.append([to_number(c) for c in cells])
        table = torch.tensor(rows, dtype=torch.float64).reshape(-1, len(header))

        k = header.index(target)
        others = [j for j in range(len(header)) if j != k]
        self.names = [header[j] for j in others]
        x, y = table[:, others], table[:, k]

        # fill holes with the mean of the column
        means = torch.nan_to_num(x.nanmean(dim=0), nan=0.0)
        x = torch.where(x.isnan(), means, x)

        # rows without target are useless
        ok = ~y.isnan()
        self.x = x[ok].float()
        self.y = y[ok].float()

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]
