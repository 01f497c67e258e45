"""GatedTasks: a weighted mean of a joint and a separate model, task by task."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone
from sklearn.utils.metadata_routing import UNUSED
from sklearn.utils.validation import check_is_fitted

from ..base import JointModel
from ..heads import ByTask, Head, Predictions
from ..linear_model import MultiTaskGLM
from ..model_selection import Splitting, check_folds, folds_once, routing_of, weight_name
from ..tasks import check_lengths, check_predict_around, groups_of
from ..utils import Jobs, OneOf, Rule
from ._gate import TaskGate, errors_of, gates, with_relative_weights
from ._independent import alone
from ._joined import (
    asked_of_means,
    check_probabilities,
    check_same_tasks,
    finite,
    held_out_means,
    input_tags_of,
    means_of,
)
from ._rules import Joint
from ._tasks import read_tasks


@dataclass(frozen=True)
class Mixture:
    """Weighted means of what two models predict: of probabilities, and of means."""

    heads: tuple[Head, ...]
    weights: Mapping[Hashable, float]
    joint: Predictions
    separate: Predictions

    def predictions(self) -> ByTask:
        return {head.name: head.from_mean(mean) for head, mean in self._means(self.heads)}

    def decisions(self) -> ByTask:
        return {head.name: head.raw_of_mean(mean) for head, mean in self._means(self.heads)}

    def probabilities(self) -> ByTask:
        with_classes = tuple(head for head in self.heads if head.has_classes)
        return {head.name: mean for head, mean in self._means(with_classes)}

    def _means(self, heads: tuple[Head, ...]) -> list[tuple[Head, np.ndarray]]:
        joint, separate = (
            means_of(part, asked_of_means(heads)) for part in (self.joint, self.separate)
        )
        return [(head, self._mean(head.name, joint, separate)) for head in heads]

    def _mean(self, name: Hashable, joint: ByTask, separate: ByTask) -> np.ndarray:
        """Return the weighted mean of one task; of a model with weight 0 nothing is asked, not even to be finite."""
        weight = self.weights[name]
        shares = (("joint", joint, weight), ("separate", separate, 1.0 - weight))
        parts = [
            share * finite({name: of[name]}, part)[name] for part, of, share in shares if share
        ]
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


class GatedTasks(JointModel):
    """A weighted mean of a joint and a separate model, task by task, by their errors out of fold.

    Sharing hurts some tasks. Here each takes as much of the joint model as served it on rows that it had not seen.

    Parameters
    ----------
    joint : estimator, default=None
        A joint model, or a pipeline or search that ends in one; None is ``MultiTaskGLM()``.

    separate : estimator, default=None
        What to fall back on; a joint estimator too, such as ``IndependentTasks(...)``. None fits ``joint`` to each
        task alone.

    cv : int, splitter or iterable of (train, test), default=None
        Folds, in which each sample must be tested once. None is ``TaskStratifiedKFold()``, an integer
        ``TaskStratifiedKFold(cv)``; both never split a group.

    gate : {"average", "choose"}, default="average"
        "average": the weights that minimise squared errors out of fold, shrunk towards one weight for all tasks.
        "choose": the joint model where it is better by more than one standard error, else the separate one.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of all tasks or by task: "regression", "binary", "multiclass" or "count"; those not named are inferred.

    n_jobs : int, default=None
        Number of folds fitted at the same time; None is one, -1 all processors.

    Attributes
    ----------
    gate_ : dict of {task: TaskGate}
        By task a named tuple: the ``weight`` of the joint model, between 0 and 1; and why: ``own_weight``, before it
        was shrunk; ``joint_error``, ``separate_error``, ``gain`` and its ``standard_error``, out of fold, as fractions
        of the targets' variance; ``n_labels``.

    joint_ : estimator
        The joint model, fitted to all rows.

    separate_ : estimator
        The separate model, fitted to all rows.

    tasks_ : tuple
        Names of the tasks.

    task_types_ : dict of {task: str}
        Type of each task.

    classes_ : dict of {task: ndarray}
        Sorted classes of each binary or multiclass task.

    task_columns_ : dict of {task: slice}
        Columns that belong to each task where all decision values stand side by side.

    n_features_in_ : int
        Number of features seen in ``fit``.

    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has names that are strings.

    Raises
    ------
    ValueError
        From ``fit``, if a parameter or the data break a rule.

    See Also
    --------
    IndependentTasks : Separate models of any kind.
    skmtl.inspection.compare_sharing : Which tasks gain by sharing, and how sure that is.

    Notes
    -----
    Errors e are residuals on the scale of the response, of out-of-fold predictions by both models on the same folds: of
    numbers over their standard deviation, of classes the indicators less their probabilities, over the root of their
    total variance. With s the sample weights, and sums over the labels of task t,

        N_t = sum s e_sep (e_sep - e_joint),   D_t = sum s (e_sep - e_joint)^2,   D = mean of D_t,
        a = clip(sum_t N_t / sum_t D_t, 0, 1),   a_t = clip((N_t + 2 a D) / (D_t + 2 D), 0, 1),

    and the prediction is a_t times that of the joint model plus 1 - a_t times that of the separate one: a mean of
    probabilities and of means. N_t / D_t minimises the squared error of the mean; the rest shrinks it towards what all
    tasks say together, since a task with few labels says little [1]_. Classes are those of the largest mean
    probability, decision values its log-odds or logarithms.

    Both models are fitted once more for each fold. A weight of 1 is no proof that sharing helps, nor does any weight
    promise that it does no harm: the folds decide on labels that are as few as the training labels.

    References
    ----------
    .. [1] L. Breiman (1996). Stacked regressions. Machine Learning 24, 49-64.

    Examples
    --------
    >>> from skmtl import GatedTasks, MultiTaskRidge
    >>> from skmtl.datasets import make_multitask
    >>> X, y = make_multitask(100, 10, n_tasks=4, random_state=0)
    >>> model = GatedTasks(MultiTaskRidge(sharing=0.9), MultiTaskRidge(sharing=0.0)).fit(X, y)
    >>> {task: round(gate.weight, 2) for task, gate in model.gate_.items()}
    {'y0': 0.93, 'y1': 1.0, 'y2': 1.0, 'y3': 0.97}
    """

    # Groups are not for the model: they go to the splitter.
    __metadata_request__fit: ClassVar[dict[str, Any]] = {"groups": UNUSED}
    _rules: ClassVar[dict[str, Rule]] = {
        "joint": Joint(),
        "separate": Joint(),
        "cv": Splitting(),
        "gate": OneOf("average", "choose"),
        "n_jobs": Jobs(),
    }

    def __init__(
        self,
        joint: Any = None,
        separate: Any = None,
        *,
        cv: Any = None,
        gate: str = "average",
        task_types: Any = "auto",
        n_jobs: int | None = None,
    ) -> None:
        self.joint = joint
        self.separate = separate
        self.cv = cv
        self.gate = gate
        self.task_types = task_types
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> "GatedTasks":
        """Fit both models, to all rows and without each fold, and weigh them.

        Parameters
        ----------
        X : {array-like, data frame, CSR matrix} of shape (n_samples, n_features)
            Inputs, as the two models take them.

        y : dict, TaskTargets, data frame, array-like of shape (n_samples,) or (n_samples, n_tasks)
            Targets, one column a task; NaN, None, ``pd.NA`` or null where a label was not observed.

        sample_weight : array-like of shape (n_samples,) or (n_samples, n_tasks), data frame or TaskTargets
            Weights of the samples, or of each sample in each task; all one by default.

        groups : array-like of shape (n_samples,), default=None
            Group of each sample, such as the patient. The default folds, and splitters that know groups, never split
            one; standard errors are those of groups.

        Returns
        -------
        self : object
            The fitted model.
        """
        self._forget_fit()
        self.check_params()
        fit_data, labels, heads = read_tasks(self, X, y, sample_weight)
        X, targets = fit_data.X, fit_data.targets
        groups = groups_of(targets, groups)
        check_lengths(X=X, groups=groups)
        folds = folds_once(self.cv, X, targets, groups)
        asked = asked_of_means(heads)
        fitted, means = [], []
        for role, model in zip(("joint", "separate"), self._models()):
            params = {} if fit_data.weights is None else {weight_name(model): fit_data.weights}
            held_out = {"cv": folds, "n_jobs": self.n_jobs, "params": params}
            fitted.append(clone(model).fit(X, targets, **params))
            check_same_tasks(fitted[-1], targets, role)
            check_probabilities(fitted[-1], role)
            means.append(held_out_means(model, X, targets, asked, role, labels, **held_out))
        labels = with_relative_weights(labels)
        errors = {
            h.name: errors_of(h, labels[h.name], means[0][h.name], means[1][h.name], groups)
            for h in heads
        }
        self.gate_: dict[Any, TaskGate] = gates(self.gate, errors)
        self.joint_, self.separate_ = fitted
        self._keep_tasks(fit_data, heads)
        return self

    def _models(self) -> tuple[Any, Any]:
        joint = MultiTaskGLM() if self.joint is None else self.joint
        return joint, alone(joint) if self.separate is None else self.separate

    def get_metadata_routing(self) -> Any:
        """Return who asks for which arguments of ``fit``: the model, and what makes the folds.

        Returns
        -------
        routing : MetadataRouter
            The requests.
        """
        return routing_of(self, check_folds(self.cv))

    def _predictions(self, X: Any) -> Predictions:
        check_is_fitted(self)
        X = check_predict_around(self, X)
        parts = (
            Predictions.of_model(model, X, self._info) for model in (self.joint_, self.separate_)
        )
        weights = {name: gate.weight for name, gate in self.gate_.items()}
        mixture = Mixture(self._heads, weights, *parts)
        methods = {
            "predict": mixture.predictions,
            "predict_proba": mixture.probabilities,
            "decision_function": mixture.decisions,
        }
        return Predictions(self._info, methods)

    def __sklearn_tags__(self) -> Any:
        return input_tags_of(super().__sklearn_tags__(), self._models())
