"""NewTask: a task of few rows, on top of what a fitted joint model has learnt from others."""

from typing import Any, ClassVar

from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from ..base import JointModel
from ..heads import Predictions
from ..linear_model import MultiTaskGLM
from ..penalties import MeanRegularized
from ..tasks import check_predict_around, final_step
from ..utils import NOT_NEGATIVE, POSITIVE, Either, OneOf, Rule
from ._basis import BASES, features_of
from ._joined import input_tags_of
from ._rules import Joint
from ._tasks import read_tasks

FROM_SCRATCH = 30.0  # as MultiTaskGLM without a penalty
# alpha and residual on top of a model, of a few that python -m tests.benchmarks.new_task compares.
ON_TOP = {"tasks": (3.0, 0.03), "shared": (3.0, 0.03), "representation": (1.0, 0.0)}


class NewTask(JointModel):
    """A task with few labels, on top of what a fitted joint model has learnt from other tasks.

    A readmission is related to the deaths and lengths of stay of thousands of patients before: of it, a few dozen rows
    need only say how.

    Parameters
    ----------
    model : estimator, default=None
        A fitted joint model of other tasks, or a pipeline or search that ends in one. It is not fitted again, also
        not in clones. None learns the task from X alone.

    basis : {"auto", "tasks", "shared", "representation"}, default="auto"
        What is taken from the model. "tasks": the raw predictions of all its tasks. "shared": the score of the common
        vector of a linear model with a ``shared_coef_``. "representation": the shared hidden values of a network.
        "auto" is the last for a network, the second for a model that has a common vector, else the first.

    alpha : float, default=None
        How strongly the new task's weights are shrunk. None is 3, on top of a representation 1, and without a model 30,
        as in ``MultiTaskGLM``.

    residual : float, default=None
        Prior variance of the weight of an input, in relation to that of what the model has learnt: how much of the new
        task may lie outside. 0 keeps it inside. None is 0.03, and 0 on top of a representation.

    task_types : "auto", str or dict of {task: str}, default="auto"
        Type of the task, as in ``MultiTaskGLM``.

    Attributes
    ----------
    model_ : MultiTaskGLM
        The model of the new task, whose inputs are what ``model`` has learnt, and X.

    tasks_ : tuple
        Name of the task, or of several: each is learnt alone.

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

    sklearn.exceptions.NotFittedError
        From ``fit``, if ``model`` is not fitted.

    See Also
    --------
    MultiTaskGLM : To learn all tasks at once, where the rows of the others are at hand.

    Notes
    -----
    With z(x) what the model has learnt, m numbers divided by the root of m, the new task's raw prediction is
    b + z(x) a + x v, and

        sum_i s_i loss(y_i, b + z(x_i) a + x_i v)  +  alpha / 2 (||a||^2 + ||v||^2 / residual)

    is minimised, with loss and scale of the target as in ``MultiTaskGLM`` (where the strength of classes is a quarter).
    Of a linear model and ``basis="tasks"`` that is a Gaussian prior for the weights of the new task, with covariance
    (V V' / m + residual I) / alpha, V the weight vectors of the tasks that are known: the new task is drawn from where
    these lie [1]_. X is what the model at the end of a pipeline gets, and should be standardised.

    References
    ----------
    .. [1] R. K. Ando and T. Zhang (2005). A framework for learning predictive structures from multiple tasks and
       unlabeled data. Journal of Machine Learning Research 6, 1817-1853.

    Examples
    --------
    >>> from skmtl import MultiTaskRidge, NewTask
    >>> from skmtl.datasets import make_multitask
    >>> X, y = make_multitask(300, 20, n_tasks=6, random_state=0)
    >>> known = {task: y[task] for task in ("y0", "y1", "y2", "y3", "y4")}
    >>> model = MultiTaskRidge().fit(X[:200], {task: values[:200] for task, values in known.items()})
    >>> few, rest = slice(200, 215), slice(215, 300)
    >>> new = NewTask(model).fit(X[few], y["y5"][few])
    >>> scratch = NewTask().fit(X[few], y["y5"][few])
    >>> round(new.score(X[rest], y["y5"][rest]), 2), round(scratch.score(X[rest], y["y5"][rest]), 2)
    (0.27, 0.17)
    """

    _rules: ClassVar[dict[str, Rule]] = {
        "model": Joint(),
        "basis": OneOf("auto", *BASES),
        "alpha": Either(POSITIVE, OneOf(None)),
        "residual": Either(NOT_NEGATIVE, OneOf(None)),
    }

    def __init__(
        self,
        model: Any = None,
        *,
        basis: str = "auto",
        alpha: float | None = None,
        residual: float | None = None,
        task_types: Any = "auto",
    ) -> None:
        self.model = model
        self.basis = basis
        self.alpha = alpha
        self.residual = residual
        self.task_types = task_types

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "NewTask":
        self._forget_fit()
        self.check_params()
        if self.model is not None:
            check_is_fitted(self.model)
        fit_data, _, heads = read_tasks(self, X, y, sample_weight)
        alpha = self._strengths()[0]
        learner = MultiTaskGLM(MeanRegularized(alpha, 0.0))
        self.model_ = learner.fit(self._features(fit_data.X), fit_data.targets, fit_data.weights)
        self._keep_tasks(fit_data, heads)
        return self

    def _basis(self) -> str:
        """Return what is taken from the model."""
        if self.basis != "auto":
            return self.basis
        final = final_step(self.model)
        if hasattr(final, "transform"):
            return "representation"
        shared = getattr(final, "shared_coef_", None)
        return "tasks" if shared is None or not shared.any() else "shared"

    def _strengths(self) -> tuple[float, float]:
        """Return alpha and residual."""
        alpha, residual = (FROM_SCRATCH, 0.0) if self.model is None else ON_TOP[self._basis()]
        alpha = alpha if self.alpha is None else self.alpha
        return alpha, residual if self.residual is None else self.residual

    def _features(self, X: Any) -> Any:
        """Return what the model has learnt, and X."""
        if self.model is None:
            return X
        return features_of(self.model, X, self._basis(), self._strengths()[1])

    def _predictions(self, X: Any) -> Predictions:
        check_is_fitted(self)
        X = check_predict_around(self, X)
        return Predictions.of_model(self.model_, self._features(X), self._info)

    def __sklearn_clone__(self) -> "NewTask":
        """Return an unfitted NewTask on top of the same model, which stays fitted."""
        params = self.get_params(deep=False)
        return type(self)(
            **{k: v if k == "model" else clone(v, safe=False) for k, v in params.items()}
        )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        return tags if self.model is None else input_tags_of(tags, [self.model])
