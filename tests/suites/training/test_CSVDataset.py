"""Suite of training.CSVDataset."""

import math

import pytest
import torch

from grader.suite import check_close, check_equal, dataset

HOUSES = "rooms,price,area\n2,100,30\n,200,50\n4,NA,90\n3,300,NA\n"


def read(submission, path, text, target):
    """Write a file and read it; tell what the data set holds."""
    with open(path, "w") as file:
        file.write(text)
    dataset = submission.CSVDataset(path, target)
    items = [dataset[i] for i in range(len(dataset))]
    return {"names": dataset.names, "x": dataset.x, "y": dataset.y, "items": items}


def read_text(submission, text, target):
    return submission.run(read, submission.scratch + "/table.csv", text, target)


def table_text(rows, names, missing=("", "NA")):
    """Write numbers as a table; None is a hole."""
    lines = [",".join(names)]
    for number, row in enumerate(rows):
        lines.append(",".join(missing[number % 2] if cell is None else repr(cell) for cell in row))
    return "\n".join(lines) + "\n"


def read_by_loops(rows, place):
    """Return x and y of a table whose target stands at `place`."""
    rows = [row for row in rows if row[place] is not None]
    columns = [[row[i] for row in rows] for i in range(len(rows[0])) if i != place]
    for column in columns:
        present = [cell for cell in column if cell is not None]
        mean = math.fsum(present) / len(present) if present else 0.0
        column[:] = [mean if cell is None else cell for cell in column]
    x = torch.tensor(columns, dtype=torch.float64).t().float()
    return x, torch.tensor([row[place] for row in rows], dtype=torch.float64).float()


def random_rows(rng, rows, columns, holes):
    """Draw a table in which about a share `holes` of the cells is missing, none in row 0."""
    values = rng.normal(rows, columns, mean=5.0, std=20.0).tolist()
    hole = rng.uniform(rows, columns).tolist()
    return [
        [round(cell, 3) if i == 0 or h >= holes else None for cell, h in zip(row, where, strict=True)]
        for i, (row, where) in enumerate(zip(values, hole, strict=True))
    ]


def test_CSVDataset_shapes_and_dtypes(submission, rng):
    """x is (N, D) and y is (N,), both float32."""
    got = read_text(submission, table_text(random_rows(rng, 5, 4, 0.0), "abcd"), "d")
    check_close(torch.zeros_like(got["x"]), torch.zeros(5, 3), "x, its shape and dtype")
    check_close(torch.zeros_like(got["y"]), torch.zeros(5), "y, its shape and dtype")


@pytest.mark.visible
@pytest.mark.weight(2)
def test_CSVDataset_of_four_houses(submission):
    """No price, no row; a missing feature becomes the mean of its column."""
    got = read_text(submission, HOUSES, "price")
    check_close(got["x"], torch.tensor([[2.0, 30.0], [2.5, 50.0], [3.0, 40.0]]), "x")
    check_close(got["y"], torch.tensor([100.0, 200.0, 300.0]), "y")
    check_equal(got["names"], ["rooms", "area"], "names of the features")


@pytest.mark.weight(2)
@pytest.mark.parametrize("place", [0, 2, 3])
def test_CSVDataset_finds_the_target_by_its_name(submission, rng, place):
    """The target may stand first, last or in between; the features keep their order."""
    rows, names = random_rows(rng, 6, 4, 0.0), ["left", "top", "depth", "age"]
    got = read_text(submission, table_text(rows, names), names[place])
    x, y = read_by_loops(rows, place)
    check_close(got["y"], y, "y")
    check_close(got["x"], x, "x")
    check_equal(got["names"], names[:place] + names[place + 1 :], "names of the features")


@pytest.mark.weight(2)
def test_CSVDataset_fills_holes_with_the_mean_of_the_column(submission, rng):
    """A missing feature, empty or NA, becomes the mean of the cells that are there."""
    rows = [
        [*row[:3], full[3]] for row, full in zip(*(random_rows(rng, 9, 4, h) for h in (0.4, 0)), strict=True)
    ]
    got = read_text(submission, table_text(rows, "abcd"), "d")
    check_close(got["x"], read_by_loops(rows, 3)[0], "x")


@pytest.mark.weight(2)
def test_CSVDataset_leaves_out_rows_without_target(submission, rng):
    """A row without a target counts nowhere, not in the means either."""
    rows = [row[:] for row in random_rows(rng, 9, 3, 0.0)]
    rows[2][0], rows[5][0], rows[3][1], rows[7][2] = None, None, None, None
    got = read_text(submission, table_text(rows, "abc"), "a")
    x, y = read_by_loops(rows, 0)
    check_close(got["y"], y, "y")
    check_close(got["x"], x, "x")


def test_CSVDataset_of_a_column_without_numbers(submission):
    """A feature that is missing everywhere is 0 everywhere."""
    got = read_text(submission, "a,b,c\n,1,2\nNA,3,5\n", "c")
    check_close(got["x"], torch.tensor([[0.0, 1.0], [0.0, 3.0]]), "x")


WORDS = ["Tile", "Slate", "Metal", "Tin", "10", "Copper"]


def read_words(cells):
    """Return names and indicators (N, K + 1) of a column of words called roof."""
    words = sorted({cell for cell in cells if cell})
    names = [f"roof={word}" for word in (*words, "NA")]
    return names, torch.tensor([[float((cell or "NA") == word) for word in (*words, "NA")] for cell in cells])


@pytest.mark.visible
@pytest.mark.weight(2)
def test_CSVDataset_of_a_column_of_words(submission):
    """Each word is a feature, and so is missing."""
    got = read_text(submission, "roof,rooms,price\nTile,2,100\nNA,,200\nMetal,4,300\n", "price")
    check_equal(got["names"], ["roof=Metal", "roof=Tile", "roof=NA", "rooms"], "names of the features")
    check_close(got["x"], torch.tensor([[0.0, 1, 0, 2], [0, 0, 1, 3], [1, 0, 0, 4]]), "x")


@pytest.mark.weight(2)
@pytest.mark.parametrize("missing", [False, True], ids=["no cell is missing", "some cells are missing"])
def test_CSVDataset_makes_a_feature_of_each_word(submission, rng, missing):
    """In ascending order, then missing, which is there even if no cell is."""
    cells = ["Tile", "Metal", *(WORDS[i] for i in rng.integers(0, 6, 7).tolist())]
    cells = [None if missing and i % 4 == 3 else cell for i, cell in enumerate(cells)]
    numbers = rng.normal(9).tolist()
    written = [cell or ("", "NA")[i % 2] for i, cell in enumerate(cells)]
    lines = [f"{number!r},{word},{i}" for i, (number, word) in enumerate(zip(numbers, written, strict=True))]
    got = read_text(submission, "\n".join(["size,roof,price", *lines]), "price")
    names, x = read_words(cells)
    check_equal(got["names"], ["size", *names], "names of the features")
    check_close(got["x"], torch.cat([torch.tensor(numbers)[:, None], x], 1), "x")


def test_CSVDataset_counts_no_word_of_a_row_that_is_left_out(submission):
    """A word that stands only in a row without a target is no feature."""
    got = read_text(submission, "roof,size,price\nTile,1,1\nSlate,2,NA\n,three,\nMetal,5,2\n", "price")
    check_equal(got["names"], ["roof=Metal", "roof=Tile", "roof=NA", "size"], "names of the features")
    check_close(got["x"], torch.tensor([[0.0, 1, 0, 1], [1, 0, 0, 5]]), "x")


@pytest.mark.weight(2)
def test_CSVDataset_of_the_houses(submission):
    """The table of 16 houses: rooms by their mean, roofs by their words."""
    houses = dataset("houses")
    got = read_text(submission, houses.text, "Price")
    names, roofs = read_words(houses.column("RoofType"))
    rooms = [[math.nan if cell is None else cell] for cell in houses.column("NumRooms")]
    check_equal(got["names"], ["NumRooms", *(f"RoofType{name[4:]}" for name in names)], "names of the features")
    filled = torch.tensor(rooms).nan_to_num(sum(r for (r,) in rooms if r == r) / 12)
    check_close(got["x"], torch.cat([filled, roofs], 1), "x")
    check_close(got["y"], torch.tensor(houses.column("Price")), "y")


def test_CSVDataset_gives_pairs(submission, rng):
    """dataset[i] is the pair of row i of x, shape (D,), and its target, shape ()."""
    rows = random_rows(rng, 4, 4, 0.0)
    got = read_text(submission, table_text(rows, "abcd"), "b")
    x, y = read_by_loops(rows, 1)
    check_close(got["items"], [(x[i], y[i]) for i in range(4)], "the items")


def test_CSVDataset_counts_from_the_end_and_ends(submission, rng):
    """dataset[-1] is the last pair; beyond both ends an IndexError is raised."""

    def scenario(submission, path, text):
        with open(path, "w") as file:
            file.write(text)
        dataset = submission.CSVDataset(path, "a")
        outcomes = []
        for index in (3, -4):
            try:
                dataset[index]
                outcomes.append("no exception")
            except IndexError:
                outcomes.append("IndexError")
        return dataset[-1], dataset[-3], outcomes

    rows = random_rows(rng, 3, 3, 0.0)
    last, first, outcomes = submission.run(scenario, submission.scratch + "/t.csv", table_text(rows, "abc"))
    x, y = read_by_loops(rows, 0)
    check_close([last, first], [(x[2], y[2]), (x[0], y[0])], "dataset[-1] and dataset[-3] of three rows")
    check_equal(outcomes, ["IndexError", "IndexError"], "what dataset[3] and dataset[-4] of three rows raise")


def test_CSVDataset_feeds_a_loader(submission, rng):
    """A DataLoader makes batches (B, D) and (B,) of it."""

    def scenario(submission, path, text):
        from torch.utils.data import DataLoader, Dataset

        with open(path, "w") as file:
            file.write(text)
        dataset = submission.CSVDataset(path, "c")
        return isinstance(dataset, Dataset), [tuple(batch) for batch in DataLoader(dataset, batch_size=2)]

    rows = random_rows(rng, 5, 4, 0.0)
    is_one, batches = submission.run(scenario, submission.scratch + "/t.csv", table_text(rows, "abcd"))
    x, y = read_by_loops(rows, 2)
    check_close(batches, list(zip(x.split(2), y.split(2), strict=True)), "the batches of two")
    check_equal(is_one, True, "whether it is a torch.utils.data.Dataset")


@pytest.mark.parametrize(
    "text",
    [
        " a , b ,c \n1.5,20,-3\n4,,5\n0,NA,6",
        "a,b,c\n 1.5, 2e1 ,-3 \n4, ,5\n 0,  NA , 6",
        "a,b,c\n\n1.5,20,-3\n4,,5\n\n0,NA,6\n\n",
        "a,b,c\n1.5,20,-3\n   \n4,,5\n0,NA,6\n  \n",
    ],
    ids=["names", "cells", "empty lines", "lines of spaces"],
)
def test_CSVDataset_skips_blanks(submission, text):
    """Spaces around names and cells and blank lines do not count."""
    got = read_text(submission, text, "b")
    check_close(got["x"], torch.tensor([[1.5, -3.0]]), "x")
    check_close(got["y"], torch.tensor([20.0]), "y")
    check_equal(got["names"], ["a", "c"], "names of the features")
