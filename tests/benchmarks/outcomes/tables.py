"""Real tables with several outcomes: splits that all methods share, and labels that are taken away."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from .. import defaults
from ..defaults import CLASS_TYPES, MOST_TEST, Table

SETS = (*defaults.SETS, "parkinsons")
LEAST_LABELS = 10  # of a task
LEAST_OF_CLASS = 3  # and of counts above zero: one for each fold of those who validate
ALL, RARE, REST = "all", "rare", "rest"


@dataclass(frozen=True)
class Setting:
    """Which share of the training labels is taken away, of all tasks or of every second one."""

    title: str
    share: float
    of_odd: bool = False

    def shares(self, n_tasks: int) -> np.ndarray:
        """Return the share that each task loses."""
        is_thinned = np.arange(n_tasks) % 2 == 1 if self.of_odd else np.ones(n_tasks, dtype=bool)
        return np.where(is_thinned, self.share, 0.0)

    def part(self, position: int) -> str:
        """Return the part of the report that a task belongs to."""
        if not self.of_odd:
            return ALL
        return RARE if position % 2 == 1 else REST


SETTINGS: Mapping[str, Setting] = {
    "full": Setting("all labels", 0.0),
    "half": Setting("50 % of labels missing", 0.5),
    "fifth": Setting("80 % of labels missing", 0.8),
    "odd": Setting("odd tasks lack 90 % of labels", 0.9, of_odd=True),
}


@dataclass(frozen=True, eq=False)
class Inputs:
    """Inputs of the training and the test rows."""

    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True, eq=False)
class Split:
    """Training and test rows. raw holds numbers with gaps, ready has them filled in, limited and standardised.

    Labels are by task, NaN where they are missing, and classes numbered 0, 1, ... Only tasks that can be scored are
    there. parts says to which part of the report each belongs. groups are of the training rows.
    """

    seed: int
    raw: Inputs
    ready: Inputs
    y: Mapping[str, np.ndarray]
    y_test: Mapping[str, np.ndarray]
    types: Mapping[str, str]
    parts: Mapping[str, str]
    groups: np.ndarray | None


def read_groups(folder: Path) -> np.ndarray | None:
    """Read the numbers of the groups that no split may divide; None where rows are independent."""
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    if not meta.get("group"):
        return None
    column = pd.read_csv(folder / meta["file"], usecols=[meta["group"]])[meta["group"]]
    return np.unique(column, return_inverse=True)[1]


def sizes(table: Table, caps: Sequence[int]) -> list[int]:
    """Return the caps on training rows that differ for a table: two thirds of its rows train at most."""
    most = 2 * len(table.X) // 3
    least_cap = {min(cap, most): cap for cap in sorted(caps, reverse=True)}
    return sorted(least_cap.values())


def draw(
    n_rows: int, groups: np.ndarray | None, cap: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows to train and to test; of groups, a third is for testing."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(n_rows)
    if groups is None:
        n_train = min(cap, 2 * n_rows // 3)
        return order[:n_train], order[n_train : n_train + MOST_TEST]
    shuffled = rng.permutation(np.unique(groups))
    is_test = np.isin(groups[order], shuffled[: len(shuffled) // 3])
    return order[~is_test][:cap], order[is_test][:MOST_TEST]


def thinned(Y: np.ndarray, shares: np.ndarray, seed: int) -> np.ndarray:
    """Take labels away at random; those left of a larger share are among those left of a smaller one."""
    rng = np.random.default_rng([seed, 1])
    Y = Y.copy()
    for column, share in zip(Y.T, shares):
        known = rng.permutation(np.flatnonzero(~np.isnan(column)))
        column[known[int(np.ceil((1.0 - share) * len(known))) :]] = np.nan
    return Y


def recoded(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the classes that have training labels enough; those of others count as missing."""
    classes, counts = np.unique(train[~np.isnan(train)], return_counts=True)
    classes = classes[counts >= LEAST_OF_CLASS]
    found = []
    for labels in (train, test):
        codes = np.searchsorted(classes, labels).astype(float)
        found.append(np.where(np.isin(labels, classes), codes, np.nan))
    return found[0], found[1]


def can_be_scored(kind: str, train: np.ndarray, test: np.ndarray) -> bool:
    """Whether a task has enough training labels to be learned, and test labels that differ."""
    train, test = train[~np.isnan(train)], test[~np.isnan(test)]
    varied = len(np.unique(train)) > 1 and len(np.unique(test)) > 1
    is_rare = kind == "count" and np.count_nonzero(train) < LEAST_OF_CLASS
    return len(train) >= LEAST_LABELS and varied and not is_rare


def encoded(X: pd.DataFrame, train: np.ndarray, test: np.ndarray) -> Inputs:
    """Replace categories by columns of zeros and ones, a missing one being one more; numbers stay."""
    numbers = X.select_dtypes("number").columns
    categories = X.columns.difference(numbers, sort=False)
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = make_column_transformer(("passthrough", numbers), (one_hot, categories))
    fitted = columns.fit_transform(X.iloc[train])
    return Inputs(np.asarray(fitted, float), np.asarray(columns.transform(X.iloc[test]), float))


def made_ready(raw: Inputs) -> Inputs:
    """Fill in medians, limit inputs to their range, and standardise them, by the training rows."""
    medians = SimpleImputer(strategy="median", keep_empty_features=True)
    within = MinMaxScaler(clip=True)  # codes such as 9999 for "not known" would rule the score
    prepare = make_pipeline(medians, within, StandardScaler())
    return Inputs(prepare.fit_transform(raw.train), prepare.transform(raw.test))


def split(table: Table, groups: np.ndarray | None, cap: int, seed: int, setting: Setting) -> Split:
    """Draw rows, prepare inputs, and take labels away."""
    train, test = draw(len(table.X), groups, cap, seed)
    Y = thinned(table.Y[train], setting.shares(len(table.types)), seed)
    y, y_test, types, parts = {}, {}, {}, {}
    for position, (name, kind) in enumerate(table.types.items()):
        labels, tested = Y[:, position], table.Y[test, position]
        if kind in CLASS_TYPES:
            labels, tested = recoded(labels, tested)
            kind = "multiclass" if np.nanmax(labels, initial=0) > 1 else "binary"
        if can_be_scored(kind, labels, tested):
            y[name], y_test[name], types[name] = labels, tested, kind
            parts[name] = setting.part(position)
    raw = encoded(table.X, train, test)
    kept = None if groups is None else groups[train]
    return Split(seed, raw, made_ready(raw), y, y_test, types, parts, kept)
