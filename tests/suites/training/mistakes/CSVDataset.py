"""Wrong variants of training.CSVDataset."""

import math

import torch
from torch.utils.data import Dataset

from grader.suite import mistake


class _Table(Dataset):
    """The right thing in steps, each of which a variant replaces."""

    missing = ("", "NA")

    def __init__(self, path, target):
        with open(path) as file:
            lines = self.lines(file.read())
        header, *rows = [[self.cell(cell) for cell in line.split(",")] for line in lines]
        header = [self.name(cell) for cell in lines[0].split(",")]
        place = self.place(header, target)
        rows = self.kept(rows, place)
        self.y = torch.tensor([self.number(row[place]) for row in rows])
        self.names, columns = [], []
        for i, name in enumerate(header):
            if self.is_feature(i, place):
                names, column = self.features(name, [row[i] for row in rows])
                self.names, columns = self.names + names, columns + column
        self.x = torch.tensor(self.filled(columns, rows), dtype=torch.float64).t().contiguous().float()

    def lines(self, text):
        return [line for line in text.split("\n") if line.strip()]

    def name(self, cell):
        return cell.strip()

    def cell(self, cell):
        return cell.strip()

    def place(self, header, target):
        return header.index(target)

    def is_feature(self, i, place):
        return i != place

    def kept(self, rows, place):
        return [row for row in rows if row[place] not in self.missing]

    def number(self, cell):
        return math.nan if cell in self.missing else float(cell)

    def features(self, name, cells):
        try:
            return [name], [self.holes([self.number(cell) for cell in cells])]
        except ValueError:
            return self.indicators(name, cells)

    def holes(self, column):
        known = [cell for cell in column if cell == cell]
        mean = self.mean(known) if known else self.none
        return [mean if cell != cell else cell for cell in column]

    none = 0.0

    def mean(self, known):
        return math.fsum(known) / len(known)

    def words(self, cells):
        return sorted(set(cells) - set(self.missing))

    def indicators(self, name, cells):
        words = self.words(cells)
        columns = [[float(cell == word) for cell in cells] for word in words]
        unknown = [float(cell in self.missing) for cell in cells]
        return [*(f"{name}={word}" for word in words), f"{name}=NA"], [*columns, unknown]

    def filled(self, columns, rows):
        return columns

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return self.x[index], self.y[index]


@mistake("means and words were taken before the rows without a target were left out: those rows count nowhere")
class means_of_all_rows(_Table):
    def kept(self, rows, place):
        return rows

    def __init__(self, path, target):
        super().__init__(path, target)
        kept = ~self.y.isnan()
        self.x, self.y = self.x[kept], self.y[kept]


@mistake("a missing feature became 0: it becomes the mean of its column")
class holes_became_zero(_Table):
    def mean(self, known):
        return 0.0


@mistake("a missing feature became the mean of the whole table: take the mean of its own column")
class mean_of_the_whole_table(_Table):
    def holes(self, column):
        return column

    def filled(self, columns, rows):
        known = [cell for column in columns for cell in column if cell == cell]
        return [[math.fsum(known) / len(known) if cell != cell else cell for cell in column] for column in columns]


@mistake("a missing feature became the median of its column: take the mean")
class median_for_mean(_Table):
    def mean(self, known):
        return sorted(known)[(len(known) - 1) // 2]


@mistake("rows with a missing feature were left out: only rows without a target are")
class dropped_every_hole(_Table):
    def kept(self, rows, place):
        return [row for row in rows if not set(row) & set(self.missing)]


@mistake("a missing target became the mean of the targets: its row is left out")
class invented_targets(_Table):
    def kept(self, rows, place):
        return rows

    def __init__(self, path, target):
        super().__init__(path, target)
        self.y = torch.where(self.y.isnan(), self.y.nanmean(), self.y)


@mistake("a column without any number stayed nan: it becomes 0")
class empty_column_stayed_nan(_Table):
    none = math.nan


@mistake("missing cells stayed nan: they become the mean of their column")
class holes_stayed(_Table):
    def holes(self, column):
        return column


@mistake("the last column was taken for the target: it is the one with the given name")
class last_column_is_the_target(_Table):
    def place(self, header, target):
        return len(header) - 1


@mistake("the target is still among the features: the model would only have to copy it")
class target_among_features(_Table):
    def is_feature(self, i, place):
        return True


@mistake("NA was read as a word: it is a missing cell, as an empty one is")
class na_is_no_hole(_Table):
    missing = ("",)


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


@mistake("spaces around the names of the columns were kept: strip them")
class names_keep_spaces(_Table):
    def name(self, cell):
        return cell


@mistake("spaces around the cells were kept, so ' NA ' is no missing cell: strip them")
class cells_keep_spaces(_Table):
    def cell(self, cell):
        return cell


@mistake("spaces around names and cells were kept: strip both")
class nothing_is_stripped(names_keep_spaces):
    def cell(self, cell):
        return cell


@mistake("blank lines were taken for rows: skip them")
class blank_lines_are_rows(_Table):
    def lines(self, text):
        return text.removesuffix("\n").split("\n")


@mistake("a line of spaces was taken for a row: it is blank, skip it")
class lines_of_spaces_are_rows(_Table):
    def lines(self, text):
        return [line for line in text.split("\n") if line]


@mistake("the names still hold the target: they are those of the features")
class names_with_the_target(_Table):
    def __init__(self, path, target):
        super().__init__(path, target)
        with open(path) as file:
            self.names = [name.strip() for name in file.readline().split(",")]


@mistake("columns of words were left out: each of their words is a feature")
class words_are_left_out(_Table):
    def indicators(self, name, cells):
        return [], []


@mistake("a column of words became one feature, which says that one is more than another: each word is a feature")
class words_are_numbered(_Table):
    def indicators(self, name, cells):
        words = [*self.words(cells), *self.missing]
        return [name], [[float(words.index(cell)) for cell in cells]]


@mistake("a missing word has no feature of its own: there is one more, called column=NA")
class no_feature_for_missing(_Table):
    def indicators(self, name, cells):
        names, columns = super().indicators(name, cells)
        return names[:-1], columns[:-1]


@mistake("missing has a feature only where a cell is missing: it always has one")
class a_feature_for_missing_where_it_occurs(_Table):
    def indicators(self, name, cells):
        names, columns = super().indicators(name, cells)
        return (names, columns) if any(columns[-1]) else (names[:-1], columns[:-1])


@mistake("the first word has no feature: every word has one")
class the_first_word_is_dropped(_Table):
    def indicators(self, name, cells):
        names, columns = super().indicators(name, cells)
        return names[1:], columns[1:]


@mistake("the words stand in the order of the file: they stand in ascending order")
class words_in_the_order_of_the_file(_Table):
    def words(self, cells):
        return [cell for cell in dict.fromkeys(cells) if cell not in self.missing]


@mistake("the features of words are named by the word alone: column=word")
class named_by_the_word_alone(_Table):
    def indicators(self, name, cells):
        names, columns = super().indicators(name, cells)
        return [kind.partition("=")[2] for kind in names], columns


@mistake("the features of words stand after those of numbers: they stand where their column stands")
class words_behind_numbers(_Table):
    def __init__(self, path, target):
        super().__init__(path, target)
        order = sorted(range(len(self.names)), key=lambda i: "=" in self.names[i])
        self.names, self.x = [self.names[i] for i in order], self.x[:, order]
