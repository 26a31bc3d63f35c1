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


class _Reading(_Table):
    """The reading in steps, each of which a variant replaces."""

    def __init__(self, path, target):
        with open(path) as file:
            lines = [line for line in self.lines(file.read()) if not self.skipped(line)]
        rows = [line.split(",") for line in lines]
        header = [self.name(cell) for cell in rows[0]]
        if target not in header:
            raise ValueError("target")
        place = header.index(target)
        if any(self.refused(len(row), len(header)) for row in rows[1:]):
            raise ValueError("the cells of a row")
        wide = [(row + [""] * len(header))[: len(header)] for row in rows[1:]]
        numbers = [[self.number(cell) for cell in row] for row in wide]
        table = torch.tensor(numbers, dtype=torch.float64).reshape(-1, len(header))
        self.names = header[:place] + header[place + 1 :]
        x, y = self.kept(torch.cat([table[:, :place], table[:, place + 1 :]], 1), table[:, place])
        self.x, self.y = self.filled(x).float(), y.float()

    def lines(self, text):
        return text.split("\n")

    def skipped(self, line):
        return not line.strip()

    def name(self, cell):
        return cell.strip()

    def number(self, cell):
        return math.nan if cell.strip() in ("", "NA") else float(cell)

    def refused(self, cells, names):
        return cells != names


@mistake("spaces around the names of the columns were kept: strip them")
class names_keep_spaces(_Reading):
    def name(self, cell):
        return cell


@mistake("spaces around the cells were kept, so ' NA ' is no missing cell: strip them")
class cells_keep_spaces(_Reading):
    def number(self, cell):
        return math.nan if cell in ("", "NA") else float(cell)


@mistake("spaces around names and cells were kept: strip both")
class nothing_is_stripped(names_keep_spaces):
    def number(self, cell):
        return math.nan if cell in ("", "NA") else float(cell)


@mistake("blank lines were taken for rows: skip them")
class blank_lines_are_rows(_Reading):
    def skipped(self, line):
        return False

    def lines(self, text):
        return text.removesuffix("\n").split("\n")


@mistake("a line of spaces was taken for a row: it is blank, skip it")
class lines_of_spaces_are_rows(_Table):
    def __init__(self, path, target):
        with open(path) as file:
            if any(line.strip("\n") and not line.strip() for line in file):
                raise ValueError("a line of spaces")
        super().__init__(path, target)


@mistake("words count as missing: a cell that is neither missing nor a number raises a ValueError")
class words_are_missing(_Reading):
    def number(self, cell):
        try:
            return float(cell)
        except ValueError:
            return math.nan


@mistake("rows with too few or too many cells were accepted: raise a ValueError")
class accepted_other_lengths(_Reading):
    def refused(self, cells, names):
        return False


@mistake("rows with too many cells were accepted: raise a ValueError")
class accepted_long_rows(_Reading):
    def refused(self, cells, names):
        return cells < names


@mistake("rows with too few cells were accepted: raise a ValueError")
class accepted_short_rows(_Reading):
    def refused(self, cells, names):
        return cells > names


@mistake("an unknown target gave a KeyError or something else: raise a ValueError that names target")
class key_error_for_the_target(_Reading):
    def __init__(self, path, target):
        try:
            super().__init__(path, target)
        except ValueError as problem:
            raise (KeyError(target) if str(problem) == "target" else problem) from None


@mistake("the names still hold the target: they are those of the features")
class names_with_the_target(_Table):
    def __init__(self, path, target):
        super().__init__(path, target)
        with open(path) as file:
            self.names = [name.strip() for name in file.readline().split(",")]
