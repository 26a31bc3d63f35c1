import torch
from torch import Tensor
from torch.utils.data import Dataset


class CSVDataset(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, path: str, target: str) -> None:
        with open(path) as file:
            lines = [[cell.strip() for cell in line.split(",")] for line in file if line.strip()]
        header, rows = lines[0], lines[1:]
        missing = ("", "NA")
        at = header.index(target)
        features, self.names = [], []
        for j, column in enumerate(header):
            if j == at:
                continue
            cells = [row[j] for row in rows]
            there = [cell for cell in cells if cell not in missing]
            try:
                numbers = [float(cell) for cell in there]
            except ValueError:
                words = sorted(set(there))
                for word in words:
                    self.names.append(f"{column}={word}")
                    features.append([1.0 if cell == word else 0.0 for cell in cells])
                if len(there) < len(cells):
                    self.names.append(f"{column}=NA")
                    features.append([1.0 if cell in missing else 0.0 for cell in cells])
                continue
            mean = sum(numbers) / len(numbers) if numbers else 0.0
            self.names.append(column)
            features.append([mean if cell in missing else float(cell) for cell in cells])
        keep = [i for i, row in enumerate(rows) if row[at] not in missing]
        self.x = torch.tensor(features, dtype=torch.float32).T[keep].contiguous()
        self.y = torch.tensor([float(rows[i][at]) for i in keep])

    def __len__(self) -> int:
        return len(self.y)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]
