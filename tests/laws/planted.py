"""Faults, each of which some law must find: what is done to an estimator that is right, or to what it is given."""

import warnings
from dataclasses import replace

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning

from .exact import exact
from .models import estimator


def spoil(change):
    """Return a fault: what is done to a fitted estimator."""
    return exact(on_fit=change)


def beforehand(change):
    """Return a fault: what is done to the table that the estimator gets, and the inputs as they came."""
    return exact(on_table=change)


def shift_intercepts(model):
    """A forgotten centre."""
    model.intercept_ = model.intercept_ + 0.01


def scale_coefficients(model):
    """An unfinished solution."""
    model.coef_ = model.coef_ * 0.99


def claim(gap, warn):
    """Return a certificate that says something else than the warning."""

    def change(model):
        model.dual_gap_ = gap
        if warn:
            warnings.warn("not converged", ConvergenceWarning, stacklevel=2)

    return change


def fail(error):
    """Return a fault that raises."""

    def change(model):
        raise error

    return change


def lose_digits(model):
    """Coefficients in half precision, of inputs in single precision alone."""
    if model.coef_.dtype == np.float32:
        model.coef_ = model.coef_.astype(np.float16)


def no_weights(table, X):
    """Weights that are not looked at, but for those of zero."""
    return replace(table, weight=None if table.weight is None else (table.weight > 0).astype(float))


def all_rows(table, X):
    """Rows of weight zero that count a little."""
    return replace(table, weight=None if table.weight is None else np.maximum(table.weight, 0.01))


def zeros_for_missing(table, X):
    """Labels that are not there, taken for zero."""
    return replace(table, y={name: np.nan_to_num(column) for name, column in table.y.items()})


def absolute_tolerance(table, X):
    """Entries below a number of no unit, taken for zero."""
    return replace(table, X=np.where(np.abs(table.X) < 0.1, 0.0, table.X))


def small_targets_are_zero(table, X):
    """Targets below a number of no unit, taken for zero."""
    return replace(table, y={k: np.where(np.abs(y) < 1e-3, 0.0, y) for k, y in table.y.items()})


def single_precision(table, X):
    """Inputs rounded before they are centred."""
    return replace(table, X=table.X.astype(np.float32).astype(float))


def last_row_twice(table, X):
    """A row that counts by its place."""
    return table.rows(np.r_[np.arange(len(table.X)), -1])


def first_column_weighs_more(table, X):
    """A column that counts by its place."""
    return replace(table, X=table.X * np.r_[2.0, np.ones(table.X.shape[1] - 1)])


def first_task_weighs_more(table, X):
    """A task that counts by its place."""
    weight = np.ones((len(table.X), len(table.y)))
    weight[:, 0] = 2.0
    return replace(table, weight=weight)


def a_column_of_ones(table, X):
    """A penalty that weighs how many columns there are."""
    return replace(table, X=table.X / table.X.shape[1])


def last_entry_counts(table, X):
    """Of entries given twice the last."""
    if not sparse.issparse(X):
        return table
    dense = np.zeros(X.shape)
    rows = np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))
    dense[rows, X.indices] = X.data
    return replace(table, X=dense)


def too_many_iterations(model):
    """A count of something else."""
    model.n_iter_ = model.max_iter + 1


def not_a_number(model):
    """An overflow."""
    model.coef_ = model.coef_ * np.nan


def of_the_package(change):
    """Return what makes the estimator of the package, spoilt as soon as it is fitted."""

    def make(*given, **params):
        model = estimator(*given, **params)
        fit = model.fit

        def spoilt(*args, **kwargs):
            fit(*args, **kwargs)
            change(model)
            return model

        model.fit = spoilt
        return model

    return make


def better_scores(model):
    """Scores that are not those of refitting."""
    for name in [name for name in model.cv_results_ if name.startswith("mean_test_")]:
        model.cv_results_[name] = model.cv_results_[name] + 0.01


def fewer_coefficients(model):
    """A solution that is not the optimum."""
    model.coef_ = model.coef_ * 0.9


class Idle(BaseEstimator):
    """An estimator that never moves from zero, and claims that this is the optimum."""

    def __init__(self, max_iter=1):
        self.max_iter = max_iter

    def fit(self, X, y, sample_weight=None):
        """Do nothing."""
        self.coef_, self.intercept_ = np.zeros((len(y), X.shape[1])), np.zeros(len(y))
        self.dual_gap_, self.n_iter_, self.classes_ = 0.0, 1, {}
        return self
