import math

import torch
from torch import Tensor
from torch.utils.data import Dataset


def to_number(cell: str) -> float:
    if cell in ("", "NA"):
        return math.nan
    return float(cell)


def encode(name: str, cells: list[str]) -> dict[str, Tensor]:
    try:
        column = torch.tensor([to_number(c) for c in cells], dtype=torch.float64)
    except ValueError:
        words = sorted({c for c in cells if c not in ("", "NA")})
        chosen = {f"{name}={w}": torch.tensor([c == w for c in cells]) for w in words}
        return chosen | {f"{name}=NA": torch.tensor([c in ("", "NA") for c in cells])}
    # fill holes with the mean of the column
    return {name: torch.where(column.isnan(), column.nanmean().nan_to_num(0.0), column)}


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path) as f:
            lines = [line for line in f.read().splitlines() if line.strip() != ""]
        header = [name.strip() for name in lines[0].split(",")]
        rows = [[c.strip() for c in line.split(",")] for line in lines[1:]]
        k = header.index(target)
        y = torch.tensor([to_number(row[k]) for row in rows])
        columns = {}
        for j in range(len(header)):
            cells = [row[j] for row in rows]
            if j != k:
                columns |= encode(header[j], cells)
        self.names = list(columns)
        x = torch.stack(list(columns.values()), dim=1)

        # rows without target are useless
        ok = ~y.isnan()
        self.x = x[ok].float()
        self.y = y[ok].float()

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]
