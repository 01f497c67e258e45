"""Groups of rows as tasks: ``python -m tests.benchmarks.groups`` shows how TaskPerGroup predicts schools and hospitals.

School, the 10 published splits: the root mean squared error of each school, averaged over schools, then over splits.
School, random splits: a fraction of each school's pupils trains (one at least); the error is over all test rows.
Heart disease: patients of four hospitals. Leave one hospital out: log loss, ROC AUC and calibration in the large of a
hospital that was not there; random halves, by hospital and outcome: of hospitals that were.
Parkinson's disease, a task a patient: a joint model that shares too much, a separate one, and the gate between them.

Strength and sharing are chosen by scikit-learn's GridSearchCV, 3 folds of the training rows, each group in every fold
(of hospitals that are left out: folds that leave a hospital out). "pooled" has sharing 1, "separate" sharing 0.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from skmtl import (
    GatedTasks,
    MultiTaskLogisticRegression,
    MultiTaskRidge,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
from skmtl.model_selection import TaskStratifiedKFold

from . import school
from .defaults import FOLDER

ALPHAS = np.geomspace(1.0, 300.0, 6)
SHARINGS: Mapping[str, tuple[float, ...]] = {
    "separate": (0.0,),
    "pooled": (1.0,),
    "partially pooled": (0.5, 0.9, 0.99),
}
KINDS: Mapping[str, tuple[float, ...] | None] = {**SHARINGS, "as it comes": None}
SETS = ("school", "heart_uci", "parkinsons")
GOALS = {"published": 9.88, "tenth": 10.35}
FRACTIONS = (0.1, 0.2, 0.3, 0.75)


def folds(groups: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return three folds that hold the same of every group."""
    splitter = TaskStratifiedKFold(3, shuffle=True, random_state=0)
    return list(splitter.split(groups, {"group": groups.astype(str)}))


def search(model: Any, params: Mapping[str, Any], scoring: str, cv: Any) -> GridSearchCV:
    """Choose the parameters of the joint model."""
    nested = {f"estimator__{name}": values for name, values in params.items()}
    return GridSearchCV(model, nested, scoring=scoring, cv=cv)


def schools(sharings: tuple[float, ...] | None, groups: np.ndarray) -> Any:
    """Return a regressor of schools: as it comes, or with strength and sharing chosen."""
    if sharings is None:
        return TaskPerGroupRegressor(group=0)
    joint = MultiTaskRidge(signs="same", pool_intercept=True)
    model = TaskPerGroupRegressor(joint, group=0)
    params = {"alpha": ALPHAS, "sharing": sharings}
    return search(model, params, "neg_mean_squared_error", folds(groups))


def fit_schools(data: school.Schools, train: np.ndarray, sharings: Any) -> Any:
    """Fit to some pupils, whose inputs are standardised."""
    scaler = StandardScaler().fit(data.X[train])
    table = np.column_stack([data.school, scaler.transform(data.X)])
    return schools(sharings, data.school[train]).fit(table[train], data.y[train]).predict(table)


def by_school(data: school.Schools, predicted: np.ndarray, test: np.ndarray) -> float:
    """Return the mean over schools of the root mean squared error."""
    squares = np.bincount(data.school[test], (predicted - data.y)[test] ** 2)
    counts = np.bincount(data.school[test])
    return float(np.sqrt(squares[counts > 0] / counts[counts > 0]).mean())


def over_rows(data: school.Schools, predicted: np.ndarray, test: np.ndarray) -> float:
    """Return the root mean squared error over all rows."""
    return float(np.sqrt(np.mean((predicted - data.y)[test] ** 2)))


def random_split(data: school.Schools, fraction: float, seed: int) -> np.ndarray:
    """Return the mask of training rows: a fraction of each school, one pupil at least."""
    rng = np.random.default_rng(seed)
    mask = np.zeros(len(data.y), dtype=bool)
    for k in range(data.school.max() + 1):
        own = rng.permutation(np.flatnonzero(data.school == k))
        mask[own[: max(1, round(fraction * len(own)))]] = True
    return mask


def school_tables(
    data: school.Schools, n_splits: int, n_random: int, names: list[str]
) -> Iterator[str]:
    """Describe both protocols."""
    kinds = {name: KINDS[name] for name in names}
    yield f"school, {n_splits} published splits: RMSE by school, mean over schools (standard error over splits)"
    for name, sharings in kinds.items():
        tests = data.tests[:n_splits]
        errors = [
            by_school(data, fit_schools(data, np.flatnonzero(~t), sharings), t) for t in tests
        ]
        yield shown(name, errors) + goal(name, errors, "published")
    for fraction in FRACTIONS:
        yield f"school, {fraction:.0%} of each school, {n_random} random splits: RMSE over test rows"
        masks = [random_split(data, fraction, seed) for seed in range(n_random)]
        for name, sharings in kinds.items():
            errors = [
                over_rows(data, fit_schools(data, np.flatnonzero(m), sharings), ~m) for m in masks
            ]
            yield shown(name, errors) + (goal(name, errors, "tenth") if fraction == 0.1 else "")


def shown(name: str, values: Any) -> str:
    """Return a line with a mean and its standard error."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else np.nan
    return f"  {name:20}{np.mean(values):8.3f} ({error:.3f})"


def goal(name: str, errors: Any, key: str) -> str:
    """Return whether the target of partial pooling is met."""
    if name != "partially pooled":
        return ""
    return f"   target {GOALS[key]}: {'met' if np.mean(errors) <= GOALS[key] else 'MISSED'}"


def read_heart(folder: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Read inputs, with the hospital among them, and who has the disease."""
    frame = pd.read_csv(folder / "data.csv.gz")
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    X = frame[meta["inputs"]].copy()
    for name in meta["categorical"]:
        X[name] = X[name].astype("string").fillna("missing").astype(object)
    X["hospital"] = frame[meta["group"]].astype(str)
    return X, frame["disease"].to_numpy(int)


def hospitals(X: pd.DataFrame, sharings: Any, cv: Any) -> Any:
    """Return a pipeline from the table to a classifier of hospitals."""
    numbers = X.select_dtypes("number").columns.tolist()
    categories = [name for name in X.columns if name not in (*numbers, "hospital")]
    scaled = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    ready = make_column_transformer(
        (scaled, numbers),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
        ("passthrough", ["hospital"]),
        verbose_feature_names_out=False,
    ).set_output(transform="pandas")
    model: Any = TaskPerGroupClassifier(group="hospital")
    if sharings is not None:
        joint = MultiTaskLogisticRegression(signs="same", pool_intercept=True)
        params = {"C": 1.0 / ALPHAS, "sharing": sharings}
        model = TaskPerGroupClassifier(joint, group="hospital")
        model = search(model, params, "neg_log_loss", cv)
    return make_pipeline(ready, model)


def heart_tables(X: pd.DataFrame, y: np.ndarray, n_random: int) -> Iterator[str]:
    """Describe hospitals that are left out, and hospitals that are known."""
    hospital = X["hospital"].to_numpy()
    kinds = {name: s for name, s in SHARINGS.items() if name != "separate"} | {"as it comes": None}
    yield "heart disease, leave one hospital out: log loss, ROC AUC, observed - predicted risk"
    for name, sharings in kinds.items():
        for train, test in LeaveOneGroupOut().split(X, y, hospital):
            cv = list(LeaveOneGroupOut().split(train, None, hospital[train]))
            p = (
                hospitals(X, sharings, cv)
                .fit(X.iloc[train], y[train])
                .predict_proba(X.iloc[test])[:, 1]
            )
            scores = f"{log_loss(y[test], p):8.3f}{roc_auc_score(y[test], p):8.3f}{y[test].mean() - p.mean():+8.3f}"
            yield f"  {name:20}{hospital[test][0]:16}{scores}"
    yield f"heart disease, {n_random} random halves of each hospital: log loss over test rows"
    strata = np.char.add(hospital.astype(str), y.astype(str))
    for name, sharings in {**SHARINGS, "as it comes": None}.items():
        losses = []
        for seed in range(n_random):
            train, test = next(StratifiedKFold(2, shuffle=True, random_state=seed).split(X, strata))
            cv = list(StratifiedKFold(3, shuffle=True, random_state=0).split(train, strata[train]))
            fitted = hospitals(X, sharings, cv).fit(X.iloc[train], y[train])
            losses.append(log_loss(y[test], fitted.predict_proba(X.iloc[test])[:, 1]))
        yield shown(name, losses)


def parkinsons_tables(folder: Path, n_random: int) -> Iterator[str]:
    """Describe a gate where patients are tasks and sharing hurts: the error of total UPDRS over test rows."""
    frame = pd.read_csv(next(folder.glob("data.csv*")))
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    X, y = frame[meta["inputs"]].to_numpy(float), frame["total_UPDRS"].to_numpy(float)
    patient = np.unique(frame[meta["group"]], return_inverse=True)[1]
    joint = MultiTaskRidge(1.0, 0.9, signs="same", pool_intercept=True)
    models = {
        "joint": joint,
        "separate": MultiTaskRidge(1.0, 0.0),
        "gated": GatedTasks(joint, MultiTaskRidge(1.0, 0.0), task_types="regression"),
    }
    for fraction in (0.05, 0.1, 0.2, 0.5):
        yield f"parkinsons, a task a patient, {fraction:.0%} of the rows of each: RMSE over test rows"
        errors: dict[str, list[float]] = {name: [] for name in models}
        for seed in range(n_random):
            data = school.Schools(X, y, patient, np.empty(0))
            mask = random_split(data, fraction, seed)
            scaled = StandardScaler().fit(X[mask]).transform(X)
            wide = {
                f"{k}": np.where(patient == k, y, np.nan)[mask] for k in range(patient.max() + 1)
            }
            for name, model in models.items():
                said = np.column_stack(list(model.fit(scaled[mask], wide).predict(scaled).values()))
                own = said[np.arange(len(y)), patient]
                errors[name].append(over_rows(data, own, ~mask))
        yield from (shown(name, values) for name, values in errors.items())


def main(arguments: list[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.groups", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the data are")
    parser.add_argument(
        "--splits", type=int, default=10, help="how many of the published splits (10)"
    )
    parser.add_argument("--random", type=int, default=5, help="how many random splits (5)")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument(
        "--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="of models of schools"
    )
    given = parser.parse_args(arguments)
    for name in given.sets:
        folder = given.folder / name
        if not (folder / "meta.json").exists():
            print(f"skipped: {name} is not there; --folder says where it is")
            continue
        with threadpool_limits(1):
            if name == "school":
                lines = school_tables(school.read(folder), given.splits, given.random, given.kinds)
            elif name == "parkinsons":
                lines = parkinsons_tables(folder, given.random)
            else:
                lines = heart_tables(*read_heart(folder), given.random)
            for line in lines:
                print(line, flush=True)


if __name__ == "__main__":
    main()
