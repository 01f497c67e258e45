"""How much of a joint model, and how much of a separate one, each task takes: from out-of-fold errors."""

from collections.abc import Hashable, Mapping
from typing import NamedTuple

import numpy as np

from ..heads import Head
from ..tasks import Labels
from ..utils import binary_unit, group_codes


class TaskGate(NamedTuple):
    """How much of the joint model a task takes, and why.

    Errors are mean squared errors out of fold over the variance of the targets (for classes, of their indicators), so
    that 1 is as bad as a constant; gain is that of the separate model less that of the joint one, with its standard
    error. own_weight is the weight that the errors of the task alone ask for.
    """

    weight: float
    own_weight: float
    joint_error: float
    separate_error: float
    gain: float
    standard_error: float
    n_labels: int


class TaskErrors(NamedTuple):
    """Out-of-fold errors of one task, of shape (n_labels, n_values), in units of its standard deviation."""

    joint: np.ndarray
    separate: np.ndarray
    weight: np.ndarray
    cluster: np.ndarray

    @property
    def numerator(self) -> float:
        """Sum of e_sep (e_sep - e_joint)."""
        return float(self.weight @ (self.separate * (self.separate - self.joint)).sum(axis=1))

    @property
    def denominator(self) -> float:
        """Sum of (e_sep - e_joint)^2."""
        return float(self.weight @ ((self.separate - self.joint) ** 2).sum(axis=1))

    def means(self) -> tuple[float, float, float, float]:
        """Return the two mean squared errors, the gain of the joint model and its standard error."""
        total = self.weight.sum()
        squares = [(e**2).sum(axis=1) for e in (self.joint, self.separate)]
        joint, separate = (float(self.weight @ square / total) for square in squares)
        gain = separate - joint
        by_cluster = np.bincount(self.cluster, self.weight * (squares[1] - squares[0] - gain))
        n = len(by_cluster)
        factor = n / (n - 1) if n > 1 else np.nan
        return joint, separate, gain, float(np.sqrt(factor * by_cluster @ by_cluster) / total)


def errors_of(
    head: Head,
    labels: Labels,
    joint: np.ndarray,
    separate: np.ndarray,
    groups: np.ndarray | None,
) -> TaskErrors | None:
    """Return the errors of out-of-fold means or probabilities; None where labels do not vary."""
    n_labels = len(labels.values)
    spread = head.spread(labels) if n_labels else 0.0
    if not spread > 0:
        return None
    known = head.as_mean(labels.values).astype(np.float64).reshape(n_labels, -1)
    of_labels = [labels.pick(mean).reshape(n_labels, -1) for mean in (joint, separate)]
    e_joint, e_separate = (known / spread - mean / spread for mean in of_labels)
    clusters = np.arange(n_labels) if groups is None else labels.pick(groups)
    return TaskErrors(e_joint, e_separate, labels.weight, group_codes(clusters))


def with_relative_weights(labels: Mapping[Hashable, Labels]) -> dict[Hashable, Labels]:
    """Return labels whose weights, in relation to each other the same, can be summed and squared."""
    unit = binary_unit(max(task.weight.max(initial=0.0) for task in labels.values()))
    return {name: task._replace(weight=task.weight / unit) for name, task in labels.items()}


def average_weights(errors: Mapping[Hashable, TaskErrors]) -> dict[Hashable, tuple[float, float]]:
    """Return the weight of the joint model in each task, shrunk towards that of all tasks, and before that.

    Of the weights that minimise squared errors, a_t = N_t / D_t, each is shrunk by two tasks' worth of what all say.
    """
    N = {name: task.numerator for name, task in errors.items()}
    D = {name: task.denominator for name, task in errors.items()}
    mean_D = float(np.mean(list(D.values()))) if D else 0.0
    if mean_D == 0.0:  # the models agree
        return dict.fromkeys(errors, (0.0, 0.0))
    common = clip(sum(N.values()) / sum(D.values()))
    return {
        name: (
            clip((N[name] + 2.0 * common * mean_D) / (D[name] + 2.0 * mean_D)),
            clip(N[name] / D[name]) if D[name] > 0 else common,
        )
        for name in errors
    }


def chosen_weights(errors: Mapping[Hashable, TaskErrors]) -> dict[Hashable, tuple[float, float]]:
    """Return 1 where the joint model is better by more than one standard error, else 0; and without that margin."""
    chosen = {}
    for name, task in errors.items():
        _, _, gain, standard_error = task.means()
        chosen[name] = (float(gain > standard_error), float(gain > 0.0))
    return chosen


def clip(weight: float) -> float:
    """Return the nearest number between 0 and 1."""
    return float(min(max(weight, 0.0), 1.0))


RULES = {"average": average_weights, "choose": chosen_weights}


def gates(rule: str, errors: Mapping[Hashable, TaskErrors | None]) -> dict[Hashable, TaskGate]:
    """Return the gate of each task; one whose errors say nothing takes the mean weight of the others."""
    known = {name: task for name, task in errors.items() if task is not None}
    weights = RULES[rule](known)
    rest = float(np.mean([weight for weight, _ in weights.values()])) if weights else 0.0
    rest = rest if rule == "average" else float(rest > 0.5)
    made = {}
    for name, task in errors.items():
        if task is None:
            made[name] = TaskGate(rest, np.nan, np.nan, np.nan, np.nan, np.nan, 0)
        else:
            made[name] = TaskGate(*weights[name], *task.means(), len(task.weight))
    return made
