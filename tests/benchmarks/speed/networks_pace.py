"""Time per epoch: what more epochs add to a fit, all contestants in turns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from .measures import CLOCKS, Settings, take_turns
from .problems import Problem
from .report import Row
from .rivals import Contestant
from .rivals_networks import Plan

FEW = 1  # epochs of the fit that is subtracted
MOST = 512
RESOLUTION = 1e-9  # seconds; a difference that is lost in noise counts as this

Make = Callable[[Plan, int], Contestant]


class Pace(NamedTuple):
    """Seconds per epoch, and the seconds of a fit before its first epoch."""

    median: float
    best: float
    start: float


def paces(
    problem: Problem, makers: Sequence[Make], plan: Plan, settings: Settings
) -> dict[str, Pace]:
    """Time fits of few epochs and of more; the first contestant says how many more are enough."""
    makers = [make for make in makers if not make(plan, FEW).skip(problem)]
    added = enough(problem, makers[0], plan, settings)
    jobs = {}
    for make in makers:
        for epochs in (FEW, FEW + added):
            contestant = make(plan, epochs)
            jobs[f"{contestant.name}, {epochs}"] = partial(contestant.fit, problem)
    timed = take_turns(jobs, settings._replace(seconds=0.0))
    found = {}
    for make in makers:
        name = make(plan, FEW).name
        few, many = (timed[f"{name}, {epochs}"] for epochs in (FEW, FEW + added))
        median = max(float(np.median(many.seconds - few.seconds)) / added, RESOLUTION)
        best = max((many.best - few.best) / added, RESOLUTION)
        found[name] = Pace(median, best, max(few.median - FEW * median, 0.0))
    return found


def enough(problem: Problem, make: Make, plan: Plan, settings: Settings) -> int:
    """Return a number of epochs that takes about a twentieth of the seconds to be spent, and as long as a short fit.

    Else the differences would drown in the noise of what comes before the first epoch.
    """
    clock, added = CLOCKS[settings.clock], 1
    if not settings.seconds:
        return added

    def took(epochs: int) -> float:
        start = clock()
        make(plan, epochs).fit(problem)
        return clock() - start

    took(FEW)  # does not count
    short = took(FEW)
    while added < MOST and took(FEW + added) - short < max(settings.seconds / 20, short):
        added *= 2
    return added


def rows_of(
    label: str, found: Mapping[str, Pace], rival: str, skipped: Mapping[str, str]
) -> list[Row]:
    """Return a row a contestant, with ratios to the rival."""
    rows = []
    for name, pace in found.items():
        note = f"and {pace.start:.2f} s to begin"
        ratio = pace.median / found[rival].median
        rows.append(Row(f"{label}: {name}", pace.median, pace.best, ratio, note=note))
    return rows + [Row(f"{label}: {name}", note=f"skipped: {why}") for name, why in skipped.items()]


def reasons(problem: Problem, makers: Iterable[Make], plan: Plan) -> dict[str, str]:
    """Return the names of those who skip a problem, and why."""
    entered = [make(plan, FEW) for make in makers]
    return {each.name: each.skip(problem) for each in entered if each.skip(problem)}


@dataclass(frozen=True)
class Faster:
    """A target: how many times as fast one contestant is as another, in the mean over problems or in the least."""

    ours: str
    rival: str
    limit: float
    by_median: np.ndarray
    by_best: np.ndarray
    worst: bool = False

    @property
    def times(self) -> float:
        return self._over(self.by_median)

    def _over(self, ratios: np.ndarray) -> float:
        return float(ratios.min() if self.worst else np.exp(np.log(ratios).mean()))

    def __str__(self):
        low, high, how = self.by_median.min(), self.by_median.max(), "at least " * self.worst
        met = f"{'met' if self.times >= self.limit else 'MISSED'}: " if self.limit else ""
        target = f"; target {self.limit:g}" if self.limit else ""
        return (
            f"{met}{self.ours} is {how}{self.times:.2f} (by minima {self._over(self.by_best):.2f}) times as fast as "
            f"{self.rival}: {len(self.by_median)} problems, {low:.2f} to {high:.2f}{target}"
        )


@dataclass(frozen=True)
class AtMost:
    """A target: one number over another is at most so much."""

    what: str
    times: float
    limit: float

    def __str__(self):
        met = "met" if self.times <= self.limit else "MISSED"
        return f"{met}: {self.what} {self.times:.2f}; target at most {self.limit:g}"


@dataclass(frozen=True)
class AtLeast:
    """A target: a share is at least so much."""

    what: str
    share: float
    limit: float

    def __str__(self):
        met = "met" if self.share >= self.limit else "MISSED"
        return f"{met}: {self.what} {self.share:.2f}; target at least {self.limit:g}"
