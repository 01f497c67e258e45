"""What the package says where a common mistake has a way round: it names the way."""

import numpy as np
import pytest

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.metrics import task_scores


@pytest.fixture
def data(rng):
    """Inputs, and a task with classes beside one with numbers."""
    X = rng.normal(size=(40, 3))
    return X, {"ill": np.where(X[:, 0] > 0, "yes", "no"), "days": X[:, 1]}


@pytest.mark.parametrize(
    ("model", "task"), [(MultiTaskRidge(), "ill"), (MultiTaskLogisticRegression(), "days")]
)
def test_models_of_one_type_name_the_one_of_all(model, task, data):
    with pytest.raises(
        ValueError, match=rf"asks \['{task}'\] cannot be .*MultiTaskGLM takes tasks"
    ):
        model.fit(*data)


def test_gaps_in_inputs(data):
    X, y = data
    model = MultiTaskGLM().fit(X, y)
    X = X.copy()
    X[0, 0] = np.nan
    for ask in (lambda: MultiTaskGLM().fit(X, y), lambda: model.predict(X)):
        with pytest.raises(ValueError, match="X contains NaN.*SimpleImputer.*MultiTaskMLP"):
            ask()


def test_arguments_in_another_order(data):
    X, y = data
    model = MultiTaskGLM().fit(X, y)
    with pytest.raises(ValueError, match=r"y_true must be targets, got MultiTaskGLM: the order is"):
        task_scores(model, X, y)


def test_numbers_that_no_float_holds(data):
    X, y = data
    with pytest.raises(ValueError, match="alpha of MeanRegularized must be a number"):
        MultiTaskRidge(10**400).fit(X, y["days"])
