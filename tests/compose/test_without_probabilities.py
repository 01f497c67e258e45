"""Classifiers that have no probabilities, beside some that have."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.multioutput import ClassifierChain
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from zoo import patients

from skmtl import GatedTasks, IndependentTasks, MultiTaskGLM, StackedTasks, TaskTargets
from skmtl.metrics import task_scorer, task_scores
from skmtl.model_selection import TaskStratifiedKFold, cross_val_predict

TASKS = ("died", "stage", "days")


class Stump(ClassifierMixin, BaseEstimator):
    """A classifier that says classes and nothing else: those of the best half of the first feature."""

    def fit(self, X, y):
        """Learn the most frequent class on either side of zero."""
        self.classes_ = np.unique(y)
        counts = [
            [np.sum(y[side] == c) for c in self.classes_] for side in (X[:, 0] <= 0, X[:, 0] > 0)
        ]
        self.said_ = self.classes_[np.argmax(counts, axis=1)]
        return self

    def predict(self, X):
        """Say a class for each row."""
        return self.said_[(X[:, 0] > 0).astype(int)]


def data(missing=0.2):
    """X, two tasks with classes and one with numbers."""
    X, y = patients(n=90, missing=missing)
    return X, TaskTargets({t: y[t] for t in TASKS})


def one_hot(values, classes):
    """Zeros and ones of classes, the second alone where there are two."""
    columns = (np.asarray(values)[:, None] == classes).astype(float)
    return columns[:, 1:] if len(classes) == 2 else columns


@pytest.mark.parametrize("classifier", [RidgeClassifier(), Stump()], ids=["decisions", "classes"])
def test_inputs_of_the_final_model(classifier):
    """Decision values out of fold, or zeros and ones where there are none."""
    X, y = data()
    first = IndependentTasks(classifier, Ridge())
    folds = TaskStratifiedKFold(3)
    seen = {}

    class Spy(Ridge):
        def fit(self, X, y, sample_weight=None):
            seen["inputs"] = X
            return super().fit(X, y, sample_weight)

    model = StackedTasks(first, IndependentTasks(classifier, Spy()), cv=folds).fit(X, y)
    has_decision = hasattr(classifier, "decision_function")
    method = "decision_function" if has_decision else "predict"
    held_out = cross_val_predict(first, X, y, cv=folds, method=method)
    later = getattr(model.estimator_, method)(X)
    known = y.observed("days")
    for said, inputs in ((held_out, seen["inputs"]), (later, None)):
        wanted = [
            said[t].reshape(len(X), -1) if has_decision else one_hot(said[t], y.classes[t])
            for t in ("died", "stage")
        ]
        if inputs is not None:
            assert_allclose(inputs[:, 5:9], np.hstack(wanted)[known])
    assert list(model.predict(X)) == list(TASKS)
    assert not hasattr(model, "predict_proba")
    assert hasattr(model.task("died"), "decision_function") == has_decision


def test_chain_is_that_of_scikit_learn():
    """As ClassifierChain with decision values, but for names and missing labels."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 4))
    Y = (X[:, :2] + 0.5 * rng.normal(size=(80, 2)) > 0).astype(int)
    folds = TaskStratifiedKFold(4)
    y = TaskTargets({"a": Y[:, 0], "b": Y[:, 1]})
    svc = LinearSVC(random_state=0, tol=1e-8, max_iter=100_000)
    chain = StackedTasks(IndependentTasks(svc), order=["a", "b"], cv=folds).fit(X, y)
    pairs = list(folds.split(X, y))
    wanted = ClassifierChain(svc, cv=pairs, chain_method="decision_function").fit(X, Y)
    predicted = chain.predict(X)
    assert_array_equal(np.column_stack([predicted["a"], predicted["b"]]), wanted.predict(X))
    decisions = np.column_stack(list(chain.decision_function(X).values()))
    assert_allclose(decisions, wanted.decision_function(X), atol=1e-4)


def mixed_parts():
    """One estimator that has probabilities, one that has decision values alone, and one that has classes alone."""
    return {"died": LogisticRegression(), "stage": RidgeClassifier(), "grade": Stump()}


@pytest.mark.parametrize("stacked", [False, True])
def test_methods_of_views(stacked):
    """Each task has the methods that its estimator has, in the model and in pipelines."""
    X, y = patients(n=90)
    y = TaskTargets({t: y[t] for t in (*TASKS, "grade")})
    model = IndependentTasks(mixed_parts())
    if stacked:
        model = StackedTasks(IndependentTasks(), model, cv=3)
    model = make_pipeline(StandardScaler(), model).fit(X, y)[-1]
    assert set(model.predict_proba(X)) == {"died"}
    assert set(model.decision_function(X)) == {"died", "stage", "days"}
    offers = {
        t: (hasattr(model.task(t), "predict_proba"), hasattr(model.task(t), "decision_function"))
        for t in y
    }
    assert offers == {
        "died": (True, True),
        "stage": (False, True),
        "days": (False, False),
        "grade": (False, False),
    }
    assert model.task("died").predict_proba(X).shape == (90, 2)
    with pytest.raises(AttributeError, match="predict_proba"):
        model.task("stage").predict_proba(X)
    assert set(cross_val_predict(model, X, y, method="predict_proba", cv=3)) == {"died"}


def test_scores():
    """What needs probabilities names the tasks that have none."""
    X, y = data()
    model = IndependentTasks(RidgeClassifier()).fit(X, y)
    with pytest.raises(
        ValueError, match=r"score needs probabilities.*\['died', 'stage'\].*task_scorer"
    ):
        model.score(X, y)
    assert task_scorer({"died": "roc_auc", "stage": "accuracy"})(model, X, y) > 0.5
    assert np.isfinite(task_scores(y, model, X, {"died": "roc_auc"}).loc["died", "roc_auc"])


def test_gates_need_probabilities():
    """The mean of two models is one of probabilities."""
    X, y = data(0.0)
    separate = IndependentTasks({"died": LogisticRegression(), "stage": RidgeClassifier()})
    with pytest.raises(ValueError, match=r"separate must have predict_proba.*\['stage'\]"):
        GatedTasks(MultiTaskGLM(), separate, cv=3).fit(X, y)
