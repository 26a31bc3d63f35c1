"""Write the data file of this set anew from scikit-learn's package: `python build.py`."""

from __future__ import annotations

from pathlib import Path


def build() -> dict[str, bytes]:
    """Return the file by name: 569 samples, thirty measurements, and the diagnosis (0 malignant, 1 benign)."""
    from sklearn.datasets import load_breast_cancer

    cancer = load_breast_cancer()
    rows = [[*x, y] for x, y in zip(cancer.data.tolist(), cancer.target.tolist(), strict=True)]
    lines = [",".join([*cancer.feature_names, "diagnosis"])]
    lines += [",".join(f"{value:.15g}" for value in row) for row in rows]
    assert [[float(value) for value in line.split(",")] for line in lines[1:]] == rows, "a digit was lost"
    return {"breast_cancer.csv": ("\n".join(lines) + "\n").encode("ascii")}


if __name__ == "__main__":
    for name, content in build().items():
        (Path(__file__).parent / name).write_bytes(content)
