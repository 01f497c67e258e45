"""Models that predict what is no number, and numbers of any size: an error that names the part, or the right answer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.linear_model import LogisticRegression, Ridge

from skmtl import GatedTasks, IndependentTasks, MultiTaskRidge, NewTask, StackedTasks

BY_NAME = lambda value: type(value).__name__ if hasattr(value, "fit") else str(value)
FAR = 1.2  # of the first input, beyond which predictions are no numbers


class Overflowing(RegressorMixin, BaseEstimator):
    """A ridge regression whose predictions of some samples are a value that is no number."""

    def __init__(self, value=np.nan):
        self.value = value

    def fit(self, X, y, sample_weight=None):
        self.ridge_ = Ridge().fit(X, y)
        return self

    def predict(self, X):
        return np.where(X[:, 0] > FAR, self.value, self.ridge_.predict(X))


class OverflowingClassifier(ClassifierMixin, BaseEstimator):
    """The same of a logistic regression and its probabilities."""

    def fit(self, X, y, sample_weight=None):
        self.logistic_ = LogisticRegression().fit(X, y)
        self.classes_ = self.logistic_.classes_
        return self

    def predict(self, X):
        return self.logistic_.predict(X)

    def predict_proba(self, X):
        return np.where(X[:, :1] > FAR, np.nan, self.logistic_.predict_proba(X))


NUMBERS, CLASSES = (
    IndependentTasks(regressor=Overflowing()),
    IndependentTasks(OverflowingClassifier()),
)
RIDGES = IndependentTasks(LogisticRegression(), Ridge())


@pytest.fixture
def data(rng):
    """Return X, two numbers and a class."""
    X = rng.normal(size=(90, 3))
    score = X @ [1.0, -1.0, 0.5]
    ill = np.where(score > rng.normal(size=90), "yes", "no")
    return X, {"days": score + rng.normal(size=90), "cost": rng.normal(size=90) - score, "ill": ill}


@pytest.mark.parametrize(
    "model, part, task",
    [
        (GatedTasks(NUMBERS, RIDGES), "joint", "days"),
        (GatedTasks(RIDGES, NUMBERS, gate="choose"), "separate", "days"),
        (GatedTasks(RIDGES, CLASSES), "separate", "ill"),
        (StackedTasks(NUMBERS, RIDGES), "estimator", "days"),
        (StackedTasks(CLASSES, RIDGES), "estimator", "ill"),
        (StackedTasks(RIDGES, NUMBERS, order=["ill", "cost", "days"]), "final", "cost"),
    ],
    ids=BY_NAME,
)
def test_who_predicts_no_numbers_is_named(model, part, task, data):
    """Out of fold: the part of the model, the task, the value and how often; X is not blamed."""
    X, y = data
    n_far = np.count_nonzero(X[:, 0] > FAR)
    match = f"^{part}, fitted without a fold, must predict finite numbers, but predicts nan of task '{task}'"
    with pytest.raises(ValueError, match=f"{match}, for {n_far} of 90 samples"):
        model.fit(X, y)
    assert not hasattr(model, "tasks_")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("kind, part", [(GatedTasks, "joint"), (StackedTasks, "estimator")])
def test_new_samples(kind, part, value, data):
    """The same where only samples that come later are beyond what a part can predict."""
    X, y = data
    near = X[:, 0] <= FAR
    calm = IndependentTasks(LogisticRegression(), Ridge(1e3))
    model = kind(IndependentTasks(LogisticRegression(), Overflowing(value)), calm)
    model.fit(X[near], {name: column[near] for name, column in y.items()})
    assert np.isfinite(model.predict(X[near])["days"]).all()
    with pytest.raises(ValueError, match=f"^{part} must predict finite.*{value} of task 'days'"):
        model.predict(X)


def test_a_part_without_weight_is_not_asked(data):
    """Where a task takes nothing of a model, what that says of new samples does not matter."""
    X, y = data
    near, numbers = X[:, 0] <= FAR, {"noise": np.random.default_rng(0).normal(size=90)}
    wild = IndependentTasks(regressor=Overflowing())
    calm = IndependentTasks(regressor=Ridge(1e6))
    model = GatedTasks(wild, calm, gate="choose").fit(X[near], {"noise": numbers["noise"][near]})
    assert model.gate_["noise"].weight == 0.0
    assert_allclose(model.predict(X)["noise"], model.separate_.predict(X)["noise"])


def test_a_basis_that_is_no_number(data):
    """A new task blames the model below it."""
    X, y = data
    model = IndependentTasks(regressor=Overflowing()).fit(X, {"days": y["days"]})
    n_far = np.count_nonzero(X[:, 0] > FAR)
    match = f"model must give finite numbers for basis='tasks'.*for {n_far} of 90 samples"
    with pytest.raises(ValueError, match=match):
        NewTask(model).fit(X, y["cost"])


@pytest.mark.parametrize("size", [1e-300, 1e-165, 1e155, 1e300])
@pytest.mark.parametrize(
    "model",
    [
        GatedTasks(RIDGES, IndependentTasks(LogisticRegression(), Ridge(100.0))),
        StackedTasks(RIDGES),
    ],
    ids=BY_NAME,
)
def test_units_of_targets(model, size, data):
    """Squares of targets neither overflow nor vanish: gates and stacks are those of other units."""
    X, y = data
    wanted = model.fit(X, y).predict(X)
    gate = getattr(model, "gate_", {})
    found = model.fit(X, y | {"days": size * y["days"]}).predict(X)
    assert_allclose(found["days"] / size, wanted["days"], rtol=1e-9, atol=1e-12)
    assert_allclose(found["cost"], wanted["cost"], rtol=1e-9, atol=1e-12)
    for name, own in gate.items():
        assert_allclose(model.gate_[name], own, rtol=1e-9)


@pytest.mark.parametrize("size", [1e-300, 1e-165, 1e155, 1e300])
def test_units_of_weights(size, rng, data):
    """Gates and their standard errors depend on ratios of weights."""
    X, y = data
    weight = np.where(rng.random(90) < 0.5, 1.0, 2.0)
    pair = (Unweighted(1.0), Unweighted(100.0))
    models = (IndependentTasks(regressor=ridge) for ridge in pair)
    model, y = GatedTasks(*models), {"days": y["days"], "cost": y["cost"]}
    wanted = model.fit(X, y, weight).gate_
    for name, found in model.fit(X, y, size * weight).gate_.items():
        assert_allclose(found, wanted[name], rtol=1e-9)


class Unweighted(Ridge):
    """A ridge regression that takes weights and leaves them: those of the gate are looked at."""

    def fit(self, X, y, sample_weight=None):
        return super().fit(X, y)


def test_gates_of_a_joint_model_in_any_units(data):
    """Also of the package's own models, whose scales are those of the heads."""
    X, y = data
    numbers = {"days": y["days"], "cost": y["cost"]}
    model = GatedTasks(MultiTaskRidge(), MultiTaskRidge(30.0))
    wanted = model.fit(X, numbers).predict(X)["days"]
    found = model.fit(X, numbers | {"days": 1e155 * numbers["days"]}).predict(X)["days"]
    assert_allclose(found / 1e155, wanted, rtol=1e-6, atol=1e-9)


def test_samples_without_weight_may_be_far(data):
    """GatedTasks asks for numbers where it has labels that count, and nowhere else."""
    X, y = data
    far = X[:, 0] > FAR
    model = GatedTasks(NUMBERS, RIDGES).fit(X, y, sample_weight=np.where(far, 0.0, 1.0))
    known = {name: np.where(far, None, column) for name, column in y.items()}
    other = GatedTasks(NUMBERS, RIDGES).fit(X, known)
    assert list(model.gate_) == list(other.gate_) == ["days", "cost", "ill"]
    assert np.isfinite(model.predict(X[~far])["days"]).all()
