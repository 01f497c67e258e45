"""Rows of X and of targets belong together: as many of both, and under one index."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skmtl import IndependentTasks, MultiTaskGLM, MultiTaskMLP, TaskPerGroupRegressor, TaskTargets
from skmtl.inspection import TaskCalibrationDisplay
from skmtl.metrics import task_scorer, task_scores

N = 60


@pytest.fixture
def data(rng):
    """Inputs, and two tasks with missing labels."""
    X = pd.DataFrame(rng.normal(size=(N, 3)), columns=list("abc"))
    y = X.to_numpy() @ [1.0, -1.0, 0.5] + rng.normal(size=N)
    ill = np.where(y > 0, 1.0, 0.0)
    y[::7], ill[::5] = np.nan, np.nan
    return X, {"a": y, "ill": ill}


SCORES = {
    "score": lambda m, X, y: m.score(X, y),
    "task_scorer": lambda m, X, y: task_scorer()(m, X, y),
    "task_scores": lambda m, X, y: task_scores(y, m, X),
    "task_scores of predictions": lambda m, X, y: task_scores(y, m.predict(X)),
    "task_scores of a frame": lambda m, X, y: task_scores(y, pd.DataFrame(m.predict(X))),
    "task_scores of an array": lambda m, X, y: task_scores(y, np.asarray(m.predict(X), float)),
    "TaskCalibrationDisplay": lambda m, X, y: TaskCalibrationDisplay.from_estimator(m, X, y),
}


@pytest.mark.parametrize("few", ["y", "X"])
@pytest.mark.parametrize("tool", SCORES)
def test_scores_need_as_many_rows_of_both(tool, few, data):
    X, y = data
    model = MultiTaskGLM().fit(X, y)
    X, y = (X, TaskTargets(y)[:40]) if few == "y" else (X[:40], y)
    with pytest.raises(
        ValueError, match=r"inconsistent numbers of samples: \[|must have \d+ samples"
    ):
        SCORES[tool](model, X, y)


MODELS = [MultiTaskGLM(), IndependentTasks(), MultiTaskMLP(2, n_members=2, max_iter=1)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("kind", ["frame", "dict of series"])
def test_fits_warn_of_other_indexes(model, kind, data):
    X, y = data
    y = pd.DataFrame(y)
    given = y if kind == "frame" else {name: y[name] for name in y}
    shuffled = X.sample(frac=1.0, random_state=0)
    with pytest.warns(UserWarning, match="rows of X and y are paired by position, but their index"):
        model.fit(shuffled, given)


def test_one_outcome_and_scores_warn_of_other_indexes(data):
    X, y = data
    frame = pd.DataFrame(y)
    model = MultiTaskGLM().fit(X, frame)
    shuffled = X.sample(frac=1.0, random_state=0)
    for asked in (model.score, lambda X, y: task_scorer()(model, X, y)):
        with pytest.warns(UserWarning, match="row 0 is"):
            asked(shuffled, frame)
    with pytest.warns(UserWarning, match="rows of y_true and y_pred are paired by position"):
        task_scores(frame, model.predict(shuffled))
    with pytest.warns(UserWarning, match="rows of X and y are paired by position"):
        TaskPerGroupRegressor().fit(shuffled, X["a"])


@pytest.mark.parametrize("other", ["array", "polars", "the same index", "TaskTargets"])
def test_nothing_is_said_where_rows_are_known_to_agree_or_have_no_index(other, data):
    X, y = data
    shuffled = X.sample(frac=1.0, random_state=0)
    given = {
        "array": pd.DataFrame(y).to_numpy(),
        "polars": pl.DataFrame(y),
        "the same index": pd.DataFrame(y, index=shuffled.index.copy()),
        "TaskTargets": TaskTargets(y),
    }[other]
    MultiTaskGLM().fit(shuffled, given).score(shuffled, given)
