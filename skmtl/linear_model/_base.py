"""JointLinearModel: what all joint linear models do, but for the penalty."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar

import numpy as np
from sklearn.utils import ClassifierTags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..heads import column_names, means, probabilities
from ..metrics import mean_d2
from ..tasks import FitData, TaskTargets, check_fit, check_predict, task_view
from ..utils import Boolean, Configurable, Either, Number, OneOf, PerTask, Rule
from ._choice import Choice, Choose
from ._prepare import Prepared, Setup, prepare
from ._solve import Coefficients, Start, fit_separately, solve

NON_NEGATIVE = Number(0.0)


def _has_classes(model: "JointLinearModel") -> bool:
    """Whether a fitted model has tasks with classes, or an unfitted one is sure to get them."""
    return bool(model.classes_) if "_heads" in vars(model) else model._only_classes


class JointLinearModel(Configurable):
    """Linear models of several tasks, fitted at once. Final classes say what they are in ``_setup``."""

    warm_start: bool = False  # of the estimators that do not have the parameter
    _only_classes: ClassVar[bool] = False
    _rules: ClassVar[dict[str, Rule]] = {
        "fit_intercept": Boolean(),
        "scale_targets": Boolean(),
        "task_weight": Either(OneOf(None, "balanced"), PerTask(NON_NEGATIVE)),
        "max_iter": Number(1, whole=True),
        "tol": Number(0.0, closed=False),
        "warm_start": Boolean(),
    }

    @abstractmethod
    def _setup(self) -> Setup:
        """Return the penalty, and what the tasks are."""

    @abstractmethod
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "JointLinearModel":
        """Fit the model.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

        sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets
            Weights of the samples, or of each sample in each task; all one by default.

        Returns
        -------
        self : object
            The fitted model.

        Raises
        ------
        ValueError
            If a parameter, a task or a weight breaks its rule. The message names it, the rule and the value.
        """

    def predict(self, X: Any) -> Any:
        """Predict every task.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        y : TaskTargets, data frame or ndarray
            Predictions in the kind of container that ``fit`` got: classes, numbers or mean counts.
        """
        raw = self._raw(X)
        predicted = {head.name: head.decode(raw) for head in self._heads}
        return self._layout.pack(TaskTargets._carry(predicted, self._info), X)

    def decision_function(self, X: Any) -> Any:
        """Return the linear predictors of every task.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        decision : dict of {task: ndarray}, or ndarray for 1-D y
            Shape (n_samples,), or (n_samples, n_classes) for several classes. Log-odds, log of unnormalised
            probabilities, the mean of a regression, or the log of the mean of a count.
        """
        raw = self._raw(X)
        return self._layout.pack_arrays({head.name: head.decision(raw) for head in self._heads})

    @available_if(_has_classes)
    def predict_proba(self, X: Any) -> Any:
        """Return the probabilities of the classes, for tasks that have them; absent where none has.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        Returns
        -------
        probability : dict of {task: ndarray of shape (n_samples, n_classes)}, or ndarray for 1-D y
            Classes are in the order of ``classes_``.
        """
        raw = self._raw(X)
        return self._layout.pack_arrays(probabilities(self._heads, raw))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the mean over tasks of D2, the fraction of deviance explained (R2 for regression).

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame or array-like
            Targets; missing labels are left out.

        sample_weight : array-like, data frame or TaskTargets, default=None
            Weights, as in ``fit``.

        Returns
        -------
        score : float
            1 is perfect, 0 as good as the best constant. Tasks that cannot be scored are left out with a warning.
        """
        raw = self._raw(X)
        return mean_d2(y, means(self._heads, raw), self.task_types_, self.classes_, sample_weight)

    def task(self, name: Hashable) -> Any:
        """Return a task as a fitted scikit-learn classifier or regressor.

        Parameters
        ----------
        name : str
            The task.

        Returns
        -------
        view : estimator
            What ``skmtl.task_view(self, name)`` gives.
        """
        check_is_fitted(self)
        return task_view(self, name)

    def coef_frame(self) -> Any:
        """Return the coefficients with their names.

        Returns
        -------
        frame : pandas.DataFrame of shape (n_features, n_columns)
            A row a feature, a column a task, or a class of a task with several. Where the penalty is a sum, such blocks
            of columns stand side by side under the names "coef" and those of ``components_``.
        """
        import pandas as pd

        check_is_fitted(self)
        features = getattr(self, "feature_names_in_", np.arange(self.n_features_in_))
        blocks = {"coef": self.coef_} | getattr(self, "components_", {})
        frames = {
            name: pd.DataFrame(
                block.T,
                index=pd.Index(features, name="feature"),
                columns=column_names(self._heads),
            )
            for name, block in blocks.items()
        }
        return frames["coef"] if len(frames) == 1 else pd.concat(frames, axis=1)

    def _fit(
        self, X: Any, y: Any, sample_weight: Any, choose: Choose | None = None
    ) -> "JointLinearModel":
        """Fit with the penalty of ``_setup``, or with the one that ``choose`` takes by looking at the data."""
        start = self._forget()
        self.check_params()
        setup = self._setup()
        setup.penalty.check_params()
        came = check_fit(self, X, y, sample_weight, setup.typing)
        prepared = prepare(came, setup, self.task_weight, self.fit_intercept)
        choice = Choice(setup.penalty, start) if choose is None else choose(came, prepared, setup)
        penalty, start, learnt = choice
        if start is not None and start[0].shape != (prepared.n_columns, came.X.shape[1]):
            start = None
        separate = fit_separately(prepared, penalty, self.max_iter)
        found = solve(prepared, penalty, self.max_iter, self.tol, start, separate)
        self._keep(came, prepared, found)
        self.__dict__.update(learnt)
        return self

    def _keep(self, came: FitData, prepared: Prepared, found: Coefficients) -> None:
        """Become the model that has these coefficients."""
        self.coef_ = found.W.astype(came.X.dtype, copy=False)
        self.intercept_ = found.intercept.astype(came.X.dtype, copy=False)
        if found.shared is not None:
            self.shared_coef_ = found.shared.astype(came.X.dtype, copy=False)
            self.specific_coef_ = self.coef_ - self.shared_coef_
        if found.components is not None:
            self.components_ = found.components
        self.__dict__.update({f"{name}_": value for name, value in found.learned.items()})
        self.dual_gap_, self.n_iter_ = found.dual_gap, found.n_iter
        self.tasks_ = came.targets.tasks
        self.task_types_ = came.targets.task_types
        self.classes_ = came.targets.classes
        self.task_columns_ = {head.name: head.columns for head in prepared.heads}
        self._info, self._layout, self._heads = came.targets._info, came.layout, prepared.heads

    def _raw(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        return check_predict(self, X) @ self.coef_.T + self.intercept_

    def _forget(self) -> Start | None:
        """Drop what a former fit left, so that a failed one leaves nothing; return its coefficients to start from."""
        former = None
        if self.warm_start is True and "_heads" in vars(self):
            former = Start(self.coef_, self.intercept_, getattr(self, "components_", None))
        for name in [
            name for name in vars(self) if name.endswith("_") and not name.startswith("_")
        ]:
            delattr(self, name)
        self.__dict__.pop("_heads", None)
        return former

    def __sklearn_is_fitted__(self) -> bool:
        return "_heads" in vars(self)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = None
        tags.classifier_tags = ClassifierTags()
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.input_tags.sparse = True
        return tags
