"""The estimators, the adapters and the data that the laws are tested on."""

from dataclasses import dataclass

import numpy as np
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_is_fitted, column_or_1d

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge
from skmtl.penalties import GraphLaplacian, MeanRegularized

NUMBERS = ("days", "cost", "lab")
LABELS = ("died", "stage", "grade", "cured")
MIXED = ("days", "died", "stage", "visits", "cost", "grade")
GRAPH = np.array(
    [
        [0, 1, 0, -2, 0.5, 0],
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 3],
        [-2, 0, 0, 0, 0, 0],
        [0.5, 0, 0, 0, 0, 0],
        [0, 0, 3, 0, 0, 0],
    ]
)


@dataclass(frozen=True)
class Case:
    """A model, the tasks it is tried on, and what the laws need to know of it."""

    name: str
    model: object
    tasks: tuple[str, ...]
    equivariant: bool = True

    def __str__(self):
        return self.name

    def new(self, **params):
        """Return a new model."""
        return clone(self.model).set_params(**params)

    def data(self, seed=0, **settings):
        """Return X and a dict of targets."""
        X, y = patients(seed, **settings)
        return X, {name: y[name] for name in self.tasks}


def glm(penalty, **params):
    """Return the model of the mixed tasks."""
    return MultiTaskGLM(penalty, task_types={"visits": "count"}, **params)


def same(**params):
    """Return a penalty under which all tasks share with the same sign."""
    return MeanRegularized(3.0, 0.5, signs="same", **params)


CASES = [
    Case("ridge", MultiTaskRidge(2.0), NUMBERS),
    Case("ridge-one", MultiTaskRidge(2.0, 1.0), NUMBERS),
    Case("ridge-same", MultiTaskRidge(2.0, 0.5, signs="same"), NUMBERS, False),
    Case("ridge-pooled", MultiTaskRidge(2.0, 0.5, pool_intercept=True), NUMBERS),
    Case("ridge-balanced", MultiTaskRidge(2.0, 0.5, task_weight="balanced"), NUMBERS),
    Case("logistic", MultiTaskLogisticRegression(0.5), LABELS),
    Case("logistic-same", MultiTaskLogisticRegression(0.5, 0.6, signs="same"), LABELS, False),
    Case("logistic-balanced", MultiTaskLogisticRegression(0.5, class_weight="balanced"), LABELS),
    Case("glm", glm(None), MIXED),
    Case("glm-half", glm(MeanRegularized(3.0, 0.5)), MIXED),
    Case("glm-separate", glm(MeanRegularized(3.0, 0.0)), MIXED),
    Case("glm-one", glm(MeanRegularized(3.0, 1.0)), MIXED),
    Case("glm-pooled", glm(MeanRegularized(3.0, 0.5, pool_intercept=True)), MIXED),
    Case("glm-same", glm(same()), MIXED, False),
    Case("glm-no-intercept", glm(MeanRegularized(3.0, 0.5), fit_intercept=False), MIXED),
    Case("glm-weighted", glm(None, class_weight="balanced", task_weight="balanced"), MIXED),
    Case("glm-graph", glm(GraphLaplacian(GRAPH, 2.0)), MIXED, False),
]
CHECKED = [
    MultiTaskRidge(),
    MultiTaskRidge(sharing=0.0),
    MultiTaskRidge(sharing=1.0, signs="same", pool_intercept=True),
    MultiTaskRidge(task_weight="balanced", scale_targets=False),
    MultiTaskLogisticRegression(),
    MultiTaskLogisticRegression(sharing=1.0, pool_intercept=True),
    MultiTaskLogisticRegression(signs="same", class_weight="balanced"),
    MultiTaskGLM(),
    MultiTaskGLM(MeanRegularized(sharing=0.0)),
    MultiTaskGLM(MeanRegularized(sharing=1.0)),
    MultiTaskGLM(MeanRegularized(sharing=0.5, signs="same", pool_intercept=True)),
    MultiTaskGLM(GraphLaplacian([[0.0]])),
    MultiTaskGLM(fit_intercept=False),
]


def patients(seed=0, n=70, d=5, missing=0.3):
    """Return X and targets of eight related tasks, in very different units; missing is a share."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) + np.linspace(-1, 1, d)
    w = rng.normal(size=d) / np.sqrt(d)

    def score(sign=1.0, noise=0.5):
        return X @ (sign * w + 0.25 * rng.normal(size=d) / np.sqrt(d)) + noise * rng.normal(size=n)

    y = {
        "days": 4.0 - 3.0 * score(),
        "cost": 2e4 + 9e3 * score(),
        "lab": 0.01 * score() + 1.0,
        "died": cut(score(), ("no", "yes")),
        "cured": cut(score(-1.0), ("ill", "well")),
        "stage": cut(score(noise=1.0), ("I", "II", "III")),
        "grade": cut(score(noise=1.0), ("I", "II", "III")),
        "visits": rng.poisson(np.exp(np.clip(0.5 * score(), -3, 2))).astype(float),
    }
    for column in y.values():
        column[rng.random(n) < missing] = None if column.dtype == object else np.nan
    return X, y


def cut(score, labels):
    """Return labels by quantiles of a score."""
    at = {2: [0.6], 3: [0.3, 0.7]}[len(labels)]
    return np.array(labels, dtype=object)[np.searchsorted(np.quantile(score, at), score)]


def known(column):
    """Return the mask of the labels that are there, without asking the package."""
    return np.array([not (value is None or value != value) for value in column])


def numbers(fitted):
    """Return all coefficients and intercepts of a fitted model in one array, a row a column."""
    return np.column_stack([fitted.coef_, fitted.intercept_])


def assert_same_numbers(found, wanted, tolerance=1e-6):
    """Assert that each column of coefficients is the same, against its largest."""
    size = np.abs(wanted).max(axis=1, keepdims=True)
    assert_allclose(found / size, wanted / size, rtol=0, atol=tolerance)


def rows_of(y, rows):
    """Return rows of a plain dict of targets."""
    return {name: column[rows] for name, column in y.items()}


def copies(X, y, counts):
    """Return X and y with each (sample, task) pair repeated; counts is (n_samples, n_tasks)."""
    parts = []
    for k in range(int(counts.max())):
        part = {}
        for t, (name, column) in enumerate(y.items()):
            part[name] = column.copy()
            part[name][counts[:, t] <= k] = None if column.dtype == object else np.nan
        parts.append(part)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in y}
    stack = sparse.vstack if sparse.issparse(X) else np.vstack
    return stack([X] * len(parts)), joined


class OneTask(BaseEstimator):
    """A joint model behind an interface for one 1-D target; the two kinds below are its final forms."""

    def __init__(self, model=None):
        self.model = model

    def fit(self, X, y, sample_weight=None):
        """Fit the model."""
        if y is not None:
            y = column_or_1d(y, warn=True)
            assert_all_finite(y, input_name="y")
            self._look(y)
        self.model_ = self._joint(y).fit(X, y, sample_weight)
        self.n_features_in_, self.n_iter_ = self.model_.n_features_in_, self.model_.n_iter_
        if hasattr(self.model_, "feature_names_in_"):
            self.feature_names_in_ = self.model_.feature_names_in_
        return self

    def predict(self, X):
        """Predict the task."""
        check_is_fitted(self)
        return self.model_.predict(X)

    def _look(self, y):
        """Refuse targets of another kind."""

    def _joint(self, y):
        return clone(self.model)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class AsRegressor(RegressorMixin, OneTask):
    """A joint model as a regressor."""


class AsClassifier(ClassifierMixin, OneTask):
    """A joint model as a classifier: a GLM has its task declared as classes."""

    def _look(self, y):
        check_classification_targets(y)
        self.classes_ = np.unique(y)

    def _joint(self, y):
        model = clone(self.model)
        if isinstance(model, MultiTaskGLM) and y is not None:
            model.task_types = "binary" if len(self.classes_) <= 2 else "multiclass"
        return model

    def predict_proba(self, X):
        """Return the probabilities of the classes."""
        check_is_fitted(self)
        return self.model_.predict_proba(X)

    def decision_function(self, X):
        """Return the linear predictors."""
        check_is_fitted(self)
        return self.model_.decision_function(X)
