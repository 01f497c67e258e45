"""JointModel: what all models of several tasks do, whatever makes their predictions."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar

from sklearn.utils import ClassifierTags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..heads import Head, Predictions
from ..metrics import mean_d2
from ..tasks import NOTHING, FitData, Lacks, TaskTargets, check_same_rows, task_view
from ..utils import Configurable


def _has_probabilities(model: "JointModel") -> bool:
    """Whether a fitted model has probabilities of some classes, or an unfitted one is sure to get them."""
    if "_heads" not in vars(model):
        return model._only_classes
    return any(name not in model._lacks.probabilities for name in model.classes_)


def _has_decisions(model: "JointModel") -> bool:
    """Whether a fitted model has raw predictions of some tasks, or an unfitted one may get them."""
    is_fitted = "_heads" in vars(model)
    return not is_fitted or any(name not in model._lacks.decisions for name in model.tasks_)


class JointModel(Configurable):
    """One model of several tasks."""

    _only_classes: ClassVar[bool] = False

    @abstractmethod
    def _predictions(self, X: Any) -> Predictions:
        """Return what the fitted model predicts of samples; raise NotFittedError where it is not fitted."""

    @abstractmethod
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "JointModel":
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
        predicted = self._predictions(X).predictions()
        return self._layout.pack(TaskTargets._carry(predicted, self._info), X)

    @available_if(_has_decisions)
    def decision_function(self, X: Any) -> Any:
        """Return the raw predictions of every task that has them.

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
        decisions = self._predictions(X).decisions()
        return self._layout.pack_arrays(decisions)

    @available_if(_has_probabilities)
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
        probabilities = self._predictions(X).probabilities()
        return self._layout.pack_arrays(probabilities)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the mean over tasks of D2, the fraction of deviance explained (R2 for regression).

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs.

        y : dict, TaskTargets, data frame or array-like
            Targets; missing labels are left out, and so are tasks that y does not name, with a warning.

        sample_weight : array-like, data frame or TaskTargets, default=None
            Weights, as in ``fit``.

        Returns
        -------
        score : float
            1 is perfect, 0 as good as the best constant. Tasks that cannot be scored are left out with a warning.
        """
        check_same_rows(X=X, y=y)
        predictions = self._predictions(X)
        if self._lacks.probabilities:
            raise ValueError(
                f"score needs probabilities, which tasks {list(self._lacks.probabilities)} do not have: "
                "skmtl.metrics.task_scorer scores classes"
            )
        return mean_d2(y, predictions.means(), self.task_types_, self.classes_, sample_weight)

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

    def _keep_tasks(
        self, fit_data: FitData, heads: tuple[Head, ...], lacks: Lacks = NOTHING
    ) -> None:
        """Remember the tasks, and what some of them lack, and become fitted."""
        self.tasks_ = fit_data.targets.tasks
        self.task_types_ = fit_data.targets.task_types
        self.classes_ = fit_data.targets.classes
        self.task_columns_ = {head.name: head.columns for head in heads}
        self._lacks = lacks
        self._info, self._layout, self._heads = fit_data.targets._info, fit_data.layout, heads

    def _forget_fit(self) -> None:
        """Drop what a former fit left, so that a failed one leaves nothing."""
        for name in [
            name for name in vars(self) if name.endswith("_") and not name.startswith("_")
        ]:
            delattr(self, name)
        self.__dict__.pop("_heads", None)

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
