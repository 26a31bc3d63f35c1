"""Write the data file of this set anew from scikit-learn's package: `python build.py`."""

from __future__ import annotations

from pathlib import Path


def build() -> dict[str, bytes]:
    """Return the file by name: 442 patients, ten measurements in their own units, and the progression."""
    from sklearn.datasets import load_diabetes

    diabetes = load_diabetes(scaled=False)
    rows = [[*x, y] for x, y in zip(diabetes.data.tolist(), diabetes.target.tolist(), strict=True)]
    lines = [",".join([*diabetes.feature_names, "progression"])]
    lines += [",".join(f"{value:.15g}" for value in row) for row in rows]
    assert [[float(value) for value in line.split(",")] for line in lines[1:]] == rows, "a digit was lost"
    return {"diabetes.csv": ("\n".join(lines) + "\n").encode("ascii")}


if __name__ == "__main__":
    for name, content in build().items():
        (Path(__file__).parent / name).write_bytes(content)
