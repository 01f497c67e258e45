"""Tables of pyarrow are taken wherever those of pandas are; tables without rows are refused by name."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from zoo import CASES

from skmtl import (
    MultiTaskGLM,
    MultiTaskMLP,
    NewTask,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
    TaskTargets,
)
from skmtl.inspection import TaskCalibrationDisplay, compare_sharing, task_affinity
from skmtl.linear_model import regularization_path, ridge_path
from skmtl.metrics import task_scorer, task_scores
from skmtl.model_selection import TaskStratifiedKFold, cross_val_predict
from skmtl.penalties import L21

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
ONE_OF_A_KIND = list({type(case.model): case for case in reversed(CASES)}.values())
by_kind = pytest.mark.parametrize("case", ONE_OF_A_KIND, ids=lambda c: type(c.model).__name__)

X = np.random.default_rng(7).normal(size=(60, 3))
TABLE = pd.DataFrame(X, columns=["age", "weight", "height"])
WARDS = np.array(["north", "south", "west"])[np.arange(60) % 3]
Y = {"days": X[:, 0] + X[:, 1] ** 2, "ill": np.where(X[:, 1] > X[:, 2], "yes", "no")}


def lazy(table):
    """Return a table of polars before its rows are computed."""
    return pl.DataFrame({str(name): pl.Series(v, strict=False) for name, v in table.items()}).lazy()


def arrow(table):
    """Return a table of pyarrow, nulls for what is missing."""
    return pa.Table.from_pandas(pd.DataFrame(table), preserve_index=False)


def columns(X):
    """Return inputs as a dict of columns."""
    return {f"x{j}": column for j, column in enumerate(X.T)}


@by_kind
def test_tables_of_pyarrow(case):
    """As inputs, targets and weights; predictions come back as such."""
    X, y = case.data()
    weight = np.random.default_rng(0).uniform(0.5, 2.0, (len(X), len(y)))
    by_task = arrow(dict(zip(y, weight.T, strict=True)))
    frame = pd.DataFrame(columns(X))
    wanted = case.new().fit(frame, y, weight).predict(frame)
    model = case.new().fit(arrow(columns(X)), arrow(y), by_task)
    found = model.predict(arrow(columns(X)))
    assert isinstance(found, pa.Table) and found.column_names == list(y)
    for name in y:
        if wanted[name].dtype.kind == "f":
            assert_allclose(found[name].to_numpy(), wanted[name], rtol=1e-5)
        else:
            assert_array_equal(found[name].to_pylist(), wanted[name].tolist())
    score = model.score(arrow(columns(X)), arrow(y), by_task)
    assert_allclose(score, model.score(frame, y, weight))


@pytest.mark.parametrize("group", ["ward", 1])
def test_groups_in_tables_of_pyarrow(group):
    """The column of groups has a name, or a position."""
    table = TABLE.assign(ward=WARDS)[["age", "ward", "weight"]]
    for model, outcome, method in (
        (TaskPerGroupRegressor(group=group), "days", "predict"),
        (TaskPerGroupClassifier(group=group), "ill", "predict_proba"),
    ):
        wanted = getattr(model.fit(table, Y[outcome]), method)(table)
        column = arrow({outcome: Y[outcome]})[outcome]
        found = getattr(model.fit(arrow(table), column), method)(arrow(table))
        assert_allclose(found, wanted, rtol=1e-12)  # the order in memory is another
    with pytest.raises(ValueError, match=r"group must name a column .*\['age', 'ward', 'weight'\]"):
        TaskPerGroupRegressor(group="site").fit(arrow(table), Y["days"])


@by_kind
@pytest.mark.parametrize("argument", ["X", "y", "sample_weight", "groups"])
def test_fits_need_rows(case, argument):
    X, y = case.data()
    lazily = {"X": columns(X), "y": y, "sample_weight": dict.fromkeys(y, np.ones(len(X)))}
    given = {"X": X, "y": y}
    if argument == "groups" and "groups" not in case.model.fit.__code__.co_varnames:
        pytest.skip("it takes none")
    given[argument] = lazy(lazily.get(argument, {"patient": np.arange(len(X))}))
    with pytest.raises(TypeError, match=message(argument)):
        case.new().fit(**given)


@by_kind
def test_fitted_models_need_rows(case):
    X, y = case.data()
    model, table, targets = case.new().fit(X, y), lazy(columns(X)), lazy(y)
    asked = [n for n in ("predict", "predict_proba", "decision_function") if hasattr(model, n)]
    for name in asked:
        with pytest.raises(TypeError, match=message("X")):
            getattr(model, name)(table)
    for score in (model.score, lambda *xy: task_scorer()(model, *xy)):
        with pytest.raises(TypeError, match=message("X")):
            score(table, y)
        with pytest.raises(TypeError, match=message("y")):
            score(X, targets)


def message(argument):
    """Return a pattern of what is said of an argument."""
    return rf"{re.escape(argument)} must be a table with rows, got a LazyFrame.*\.collect\(\)"


def groups_of_rows():
    """Return groups that are not computed."""
    return lazy({"patient": np.arange(60) // 2})


def by_group():
    """Return a fitted model of groups."""
    table = TABLE.assign(ward=WARDS)
    return TaskPerGroupRegressor(group="ward").fit(table, Y["days"])


MODEL = MultiTaskGLM()
LAZY_X, LAZY_Y = lazy(TABLE), lazy(Y)
CALLS = {
    "TaskTargets": ("y", lambda: TaskTargets(LAZY_Y)),
    "TaskTargets, column": ("task 'a'", lambda: TaskTargets({"a": LAZY_X})),
    "TaskTargets, groups": ("groups", lambda: TaskTargets(Y, groups=groups_of_rows())),
    "y[name] =": ("task 'a'", lambda: TaskTargets(Y).__setitem__("a", LAZY_X)),
    "folds, X": ("X", lambda: list(TaskStratifiedKFold(2).split(LAZY_X, Y))),
    "folds, y": ("y", lambda: list(TaskStratifiedKFold(2).split(X, LAZY_Y))),
    "folds, groups": ("groups", lambda: list(TaskStratifiedKFold(2).split(X, Y, groups_of_rows()))),
    "out of fold, X": ("X", lambda: cross_val_predict(MODEL, LAZY_X, Y)),
    "out of fold, y": ("y", lambda: cross_val_predict(MODEL, X, LAZY_Y)),
    "out of fold, groups": (
        "groups",
        lambda: cross_val_predict(MODEL, X, Y, groups=groups_of_rows()),
    ),
    "out of fold, weights": (
        "sample_weight",
        lambda: cross_val_predict(MODEL, X, Y, params={"sample_weight": LAZY_Y}),
    ),
    "scores, X": ("X", lambda: task_scores(Y, MODEL.fit(X, Y), LAZY_X)),
    "scores, y": ("y", lambda: task_scores(LAZY_Y, MODEL.fit(X, Y), X)),
    "scores, predictions": ("y", lambda: task_scores(Y, LAZY_Y)),
    "scores, weights": (
        "sample_weight",
        lambda: task_scores(Y, MODEL.fit(X, Y), X, sample_weight=LAZY_Y),
    ),
    "scores, groups": (
        "groups",
        lambda: task_scores(Y, MODEL.fit(X, Y), X, groups=groups_of_rows()),
    ),
    "sharing, X": ("X", lambda: compare_sharing(MODEL, LAZY_X, Y)),
    "sharing, y": ("y", lambda: compare_sharing(MODEL, X, LAZY_Y)),
    "affinity, X": ("X", lambda: task_affinity(LAZY_X, Y)),
    "affinity, y": ("y", lambda: task_affinity(X, LAZY_Y)),
    "path, X": ("X", lambda: regularization_path(LAZY_X, Y, L21())),
    "path, y": ("y", lambda: regularization_path(X, LAZY_Y, L21())),
    "ridge path": ("X", lambda: ridge_path(LAZY_X, Y["days"], alphas=[1.0])),
    "partial_fit": ("X", lambda: MultiTaskMLP(2).partial_fit(LAZY_X, Y)),
    "transform": ("X", lambda: MultiTaskMLP(2, max_iter=1).fit(X, Y).transform(LAZY_X)),
    "new task": ("X", lambda: NewTask(MODEL.fit(X, Y)).fit(LAZY_X, Y["days"])),
    "view": ("X", lambda: MODEL.fit(X, Y).task("ill").predict(LAZY_X)),
    "calibration": ("X", lambda: TaskCalibrationDisplay.from_estimator(MODEL, LAZY_X, Y)),
    "groups, fit": ("X", lambda: TaskPerGroupRegressor(group="age").fit(LAZY_X, Y["days"])),
    "groups, y": ("y", lambda: TaskPerGroupRegressor(group=0).fit(X, LAZY_Y)),
    "groups, predict": ("X", lambda: by_group().predict(LAZY_X)),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("argument", "call"), CALLS.values(), ids=CALLS.keys())
def test_rows_are_needed_everywhere(argument, call):
    with pytest.raises(TypeError, match=message(argument)):
        call()
