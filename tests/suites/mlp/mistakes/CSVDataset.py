"""Wrong variants of mlp.CSVDataset."""

import math

import torch
from torch.utils.data import Dataset

from grader.suite import mistake, reference


class _Table(Dataset):
    """The right thing in steps, each of which a variant replaces."""

    missing = ("", "NA")

    def __init__(self, path, target):
        reference("mlp").CSVDataset(path, target)  # refuses what is to be refused
        with open(path) as file:
            lines = [[cell.strip() for cell in line.split(",")] for line in file if line.strip()]
        header = lines[0]
        numbers = [[math.nan if cell in self.missing else float(cell) for cell in row] for row in lines[1:]]
        table = torch.tensor(numbers, dtype=torch.float64).reshape(-1, len(header))
        place = self.place(header, target)
        self.names = header[:place] + header[place + 1 :]
        x, y = self.kept(torch.cat([table[:, :place], table[:, place + 1 :]], 1), table[:, place])
        self.x, self.y = self.filled(x).float(), y.float()

    def place(self, header, target):
        return header.index(target)

    def kept(self, x, y):
        return x[~y.isnan()], y[~y.isnan()]

    def filled(self, x):
        return torch.where(x.isnan(), x.nanmean(0).nan_to_num(0.0), x)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


@mistake("the means were taken before the rows without a target were left out: those rows count nowhere")
class means_of_all_rows(_Table):
    def kept(self, x, y):
        return super().kept(super().filled(x), y)


@mistake("a missing feature became 0: it becomes the mean of its column")
class holes_became_zero(_Table):
    def filled(self, x):
        return x.nan_to_num(0.0)


@mistake("a missing feature became the mean of the whole table: take the mean of its own column")
class mean_of_the_whole_table(_Table):
    def filled(self, x):
        return torch.where(x.isnan(), x.nanmean(), x)


@mistake("a missing feature became the median of its column: take the mean")
class median_for_mean(_Table):
    def filled(self, x):
        return torch.where(x.isnan(), x.nanmedian(0).values.nan_to_num(0.0), x)


@mistake("rows with a missing feature were left out: only rows without a target are")
class dropped_every_hole(_Table):
    def kept(self, x, y):
        x, y = super().kept(x, y)
        whole = ~x.isnan().any(1)
        return x[whole], y[whole]


@mistake("a missing target became the mean of the targets: its row is left out")
class invented_targets(_Table):
    def kept(self, x, y):
        return x, torch.where(y.isnan(), y.nanmean(), y)


@mistake("a column without any number stayed nan: it becomes 0")
class empty_column_stayed_nan(_Table):
    def filled(self, x):
        return torch.where(x.isnan(), x.nanmean(0), x)


@mistake("missing cells stayed nan: they become the mean of their column")
class holes_stayed(_Table):
    def filled(self, x):
        return x


@mistake("the last column was taken for the target: it is the one with the given name")
class last_column_is_the_target(_Table):
    def place(self, header, target):
        return len(header) - 1


@mistake("the target is still among the features: the model would only have to copy it")
class target_among_features(_Table):
    def __init__(self, path, target):
        super().__init__(path, target)
        with open(path) as file:
            place = [name.strip() for name in file.readline().split(",")].index(target)
        self.x = torch.cat([self.x[:, :place], self.y.unsqueeze(1), self.x[:, place:]], 1)
        self.names = [*self.names[:place], target, *self.names[place:]]


@mistake("NA was read as a number: it is a missing cell, as an empty one is")
class na_is_no_hole(_Table):
    missing = ("",)


@mistake("the numbers are float64: x and y are float32")
class stayed_float64(_Table):
    def __init__(self, path, target):
        super().__init__(path, target)
        self.x, self.y = self.x.double(), self.y.double()


@mistake("the targets have the shape (N, 1): it is (N,)")
class targets_in_a_column(_Table):
    def __init__(self, path, target):
        super().__init__(path, target)
        self.y = self.y.unsqueeze(1)


@mistake("an item is one tensor with the target in it: it is the pair (x[i], y[i])")
class items_in_one_tensor(_Table):
    def __getitem__(self, index):
        return torch.cat([self.x[index], self.y[index : index + 1]])


@mistake("an index beyond the end was wrapped around: it raises IndexError")
class wrapped_the_index(_Table):
    def __getitem__(self, index):
        return super().__getitem__(index % len(self))
