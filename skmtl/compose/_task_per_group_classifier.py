"""TaskPerGroupClassifier: classes, whose groups of rows are the tasks."""

import warnings
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

from ..linear_model import JointLinearModel, MultiTaskLogisticRegression
from ..tasks import TaskTargets, as_log_odds, warn_of_many_classes
from ._task_per_group import TaskPerGroup


class TaskPerGroupClassifier(ClassifierMixin, TaskPerGroup):
    """A logistic regression whose coefficients differ between groups of rows, and are tied by a joint linear model.

    Groups (hospitals, schools, patients) are the tasks. It is an ordinary scikit-learn classifier: the group of each
    row is a column of X.

    Parameters
    ----------
    estimator : estimator, default=None
        The joint linear model, such as ``MultiTaskLogisticRegression`` or ``MultiTaskGLM``, without cross-validation of
        its own; of penalties that have ``signs``, with ``signs="same"``. None is
        ``MultiTaskLogisticRegression(0.3, 0.5, signs="same", pool_intercept=True)``.

    group : str or int, default=None
        Name (in a data frame) or position of the column of X that holds the groups, numbers or strings. None: all rows
        are of one group.

    Attributes
    ----------
    estimator_ : estimator
        The fitted joint model; ``coef_`` and ``intercept_`` have a row a group, or a class of a group where there are
        more than two, in the order of ``groups_``.

    groups_ : ndarray of shape (n_groups,)
        The groups seen in ``fit``, sorted.

    classes_ : ndarray of shape (n_classes,)
        Sorted classes.

    common_coef_ : ndarray of shape (1, n_inputs) or (n_classes, n_inputs)
        The common vector, by which a group is predicted that was not there in ``fit``; the mean of the groups'
        coefficients where the penalty has none. Inputs are the features without the group.

    common_intercept_ : ndarray of shape (1,) or (n_classes,)
        Its intercept: at the mean of the inputs, the mean decision value of the groups.

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
    TaskPerGroupRegressor : The same for numbers, with the mathematics.
    MultiTaskLogisticRegression : The joint model, of several outcomes.

    Notes
    -----
    The objective is that of TaskPerGroupRegressor, with log loss. With pooled intercepts a group with rows of one class
    is fitted like any other; without them it is predicted that class, with a warning.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import TaskPerGroupClassifier
    >>> rng = np.random.default_rng(0)
    >>> ward = rng.choice(["north", "south", "west"], size=150)
    >>> X = rng.normal(size=(150, 2))
    >>> died = X[:, 0] + 0.5 * (ward == "north") > rng.normal(size=150)
    >>> table = np.column_stack([ward, X.astype(object)])
    >>> model = TaskPerGroupClassifier(group=0).fit(table, died)
    >>> model.groups_
    array(['north', 'south', 'west'], dtype='<U5')
    >>> model.predict_proba([["east", 1.0, 0.0]]).round(1)  # a ward that was not there
    array([[0.3, 0.7]])
    """

    def predict(self, X: Any) -> np.ndarray:
        """Predict classes.

        Parameters
        ----------
        X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
            Inputs and groups; a group that was not there in ``fit`` is predicted by the common vector.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The most probable classes.
        """
        raw = self._raw(X)
        return self._head.decode(raw)

    def decision_function(self, X: Any) -> np.ndarray:
        """Return the linear predictors.

        Parameters
        ----------
        X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
            Inputs and groups.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Log-odds of the second of two classes, or a column a class.
        """
        raw = self._raw(X)
        return as_log_odds(self._head.decision(raw))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : {array-like, data frame, sparse matrix} of shape (n_samples, n_features)
            Inputs and groups.

        Returns
        -------
        probability : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        raw = self._raw(X)
        return self._head.probability(raw)

    def _default(self) -> JointLinearModel:
        return MultiTaskLogisticRegression(0.3, 0.5, signs="same", pool_intercept=True)

    def _kind(self, y: np.ndarray) -> str:
        with warnings.catch_warnings():  # which of scikit-learn's releases warn differs
            warnings.filterwarnings("ignore", message="The number of unique classes")
            check_classification_targets(y)
        if y.dtype.kind in "iuf":  # of labels TaskTargets warn
            warn_of_many_classes("y", y)
        return "multiclass" if len(np.unique(y)) > 2 else "binary"

    def _check_kind(self, model: JointLinearModel, outcome: TaskTargets) -> None:
        if not outcome.classes:
            raise ValueError(
                f"estimator must be for classes, but {type(model).__name__} takes y as of type "
                f"{outcome.task_types['y']!r}: TaskPerGroupRegressor is for numbers"
            )
        if len(outcome.classes["y"]) < 2:
            raise ValueError(
                f"y must have at least two classes, got one class only: {outcome.classes['y'][0]!r}"
            )
