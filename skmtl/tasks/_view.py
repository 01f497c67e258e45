"""One task of a fitted joint model as a scikit-learn classifier or regressor."""

from abc import abstractmethod
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..utils import is_frame, read_frame, require_estimator
from ._affine import before
from ._columns import read_column


def task_view(fitted: Any, name: Hashable) -> "TaskClassifier | TaskRegressor":
    """Return one task of a fitted joint model as a fitted scikit-learn classifier or regressor.

    Whatever scikit-learn does with one outcome it does with the view: curves and other displays, permutation
    importance, partial dependence; and, behind ``sklearn.frozen.FrozenEstimator``, calibration, tuned thresholds
    and stacking.

    ``coef_`` and ``intercept_`` are those of the inputs of ``fitted``: behind scalers and selectors of features in a
    pipeline they are mapped back, and behind other transformers the view has none.

    Parameters
    ----------
    fitted : estimator
        A fitted joint model, or a Pipeline or search that ends in one.

    name : str
        The task.

    Returns
    -------
    view : TaskClassifier or TaskRegressor
        A classifier where the task has classes. It shares the model with ``fitted``; its own ``fit`` raises.

    Raises
    ------
    ValueError
        If the model has no such task.

    See Also
    --------
    TaskTargets : The targets of several tasks.

    Examples
    --------
    >>> import numpy as np
    >>> from skmtl import MultiTaskGLM, task_view
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0]])
    >>> model = MultiTaskGLM().fit(X, {"ill": ["no", "no", "yes", "yes"], "dose": [0.1, 1.2, 1.9, 3.3]})
    >>> view = task_view(model, "ill")
    >>> view.predict(X)
    array(['no', 'no', 'yes', 'yes'], dtype='<U3')
    >>> view.score(X, ["no", "no", "yes", "yes"])
    1.0
    """
    require_estimator("fitted", fitted, "task_view(fitted, name)")
    check_is_fitted(fitted)
    final = final_step(fitted)
    if not isinstance(name, Hashable) or name not in final.tasks_:
        raise ValueError(f"{name!r} is no task of the model; the tasks are {list(final.tasks_)}")
    return (TaskClassifier if name in final.classes_ else TaskRegressor)(fitted, name)


def final_step(fitted: Any) -> Any:
    """Return the joint model at the end of pipelines and searches."""
    while "tasks_" not in getattr(fitted, "__dict__", {}):
        if "best_estimator_" in getattr(fitted, "__dict__", {}):
            fitted = fitted.best_estimator_
        elif "steps" in getattr(fitted, "__dict__", {}):
            fitted = fitted.steps[-1][1]
        else:
            raise TypeError(
                f"{type(fitted).__name__} is no joint model, nor a pipeline or search that ends in one"
            )
    return fitted


def steps_before(fitted: Any) -> list[Any]:
    """Return the fitted transformers that inputs of pipelines and searches go through, the outermost first."""
    final, before = final_step(fitted), []
    while fitted is not final:
        if "best_estimator_" in vars(fitted):
            fitted = fitted.best_estimator_
            continue
        if len(fitted.steps) > 1:
            before.append(fitted[:-1])
        fitted = fitted.steps[-1][1]
    return before


def inputs_of(fitted: Any, X: Any) -> Any:
    """Return samples as the joint model at the end sees them."""
    for transformer in steps_before(fitted):
        X = transformer.transform(X)
    return X


def as_log_odds(decision: np.ndarray) -> np.ndarray:
    """Return decision values as scikit-learn has them: 1-D for two classes, also those declared to be several."""
    is_pair = decision.ndim == 2 and decision.shape[1] == 2
    return decision[:, 1] - decision[:, 0] if is_pair else decision


def contrast(rows: np.ndarray) -> np.ndarray:
    """Return coefficients or intercepts of two classes, a row each, as those of the log-odds of the second."""
    return rows[1:] - rows[:1] if len(rows) == 2 else rows


class Lacks(NamedTuple):
    """Tasks of a fitted joint model that have no probabilities, and no raw predictions, though others may."""

    probabilities: tuple[Hashable, ...] = ()
    decisions: tuple[Hashable, ...] = ()


NOTHING = Lacks()


def lacks_of(fitted: Any) -> Lacks:
    """Return what tasks of a fitted joint model, or of a pipeline or search that ends in one, do not have."""
    final = final_step(fitted)
    lacks = vars(final).get("_lacks", NOTHING)
    return Lacks(
        lacks.probabilities if hasattr(fitted, "predict_proba") else tuple(final.classes_),
        lacks.decisions if hasattr(fitted, "decision_function") else tuple(final.tasks_),
    )


def _has_probabilities(view: "TaskView") -> bool:
    """Whether the model has probabilities of the task."""
    return view.name not in lacks_of(view.fitted).probabilities


def _has_decision(view: "TaskView") -> bool:
    """Whether the model has raw predictions of the task."""
    return view.name not in lacks_of(view.fitted).decisions


class TaskView(BaseEstimator):
    """What views of classification and of regression tasks have in common."""

    def __init__(self, fitted: Any, name: Hashable) -> None:
        self.fitted = fitted
        self.name = name

    def fit(self, X: Any, y: Any = None) -> None:
        """Raise: a view belongs to a model that is fitted already.

        Parameters
        ----------
        X : object
            Ignored.

        y : object
            Ignored.
        """
        raise NotImplementedError(
            "a one-task view cannot be fitted: fit the joint model. To hand the view to a tool that fits its "
            "estimator, wrap it: sklearn.frozen.FrozenEstimator(view)"
        )

    @abstractmethod
    def predict(self, X: Any) -> np.ndarray:
        """Predict the task."""

    @property
    def n_features_in_(self) -> int:
        """Number of inputs of the whole model."""
        return self.fitted.n_features_in_

    @property
    def feature_names_in_(self) -> np.ndarray:
        """Names of the inputs of the whole model; tools that work without names may set or delete them here."""
        names = vars(self).get("_feature_names")
        if names is None:
            return self.fitted.feature_names_in_
        if not names:
            raise AttributeError("feature_names_in_ were deleted from this view")
        return names[0]

    @feature_names_in_.setter
    def feature_names_in_(self, names: Any) -> None:
        self._feature_names: tuple[Any, ...] = (names,)

    @feature_names_in_.deleter
    def feature_names_in_(self) -> None:
        self._feature_names = ()

    def _predicted(self, X: Any) -> np.ndarray:
        predicted = self.fitted.predict(X)
        if is_frame(predicted):
            return read_column(self.name, read_frame(predicted)[self.name]).values
        if isinstance(predicted, Mapping):
            return predicted[self.name]
        return (
            predicted
            if predicted.ndim == 1
            else predicted[:, final_step(self.fitted).tasks_.index(self.name)]
        )

    def _of_task(self, predicted: Any) -> np.ndarray:
        return predicted[self.name] if isinstance(predicted, Mapping) else predicted

    def _linear(self) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients of the inputs of the whole model, a row a raw column, and intercepts."""
        final = final_step(self.fitted)
        columns = final.task_columns_[self.name]
        return before(steps_before(self.fitted), final.coef_[columns], final.intercept_[columns])

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.fitted).input_tags
        return tags


class TaskClassifier(ClassifierMixin, TaskView):
    """A classification task of a fitted joint model; made by ``task_view``.

    Parameters
    ----------
    fitted : estimator
        The fitted joint model.

    name : str
        The task.
    """

    @property
    def classes_(self) -> np.ndarray:
        """Sorted classes of the task."""
        return final_step(self.fitted).classes_[self.name]

    def predict(self, X: Any) -> np.ndarray:
        """Predict classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The most probable classes.
        """
        return np.asarray(self._predicted(X)).astype(self.classes_.dtype)

    @available_if(_has_probabilities)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        probability : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        return self._of_task(self.fitted.predict_proba(X))

    @available_if(_has_probabilities)
    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Return the logarithms of the probabilities.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        log_probability : ndarray of shape (n_samples, n_classes)
            In the order of ``classes_``.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @available_if(_has_decision)
    def decision_function(self, X: Any) -> np.ndarray:
        """Return the linear predictors.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Log-odds of the second of two classes, or a column a class.
        """
        return as_log_odds(self._of_task(self.fitted.decision_function(X)))

    @property
    def coef_(self) -> np.ndarray:
        """Coefficients of the inputs, of shape (1, n_features) for two classes, else (n_classes, n_features)."""
        return contrast(self._linear()[0])

    @property
    def intercept_(self) -> np.ndarray:
        """Intercepts of shape (1,) for two classes, else (n_classes,)."""
        return contrast(self._linear()[1])


class TaskRegressor(RegressorMixin, TaskView):
    """A regression or count task of a fitted joint model; made by ``task_view``.

    Parameters
    ----------
    fitted : estimator
        The fitted joint model.

    name : str
        The task.
    """

    def predict(self, X: Any) -> np.ndarray:
        """Predict numbers, or mean counts.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The predictions.
        """
        predicted = np.asarray(self._predicted(X))
        return predicted if predicted.dtype.kind == "f" else predicted.astype(np.float64)

    @property
    def coef_(self) -> np.ndarray:
        """Coefficients of the inputs, of shape (n_features,)."""
        return self._linear()[0][0]

    @property
    def intercept_(self) -> float:
        """The intercept."""
        return float(self._linear()[1][0])
