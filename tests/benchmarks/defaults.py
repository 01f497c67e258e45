"""Penalties with fixed strengths on real tables: ``python -m tests.benchmarks.defaults`` shows what a default costs.

Protocol: of each table, training rows are drawn at random, repeatedly and the same for all candidates; what remains, at
most 3000 rows, is for testing. Inputs are imputed (medians), categories one-hot, and all standardised, by the training rows
alone; labels that are missing stay so. A score is the mean over tasks of D2, that of a task being at least -1; a
task is left out of a split where its training rows lack a class of its test rows, or its test rows hold one value. Scores
are averaged over splits, and compared over tables. Each candidate's strength is one number for all tables: shown are the
best one, and what it gains where each table's strength is chosen by the other tables.
"""

import argparse
import csv
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import logsumexp, xlogy
from sklearn.compose import make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from skmtl.linear_model import regularization_path
from skmtl.penalties import L21, Clustered, LearnedCovariance, MeanRegularized, NuclearNorm, Penalty

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = (
    "nhanes1718",
    "support2",
    "nhefs",
    "rotterdam",
    "nmes1988",
    "pbc",
    "emotions",
    "mtr_edm",
    "mtr_jura",
    "mtr_wq",
    "mtr_enb",
)
LEAST_TEST, MOST_TEST = 50, 3000
LEAST_SCORE = -1.0
STRENGTHS = 10.0 ** np.arange(-0.5, 3.01, 0.25)
SEPARATE, PRESENT = "separate", "mean-regularised, 0.25"
CANDIDATES: Mapping[str, Penalty] = {
    SEPARATE: MeanRegularized(sharing=0.0),
    "mean-regularised, 0.1": MeanRegularized(sharing=0.1),
    PRESENT: MeanRegularized(sharing=0.25),
    "mean-regularised, 0.5": MeanRegularized(sharing=0.5),
    "learned covariance": LearnedCovariance(),
    "nuclear norm": NuclearNorm(),
    "clustered": Clustered(),
    "L21": L21(),
    "L21, half ridge": L21(l2_ratio=0.5),
}


@dataclass(frozen=True, eq=False)
class Table:
    """Inputs, and labels as numbers (codes of classes), NaN where they are missing; a column and a type a task."""

    name: str
    X: pd.DataFrame
    Y: np.ndarray
    types: Mapping[str, str]

    def fits(self, rows: int) -> bool:
        """Whether enough rows remain for testing."""
        return len(self.X) >= rows + LEAST_TEST


@dataclass(frozen=True, eq=False)
class Split:
    """Inputs made ready, and labels of the training and test rows."""

    X: np.ndarray
    Y: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray


def read(folder: Path) -> Table:
    """Read a table."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    frame = pd.read_csv(folder / meta["file"], low_memory=False)
    X = frame[meta["inputs"]].copy()
    for name in X:
        if name in meta["categorical"] or not pd.api.types.is_numeric_dtype(X[name]):
            X[name] = X[name].astype("category")
    types = {task["name"]: task["type"] for task in meta["tasks"]}
    Y = np.full((len(X), len(types)), np.nan)
    for column, (name, kind) in zip(Y.T, types.items()):
        known = frame[name].notna().to_numpy()
        values = frame[name].to_numpy()[known]
        coded = kind in ("binary", "multiclass")
        column[known] = np.unique(values, return_inverse=True)[1] if coded else values
    return Table(meta["name"], X, Y, types)


def split(table: Table, rows: int, seed: int) -> Split:
    """Draw rows to train and to test, and prepare inputs by those that train."""
    order = np.random.default_rng(seed).permutation(len(table.X))
    train, test = order[:rows], order[rows : rows + MOST_TEST]
    numbers = table.X.select_dtypes("number").columns
    prepare = make_pipeline(
        make_column_transformer(
            (SimpleImputer(strategy="median", keep_empty_features=True), numbers),
            (
                OneHotEncoder(handle_unknown="ignore", sparse_output=False),
                table.X.columns.difference(numbers, sort=False),
            ),
        ),
        StandardScaler(),
    )
    X = prepare.fit_transform(table.X.iloc[train])
    return Split(X, table.Y[train], prepare.transform(table.X.iloc[test]), table.Y[test])
