"""Penalties with fixed strengths on real tables: ``python -m tests.benchmarks.defaults`` shows what a default costs.

Protocol: of each table, training rows are drawn at random, repeatedly and the same for all candidates; what remains, at
most 3000 rows, is for testing. Inputs are imputed by medians, limited to their range, categories one-hot, and all
standardised, by the training rows alone; labels that are missing stay so. A score is the mean over tasks of D2, that of
a task being at least -1; a task is left out of a split where its training rows lack a class of its test rows, or its
test rows hold one value. Scores are averaged over splits, and compared over tables. A candidate's strength is one
number for all tables: shown are the best one, and what it gains where each table's strength is chosen by the others.
"""

import argparse
import json
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import entr, logsumexp, xlogy
from sklearn.compose import make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from skmtl.linear_model import regularization_path
from skmtl.penalties import L21, LearnedCovariance, MeanRegularized, NuclearNorm, Penalty

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"
SETS = (
    *("nhanes1718", "support2", "nhefs", "rotterdam", "nmes1988", "pbc", "emotions"),
    *("mtr_edm", "mtr_jura", "mtr_wq", "mtr_enb"),
)
CLASS_TYPES = ("binary", "multiclass")
LEAST_TEST, MOST_TEST = 50, 3000
LEAST_SCORE = -1.0
TOL, MAX_ITER = 1e-4, 300
STEPS = 4  # a decade, so that sqrt(n) from 100 to about 300 to 1000 is one step and two
SQUARES = np.round(10.0 ** (np.arange(0, 3 * STEPS + 1) / STEPS), 2)
NORMS = SQUARES[2:10]
SEPARATE, PRESENT = "separate", "mean-regularised, 0.25"
PRESENT_STRENGTH = 1.0


@dataclass(frozen=True)
class Candidate:
    """A penalty whose own strength is 1, and the strengths to try."""

    penalty: Penalty
    strengths: np.ndarray


CANDIDATES: Mapping[str, Candidate] = {
    SEPARATE: Candidate(MeanRegularized(sharing=0.0), SQUARES),
    "mean-regularised, 0.1": Candidate(MeanRegularized(sharing=0.1), SQUARES),
    PRESENT: Candidate(MeanRegularized(sharing=0.25), SQUARES),
    "mean-regularised, 0.5": Candidate(MeanRegularized(sharing=0.5), SQUARES),
    "learned covariance": Candidate(LearnedCovariance(), SQUARES[:10]),
    "nuclear norm": Candidate(NuclearNorm(), NORMS),
    "L21": Candidate(L21(), NORMS),
    "L21, half ridge": Candidate(L21(l2_ratio=0.5), NORMS),
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
        coded = kind in CLASS_TYPES
        column[known] = np.unique(values, return_inverse=True)[1] if coded else values
    return Table(meta["name"], X, Y, types)


def split(table: Table, rows: int, seed: int) -> Split:
    """Draw rows to train and to test, and prepare inputs by those that train."""
    order = np.random.default_rng(seed).permutation(len(table.X))
    train, test = order[:rows], order[rows : rows + MOST_TEST]
    numbers = table.X.select_dtypes("number").columns
    categories = table.X.columns.difference(numbers, sort=False)
    medians = SimpleImputer(strategy="median", keep_empty_features=True)
    within = MinMaxScaler(clip=True)  # codes such as 9999 for "not known" would rule the score
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = make_column_transformer(
        (make_pipeline(medians, within), numbers), (one_hot, categories)
    )
    prepare = make_pipeline(columns, StandardScaler())
    X = prepare.fit_transform(table.X.iloc[train])
    return Split(X, table.Y[train], prepare.transform(table.X.iloc[test]), table.Y[test])


def deviances(kind: str, known: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Return the deviance of raw predictions of shape (..., n_labels, n_columns), of all labels."""
    z = raw[..., 0]
    if kind == "regression":
        each = (known - z) ** 2
    elif kind == "count":
        each = np.exp(z) - known * z - known + xlogy(known, known)
    elif raw.shape[-1] == 1:
        each = np.logaddexp(0.0, z) - known * z
    else:
        each = logsumexp(raw, axis=-1) - raw[..., np.arange(len(known)), known.astype(int)]
    return each.sum(axis=-1)


def null_deviance(kind: str, known: np.ndarray) -> float:
    """Return the deviance of the best constant prediction."""
    if kind in CLASS_TYPES:
        counts = np.unique(known, return_counts=True)[1]
        return len(known) * entr(counts / len(known)).sum()
    mean = np.full((len(known), 1), known.mean())
    return deviances(kind, known, np.log(mean) if kind == "count" else mean)


def explained(kind: str, known: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Return D2 of raw predictions, at least LEAST_SCORE."""
    with np.errstate(over="ignore"):
        found = 1.0 - deviances(kind, known, raw) / null_deviance(kind, known)
    return np.maximum(found, LEAST_SCORE)


def recoded(kind: str, trained: np.ndarray, tested: np.ndarray) -> np.ndarray | None:
    """Return labels of test rows, classes as positions among the trained ones; None where they cannot be scored."""
    if len(np.unique(tested)) < 2:
        return None
    if kind not in CLASS_TYPES:
        return tested
    classes = np.unique(trained[~np.isnan(trained)])
    return np.searchsorted(classes, tested) if np.isin(tested, classes).all() else None


def scores(drawn: Split, types: Mapping[str, str], candidate: Candidate) -> tuple[np.ndarray, int]:
    """Return the score at each strength, the largest first, and how many fits stopped early."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # they are counted
        options = {"alphas": candidate.strengths, "max_iter": MAX_ITER, "tol": TOL}
        y = dict(zip(types, drawn.Y.T))
        path = regularization_path(drawn.X, y, candidate.penalty, task_types=types, **options)
    raw = drawn.X_test @ path.coef.transpose(0, 2, 1) + path.intercept[:, np.newaxis]
    found = []
    for (name, kind), trained, labels in zip(types.items(), drawn.Y.T, drawn.Y_test.T):
        rows = np.flatnonzero(~np.isnan(labels))
        known = recoded(kind, trained, labels[rows])
        if known is not None:
            found.append(explained(kind, known, raw[:, rows, path.task_columns[name]]))
    return np.mean(found, axis=0), int((path.n_iter >= MAX_ITER).sum())


def run(tables: Sequence[Table], sizes: Sequence[int], n_splits: int) -> pd.DataFrame:
    """Return the score of each candidate at each strength on each split, one a row."""
    pairs = [(table, rows) for table in tables for rows in sizes if table.fits(rows)]
    return pd.DataFrame(record for pair in pairs for record in records(*pair, n_splits))


def records(table: Table, rows: int, n_splits: int) -> Iterator[dict]:
    """Score all candidates on a table's splits."""
    start, early = time.process_time(), dict.fromkeys(CANDIDATES, 0)
    for seed in range(n_splits):
        drawn = split(table, rows, seed)
        where = {"table": table.name, "rows": rows, "split": seed, "features": drawn.X.shape[1]}
        for name, candidate in CANDIDATES.items():
            values, stopped = scores(drawn, table.types, candidate)
            early[name] += stopped
            for alpha, score in zip(np.sort(candidate.strengths)[::-1], values):
                yield {**where, "candidate": name, "alpha": alpha, "score": score}
    took = time.process_time() - start
    stopped = {name: count for name, count in early.items() if count}
    print(
        f"  {table.name}, {rows} rows: {took:.0f} s; stopped early: {stopped or 'none'}", flush=True
    )


def curves(frame: pd.DataFrame, candidate: str, power: float = 0.0) -> pd.DataFrame:
    """Return mean scores over splits: a row a table and number of rows, a column a strength at 100 rows.

    The strength at n rows is (n / 100)^power times that, to the nearest of those that were tried.
    """
    own = frame[frame["candidate"] == candidate]
    found = own.groupby(["table", "rows", "alpha"])["score"].mean().unstack("alpha")
    moves = [round(STEPS * power * np.log10(rows / 100)) for _, rows in found.index]
    moved = [row.shift(-move) for move, (_, row) in zip(moves, found.iterrows())]
    return pd.DataFrame(moved, index=found.index).dropna(axis=1).groupby("table").mean()


def chosen_by_others(by_table: pd.DataFrame) -> pd.Series:
    """Return each table's score at the strength that is best on average over the others."""
    return pd.Series(
        {name: row[by_table.drop(name).mean().idxmax()] for name, row in by_table.iterrows()}
    )


def gain(of: pd.Series, over: pd.Series) -> str:
    """Return the mean difference over tables, its standard error, how often it is positive, where it is least."""
    difference = of - over
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    worst = f"{difference.min():+.3f} {difference.idxmin()}"
    better = f"{(difference > 0).sum():2}/{len(difference):<2}"
    return f"{difference.mean():+.4f} ({error:.4f}) {better} {worst:18}"


def comparison(frame: pd.DataFrame, power: float = 0.0) -> Iterator[str]:
    """Describe every candidate at its best strength, beside separate fits at theirs and the present default."""
    present = curves(frame, PRESENT)[PRESENT_STRENGTH]
    separate = chosen_by_others(curves(frame, SEPARATE, power))
    title = f"{'gain over separate':41}  gain over the present default"
    yield f"  {'':24}{'strength':>9}{'D2':>8}  {title}"
    yield f"  {'present default':24}{PRESENT_STRENGTH:9g}{present.mean():8.4f}  {gain(present, separate)}"
    for name in frame["candidate"].unique():
        by_table = curves(frame, name, power)
        means, found = by_table.mean(), chosen_by_others(by_table)
        best = f"{means.idxmax():9g}{means.max():8.4f}"
        yield f"  {name:24}{best}  {gain(found, separate)}  {gain(found, present)}"


def fixed(frame: pd.DataFrame) -> Iterator[str]:
    """Describe each strength of the default penalty, nothing chosen."""
    by_table = curves(frame, PRESENT)
    for strength, found in by_table.items():
        against = gain(found, by_table[PRESENT_STRENGTH])
        yield f"  {strength:8g}{found.mean():9.4f}{found.median():9.4f}  {against}"


def report(frame: pd.DataFrame) -> Iterator[str]:
    """Describe all results, by the number of rows and for all of them."""
    sizes = sorted(frame["rows"].unique())
    parts = [(f"{rows} rows", frame[frame["rows"] == rows]) for rows in sizes]
    for title, part in [*parts, ("all rows", frame)]:
        n_tables = part["table"].nunique()
        yield f"\n{title}, {n_tables} tables: one strength; gains: mean (standard error), tables won, worst"
        yield from comparison(part)
        if title == "all rows":
            yield "\nall rows: strengths times sqrt(n / 100)"
            yield from comparison(part, 0.5)
        yield f"\n{title}: {PRESENT}, by strength: D2, its median over tables, gain over strength 1"
        yield from fixed(part)


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.defaults", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the tables are")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--rows", nargs="+", type=int, default=[100, 300, 1000], help="to train on")
    parser.add_argument("--splits", type=int, default=10, help="how many of each table (10)")
    parser.add_argument("--csv", type=Path, help="write the scores here too")
    given = parser.parse_args(arguments)
    missing = [name for name in given.sets if not (given.folder / name / "meta.json").exists()]
    if missing:
        print(f"skipped: the tables {missing} are not there; --folder says where they are")
        return
    with threadpool_limits(1):
        tables = [read(given.folder / name) for name in given.sets]
        frame = run(tables, given.rows, given.splits)
    if given.csv:
        frame.to_csv(given.csv, index=False)
    print("\n".join(report(frame)))


if __name__ == "__main__":
    main()
