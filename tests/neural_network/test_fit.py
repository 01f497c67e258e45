"""A fit with minibatches: when networks stop, what they say of rows they held out, what it hangs on."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import xlogy
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GroupKFold, KFold
from zoo import known, patients, rows_of

from skmtl import MultiTaskMLP
from skmtl.neural_network._lbfgs import Objective
from skmtl.neural_network._training import Trainer

NAMES = ("days", "died", "stage", "visits")


def network(**params):
    """Return a small model of the four tasks below."""
    settings = {"n_members": 3, "max_iter": 12, "random_state": 0, "learning_rate_init": 0.01}
    settings["task_types"] = {"visits": "count"}
    return MultiTaskMLP(8, **settings | params)


def data(seed=0, names=NAMES, **settings):
    """Return X and the tasks."""
    X, y = patients(seed, **{"n": 90} | settings)
    return X, {name: y[name] for name in names}


def assert_same(found, wanted):
    """Assert that two models have the same numbers for each task."""
    assert set(found) == set(wanted)
    for name in wanted:
        assert_array_equal(found[name], wanted[name])


def log_loss(model, X, labels):
    """Return the mean loss of a binary task."""
    p = model.predict_proba(X)["died"][:, 1]
    hit = labels == "yes"
    return -np.mean(xlogy(hit, p) + xlogy(~hit, 1 - p))


@pytest.mark.parametrize("patience", [1, 3, 50])
def test_the_best_weights_are_kept(patience):
    """The loss on what is held out is the least of its curve, and the patience ends the fit."""
    X, y = data(names=("died",), missing=0.0)
    test = np.arange(0, 90, 3)
    cv = [(np.setdiff1d(np.arange(90), test), test)]
    model = network(n_members=1, cv=cv, max_iter=60, tol=0.0, n_iter_no_change=patience)
    model.set_params(learning_rate_init=0.05, alpha=0.0, task_types="auto").fit(X, y)
    curve = model.task_loss_curve_["validation"]["died"]
    (best,) = model.n_iter_by_member_
    assert len(curve) == model.n_iter_ == min(best + patience, 60)
    assert curve.argmin() == best - 1
    assert_allclose(log_loss(model, X[test], y["died"][test]), curve.min(), rtol=1e-5)


def test_never_better_than_constants(rng):
    """Then the best constants are kept."""
    X = rng.normal(size=(60, 3))
    y = {"days": np.r_[X[:40, 0], -X[40:, 0]]}
    cv = [(np.arange(40), np.arange(40, 60))]
    model = network(n_members=1, cv=cv, task_types="auto", dropout=0.0).fit(X, y)
    assert_array_equal(model.n_iter_by_member_, [0])
    assert_allclose(model.predict(X)["days"], y["days"].mean(), rtol=1e-5)


def test_tolerance():
    """A gain below tol does not count for the patience."""
    X, y = data()
    model = network(tol=1e3, n_iter_no_change=4, max_iter=30).fit(X, y)
    assert model.n_iter_ == 4
    assert (model.n_iter_by_member_ > 0).all()


@pytest.mark.parametrize("n_members", [3, 6])
def test_out_of_fold(n_members):
    """Rows held out are predicted by the members that held them out, averaged as predictions are."""
    X, y = data()
    y["days"][40] = y["visits"][40] = np.nan
    y["died"][40] = y["stage"][40] = None
    labelled = np.any([known(column) for column in y.values()], axis=0)
    model = network(n_members=n_members, cv=KFold(3)).fit(X, y)
    members = [alone(model, m) for m in range(n_members)]
    for fold in range(3):
        rows = np.flatnonzero(labelled & (np.arange(90) // 30 == fold))
        own = members[fold::3]
        for name in ("died", "stage"):
            wanted = np.mean([m.predict_proba(X[rows])[name] for m in own], axis=0)
            assert_allclose(model.oof_probability_[name][rows], wanted, atol=1e-6)
        for name in ("days", "visits"):
            wanted = np.mean([m.predict(X[rows])[name] for m in own], axis=0)
            assert_allclose(model.oof_prediction_[name][rows], wanted, rtol=1e-5)
    nobody = model.predict(X[[40]])  # without labels it is held out by all
    assert_allclose(model.oof_prediction_["days"][40], nobody["days"][0], rtol=1e-6)
    assert model.oof_prediction_["died"][40] == nobody["died"][0]


def alone(model, m):
    """Return a model that is one of the members."""
    own = network(n_members=1)
    vars(own).update(vars(model))
    own._ensemble = replace(model._ensemble, flat=model._ensemble.flat[[m]])
    return own


def test_rows_that_nobody_held_out():
    """NaN, and None where there are classes."""
    X, y = data(missing=0.0)
    cv = [(np.arange(20, 90), np.arange(20)), (np.r_[:20, 40:90], np.arange(20, 40))]
    model = network(n_members=2, cv=cv).fit(X, y)
    for name in NAMES:
        seen = known(model.oof_prediction_[name])
        assert_array_equal(seen, np.arange(90) < 40)
        assert_array_equal(np.isnan(model.oof_decision_[name]).reshape(90, -1)[:, 0], ~seen)
    assert_array_equal(np.isnan(model.oof_probability_["stage"])[:, 0], np.arange(90) >= 40)
    one = network(n_members=1).fit(X, y)
    assert not [name for name in dir(one) if name.startswith("oof") and hasattr(one, name)]


def test_out_of_fold_is_honest(rng):
    """Of pure noise the members know nothing, though they learn it by heart."""
    X, y = rng.normal(size=(200, 30)), {"days": rng.normal(size=200)}
    model = network(cv=KFold(5), n_members=5, task_types="auto", alpha=0.0, dropout=0.0)
    model.set_params(hidden_layer_sizes=50, max_iter=30, n_iter_no_change=30).fit(X, y)
    learnt = np.corrcoef(model.predict(X)["days"], y["days"])[0, 1]
    assert abs(np.corrcoef(model.oof_prediction_["days"], y["days"])[0, 1]) < 0.2 < learnt


def test_groups(monkeypatch):
    """Members hold out whole groups, and a splitter of the user is given them."""
    X, y = data()
    groups = np.random.default_rng(0).integers(0, 9, 90)
    seen = []
    epoch = Trainer.epoch
    monkeypatch.setattr(
        Trainer, "epoch", lambda self, s, *rest: (seen.append(s.learns), epoch(self, s, *rest))
    )
    labelled = np.any([known(column) for column in y.values()], axis=0)
    for cv in (None, GroupKFold(3)):
        network(cv=cv, max_iter=1).fit(X, y, groups=groups)
        for learns in seen.pop().T:
            own = groups[labelled]
            assert not set(own[learns]) & set(own[~learns])


@pytest.mark.parametrize("n_epochs", [0, 1, 4])
def test_interrupt(n_epochs, monkeypatch):
    """The weights are those of the epochs that were over, and a warning says so."""
    X, y = data()
    wanted = network(max_iter=max(n_epochs, 1), n_iter_no_change=99).fit(X, y)
    epoch, done = Trainer.epoch, []

    def interrupted(self, *given):
        if len(done) == n_epochs:
            raise KeyboardInterrupt
        done.append(epoch(self, *given))

    monkeypatch.setattr(Trainer, "epoch", interrupted)
    with pytest.warns(UserWarning, match="fit was interrupted; the best weights so far are kept"):
        model = network(n_iter_no_change=99).fit(X, y)
    assert model.n_iter_ == n_epochs
    if n_epochs:
        assert_same(model.decision_function(X), wanted.decision_function(X))
    else:
        assert np.ptp(model.predict(X)["days"]) == 0
    assert np.isfinite(model.oof_decision_["days"]).all()


@pytest.mark.parametrize("n_members", [1, 2])
def test_interrupt_of_lbfgs(n_members, monkeypatch):
    """The same there."""
    X, y = data()
    call, done = Objective.__call__, []

    def interrupted(self, flat):
        if len(done) == 8:
            raise KeyboardInterrupt
        done.append(None)
        return call(self, flat)

    monkeypatch.setattr(Objective, "__call__", interrupted)
    with pytest.warns(UserWarning, match="fit was interrupted"):
        model = network(solver="lbfgs", n_members=n_members).fit(X, y)
    assert 0 < model.n_iter_ < 8
    assert np.ptp(model.predict(X)["days"]) > 0


@pytest.mark.parametrize("n_members", [1, 3])
def test_weight_zero_is_absence(n_members, rng):
    """To the last bit: of rows, and of labels."""
    X, y = data()
    weight = rng.uniform(0.5, 2, (90, 4)) * (rng.random((90, 4)) < 0.8)
    weight[rng.random(90) < 0.2] = 0.0
    hidden = {}
    for t, (name, column) in enumerate(y.items()):
        hidden[name] = column.copy()
        hidden[name][weight[:, t] == 0] = None if column.dtype == object else np.nan
    there = np.flatnonzero(weight.any(axis=1))
    wanted = network(n_members=n_members).fit(X, y, sample_weight=weight).decision_function(X)
    few = network(n_members=n_members).fit(X, hidden, sample_weight=np.where(weight, weight, 1.0))
    assert_same(few.decision_function(X), wanted)
    few.fit(X[there], rows_of(y, there), sample_weight=weight[there])
    assert_same(few.decision_function(X), wanted)


@pytest.mark.parametrize("method", ["sum", "pcgrad", "uncertainty"])
@pytest.mark.parametrize("own", [(), (4,)], ids=str)
def test_order_of_tasks(method, own):
    """It changes nothing, to the last bit."""
    X, y = data()
    model = network(loss_balancing=method, task_hidden_layer_sizes=own)
    wanted = model.fit(X, y).decision_function(X)
    oof = model.oof_decision_
    turned = {name: y[name] for name in ("visits", "stage", "days", "died")}
    assert_same(model.fit(X, turned).decision_function(X), wanted)
    assert_same(model.oof_decision_, oof)


def test_random_state():
    """The same seed, the same model; nobody else's random numbers are touched."""
    X, y = data()
    legacy = np.random.mtrand._rand
    before = legacy.get_state()[1].copy()
    first = network().fit(X, y).decision_function(X)
    assert_array_equal(legacy.get_state()[1], before)
    assert_same(network().fit(X, y).decision_function(X), first)
    other = network(random_state=1).fit(X, y).decision_function(X)
    assert (other["days"] != first["days"]).all()
    given = [network(random_state=np.random.RandomState(3)).fit(X, y) for _ in range(2)]
    assert_same(given[0].decision_function(X), given[1].decision_function(X))


def test_too_few_epochs_are_told(rng):
    """A fit that ends while held-out losses still fall says so; one that stops by itself does not."""
    X = rng.normal(size=(80, 3))
    y = X @ [1.0, -1.0, 0.5] + 0.1 * rng.normal(size=80)
    with pytest.warns(
        ConvergenceWarning, match=r"max_iter=5 epochs while .* 2 of 2 networks still"
    ):
        MultiTaskMLP(8, n_members=2, max_iter=5, random_state=0).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fitted = MultiTaskMLP(8, n_members=2, max_iter=1000, random_state=0).fit(X, y)
    assert fitted.n_iter_ < 1000
