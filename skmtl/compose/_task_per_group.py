"""TaskPerGroup: one outcome, whose groups of rows are the tasks."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import (
    assert_all_finite,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from ..heads import deviation
from ..linear_model import JointLinearModel, fit_by_group
from ..metrics import UNKNOWN, encode
from ..tasks import (
    Labels,
    TaskTargets,
    check_same_rows,
    check_weights,
    read_targets,
    require_target,
)
from ..utils import (
    Configurable,
    Rule,
    is_estimator,
    is_frame,
    is_missing,
    is_series,
    refuse_estimator,
    refuse_lazy,
)
from ._group_column import ColumnName, Grouped, check_same_kind, split_groups


class WithoutFolds(Rule):
    """A joint linear model that does not choose anything by cross-validation; None for the default."""

    def admits(self, value: Any) -> bool:
        if value is None:
            return True
        is_linear = is_estimator(value) and isinstance(value, JointLinearModel)
        return is_linear and "cv" not in value.get_params()

    def __str__(self) -> str:
        return (
            "None or a joint linear model without cross-validation of its own, such as MultiTaskGLM (search over this "
            "estimator instead)"
        )


class TaskPerGroup(Configurable):
    """One outcome of rows that come from groups, each of which is a task of a joint linear model."""

    _rules: ClassVar[dict[str, Rule]] = {"estimator": WithoutFolds(), "group": ColumnName()}

    def __init__(self, estimator: Any = None, group: Any = None) -> None:
        self.estimator = estimator
        self.group = group

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "TaskPerGroup":
        """Fit the model.

        Parameters
        ----------
        X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
            Inputs, and the group of each row in one of the columns.

        y : array-like of shape (n_samples,)
            The outcome.

        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        self : object
            The fitted model.

        Raises
        ------
        ValueError
            If a parameter or the data break a rule, or a group is missing.
        """
        self._forget()
        self.check_params()
        require_target(self, y)
        model = clone(self._default() if self.estimator is None else self.estimator)
        rows = split_groups(self, X, self.group, reset=True)
        given, y = y, one_outcome(self, y)
        check_consistent_length(rows.X, y)
        check_same_rows(X=X, y=given)
        assert_all_finite(y, input_name="y")
        setup = model._setup()
        outcome = TaskTargets({"y": y})  # refuses what _kind could not sort
        outcome = setup.typing(TaskTargets(outcome, self._kind(y))).targets
        self._check_kind(model, outcome)
        weights = check_weights(sample_weight, outcome)
        weights = np.ones(len(y)) if weights is None else weights.ravel()
        if setup.class_weight is not None:
            weights = weights * compute_sample_weight(setup.class_weight, y)
        kept = weights > 0
        labels = Labels(None, outcome["y"][kept], weights[kept])
        scale = deviation(labels) if setup.scale_targets and not outcome.classes else 1.0
        if outcome.classes:
            self.classes_ = outcome.classes["y"]
        self._fit_groups(model, rows, outcome[kept], weights[kept], kept, scale)
        return self

    def _fit_groups(
        self,
        model: Any,
        rows: Grouped,
        outcome: TaskTargets,
        weights: np.ndarray,
        kept: np.ndarray,
        scale: float,
    ) -> None:
        """Fit the joint model, and find the coefficients of a group that it has not seen."""
        X = rows.X if kept.all() else rows.X[np.flatnonzero(kept)]
        groups, codes = np.unique(rows.groups[kept], return_inverse=True)
        names = groups.tolist()
        self.estimator_ = fit_by_group(model, X, outcome, weights, codes, names, scale)
        coef = self.estimator_.coef_.reshape(len(groups), -1, X.shape[1])
        intercept = self.estimator_.intercept_.reshape(len(groups), -1)
        shared = getattr(self.estimator_, "shared_coef_", self.estimator_.coef_)
        centre = X.T @ weights / weights.sum()
        self.common_coef_ = shared.reshape(coef.shape).mean(axis=0)
        at_centre = (intercept + coef @ centre).mean(axis=0)
        self.common_intercept_ = at_centre - self.common_coef_ @ centre
        self.groups_ = groups if self.group is not None else np.array([None], dtype=object)
        self._codes_of = groups

    @abstractmethod
    def _default(self) -> JointLinearModel:
        """Return the joint model that None stands for."""

    @abstractmethod
    def _kind(self, y: np.ndarray) -> str:
        """Return the type of the outcome, if the joint model does not say."""

    @abstractmethod
    def _check_kind(self, model: JointLinearModel, outcome: TaskTargets) -> None:
        """Raise ValueError where the joint model takes the outcome as one that this estimator is not for."""

    @property
    def _head(self) -> Any:
        return self.estimator_._heads[0]

    def _raw(self, X: Any) -> np.ndarray:
        """Return raw predictions of shape (n_samples, n_columns)."""
        check_is_fitted(self)
        rows = split_groups(self, X, self.group, reset=False)
        check_same_kind(rows.groups, self._codes_of)
        codes = encode(rows.groups, self._codes_of)
        width = len(self.common_intercept_)
        coef = self.estimator_.coef_.reshape(len(self._codes_of), width, -1)
        intercept = np.vstack(
            [self.estimator_.intercept_.reshape(-1, width), self.common_intercept_]
        )
        raw = np.empty((rows.X.shape[0], width), dtype=self.estimator_.coef_.dtype)
        assert UNKNOWN == -1  # the last row, that of groups never seen
        for column in range(width):
            of_groups = np.vstack([coef[:, column], self.common_coef_[column]])
            raw[:, column] = row_products(rows.X, of_groups[codes]) + intercept[codes, column]
        return raw

    def _forget(self) -> None:
        """Drop what a former fit left, so that a failed one leaves nothing."""
        for name in [n for n in vars(self) if n.endswith("_") and not n.startswith("_")]:
            delattr(self, name)
        self.__dict__.pop("_codes_of", None)

    def __sklearn_is_fitted__(self) -> bool:
        return "_codes_of" in vars(self)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.required = True
        return tags


def row_products(X: Any, coef: np.ndarray) -> np.ndarray:
    """Return the products of each row with its coefficients, to the last digit whatever the order in memory."""
    if sparse.issparse(X):
        return np.asarray(X.multiply(coef).sum(axis=1)).ravel()
    return np.einsum("ij,ij->i", np.ascontiguousarray(X), coef)


def one_outcome(estimator: Any, y: Any) -> np.ndarray:
    """Return y as one column; raise ValueError where it holds several, or misses the outcome of some rows."""
    refuse_lazy("y", y)
    refuse_estimator("y", y)
    if isinstance(y, Mapping) or (is_frame(y) and len(y.columns) > 1):
        name = type(estimator).__name__
        raise ValueError(
            f"y must be one outcome, got a {type(y).__name__} of {len(list(y))}: IndependentTasks({name}(...)) fits "
            "one to each outcome"
        )
    if is_series(y):
        read_targets(y)  # of which NumPy may make something else
    y = column_or_1d(y, warn=True)
    if y.dtype == object:
        missing = np.array([is_missing(value) for value in y], dtype=bool)
        if missing.any():
            raise ValueError(
                f"y must be known of each row, but contains NaN or None in {int(missing.sum())} of {len(y)}: leave "
                "these rows out"
            )
    return y
