"""Whoever watches a fit is told of it; where scikit-learn cannot tell, nobody is."""

import importlib.util
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from zoo import MIXED, network, numbers, patients

from skmtl import MultiTaskGLM, MultiTaskGLMCV, MultiTaskLogisticRegressionCV, TaskTargets
from skmtl.metrics import task_scorer
from skmtl.utils import _callbacks

ALPHAS = [100.0, 10.0, 1.0]


class Listener:
    """A callback that writes down what it is told; it can raise where some work begins, or stop after some pieces."""

    max_propagation_depth = None

    def __init__(self, fail_at=None, stop_after=None):
        self.heard, self.fail_at, self.stop_after = [], fail_at, stop_after

    def setup(self, estimator, context):
        """Note that a fit is to be watched."""
        self.heard.append(("setup", ""))

    def teardown(self, estimator, context):
        """Note that it is over."""
        self.heard.append(("teardown", ""))

    def on_fit_task_begin(self, estimator, context):
        """Note the beginning of some work."""
        self.heard.append(("begin", context.task_name))
        if context.task_name == self.fail_at:
            raise RuntimeError("stop")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        """Note the end of some work, and how good the model is by then."""
        self.heard.append(("end", context.task_name))
        if fitted_estimator is not None:
            self.heard.append(("score", fitted_estimator.score(X, y)))
        return self.count("end", context.task_name) == self.stop_after

    def count(self, what, where):
        """Return how often something was heard."""
        return self.heard.count((what, where))


def data():
    """Return X, in a frame, and the mixed targets."""
    pd = pytest.importorskip("pandas")
    X, y = patients(2)
    targets = TaskTargets({name: y[name] for name in MIXED}, {"visits": "count"})
    return pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])]), targets


def watched(model, listener):
    """Return the model with a callback, where scikit-learn has them."""
    pytest.importorskip("sklearn.callback")
    return model.set_callbacks(listener)


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_pieces_of_work(n_jobs):
    """Folds, strengths and the path on all rows, each begun and ended; n_jobs in threads, to listen here."""
    joblib = pytest.importorskip("joblib")
    X, y = data()
    listener = Listener()
    model = watched(MultiTaskGLMCV(alphas=ALPHAS, cv=3, random_state=0, n_jobs=n_jobs), listener)
    with joblib.parallel_config(backend="threading"):
        model.fit(X, y)
    on_path = model.best_index_
    assert on_path > 0
    wanted = {"fit": 1, "folds": 1, "fold": 3, "all rows": 1, "strength": 9 + on_path}
    for name, count in wanted.items():
        assert listener.count("begin", name) == listener.count("end", name) == count
    assert listener.heard[0] == ("setup", "") and listener.heard[-1] == ("teardown", "")


def test_models_on_the_path():
    """Along the path on all rows the model of each point is shown, and at the end the final one."""
    X, y = data()
    listener = Listener()
    model = watched(MultiTaskGLMCV(alphas=ALPHAS, cv=3, random_state=0), listener).fit(X, y)
    scores = [told for kind, told in listener.heard if kind == "score"]
    wanted = [
        MultiTaskGLM(model.penalty_.scaled(alpha / model.alpha_)).fit(X, y).score(X, y)
        for alpha in ALPHAS[: model.best_index_ + 1]
    ]
    np.testing.assert_allclose(scores, wanted, atol=1e-7)


def test_scores_are_monitored():
    """scikit-learn's own monitor."""
    callback = pytest.importorskip("sklearn.callback")
    X, y = data()
    monitor = callback.ScoringMonitor(scoring={"d2": task_scorer()})
    model = MultiTaskLogisticRegressionCV([0.01, 0.1, 1.0], (0.25,), cv=3, random_state=0)
    model.set_callbacks(monitor).fit(X, y.select(["died", "stage"]))
    rows = monitor.get_logs().data
    assert len(rows) == model.best_index_ + 1
    assert rows[0]["d2"] == model.score(X, y.select(["died", "stage"]))


def test_watching_changes_nothing():
    """A watched fit is the same, and a clone of it is watched as well."""
    X, y = data()
    plain = MultiTaskGLMCV(alphas=ALPHAS, cv=3, random_state=0)
    listener = Listener()
    model = watched(clone(plain), listener)
    again = clone(model).fit(X, y)
    assert listener.count("end", "fit") == 1
    np.testing.assert_array_equal(again.coef_, plain.fit(X, y).coef_)


def test_within_a_search():
    """A search hands its callback on."""
    X, y = data()
    listener = Listener()
    model = MultiTaskGLMCV(alphas=ALPHAS, cv=2, random_state=0)
    watched(GridSearchCV(model, {"select": ["best", "1se"]}, cv=2), listener).fit(X, y)
    assert listener.count("begin", "folds") == 5  # two candidates in two folds, and the refit
    assert listener.count("setup", "") == listener.count("teardown", "") == 1


def test_failure_is_torn_down():
    """What a callback raises ends the fit, which is not watched any longer."""
    X, y = data()
    listener = Listener("all rows")
    with pytest.raises(RuntimeError, match="stop"):
        watched(MultiTaskGLMCV(alphas=ALPHAS, cv=2, random_state=0), listener).fit(X, y)
    assert listener.heard[-1] == ("teardown", "")


NETWORKS = [
    pytest.param({"n_members": 1, "max_iter": 6}, 1, id="one"),
    pytest.param({"n_members": 2, "max_iter": 6}, 1, id="two"),
    pytest.param({"n_members": 1, "max_iter": 500, "solver": "lbfgs"}, 1, id="lbfgs"),
    pytest.param({"n_members": 2, "max_iter": 500, "solver": "lbfgs"}, 2, id="lbfgs-two"),
]
by_network = pytest.mark.parametrize("how, n_runs", NETWORKS)


@by_network
def test_epochs(how, n_runs):
    """Each epoch of a network, the last one with the final model, is told of; nothing is changed by it."""
    X, y = data()
    listener = Listener()
    model = watched(network(4, activation="tanh", tol=1e-3, **how), listener).fit(X, y)
    assert listener.count("begin", "epoch") == listener.count("end", "epoch")
    assert n_runs * model.n_iter_ >= listener.count("end", "epoch") >= model.n_iter_
    scores = [told for kind, told in listener.heard if kind == "score"]
    assert np.isfinite(scores).all() and scores[-1] == model.score(X, y)
    if n_runs == 1:
        assert len(scores) == model.n_iter_ + 1 and scores[-2] == scores[-1]
    wanted = network(4, activation="tanh", tol=1e-3, **how).fit(X, y)
    np.testing.assert_array_equal(numbers(model), numbers(wanted))


@by_network
def test_stopped_by_a_callback(how, n_runs):
    """A callback can end the training: the best weights by then are kept."""
    X, y = data()
    model = watched(network(4, activation="tanh", tol=1e-3, **how), Listener(stop_after=3)).fit(
        X, y
    )
    if n_runs == 1:
        assert model.n_iter_ == 3
        short = how | {"max_iter": 3}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            wanted = network(4, activation="tanh", tol=1e-3, **short).fit(X, y)
        np.testing.assert_array_equal(numbers(model), numbers(wanted))
    assert model.predict(X).shape == (len(X), len(MIXED))


def test_network_within_a_search():
    """The epochs of all candidates and folds are heard, and a monitor scores them."""
    callback = pytest.importorskip("sklearn.callback")
    X, y = data()
    listener, monitor = Listener(), callback.ScoringMonitor(scoring={"d2": task_scorer()})
    search = GridSearchCV(network(4, n_members=1, max_iter=3), {"alpha": [0.0, 1.0]}, cv=2)
    watched(search, listener).fit(X, y)
    assert listener.count("end", "epoch") == 15
    rows = network(4, n_members=1, max_iter=3).set_callbacks(monitor).fit(X, y)
    assert [row["d2"] for row in monitor.get_logs().data][-1] == rows.score(X, y)


def test_failure_in_an_epoch():
    """What a callback raises within an epoch leaves the model unfitted."""
    X, y = data()
    listener = Listener("epoch")
    model = watched(network(4, n_members=1, max_iter=3), listener)
    with pytest.raises(RuntimeError, match="stop"):
        model.fit(X, y)
    assert listener.heard[-1] == ("teardown", "")
    with pytest.raises(NotFittedError):
        model.predict(X)


def test_without_callbacks(monkeypatch):
    """On a scikit-learn that has none, the same calls do nothing."""
    monkeypatch.setitem(sys.modules, "sklearn.callback", None)
    spec = importlib.util.spec_from_file_location("seam", _callbacks.__file__)
    seam = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(seam)

    class Model(seam.CallbackSupport):
        @seam.with_callbacks
        def fit(self):
            context = self._init_callback_context(max_subtasks=1)
            part = context.call_on_fit_task_begin(estimator=self).subcontext(task_name="part")
            return part.call_on_fit_task_begin(estimator=self).call_on_fit_task_end(estimator=self)

    assert Model().fit() is False
    assert not hasattr(Model(), "set_callbacks")
