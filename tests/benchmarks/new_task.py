"""A new task from few rows: ``python -m tests.benchmarks.new_task`` compares NewTask with learning from scratch.

Protocol: of each table, each task in turn is the new one. A joint model of the others is fitted to at most 1000 rows of
the training part; the new task has its labels on few further rows, drawn so that two classes at least are among them,
and is scored by D2 (at least -1) on the test part. Inputs are imputed by medians, limited and standardised by the
training part. Means are over tasks, then splits, then tables; standard errors over tables.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import GridSearchCV
from threadpoolctl import threadpool_limits

from skmtl import IndependentTasks, MultiTaskGLM, MultiTaskMLP, NewTask, TaskTargets
from skmtl.metrics import task_scores

from .defaults import CLASS_TYPES, FOLDER, LEAST_SCORE, read
from .outcomes.scores import limited
from .outcomes.tables import SETS, SETTINGS, Inputs, Split, read_groups, split

KNOWN_ROWS = 1000
FEW = (5, 10, 20, 50)
LINEAR, NETWORK = "linear", "network"
Made = Callable[[Mapping[str, Any]], Any]


def scratch_cv(known: Mapping[str, Any]) -> Any:
    """Return models whose strength is chosen on the few rows."""
    strengths = {"C": np.logspace(-4, 1, 6)}
    logistic = GridSearchCV(LogisticRegression(), strengths, scoring="neg_log_loss", cv=2)
    return IndependentTasks(logistic, RidgeCV(np.logspace(-1, 4, 11)))


METHODS: Mapping[str, Made] = {
    "scratch": lambda known: NewTask(),
    "scratch-cv": scratch_cv,
    "tasks": lambda known: NewTask(known[LINEAR], basis="tasks"),
    "shared": lambda known: NewTask(known[LINEAR], basis="shared"),
    "network": lambda known: NewTask(known[NETWORK]),
}
VARIANTS: Mapping[str, Made] = {
    f"{basis}-{alpha:g}-{residual:g}": (
        lambda known, basis=basis, alpha=alpha, residual=residual: NewTask(
            known[NETWORK if basis == "representation" else LINEAR],
            basis=basis,
            alpha=alpha,
            residual=residual,
        )
    )
    for basis in ("tasks", "shared", "representation")
    for alpha in (0.1, 0.3, 1.0, 3.0, 10.0)
    for residual in (0.0, 0.01, 0.03, 0.1, 0.3)
}


def few_rows(labels: np.ndarray, is_class: bool, most: int, rng: Any) -> np.ndarray:
    """Return rows with labels in a random order, the first two of different classes."""
    rows = rng.permutation(np.flatnonzero(~np.isnan(labels)))[:most]
    if is_class and len(rows) > 1:
        other = np.flatnonzero(labels[rows] != labels[rows[0]])
        if len(other):
            rows[[1, other[0]]] = rows[[other[0], 1]]
    return rows


def known_models(drawn: Split, known: np.ndarray, name: str) -> Mapping[str, Any]:
    """Fit the joint models of all tasks but one."""
    types = {task: kind for task, kind in drawn.types.items() if task != name}
    y = TaskTargets({task: drawn.y[task][known] for task in types}, types)
    return {
        LINEAR: MultiTaskGLM().fit(drawn.ready.train[known], y),
        NETWORK: MultiTaskMLP(random_state=drawn.seed).fit(drawn.ready.train[known], y),
    }


def d2(model: Any, inputs: Inputs, rows: np.ndarray, drawn: Split, name: str) -> float:
    """Fit a model to few rows of one task, and score it."""
    types = {name: drawn.types[name]}
    train = TaskTargets({name: drawn.y[name]}, types)[rows]
    test = TaskTargets({name: drawn.y_test[name]}, types)
    with warnings.catch_warnings():
        for category in (UserWarning, FitFailedWarning):  # a class that a fold of few rows lacks
            warnings.simplefilter("ignore", category)
        model.fit(inputs.train[rows], train)
    said = model.predict(inputs.test)[name]
    if name in model.classes_:
        said = model.predict_proba(inputs.test)[name]
    said = limited(types[name], train[name], said)
    return max(LEAST_SCORE, task_scores(test, {name: said}, metrics="d2").loc[name, "d2"])


def records(table: Any, groups: Any, seed: int, methods: Mapping[str, Made]) -> Iterator[dict]:
    """Yield a score for each task, number of rows and method."""
    drawn = split(table, groups, KNOWN_ROWS + max(FEW), seed, SETTINGS["full"])
    rng = np.random.default_rng([seed, 2])
    order = rng.permutation(len(drawn.ready.train))
    known, fresh = order[: -max(FEW) * 2], order[-max(FEW) * 2 :]
    for name, kind in drawn.types.items():
        is_class = kind in CLASS_TYPES
        rows = fresh[few_rows(drawn.y[name][fresh], is_class, max(FEW), rng)]
        too_few = len(rows) < max(FEW) or (kind != "count" and np.ptp(drawn.y[name][rows[:2]]) == 0)
        if too_few or not drawn.y[name][rows[: min(FEW)]].any():
            continue
        models = known_models(drawn, known, name)
        for n_rows in FEW:
            for method, make in methods.items():
                score = d2(make(models), drawn.ready, rows[:n_rows], drawn, name)
                yield {
                    "table": table.name,
                    "split": seed,
                    "task": name,
                    "rows": n_rows,
                    "method": method,
                    "d2": score,
                }


def report(frame: pd.DataFrame) -> Iterator[str]:
    """Describe the means, and what each method gains on the first."""
    by_split = frame.groupby(["rows", "method", "table", "split"], sort=False)["d2"].mean()
    by_table = by_split.groupby(["rows", "method", "table"], sort=False).mean()
    first = frame["method"].iloc[0]
    yield f"D2 of a new task; what is gained on {first} (standard error over {frame['table'].nunique()} tables)"
    for n_rows, block in by_table.groupby("rows"):
        means = block.droplevel("rows").unstack("method", sort=False)
        for method in means:
            gain = means[method] - means[first]
            error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else np.nan
            wins = f"{(gain > 0).sum()}/{len(gain)}"
            yield f"  {n_rows:3} rows  {method:24}{means[method].mean():7.3f}  {gain.mean():+.3f} ({error:.3f})  {wins}"


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.new_task", description=__doc__
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the tables are")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--splits", type=int, default=2, help="how many of each table (2)")
    parser.add_argument(
        "--methods", nargs="+", choices=[*METHODS, *VARIANTS], default=list(METHODS)
    )
    given = parser.parse_args(arguments)
    missing = [name for name in given.sets if not (given.folder / name / "meta.json").exists()]
    if missing:
        print(f"skipped: the tables {missing} are not there; --folder says where they are")
        return
    methods = {name: {**METHODS, **VARIANTS}[name] for name in given.methods}
    found: list[dict] = []
    with threadpool_limits(1):
        for name in given.sets:
            table, groups = read(given.folder / name), read_groups(given.folder / name)
            for seed in range(given.splits):
                found += records(table, groups, seed, methods)
            print(f"  {name}", flush=True)
    print("\n".join(report(pd.DataFrame(found))))


if __name__ == "__main__":
    main()
