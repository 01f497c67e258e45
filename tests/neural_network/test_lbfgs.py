"""L-BFGS without hidden layers is the linear model; with several members it stops on what they hold out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from zoo import known, patients, rows_of

from skmtl import MultiTaskGLM, MultiTaskMLP
from skmtl.neural_network._inputs import Inputs
from skmtl.penalties import MeanRegularized
from tests.neural_network.builders import TYPES

NAMES = ("days", "died", "cured", "stage", "visits")


def linear(**params):
    """Return a network without hidden layers, that goes to the optimum."""
    settings = {"n_members": 1, "solver": "lbfgs", "tol": 1e-9, "max_iter": 2000}
    return MultiTaskMLP((), task_types={"visits": "count"}, **settings | params)


def data(seed=0, **settings):
    """Return X with gaps, and the tasks."""
    X, y = patients(seed, n=90, **settings)
    X[np.random.default_rng(1).random(X.shape) < 0.1] = np.nan
    return X, {name: y[name] for name in NAMES}


def glm(X, y, alpha, weight, task_weight=None):
    """Return the linear model of what the network is given: counts weigh 1 / mean, as they are divided by it."""
    seen = known(y["visits"]) & (weight > 0)
    mean = np.average(y["visits"][seen], weights=weight[seen])
    # Classes have half the scale in the linear model's penalty: (1/4) of the strength.
    strength = {n: alpha * (4.0 if TYPES[n] in ("binary", "multiclass") else 1.0) for n in NAMES}
    model = MultiTaskGLM(
        MeanRegularized(strength, 0.0),
        task_types={"visits": "count"},
        task_weight={"visits": 1 / mean} | (task_weight or {}),
    )
    inputs = Inputs(True, False).fit(X, None if (weight == 1).all() else weight)
    made = inputs.transform(X, np.float64)
    return model.fit(made, y, sample_weight=weight), made


@pytest.mark.parametrize("alpha", [0.3, 5.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_linear_model(alpha, weighted, rng):
    """Regression, two and more classes, and counts: its decisions, but for a constant over classes."""
    X, y = data()
    weight = rng.uniform(0.5, 2, len(X)) if weighted else np.ones(len(X))
    given = weight if weighted else None
    found = linear(alpha=alpha).fit(X, y, sample_weight=given).decision_function(X)
    model, made = glm(X, y, alpha, weight)
    wanted = model.decision_function(made)
    for name in NAMES:
        own, other = found[name], wanted[name]
        if own.ndim == 2:
            own, other = (z - z.mean(axis=1, keepdims=True) for z in (own, other))
        assert_allclose(own, other, atol=1e-5 * np.abs(other).max())


def test_task_weights(rng):
    """They are those of the linear model."""
    X, y = data()
    given = {"days": 3.0, "cured": 0.2}
    found = linear(alpha=2.0, task_weight=given).fit(X, y).predict_proba(X)["cured"]
    model, made = glm(X, y, 2.0, np.ones(len(X)), given)
    assert_allclose(found, model.predict_proba(made)["cured"], atol=1e-5)


def test_weights_are_copies(rng):
    """A weight of two is two rows, with hidden layers too."""
    X, y = data()
    counts = rng.integers(0, 3, len(X))
    settings = {"max_iter": 30, "tol": 0.0, "random_state": 0, "alpha": 3.0}
    model = linear(**settings).set_params(hidden_layer_sizes=(4,), activation="tanh")
    with pytest.warns(ConvergenceWarning):
        weighted = model.fit(X, y, sample_weight=counts.astype(float)).decision_function(X)
    rows = np.repeat(np.arange(len(X)), counts)
    with pytest.warns(ConvergenceWarning):
        copied = model.fit(X[rows], rows_of(y, rows)).decision_function(X)
    for name in NAMES:
        assert_allclose(weighted[name], copied[name], rtol=1e-4, atol=1e-4)


def test_sparse(rng):
    """Dense and sparse inputs: one optimum."""
    X, y = data()
    X[np.abs(X) < 0.5] = 0.0
    dense = linear().fit(X, y).decision_function(X)
    found = linear().fit(sparse.csr_matrix(X), y).decision_function(sparse.csr_matrix(X))
    for name in NAMES:
        assert_allclose(found[name], dense[name], atol=1e-5 * np.abs(dense[name]).max())


@pytest.mark.parametrize("n_members", [2, 5])
def test_several_members(n_members):
    """Each stops on its fold, and keeps what was best there; rows it held out are predicted by it alone."""
    X, y = data()
    model = linear(n_members=n_members, alpha=0.01, random_state=0, tol=1e-5, n_iter_no_change=5)
    model.set_params(hidden_layer_sizes=(6,)).fit(X, y)
    assert model.n_iter_by_member_.shape == (n_members,)
    assert (model.n_iter_by_member_ <= model.n_iter_).all()
    for name in NAMES:
        assert np.isfinite(model.oof_decision_[name]).all()
        losses = model.task_loss_curve_["validation"][name]
        assert len(losses) == model.n_iter_ == len(model.task_loss_curve_["train"][name])
        assert np.isfinite(losses).all()


def test_each_member_has_its_iterations():
    """max_iter is of each, and whoever watches is told of all."""
    X, y = data()
    model = linear(n_members=3, max_iter=8, n_iter_no_change=99, tol=0.0, random_state=0)
    with pytest.warns(ConvergenceWarning, match="max_iter=8"):
        model.fit(X, y)
    assert model.n_iter_ == 8


def test_curves_of_one_network():
    """The training loss of the optimum; nothing is held out."""
    X, y = data()
    model = linear(alpha=1.0).fit(X, y)
    assert not hasattr(model, "oof_decision_")
    for name in NAMES:
        assert len(model.task_loss_curve_["train"][name]) == model.n_iter_
        assert np.isnan(model.task_loss_curve_["validation"][name]).all()
    total = sum(known(y[n]).sum() * model.task_loss_curve_["train"][n] for n in NAMES)
    assert total[-1] < total[0]


def test_too_few_iterations():
    """It says so, and how far it is."""
    X, y = data()
    with pytest.warns(ConvergenceWarning, match="max_iter=3 iterations.*above tol=1e-09"):
        linear(max_iter=3, alpha=0.001).fit(X, y)


@pytest.mark.parametrize("method", ["uncertainty", "dwa", "pcgrad", "mgda"])
def test_balancing_is_for_batches(method):
    """A plain sum is what L-BFGS minimises."""
    X, y = data()
    with pytest.raises(ValueError, match="loss_balancing must be 'sum' with solver='lbfgs', got"):
        linear(loss_balancing=method).fit(X, y)


def test_no_parts():
    """partial_fit is there for Adam alone."""
    assert not hasattr(linear(), "partial_fit")
    assert hasattr(MultiTaskMLP(), "partial_fit")
