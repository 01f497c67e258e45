"""A new type of task is a loss, a head and lines of tables: no room asks which types there are."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import PoissonRegressor

from skmtl import (
    GatedTasks,
    IndependentTasks,
    MultiTaskGLM,
    MultiTaskMLP,
    NewTask,
    StackedTasks,
    TaskTargets,
)
from skmtl.compose._by_task import PARAMETERS
from skmtl.heads import HEADS, CountHead
from skmtl.losses import PoissonLoss
from skmtl.metrics import task_scores
from skmtl.metrics._d2 import DEVIANCES, poisson_deviances
from skmtl.metrics._rules import DEFAULTS
from skmtl.model_selection import cross_val_predict
from skmtl.penalties import MeanRegularized
from skmtl.tasks import TASK_TYPES


@dataclass(frozen=True)
class RateLoss(PoissonLoss):
    """The loss of the new type."""


@dataclass(frozen=True)
class RateHead(CountHead):
    """Numbers above zero whose variance is their mean."""

    @property
    def loss(self):
        """Return the loss."""
        return RateLoss()


@pytest.fixture
def tables(monkeypatch):
    """Write the lines of the new type."""
    monkeypatch.setitem(TASK_TYPES, "rate", TASK_TYPES["count"])
    monkeypatch.setitem(HEADS, "rate", RateHead)
    monkeypatch.setitem(PARAMETERS, "rate", "counter")
    monkeypatch.setitem(DEVIANCES, "rate", poisson_deviances)
    monkeypatch.setitem(DEFAULTS, "rate", ("d2", "neg_mean_absolute_error"))


@pytest.fixture
def data(tables, rng):
    """Return inputs and a rate beside a number and classes, with gaps."""
    X = rng.normal(size=(90, 3))
    rate = rng.poisson(np.exp(X[:, 0] + 1)).astype(float)
    rate[:20] = np.nan
    y = {"rate": rate, "number": X[:, 1] + rng.normal(size=90), "stage": rng.integers(0, 3, 90)}
    return X, TaskTargets(y, task_types={"rate": "rate", "stage": "multiclass"})


MODELS = [
    MultiTaskGLM(),
    IndependentTasks(),
    GatedTasks(cv=2),
    StackedTasks(cv=2),
    NewTask(),
    MultiTaskMLP((2,), n_members=2, max_iter=3, random_state=0),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_every_model_takes_it(model, data):
    X, y = data
    model.fit(X, y)
    assert model.task_types_["rate"] == "rate"
    predicted = model.predict(X)
    assert predicted.task_types["rate"] == "rate" and (predicted["rate"] >= 0).all()
    assert_allclose(np.log(predicted["rate"]), model.decision_function(X)["rate"], rtol=1e-5)
    assert "rate" not in model.predict_proba(X) and np.isfinite(model.score(X, y))


def test_it_is_fitted_by_its_loss(data):
    X, y = data
    known = y.observed("rate")
    model = MultiTaskGLM(MeanRegularized(alpha=1.0, sharing=0.0)).fit(X, y)
    wanted = PoissonRegressor(alpha=1 / known.sum(), tol=1e-10).fit(X[known], y["rate"][known])
    assert_allclose(model.coef_[model.task_columns_["rate"]][0], wanted.coef_, rtol=1e-5)


def test_it_is_scored_and_predicted_out_of_fold(data):
    X, y = data
    predicted = cross_val_predict(MultiTaskGLM(), X, y)
    table = task_scores(y, predicted)
    assert table.loc["rate", "type"] == "rate" and np.isfinite(table.loc["rate", "d2"])
    with pytest.raises(ValueError, match="'rate' is of type 'rate', so must not be negative"):
        TaskTargets({"rate": [-1.0, 2.0, 3.0]}, task_types={"rate": "rate"})
