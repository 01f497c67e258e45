"""The suite of growth: what ten times the rows, tasks, groups or classes cost, and how many times that is."""

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from skmtl import MultiTaskGLM, MultiTaskLogisticRegression, MultiTaskRidge, TaskPerGroupRegressor
from skmtl.penalties import L21

from .measures import Settings, peak_memory, take_turns
from .problems import Problem, Size, joint
from .racing import Suite
from .report import Row, Table

ROWS, TASKS, GROUPS, CLASSES = (10_000, 100_000), (100, 1000), (100, 1000, 3000), (10, 50, 150)
A_GROUP = 20  # rows of each
LARGE = 1000  # rows of a size from which on the suite has its own numbers


class Grown(NamedTuple):
    """How many there are of what grows, and the fit."""

    number: int
    fit: Callable[[], Any]


Made = Callable[[], Iterator[Grown]]


def problem_of(n_samples: int, n_features: int, n_tasks: int, **options) -> Problem:
    """Draw a problem."""
    return joint(Size("", n_samples, n_features, n_tasks), **options)


def of_tasks(make: Callable, numbers, binary: bool, missing: float) -> Iterator[Grown]:
    """More and more tasks of the same rows."""
    for number in numbers:
        problem = problem_of(2000, 50, number, binary=binary, missing=missing)
        yield Grown(number, lambda p=problem: make().fit(p.X, p.y))


def of_rows(make: Callable, numbers, binary: bool) -> Iterator[Grown]:
    """More and more rows of ten tasks."""
    for number in numbers:
        problem = problem_of(number, 50, 10, binary=binary)
        yield Grown(number, lambda p=problem: make().fit(p.X, p.y))


def of_groups(numbers) -> Iterator[Grown]:
    """More and more groups as tasks, of 20 rows each."""
    for number in numbers:
        problem = problem_of(A_GROUP * number, 20, 1, binary=False)
        X = np.column_stack([np.repeat(np.arange(number), A_GROUP), problem.X])
        model = TaskPerGroupRegressor(MultiTaskRidge(), group=0)
        yield Grown(number, lambda X=X, y=problem.Y[:, 0], model=model: model.fit(X, y))


def of_classes(numbers, is_ours: bool) -> Iterator[Grown]:
    """More and more classes of one task: skmtl, or scikit-learn as well solved as its default tol has it."""
    for number in numbers:
        rng = np.random.default_rng(20260122)
        X, W = rng.normal(size=(3000, 20)), rng.normal(size=(20, number))
        y = (X @ W + 2.0 * rng.normal(size=(3000, number))).argmax(axis=1)
        ours = lambda X=X, y=y: MultiTaskLogisticRegression().fit(X, {"class": y})
        rival = lambda X=X, y=y: LogisticRegression(max_iter=10_000).fit(X, y)
        yield Grown(number, ours if is_ours else rival)


def cases(size: Size) -> dict[str, Made]:
    """Return what grows, small where the size is."""
    few = size.n_samples < LARGE
    cut = lambda numbers: (5, 10) if few else numbers
    rows = (100, 200) if few else ROWS
    ridge, logistic, l21 = (
        MultiTaskRidge,
        MultiTaskLogisticRegression,
        lambda: MultiTaskGLM(L21(100.0)),
    )
    made: dict[str, Made] = {}
    for missing in (0.0, 0.3):
        label = "tasks, 30% missing" if missing else "tasks"
        made[f"{label}: ridge"] = partial(of_tasks, ridge, cut(TASKS), False, missing)
        made[f"{label}: logistic"] = partial(of_tasks, logistic, cut(TASKS), True, missing)
        made[f"{label}: L21"] = partial(of_tasks, l21, cut(TASKS), False, missing)
    made["rows: ridge"] = partial(of_rows, ridge, rows, False)
    made["rows: logistic"] = partial(of_rows, logistic, rows, True)
    made["groups: ridge"] = partial(of_groups, cut(GROUPS))
    made["classes: logistic"] = partial(of_classes, cut(CLASSES), True)
    made["classes: LogisticRegression"] = partial(of_classes, cut(CLASSES), False)
    return made


def growth(size: Size, settings: Settings) -> Iterator[Table]:
    """Time and memory; the ratio is to the fewest of the same kind."""
    for name, made in cases(size).items():
        grown = list(made())
        jobs = {f"{name}, {each.number}": each.fit for each in grown}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            timed = take_turns(jobs, settings)
            first, rows = next(iter(timed.values())), []
            for label, took in timed.items():
                peak = peak_memory(jobs[label])
                ratio = took.best / first.best
                rows.append(Row(label, took.median, took.best, ratio, peak=peak))
        numbers = [each.number for each in grown]
        times = " to ".join(f"{n / numbers[0]:g}" for n in (numbers[0], numbers[-1]))
        yield Table("growth", f"{name}, {times} times as many", tuple(rows))


GROWTH_SUITES = {"growth": Suite("what more of the same costs", ("M",), growth)}
