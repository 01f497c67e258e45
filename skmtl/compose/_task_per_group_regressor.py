"""TaskPerGroupRegressor: a number, whose groups of rows are the tasks."""

from typing import Any

import numpy as np
from sklearn.base import RegressorMixin

from ..linear_model import JointLinearModel, MultiTaskRidge
from ..tasks import TaskTargets, is_number_type
from ._task_per_group import TaskPerGroup


class TaskPerGroupRegressor(RegressorMixin, TaskPerGroup):
    """A regression whose coefficients differ between groups of rows, and are tied by a joint linear model.

    Groups (hospitals, schools, patients) are the tasks. It is an ordinary scikit-learn regressor: the group of each row
    is a column of X.

    Parameters
    ----------
    estimator : estimator, default=None
        The joint linear model, such as ``MultiTaskRidge`` or ``MultiTaskGLM``, without cross-validation of its own; of
        penalties that have ``signs``, with ``signs="same"``. None is
        ``MultiTaskRidge(30.0, 0.9, signs="same", pool_intercept=True)``.

    group : str or int, default=None
        Name (in a data frame) or position of the column of X that holds the groups, numbers or strings. None: all rows
        are of one group.

    Attributes
    ----------
    estimator_ : estimator
        The fitted joint model; row g of its ``coef_`` and ``intercept_`` belongs to ``groups_[g]``.

    groups_ : ndarray of shape (n_groups,)
        The groups seen in ``fit``, sorted.

    common_coef_ : ndarray of shape (1, n_inputs)
        The common vector, by which a group is predicted that was not there in ``fit``; the mean of the groups'
        coefficients where the penalty has none. Inputs are the features without the group.

    common_intercept_ : ndarray of shape (1,)
        Its intercept: at the mean of the inputs, the mean prediction of the groups.

    n_features_in_ : int
        Number of features seen in ``fit``, with the column of groups.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are strings.

    Raises
    ------
    ValueError
        From ``fit`` and ``predict``, if a parameter or the data break a rule, or a group is missing.

    See Also
    --------
    TaskPerGroupClassifier : The same for classes.
    MultiTaskRidge : The joint model, of several outcomes.

    Notes
    -----
    With g(i) the group of row i,

        sum_i s_i loss(y_i, x_i W_g(i) + b_g(i))  +  penalty(W, b)

    is minimised, as in the joint model with a task a group. With ``MeanRegularized(alpha, sharing, signs="same",
    pool_intercept=True)`` that is a mixed model with random slopes and intercepts, and ``sharing`` the share of the
    variance of a slope that all groups have in common [1]_. Targets are divided by one standard deviation for all
    groups, where the joint model scales them. Memory and time follow the rows, not rows times groups.

    Standardise the inputs, and not the column of groups: see the user guide.

    References
    ----------
    .. [1] T. Evgeniou and M. Pontil (2004). Regularized multi-task learning. KDD.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import TaskPerGroupRegressor
    >>> rng = np.random.default_rng(0)
    >>> ward = rng.integers(0, 10, size=80)
    >>> X = rng.normal(size=(80, 3))
    >>> y = X @ [1.0, -1.0, 0.5] + rng.normal(size=10)[ward] + 0.1 * rng.normal(size=80)
    >>> model = TaskPerGroupRegressor(group=0).fit(np.column_stack([ward, X]), y)
    >>> model.common_coef_.round(1)
    array([[ 0.6, -0.5,  0.4]])
    >>> model.predict([[11, 0.0, 0.0, 0.0]]).round(1)  # a ward that was not there
    array([-0.5])
    """

    def predict(self, X: Any) -> np.ndarray:
        """Predict the outcome.

        Parameters
        ----------
        X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
            Inputs and groups; a group that was not there in ``fit`` is predicted by the common vector.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            Numbers, or mean counts of a joint model with ``task_types="count"``.
        """
        raw = self._raw(X)
        return self._head.decode(raw)

    def _default(self) -> JointLinearModel:
        return MultiTaskRidge(30.0, 0.9, signs="same", pool_intercept=True)

    def _kind(self, y: np.ndarray) -> str:
        return "auto" if y.dtype.kind not in "biuf" else "regression"

    def _check_kind(self, model: JointLinearModel, outcome: TaskTargets) -> None:
        kind = outcome.task_types["y"]
        if not is_number_type(kind):
            raise ValueError(
                f"estimator must be for numbers, but {type(model).__name__} takes y as of type {kind!r}: "
                "TaskPerGroupClassifier is for classes"
            )
