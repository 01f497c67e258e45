"""A new task on top of a fitted model."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from zoo import patients

from skmtl import MultiTaskGLM, MultiTaskMLP, MultiTaskRidge, NewTask
from skmtl.penalties import MeanRegularized, NuclearNorm


def known_and_new():
    """Return X, targets of known tasks, and a new one."""
    X, y = patients(n=120, missing=0.0)
    return X, {name: y[name] for name in ("days", "cost", "died", "stage")}, y["lab"]


def test_prior_of_the_weights():
    """The weights of a new task have the covariance of the known ones, and some beyond it."""
    X, known, lab = known_and_new()
    model = MultiTaskRidge(1.0).fit(X, {name: known[name] for name in ("days", "cost")})
    new = NewTask(model, basis="tasks", alpha=2.0, residual=0.3).fit(X[:15], lab[:15])
    scale = np.array([known["days"].std(), known["cost"].std()])
    V = (model.coef_ / scale[:, None]).T
    covariance = V @ V.T / 2 + 0.3 * np.eye(X.shape[1])
    centre, s = X[:15].mean(axis=0), lab[:15].std()
    A = (X[:15] - centre).T @ (X[:15] - centre) + 2.0 * np.linalg.inv(covariance)
    w = np.linalg.solve(A, (X[:15] - centre).T @ (lab[:15] - lab[:15].mean()) / s)
    assert_allclose(new.predict(X), lab[:15].mean() + s * (X - centre) @ w, rtol=1e-8)


def test_from_scratch_is_a_separate_model():
    """Without a model there is nothing to build on."""
    X, _, lab = known_and_new()
    wanted = MultiTaskGLM(MeanRegularized(30.0, 0.0)).fit(X[:20], lab[:20])
    assert_allclose(NewTask().fit(X[:20], lab[:20]).predict(X), wanted.predict(X))


@pytest.mark.parametrize(
    "model, basis",
    [
        (MultiTaskGLM(), "tasks"),
        (MultiTaskGLM(NuclearNorm(5.0)), "auto"),
        (MultiTaskGLM(MeanRegularized(1.0, 0.8)), "shared"),
        (make_pipeline(StandardScaler(), MultiTaskGLM(MeanRegularized(1.0, 0.8))), "shared"),
        (MultiTaskMLP(8, n_members=2, random_state=0), "auto"),
        (
            make_pipeline(StandardScaler(), MultiTaskMLP(8, n_members=2, random_state=0)),
            "representation",
        ),
    ],
    ids=str,
)
def test_few_rows_are_enough(model, basis):
    """The tasks are related: ten rows on top say more than ten rows alone."""
    X, known, lab = known_and_new()
    model.fit(X[:70], {name: column[:70] for name, column in known.items()})
    new = NewTask(model, basis=basis).fit(X[70:80], lab[70:80])
    assert new.score(X[80:], lab[80:]) > 0.1 + NewTask().fit(X[70:80], lab[70:80]).score(
        X[80:], lab[80:]
    )


def test_inside():
    """With residual=0 the new task is a mixture of the known ones."""
    X, known, lab = known_and_new()
    model = MultiTaskGLM().fit(X, known)
    found = NewTask(model, basis="tasks", residual=0.0).fit(X[:15], lab[:15]).predict(X)
    raw = np.column_stack([np.ones(len(X)), *model.decision_function(X).values()])
    assert_allclose(raw @ np.linalg.lstsq(raw, found, rcond=None)[0], found)


def test_the_model_stays_fitted():
    """In clones, and so in searches over the strength; and nothing happens to it."""
    X, known, lab = known_and_new()
    model = MultiTaskGLM().fit(X, known)
    before = model.coef_.copy()
    new = NewTask(model)
    assert clone(new).model is model and clone(new).get_params(deep=False) == new.get_params(
        deep=False
    )
    search = GridSearchCV(new, {"alpha": [0.1, 10.0]}, cv=3).fit(X[:40], lab[:40])
    assert search.best_estimator_.model is model
    assert_array_equal(model.coef_, before)


def test_several_new_tasks_at_once():
    """Each is learnt alone; classes and containers as anywhere."""
    X, known, lab = known_and_new()
    model = MultiTaskGLM().fit(X, {name: known[name] for name in ("days", "cost")})
    new = {"lab": lab[:30], "died": known["died"][:30]}
    both = NewTask(model).fit(X[:30], new)
    assert_allclose(both.predict(X)["lab"], NewTask(model).fit(X[:30], lab[:30]).predict(X))
    assert both.predict_proba(X)["died"].shape == (len(X), 2)
    assert both.task("died").score(X, known["died"]) > 0.6


def test_no_common_vector():
    """Models that share nothing have no common score, but raw predictions of their tasks."""
    X, known, lab = known_and_new()
    model = MultiTaskGLM(MeanRegularized(1.0, 0.0)).fit(X, known)
    found, wanted = (
        NewTask(model, basis=basis).fit(X[:15], lab[:15]) for basis in ("auto", "tasks")
    )
    assert_array_equal(found.predict(X), wanted.predict(X))


@pytest.mark.parametrize(
    "basis, match",
    [("representation", "needs a model with transform"), ("shared", "shared_coef_")],
)
def test_what_a_model_lacks(basis, match):
    """A basis that the model does not have is named."""
    X, known, lab = known_and_new()
    model = MultiTaskGLM(NuclearNorm(5.0)).fit(X, known)
    with pytest.raises(ValueError, match=match):
        NewTask(model, basis=basis).fit(X, lab)


def test_the_model_must_be_fitted():
    """It is not fitted here."""
    X, _, lab = known_and_new()
    with pytest.raises(NotFittedError):
        NewTask(MultiTaskGLM()).fit(X, lab)


@pytest.mark.parametrize("basis", ["tasks", "shared"])
def test_sparse_entries_given_twice(basis):
    """True and true is true, as ``toarray`` has it, beside what the model has learnt and below it."""
    X, known, lab = known_and_new()
    table = X > 0
    model = MultiTaskGLM(MeanRegularized(1.0, 0.8)).fit(table.astype(float), known)
    rows, columns = np.nonzero(np.repeat(table, 2, axis=1))
    starts = np.searchsorted(rows, np.arange(len(X) + 1))
    twice = sparse.csr_array((np.ones(len(rows), bool), columns // 2, starts), shape=X.shape)
    found = NewTask(model, basis=basis).fit(twice, lab).predict(twice)
    wanted = NewTask(model, basis=basis).fit(table.astype(float), lab)
    assert_allclose(found, wanted.predict(table.astype(float)), rtol=1e-8)


@pytest.mark.parametrize("basis", ["shared", "tasks"])
def test_columns_are_those_that_the_model_was_fitted_to(basis, rng):
    """Columns of another order, name or number would be multiplied by the weights of others."""
    F = pd.DataFrame(rng.normal(size=(60, 3)), columns=list("abc"))
    y = F["a"] - F["b"] + rng.normal(size=60)
    model = MultiTaskGLM().fit(F, {"y": y, "ill": y > 0})
    for other in (F[["c", "b", "a"]], F.rename(columns=str.upper)):
        with pytest.raises(ValueError, match="feature names"):
            NewTask(model, basis=basis).fit(other, y)
    with pytest.raises(ValueError, match="feature"):
        NewTask(model, basis=basis).fit(F[["a", "b"]], y)
    assert NewTask(model, basis=basis).fit(F, y).predict(F).shape == (60,)
