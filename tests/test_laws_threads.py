"""Laws of BLAS threads: whatever a small fit or prediction multiplies, one thread does it."""

import sys
import warnings

import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from skmtl import (
    MultiTaskGLM,
    MultiTaskGLMCV,
    MultiTaskLogisticRegression,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    StackedTasks,
    TaskPerGroupRegressor,
)
from skmtl.linear_model import regularization_path, ridge_path
from skmtl.penalties import L21
from skmtl.utils import _threads

# Where matrices are multiplied, but for the one product of a linear model's prediction.
PLACES = ("linear_model/problems/", "linear_model/_leave_one_out", "neural_network/_network")

NETWORKS = MultiTaskMLP(3, n_members=2, max_iter=2, random_state=0)
BY_LBFGS = MultiTaskMLP(3, n_members=1, max_iter=2, solver="lbfgs", random_state=0)
WORK = {
    "ridge": lambda X, y: MultiTaskRidge().fit(X, y),
    "ridge, strength chosen": lambda X, y: MultiTaskRidgeCV([1.0, 2.0]).fit(X, y),
    "logistic": lambda X, y: MultiTaskLogisticRegression().fit(X, {"a": y["a"] > 0}),
    "L21": lambda X, y: MultiTaskGLM(L21()).fit(X, y),
    "L21, strength chosen": lambda X, y: MultiTaskGLMCV(L21(), alphas=2, cv=2).fit(X, y),
    "path": lambda X, y: regularization_path(X, y, L21(), alphas=2),
    "ridge path": lambda X, y: ridge_path(X, y, alphas=[1.0, 2.0]),
    "groups": lambda X, y: TaskPerGroupRegressor().fit(X.round(), y["a"]),
    "stacked": lambda X, y: StackedTasks(cv=2).fit(X, y),
    "networks": lambda X, y: NETWORKS.fit(X, y).predict(X),
    "networks, by L-BFGS": lambda X, y: BY_LBFGS.fit(X, y).transform(X),
    "networks, in parts": lambda X, y: NETWORKS.partial_fit(X, y),
}


class Watch:
    """Records how many threads BLAS has at each call of a function that may multiply."""

    def __init__(self):
        self.blas, self.seen = ThreadpoolController().select(user_api="blas"), set()

    def n_threads(self):
        return max((each["num_threads"] for each in self.blas.info()), default=1)

    def __call__(self, frame, event, arg):
        if event == "call" and any(place in frame.f_code.co_filename for place in PLACES):
            self.seen.add(self.n_threads())


def threads_of(work, X, y):
    """Do some work where the user gives BLAS two threads; return how many it has inside, and afterwards."""
    watch = Watch()
    with threadpool_limits(2, user_api="blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if watch.n_threads() != 2:
            pytest.skip("this BLAS has no threads to give")
        sys.setprofile(watch)
        try:
            work(X, y)
        finally:
            sys.setprofile(None)
        return watch.seen, watch.n_threads()


@pytest.fixture
def data(rng):
    X = rng.normal(size=(24, 3))
    return X, {"a": X[:, 0] + rng.normal(size=24), "b": X[:, 1] + rng.normal(size=24)}


@pytest.mark.parametrize("name", WORK)
def test_small_work_has_one_thread(name, data):
    assert threads_of(WORK[name], *data) == ({1}, 2)


@pytest.mark.parametrize("name", WORK)
def test_large_work_has_the_threads_of_the_user(name, data, monkeypatch):
    monkeypatch.setattr(_threads, "WORTH_THREADS", 0.0)
    assert threads_of(WORK[name], *data) == ({2}, 2)


def test_a_fit_that_fails_leaves_the_threads_of_the_user(data, monkeypatch):
    def fail(*_):
        raise FloatingPointError

    monkeypatch.setattr(L21, "bind", fail)

    def work(X, y):
        with pytest.raises(FloatingPointError):
            WORK["L21"](X, y)

    assert threads_of(work, *data)[1] == 2
