"""JointModel: what all models of several tasks do, whatever makes their predictions."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any, ClassVar

from sklearn.utils import ClassifierTags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from ..heads import Head
from ..metrics import mean_d2
from ..tasks import FitData, TaskTargets, check_same_rows, task_view
from ..utils import Configurable
from ._answers import Answers


def _has_classes(model: "JointModel") -> bool:
    """Whether a fitted model has probabilities of classes, or an unfitted one is sure to get them."""
    return model._has_probabilities if "_heads" in vars(model) else model._only_classes


class JointModel(Configurable):
    """One model of several tasks."""

    _only_classes: ClassVar[bool] = False

    @abstractmethod
    def _answers(self, X: Any) -> Answers:
        """Return what the fitted model says of samples; raise NotFittedError where it is not fitted."""

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
        predicted = self._answers(X).predictions()
        return self._layout.pack(TaskTargets._carry(predicted, self._info), X)

    def decision_function(self, X: Any) -> Any:
        """Return the raw predictions of every task.

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
        decisions = self._answers(X).decisions()
        return self._layout.pack_arrays(decisions)

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
        probabilities = self._answers(X).probabilities()
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
        means = self._answers(X).means()
        return mean_d2(y, means, self.task_types_, self.classes_, sample_weight)

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
        self, came: FitData, heads: tuple[Head, ...], has_probabilities: bool = True
    ) -> None:
        """Remember the tasks, and become fitted; whether there are probabilities of tasks with classes."""
        self.tasks_ = came.targets.tasks
        self.task_types_ = came.targets.task_types
        self.classes_ = came.targets.classes
        self.task_columns_ = {head.name: head.columns for head in heads}
        self._has_probabilities = has_probabilities and bool(self.classes_)
        self._info, self._layout, self._heads = came.targets._info, came.layout, heads

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
