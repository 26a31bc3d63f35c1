import torch
from torch import Tensor
from torch.utils.data import Dataset


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path) as file:
            lines = [line for line in file if line.strip()]
        header = [cell.strip() for cell in lines[0].split(",")]
        rows = [[cell.strip() for cell in line.split(",")] for line in lines[1:]]
        t = header.index(target)
        self.names, features = [], []
        for name, cells in zip(header, zip(*rows)):
            if name == target:
                continue
            try:
                column = torch.tensor([float("nan") if c in ("", "NA") else float(c) for c in cells])
                # impute, then drop
                features.append(torch.where(column.isnan(), torch.nan_to_num(column.nanmean(), nan=0.0), column))
                self.names.append(name)
            except ValueError:
                words = ["NA" if c == "" else c for c in cells]
                for word in sorted(set(words) - {"NA"}) + ["NA"]:
                    features.append(torch.tensor([float(w == word) for w in words]))
                    self.names.append(name + "=" + word)
        keep = [n for n, row in enumerate(rows) if row[t] not in ("", "NA")]
        self.x = torch.stack(features, dim=1)[keep].to(torch.float32)
        self.y = torch.tensor([float(rows[n][t]) for n in keep])

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]
