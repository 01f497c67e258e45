"""Parameters of the constructors that break their rules, those of nested objects included."""

import re

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from skmtl import (
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskMLP,
    MultiTaskRidge,
    MultiTaskRidgeCV,
    NewTask,
)
from skmtl.penalties import (
    L21,
    Clustered,
    Dirty,
    GraphLaplacian,
    L1Inf,
    LearnedCovariance,
    MeanRegularized,
    NuclearNorm,
    RobustFeatures,
    RobustLowRank,
    SparseGroup,
    Temporal,
)

from .subjects import Subject
from .table import BadInput, bad_param

NAN, INF = float("nan"), float("inf")
LOGICAL = [None, 1, "yes"]
COUNT = [0, -5, 10.0, "100", None, True, NAN]

VALUES = {
    "C": [0, -1.0, NAN, -INF, "1", None, [1.0, 2.0], np.ones(3), True, {"died": -1.0}, {"died": NAN}],
    "Cs": [0, -3, [], [0.0], [-1.0, 1.0], [NAN], [INF], "auto", None, 2.5, [[1.0]], {"died": 1.0}],
    "alphas": [[], [0.0], [-1.0, 1.0], [NAN], [INF], "auto", [[1.0]], ["1"], {"days": 1.0}],
    "sharings": [[], [1.5], [-0.1, 0.5], [NAN], "all", None, 0.5, [[0.5]], {"days": 0.5}],
    "sharing": [-0.1, 1.5, NAN, INF, "some", None, [0.5], True, {"days": 0.5}],
    "signs": ["mixed", None, 1, ["same"], {"days": 1}, True],
    "pool_intercept": LOGICAL,
    "alpha_per_task": LOGICAL,
    "fit_intercept": LOGICAL,
    "scale_targets": LOGICAL,
    "warm_start": LOGICAL,
    "standardize": LOGICAL,
    "add_indicator": LOGICAL,
    "passthrough": LOGICAL,
    "eps": [0.0, -0.1, 1.5, NAN, "small", None],
    "select": ["worst", None, 1, ["best"]],
    "max_iter": COUNT,
    "n_members": COUNT,
    "n_iter_no_change": COUNT,
    "tol": [-1.0, NAN, INF, "small", None, 1j, [1e-4]],
    "n_jobs": [0, "two", 1.5, [1], NAN],
    "verbose": [-1, "loud", None, 0.5],
    "random_state": [-1, "seed", 1.5, [1, 2], NAN, 2**32],
    "hidden_layer_sizes": [0, -3, (4, 0), "wide", 2.5, None, [[4]], (4, None), {4: 2}],
    "task_hidden_layer_sizes": [0, (4, -1), "wide", 2.5, None],
    "activation": ["swish", None, 1, np.tanh],
    "dropout": [1.0, -0.1, NAN, "half", None],
    "solver": ["sgd", None, 1, ["adam"]],
    "batch_size": [0, -1, 2.5, "all", None],
    "learning_rate_init": [0.0, -0.1, NAN, INF, "fast", None],
    "schedule": ["step", None, 1],
    "validation_fraction": [0.0, 1.0, -0.1, NAN, "tenth", None],
    "loss_balancing": ["gradnorm", None, 1, "uncertain"],
    "gate": ["mean", None, 1, "best"],
    "order": ["sorted", [], ["days", ("a", "b")], 3],
    "basis": ["pca", None, 1],
    "residual": [-1.0, NAN, INF, "small", True],
    "task_weight": ["even", -1.0, 2, [1.0, 1.0], np.ones(3), {"days": -1.0}, {"days": NAN}, {"days": None}, {"days": "a"}, True],
    "class_weight": ["even", 2.0, [1.0, 1.0], np.ones(2), True],
    "scoring": [3, ["r2"], b"r2", True],
    "group": [-1, 99, 1.5, True, ["a"], {"a"}, (0,)],
}  # fmt: skip

ALPHA = [-1.0, NAN, INF, "a", [1.0, 2.0], np.ones(2), True, 1j, {1.0}]
NO_ESTIMATORS = ["ridge", 3, Ridge, MultiTaskRidge, [MultiTaskRidge()], {}, len, True]


def names_value(name: str, value: object) -> str:
    """Return a regular expression for the parameter and its value, as far as it is short."""
    return rf"\b{name}\b.*{re.escape(repr(value)[:20])}"


def with_tasks(subject: Subject) -> bool:
    """Whether the subject is joint and has days."""
    return "days" in subject.tasks and subject.is_joint


def ridge(subject: Subject) -> bool:
    """Whether alpha may be by task."""
    return isinstance(subject.model, MultiTaskRidge)


def with_died(subject: Subject) -> bool:
    """Whether the subject has classes."""
    return "died" in subject.tasks


def all_types(subject: Subject) -> bool:
    """Whether the subject has tasks with classes and without."""
    return with_died(subject) and with_tasks(subject)


def adam(subject: Subject) -> bool:
    """Whether another solver can be asked for."""
    return subject.name == "MultiTaskMLP"


BY_TASK: list[BadInput] = [
    bad_param("alpha", {"age": 1.0}, "alpha.*'days'.*'age'", where=ridge),
    bad_param("alpha", {"days": 1.0}, "alpha.*'lab'.*{'days': 1.0}", where=ridge),
    bad_param("alpha", {}, "alpha.*'days'.*{}", where=ridge),
    bad_param("alpha", {"days": -1.0, "cost": 1.0, "lab": 1.0}, "alpha.*-1.0", where=ridge),
    bad_param("alpha", {"days": "a", "cost": 1.0, "lab": 1.0}, "alpha.*'a'", where=ridge),
    bad_param("C", {"age": 1.0}, "C.*'died'.*'age'"),
    bad_param("C", {"died": 1.0}, "C.*'stage'.*{'died': 1.0}"),
    bad_param("task_weight", {"age": 1.0}, r"task_weight.*\['age'\]"),
    bad_param("task_weight", lambda call: dict.fromkeys(call.y, 0.0), "{task}.*task_weight|task_weight.*zero", "zero for all tasks"),
    bad_param("class_weight", {"age": "balanced"}, r"class_weight.*\['age'\]"),
    bad_param("class_weight", {"days": "balanced"}, "class_weight.*'days'.*'regression'", where=all_types),
    bad_param("class_weight", {"died": {"no": 1.0}, "days": {"a": 1.0}}, "class_weight.*'days'.*'regression'", where=all_types),
    bad_param("class_weight", {"died": {"perhaps": 1.0}}, r"class_weight of task 'died'.*\['perhaps'\].*'no', 'yes'"),
    bad_param("class_weight", {"died": {"no": -1.0}}, "class_weight of task 'died'.*-1.0 for 'no'"),
    bad_param("class_weight", {"died": {"no": NAN}}, "class_weight of task 'died'.*nan for 'no'"),
    bad_param("class_weight", {"died": {"no": INF}}, "class_weight of task 'died'.*inf for 'no'"),
    bad_param("class_weight", {"died": {"no": "a"}}, "class_weight of task 'died'.*'a' for 'no'"),
    bad_param("class_weight", {"died": {"no": None}}, "class_weight of task 'died'.*None for 'no'"),
    bad_param("class_weight", {"died": {"no": 0, "yes": 0}}, "class_weight of task 'died' must not be zero"),
    bad_param("class_weight", {"died": "even"}, "class_weight of task 'died'.*'even'"),
    bad_param("class_weight", {"died": 3.0}, "class_weight of task 'died'.*3.0"),
    bad_param("class_weight", {"died": [1.0, 2.0]}, r"class_weight of task 'died'.*\[1.0, 2.0\]"),
    bad_param("class_weight", {"no": 1.0, "yes": 2.0}, "class_weight.*'no', 'yes'.*'died'"),
    bad_param("scoring", "nothing", "'nothing', asked for task {task}, is no metric"),
    bad_param("scoring", {}, r"scoring must name tasks of the model.*\[\]"),
    bad_param(
        "scoring",
        lambda call: {next(iter(call.y)): 3},
        "metric of task {task} must be a name or a scorer, got 3",
        "{task: 3}",
    ),
    bad_param("scoring", {"age": "r2"}, r"(scoring|metric) must name tasks of the model.*'age'"),
    bad_param("scoring", "roc_auc", "metric 'roc_auc' does not fit task 'days'", where=with_tasks),
    bad_param("scoring", "r2", "metric 'r2' does not fit task 'died'", where=with_died),
    bad_param("scoring", "calibration_slope", "'calibration_slope'.*greater is not better"),
    bad_param("scoring", {"died": "mse"}, "'mse'.*'died'.*no metric", where=with_died),
    bad_param("loss_balancing", "uncertainty", "loss_balancing must be 'sum' with solver='lbfgs', got 'uncertainty'", where=lambda s: s.name == "MultiTaskMLP(lbfgs)"),
    bad_param("order", ["age"], r"order must name each task once.*'days'.*\['age'\]"),
    bad_param("order", ["days", "died"], "order must name each task once.*'stage'"),
    bad_param("order", ["days", "days", "died", "stage", "visits"], "order must name each task once.*'stage'"),
    bad_param("group", "ward", "group.*'ward'"),
]  # fmt: skip

PENALTIES = {
    "class": (L21, "penalty.*L21"),
    "name": ("l21", "penalty.*'l21'"),
    "number": (3.0, "penalty.*3.0"),
    "list": ([L21()], "penalty.*L21"),
    "estimator": (Ridge(), "penalty.*Ridge"),
    "MeanRegularized.alpha": (MeanRegularized(-1.0), "alpha of MeanRegularized.*-1.0"),
    "MeanRegularized.sharing": (MeanRegularized(sharing=2.0), "sharing of MeanRegularized.*2.0"),
    "MeanRegularized.signs": (MeanRegularized(signs="x"), "signs of MeanRegularized.*'x'"),
    "MeanRegularized.l1": (MeanRegularized(l1=-1), "l1 of MeanRegularized.*-1"),
    "MeanRegularized.l21": (MeanRegularized(l21="a"), "l21 of MeanRegularized.*'a'"),
    "MeanRegularized with l1, sharing 1": (MeanRegularized(sharing=1.0, l1=1.0), "sharing.*1"),
    "MeanRegularized of other tasks": (MeanRegularized({"age": 1.0}), "alpha.*'days'.*'age'"),
    "L21.alpha": (L21(-1.0), "alpha of L21.*-1.0"),
    "L21.alpha missing": (L21(None), "alpha of L21.*None"),
    "L21.l2_ratio": (L21(1.0, 2.0), "l2_ratio of L21.*2.0"),
    "SparseGroup.l1_ratio": (SparseGroup(1.0, -0.5), "l1_ratio of SparseGroup.*-0.5"),
    "L1Inf.alpha": (L1Inf(NAN), "alpha of L1Inf.*nan"),
    "NuclearNorm.alpha": (NuclearNorm("a"), "alpha of NuclearNorm.*'a'"),
    "LearnedCovariance.alpha": (LearnedCovariance(INF), "alpha of LearnedCovariance.*inf"),
    "Dirty.alpha_shared": (Dirty(-1.0), "alpha_shared of Dirty.*-1.0"),
    "Dirty.alpha_specific": (Dirty(1.0, "a"), "alpha_specific of Dirty.*'a'"),
    "Dirty.shared": (Dirty(1.0, 1.0, "l2"), "of Dirty.*'l2'"),
    "RobustLowRank": (RobustLowRank(1.0, -1.0), "of RobustLowRank.*-1.0"),
    "RobustFeatures": (RobustFeatures(-2.0, 1.0), "of RobustFeatures.*-2.0"),
    "Temporal.alpha": (Temporal(-1.0), "alpha of Temporal.*-1.0"),
    "Temporal.l1": (Temporal(1.0, l1=-2.0), "l1 of Temporal.*-2.0"),
    "Clustered.alpha": (Clustered(-1.0), "alpha of Clustered.*-1.0"),
    "Clustered.n_clusters": (Clustered(1.0, 0), "n_clusters of Clustered.*0"),
    "GraphLaplacian.alpha": (GraphLaplacian(np.eye(4), -1.0), "alpha of GraphLaplacian.*-1.0"),
    "GraphLaplacian of other shape": (GraphLaplacian(np.ones((2, 2))), r"graph.*\(2, 2\)"),
    "GraphLaplacian not symmetric": (GraphLaplacian(np.triu(np.ones((4, 4)))), "graph.*symmetric"),
    "GraphLaplacian NaN": (GraphLaplacian(np.full((4, 4), NAN)), "graph.*(finite|nan)"),
    "GraphLaplacian name": (GraphLaplacian("all"), "graph.*'all'"),
    "GraphLaplacian 1-D": (GraphLaplacian(np.ones(4)), r"graph.*\(4,\)"),
    "GraphLaplacian of strings": (GraphLaplacian(np.full((4, 4), "a")), "graph.*'a'"),
    "GraphLaplacian None": (GraphLaplacian(None), "graph.*None"),
    "GraphLaplacian of other tasks": (GraphLaplacian({("days", "age"): 1.0}), "graph.*'age'"),
}  # fmt: skip

NESTED = {
    "Ridge.alpha": (MultiTaskRidge(-1.0), "alpha of M.*-1.0"),
    "Ridge.sharing": (MultiTaskRidge(sharing=2.0), "sharing of M.*2.0"),
    "Ridge.signs": (MultiTaskRidge(signs="x"), "signs of M.*'x'"),
    "GLM.penalty": (MultiTaskGLM("l21"), "penalty of MultiTaskGLM.*'l21'"),
    "GLM.penalty.alpha": (MultiTaskGLM(L21(-1.0)), "alpha of L21.*-1.0"),
    "Logistic.C": (MultiTaskLogisticRegression(0.0), "C of M.*0.0"),
    "MLP.dropout": (MultiTaskMLP(dropout=2.0), "dropout of MultiTaskMLP.*2.0"),
}
ROLES = ("classifier", "regressor", "counter", "joint", "separate", "estimator", "final", "model")


def may_be(role: str, value: object):
    """Return where a value is wrong for a role because of a parameter of its own."""
    return lambda subject: (
        subject.is_joint
        or isinstance(value, MultiTaskRidge | MultiTaskGLM | MultiTaskLogisticRegression)
    )


ESTIMATORS: list[BadInput] = [
    *(bad_param(role, value, names_value(role, value)) for role in ROLES for value in NO_ESTIMATORS),
    *(bad_param(role, value, match, f"{role} {name}" and name, where=may_be(role, value)) for role in ROLES if role != "model" for name, (value, match) in NESTED.items()),
    *(bad_param(role, Ridge(), rf"\b{role}\b.*Ridge") for role in ("joint", "separate", "final", "model", "classifier")),
    bad_param("estimator", Ridge(), r"estimator.*Ridge\(\)"),
    bad_param("regressor", LogisticRegression(), "regressor.*LogisticRegression"),
    bad_param("counter", LogisticRegression(), "counter.*LogisticRegression"),
    bad_param("regressor", StandardScaler(), "regressor.*StandardScaler"),
    bad_param("joint", StandardScaler(), "joint.*StandardScaler"),
    bad_param("estimator", StandardScaler(), "estimator.*StandardScaler"),
    bad_param("estimator", MultiTaskRidgeCV(), "estimator.*MultiTaskRidgeCV", where=lambda s: not s.is_joint),
    bad_param("estimator", MultiTaskMLP(), "estimator.*MultiTaskMLP", where=lambda s: not s.is_joint),
    bad_param("model", MultiTaskGLM(), "not fitted"),
    bad_param("model", NewTask(), "not fitted"),
    bad_param("model", LinearRegression(), "model.*LinearRegression"),
]  # fmt: skip

TABLE = [
    *(bad_param(name, v, names_value(name, v)) for name, values in VALUES.items() for v in values),
    *(bad_param("alpha", v, names_value("alpha", v)) for v in ALPHA),
    *BY_TASK,
    *(bad_param("penalty", v, match, name) for name, (v, match) in PENALTIES.items()),
    *ESTIMATORS,
]
