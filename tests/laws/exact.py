"""An estimator that is right, for it solves in extended precision: what laws say against it they say wrongly.

Faults can be planted in it, each of which some law must find.
"""

import warnings
from collections.abc import Callable

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from . import losses
from .draws import setting_of
from .objectives import objective
from .optimum import Uncertain, optimum
from .penalties import Strengths, defined, mean_prior
from .priors import BALANCED
from .specs import Spec
from .tables import Table

MODELS = {"ridge", "logistic", "glm"}


def is_solved(spec: Spec) -> bool:
    """Whether the estimator solves a draw: it learns no signs."""
    return spec.model in MODELS and spec.is_quadratic and spec.signs == "same"


class Exact(BaseEstimator):
    """MultiTaskRidge, MultiTaskLogisticRegression or MultiTaskGLM; plant changes the table or the fitted estimator."""

    def __init__(self, spec=None, alpha=1.0, max_iter=1000, on_table=None, on_fit=None):
        self.spec = spec
        self.alpha = alpha
        self.max_iter = max_iter
        self.on_table = on_table
        self.on_fit = on_fit

    def fit(self, X, y, sample_weight=None):
        """Solve."""
        dtype = np.float32 if X.dtype == np.float32 else float
        dense = (X.toarray() if sparse.issparse(X) else X).astype(float)
        types, n = y.task_types, len(dense)
        columns = {name: np.asarray(values, float) for name, values in y.items()}
        unit, weight = np.ones(dense.shape[1]), sample_weight
        table = Table(dense, dense[:1], unit, columns, types, weight, np.zeros(n))
        table = table if self.on_table is None else self.on_table(table, X)
        at = objective(table, self._define, setting_of(self.spec))
        try:
            best = optimum(at, table.X[:1])
        except Uncertain:
            warnings.warn("not solved", ConvergenceWarning, stacklevel=2)
            best = None
        self._keep(at, best, dtype)
        self.types_ = types
        self.classes_ = {
            k: np.unique(v[~np.isnan(v)])
            for k, v in columns.items()
            if types[k] in ("binary", "multiclass")
        }
        if self.on_fit is not None:
            self.on_fit(self)
        return self

    def _define(self, tasks):
        spec, q = self.spec, np.ones(sum(task.width for task in tasks))
        strengths = Strengths(self.alpha, self.alpha)
        if spec.model == "glm":
            return defined(spec, strengths, tasks, q)
        pool = spec.pool == "yes"
        balance = spec.model in BALANCED
        return mean_prior(tasks, self.alpha, spec.sharing, q, pool=pool, balance=balance)

    def _keep(self, at, best, dtype):
        widths = [task.width for task in at.tasks]
        scale = np.repeat(np.array([t.scale for t in at.tasks], np.longdouble), widths)
        W = np.zeros((at.X.shape[1], sum(widths))) if best is None else best.W * scale
        b = 0 if best is None else best.b * scale + np.repeat(at.shift, widths)
        self.coef_ = W.T.astype(dtype)
        self.intercept_ = (b - at.common_centre @ W).astype(dtype)
        largest = max(np.abs(t.y).max() * t.scale for t in at.tasks)
        if not np.isfinite([*self.coef_.ravel(), *self.intercept_, dtype(largest)]).all():
            raise ValueError("X or y is too large for its precision")
        self.dual_gap_, self.n_iter_ = 0.0 if best else np.inf, 1
        stops = np.cumsum(widths)
        self.columns_ = {
            t.name: slice(s - t.width, s) for t, s in zip(at.tasks, stops, strict=True)
        }
        self.losses_ = {task.name: task.loss for task in at.tasks}

    def _responses(self, X):
        raw = X @ self.coef_.T + self.intercept_
        return {
            name: losses.response(self.losses_[name], raw[:, columns].astype(np.longdouble)).astype(
                raw.dtype
            )
            for name, columns in self.columns_.items()
        }

    def predict(self, X):
        """Predict; of classes the probability of the last is as good as any prediction."""
        return {name: values[:, -1] for name, values in self._responses(X).items()}

    def predict_proba(self, X):
        """Return probabilities."""
        answers = {
            name: values for name, values in self._responses(X).items() if name in self.classes_
        }
        return {k: np.hstack([1 - v, v]) if v.shape[1] == 1 else v for k, v in answers.items()}


def exact(on_table: Callable | None = None, on_fit: Callable | None = None) -> Callable:
    """Return what makes the estimator of a draw, with a fault planted or none."""

    def make(spec, table, alpha, penalty, **params):
        return Exact(spec, alpha, on_table=on_table, on_fit=on_fit).set_params(**params)

    return make
