"""The suite of growth: what ten times the rows, tasks, labels, features, groups or classes cost, and how many times."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from skmtl import (
    MultiTaskGLM,
    MultiTaskLogisticRegression,
    MultiTaskMLP,
    MultiTaskRidge,
    TaskPerGroupClassifier,
    TaskPerGroupRegressor,
)
from skmtl.penalties import L21

from .measures import Settings, Timed, repeat
from .problems import Problem, Size, joint
from .racing import Suite
from .report import Row, Table

A_GROUP = 20  # rows of each
FEW = 1000  # rows of a size from which on the suite has its own numbers


class Grown(NamedTuple):
    """How many there are of what grows, and the fit."""

    number: int
    fit: Callable[[], Any]


Make = Callable[[], Any]
Grow = Callable[..., Iterator[Grown]]
Cases = dict[str, tuple[Grow, Sequence[int], list[str]]]


MODELS: dict[str, Make] = {
    "MultiTaskRidge": MultiTaskRidge,
    "MultiTaskLogisticRegression": MultiTaskLogisticRegression,
    "MultiTaskGLM(L21)": lambda: MultiTaskGLM(L21(100.0)),
}


def network() -> MultiTaskMLP:
    """One network that goes through all rows five times."""
    return MultiTaskMLP(n_members=1, max_iter=5, n_iter_no_change=5, random_state=0)


def fits_of(make: Make, problems: Iterator[tuple[int, Problem]]) -> Iterator[Grown]:
    """Fit a model to each problem."""
    for number, problem in problems:
        yield Grown(number, lambda p=problem: make().fit(p.X, p.y))


def of_rows(numbers: Sequence[int], make: Make, binary: bool) -> Iterator[Grown]:
    """More and more rows of ten tasks."""
    sizes = ((n, Size("", n, 50, 10)) for n in numbers)
    yield from fits_of(make, ((n, joint(size, binary=binary)) for n, size in sizes))


def of_tasks(
    numbers: Sequence[int], make: Make, binary: bool, missing: float = 0.0
) -> Iterator[Grown]:
    """More and more tasks of the same rows."""
    sizes = ((n, Size("", 2000, 50, n)) for n in numbers)
    made = ((n, joint(size, binary=binary, missing=missing)) for n, size in sizes)
    yield from fits_of(make, made)


def of_labels(numbers: Sequence[int], make: Make, binary: bool) -> Iterator[Grown]:
    """More and more observed labels of the same rows and twenty tasks."""
    size = Size("", numbers[-1] // 16, 50, 20)
    total = size.n_samples * size.n_tasks
    shares = ((n, 1.0 - n / total) for n in numbers)
    yield from fits_of(make, ((n, joint(size, binary=binary, missing=m)) for n, m in shares))


def of_features(numbers: Sequence[int], make: Make, binary: bool) -> Iterator[Grown]:
    """More and more features of the same rows and ten tasks."""
    sizes = ((n, Size("", 4 * numbers[-1], n, 10)) for n in numbers)
    yield from fits_of(make, ((n, joint(size, binary=binary)) for n, size in sizes))


def of_groups(numbers: Sequence[int], make: Make, binary: bool) -> Iterator[Grown]:
    """More and more groups as tasks, of 20 rows each."""
    per_group = TaskPerGroupClassifier if binary else TaskPerGroupRegressor
    for number in numbers:
        problem = joint(Size("", A_GROUP * number, 20, 1), binary=binary)
        X = np.column_stack([np.repeat(np.arange(number), A_GROUP), problem.X])
        model = per_group(make(), group=0)
        yield Grown(number, lambda X=X, y=problem.Y[:, 0], model=model: model.fit(X, y))


def of_classes(numbers: Sequence[int], make: Make, binary: bool) -> Iterator[Grown]:
    """More and more classes of one task."""
    for number in numbers:
        rng = np.random.default_rng(20260122)
        X, W = rng.normal(size=(3000, 20)), rng.normal(size=(20, number))
        y = (X @ W + 2.0 * rng.normal(size=(3000, number))).argmax(axis=1)
        yield Grown(number, lambda X=X, y=y: make().fit(X, y))


def cut(size: Size, *numbers: int) -> Sequence[int]:
    """Return the numbers, or small ones where the size is small."""
    return (40, 80) if size.n_samples < FEW else numbers


def group_cases(size: Size) -> Cases:
    """Return groups, with the models that take columns alike, and those that are for groups."""
    numbers = cut(size, 1000, 3000, 10_000, 30_000, 100_000)
    return {
        "groups": (of_groups, numbers, ["MultiTaskRidge", "TaskPerGroupRegressor()"]),
        "groups, two classes": (
            of_groups,
            numbers,
            ["MultiTaskLogisticRegression", "TaskPerGroupClassifier()"],
        ),
    }


def cases(size: Size) -> Cases:
    """Return what grows, to how many, and the models of which; small where the size is."""
    ridge, logistic, _ = every = list(MODELS)
    networks = [*every, "MultiTaskMLP"]
    tasks = cut(size, 10, 100, 1000)
    labels = cut(size, 10_000, 100_000, 1_000_000)
    labels = (2000, 4000) if labels[0] < FEW else labels
    return {
        "rows": (of_rows, cut(size, 10_000, 100_000, 1_000_000), networks),
        "tasks": (of_tasks, tasks, networks),
        "tasks, 30% missing": (partial(of_tasks, missing=0.3), tasks, every),
        "observed labels": (of_labels, labels, networks),
        "features": (of_features, cut(size, 30, 300, 3000), networks),
        "classes": (of_classes, cut(size, 10, 50, 150), [logistic, "LogisticRegression"]),
        "groups": (of_groups, cut(size, 100, 1000, 10_000, 100_000), [ridge]),
        "groups, two classes": (of_groups, cut(size, 100, 1000, 10_000, 100_000), [logistic]),
    }


def growth(
    size: Size, settings: Settings, suite: str, cases: Callable[[Size], Cases]
) -> Iterator[Table]:
    """Time and memory of each model; ratios are to the fewest."""
    nothing = lambda: None  # the default of the estimators for groups
    makers = {
        **MODELS,
        "TaskPerGroupRegressor()": nothing,
        "TaskPerGroupClassifier()": nothing,
        "MultiTaskMLP": network,
        "LogisticRegression": lambda: LogisticRegression(max_iter=10_000),  # at its default tol
    }
    for grows, (grow, numbers, models) in cases(size).items():
        rows: list[Row] = []
        for name in models:
            has_classes = "Logistic" in name or "Classifier" in name
            made = grow(numbers, makers[name], binary=has_classes)
            rows += rows_of(name, made, settings)
        yield Table(suite, grows, tuple(rows))


def rows_of(name: str, made: Iterator[Grown], settings: Settings) -> Iterator[Row]:
    """Measure one after another: only one problem is in memory."""
    first: tuple[int, Timed] | None = None
    for number, fit in made:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", message=".*its prediction is a constant")
            took = repeat(fit, settings)
        first = first or (number, took)
        ratio, times = took.best / first[1].best, number / first[0]
        note = (
            f"{times:g} times as many, power {np.log(ratio) / np.log(times):.2f}"
            if times > 1
            else ""
        )
        yield Row(name, took.median, took.best, ratio, peak=took.peak, note=note, number=number)


GROWTH_SUITES = {
    name: Suite(title, ("M",), partial(growth, suite=name, cases=of))
    for name, title, of in (
        ("growth", "what more of the same costs", cases),
        ("growth_groups", "what more groups as tasks cost", group_cases),
    )
}
