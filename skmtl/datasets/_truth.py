"""The truth behind simulated tasks: their layout, weights and targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.utils import Bunch, check_random_state

from ..tasks import TaskTargets
from ._checks import Range, check_by_task, check_integer, check_option

TASK_TYPES = ("regression", "binary", "multiclass", "count")
INTERCEPT_SPREAD = 0.5


@dataclass(frozen=True)
class ColumnLayout:
    """The tasks, their types, and the columns that each has: n_classes if multiclass, else one."""

    types: dict[str, str]
    n_classes: int

    @property
    def tasks(self) -> list[str]:
        """Names of the tasks."""
        return list(self.types)

    @property
    def widths(self) -> dict[str, int]:
        """Number of columns of each task."""
        return {
            task: self.n_classes if kind == "multiclass" else 1 for task, kind in self.types.items()
        }

    @property
    def columns(self) -> dict[str, slice]:
        """Columns of each task."""
        widths = self.widths
        ends = np.cumsum(list(widths.values())).tolist()
        return {
            task: slice(end - widths[task], end) for task, end in zip(widths, ends, strict=True)
        }

    @property
    def n_contrasts(self) -> int:
        """Largest rank of weights whose classes sum to zero."""
        return sum(max(1, width - 1) for width in self.widths.values())

    def regression_numbers(self, name: str, value: Any, allowed: Range) -> dict[str, float]:
        """Return {task: number} of the regression tasks, 1 where a dict does not name them."""
        regression = [task for task, kind in self.types.items() if kind == "regression"]
        named = regression if isinstance(value, Mapping) else self.tasks
        numbers = check_by_task(name, value, named, allowed, default=1.0)
        return {task: numbers[task] for task in regression}


@dataclass(frozen=True)
class WeightRules:
    """What the weights are drawn by; scales and noise hold the regression tasks alone."""

    n_features: int
    n_informative: int
    relatedness: float
    random_signs: bool
    scales: dict[str, float]
    noise: dict[str, float]


def check_types(n_tasks: Any, task_types: Any) -> dict[str, str]:
    """Return {task: type} from one type, a type for each task, or a dict."""
    if isinstance(task_types, str):
        n_tasks = 5 if n_tasks is None else check_integer("n_tasks", n_tasks, 1)
        task_types = [task_types] * n_tasks
    if not isinstance(task_types, Mapping | Sequence) or not len(task_types):
        raise ValueError(
            f"task_types must be a type, or a sequence or dict of types, got {task_types!r}"
        )
    if not isinstance(task_types, Mapping):
        task_types = {f"y{position}": kind for position, kind in enumerate(task_types)}
    if n_tasks is not None and n_tasks != len(task_types):
        raise ValueError(
            f"n_tasks must be the number of task_types, {len(task_types)}, or None, got {n_tasks!r}"
        )
    return {
        task: check_option(f"task_types of {task!r}", kind, TASK_TYPES)
        for task, kind in task_types.items()
    }


def draw_weights(layout: ColumnLayout, rules: WeightRules, rng: np.random.RandomState) -> Bunch:
    """Return the truth but for the targets; the random numbers depend on the sizes alone."""
    widths = layout.widths
    informative = np.zeros(rules.n_features, dtype=bool)
    informative[rng.permutation(rules.n_features)[: rules.n_informative]] = True
    length = rules.n_informative
    common = {width: draw_directions(width, length, rng) for width in (1, layout.n_classes)}
    deviations = {task: draw_directions(width, length, rng) for task, width in widths.items()}
    bias = {task: draw_directions(width, 1, rng)[:, 0] for task, width in widths.items()}
    signs = draw_signs(layout, rules.random_signs, rng)
    scales = {task: rules.scales.get(task, 1.0) for task in layout.tasks}

    shared, specific = np.zeros((2, sum(widths.values()), rules.n_features))
    intercept = np.zeros(sum(widths.values()))
    for task, columns in layout.columns.items():
        of_common = signs[task] * np.sqrt(rules.relatedness)
        of_own = np.sqrt(1 - rules.relatedness)
        shared[columns, informative] = scales[task] * of_common * common[widths[task]]
        specific[columns, informative] = scales[task] * of_own * deviations[task]
        intercept[columns] = scales[task] * INTERCEPT_SPREAD * bias[task]
    return Bunch(
        columns=layout.columns,
        coef=shared + specific,
        shared_coef=shared,
        specific_coef=specific,
        intercept=intercept,
        similarity=similarity(layout, signs, rules.relatedness),
        signs=signs,
        scales=scales,
        noise={task: rules.noise.get(task, 0.0) * scales[task] for task in layout.tasks},
        informative=informative,
    )


def draw_signs(layout: ColumnLayout, random: bool, rng: np.random.RandomState) -> dict[str, float]:
    """Return the sign of the common part in each task; classes have none."""
    drawn = dict(zip(layout.tasks, rng.choice((-1.0, 1.0), size=len(layout.tasks)), strict=True))
    flips = {task for task, width in layout.widths.items() if width == 1 and random}
    return {task: float(drawn[task]) if task in flips else 1.0 for task in layout.tasks}


def draw_directions(width: int, length: int, rng: np.random.RandomState) -> np.ndarray:
    """Draw weights (width, length) whose signal has variance 1; several columns sum to zero."""
    W = rng.standard_normal((width, length)) / np.sqrt(length)
    return W if width == 1 else (W - W.mean(axis=0)) * np.sqrt(width / (width - 1))


def similarity(layout: ColumnLayout, signs: dict[str, float], relatedness: float) -> np.ndarray:
    """Return the correlation of the tasks' weights: none between tasks of different width."""
    q, widths = list(signs.values()), list(layout.widths.values())
    K = np.where(np.equal.outer(widths, widths), relatedness * np.outer(q, q), 0.0)
    np.fill_diagonal(K, 1.0)
    return K


def draw_targets(
    layout: ColumnLayout, truth: Bunch, missing: dict[str, float], rng: np.random.RandomState
) -> tuple[TaskTargets, TaskTargets]:
    """Return the targets with a fraction of each task's labels missing, and the same with none missing."""
    partial, complete = {}, {}
    seeds = rng.randint(np.iinfo(np.int32).max, size=len(layout.tasks))
    for task, seed in zip(layout.tasks, seeds, strict=True):
        task_rng = check_random_state(int(seed))
        raw = truth.raw[:, truth.columns[task]]
        complete[task] = draw_target(layout.types[task], raw, truth.noise[task], task_rng)
        partial[task] = hide(complete[task], missing[task], task_rng)
    types = layout.types
    return TaskTargets(partial, task_types=types), TaskTargets(complete, task_types=types)


def draw_target(kind: str, raw: np.ndarray, noise: float, rng: np.random.RandomState) -> np.ndarray:
    """Draw the targets of one task from its raw columns."""
    if kind == "multiclass":
        # The largest of logits with Gumbel noise is a draw from their softmax.
        return np.argmax(raw + rng.gumbel(size=raw.shape), axis=1)
    column = raw[:, 0]
    if kind == "binary":
        return (rng.uniform(size=len(column)) < expit(column)).astype(int)
    if kind == "count":
        return rng.poisson(np.exp(column))
    return column + noise * rng.standard_normal(len(column))


def hide(target: np.ndarray, fraction: float, rng: np.random.RandomState) -> np.ndarray:
    """Return target with a fraction of its labels missing, at least one left."""
    order = rng.permutation(len(target))
    n_missing = min(round(fraction * len(target)), len(target) - 1)
    if not n_missing:
        return target.copy()
    partial = target.astype(float)
    partial[order[:n_missing]] = np.nan
    return partial
