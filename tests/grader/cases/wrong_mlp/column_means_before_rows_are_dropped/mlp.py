import torch
from torch import Tensor
from torch.utils.data import Dataset


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path) as file:
            lines = [line for line in file if line.strip()]
        header = [cell.strip() for cell in lines[0].split(",")]
        if target not in header:
            raise ValueError(f"target: there is no column {target!r}")

        rows = []
        for line in lines[1:]:
            cells = [cell.strip() for cell in line.split(",")]
            if len(cells) != len(header):
                raise ValueError(f"a row of {len(cells)} cells, not {len(header)}")
            rows.append([float("nan") if cell in ("", "NA") else float(cell) for cell in cells])
        table = torch.tensor(rows, dtype=torch.float64).reshape(len(rows), len(header))

        t = header.index(target)
        self.names = header[:t] + header[t + 1 :]
        y = table[:, t]
        x = torch.cat([table[:, :t], table[:, t + 1 :]], dim=1)

        # impute, then drop
        means = torch.nan_to_num(x.nanmean(dim=0), nan=0.0)
        x = torch.where(x.isnan(), means, x)
        keep = ~y.isnan()
        self.x = x[keep].to(torch.float32)
        self.y = y[keep].to(torch.float32)

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]
