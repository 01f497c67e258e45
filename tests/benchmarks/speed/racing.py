"""How contestants meet: each as accurate as it must be, timed in turns, the results in a table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from .measures import Settings, Timed, peak_memory, take_turns
from .problems import Problem, Size
from .report import Held, Row, Table, Verdict
from .rivals import Contestant

SAME = 1e-6  # relative excess at which two objectives are the same
TOLERANCES = [10.0**-k for k in range(4, 14)]
FROM_LOOSE = [10.0**-k for k in range(1, 14)]


@dataclass(frozen=True)
class Suite:
    """A function from a problem's size to tables, and the sizes it is meant for."""

    title: str
    sizes: tuple[str, ...]
    run: Callable[[Size, Settings], Iterator[Table]]


def race(problem: Problem, entered: Sequence[Contestant], settings: Settings) -> dict[str, Timed]:
    """Time those who do not skip the problem."""
    jobs = {each.name: partial(each.fit, problem) for each in entered if not each.skip(problem)}
    return take_turns(jobs, settings)


def loosest(
    problem: Problem,
    excess_of: Callable[[Any], float],
    make: Callable[..., Contestant],
    tolerances: Sequence[float] = TOLERANCES,
) -> Contestant:
    """Return a contestant at the loosest tolerance at which it comes to the known minimum; else at the tightest."""
    for tol in tolerances:
        contestant = make(tol=tol)
        if contestant.skip(problem):
            break
        if excess_of(contestant.read(contestant.fit(problem))) <= SAME:
            break
    return contestant


def table(suite, problem, entered, timed, scores, claims, peaks=None) -> Table:
    """Make a table whose ratios are to the first contestant who is there; claims are (ours, rival, limit)."""
    rival = next(timed[each.name] for each in entered if each.name in timed)
    peaks = peaks or {}
    rows = []
    for each in entered:
        if each.name not in timed:
            rows.append(Row(each.name, note=f"skipped: {each.skip(problem)}"))
            continue
        took = timed[each.name]
        n_iter = getattr(took.result, "n_iter_", None)
        note = f"{n_iter} iterations" if isinstance(n_iter, int) else ""
        if each.name in peaks:
            note += f", {peaks[each.name] / size_of(problem.X):.2f} times X"
        rows.append(
            Row(
                each.name,
                took.median,
                took.best,
                took.median / rival.median,
                scores.get(each.name, np.nan),
                peaks.get(each.name, took.peak),
                note.removeprefix(", "),
            )
        )
    verdicts = []
    for ours, other, limit in claims:
        if ours.name in timed and other.name in timed and np.isfinite(limit):
            a, b = timed[ours.name], timed[other.name]
            verdicts.append(
                Verdict(ours.name, other.name, limit, a.median / b.median, a.best / b.best)
            )
    return Table(suite, problem.name, tuple(rows), tuple(verdicts))


def peaks_of(problem: Problem, entered: Sequence[Contestant]) -> dict[str, int]:
    """Return the memory that each contestant holds at most while it fits."""
    there = [each for each in entered if not each.skip(problem)]
    return {each.name: peak_memory(partial(each.fit, problem)) for each in there}


def size_of(X) -> int:
    """Return the bytes that inputs take."""
    return X.data.nbytes + X.indices.nbytes + X.indptr.nbytes if sparse.issparse(X) else X.nbytes


def holds(problem: Problem, peaks: Mapping[str, int], limit: float) -> tuple[Held, ...]:
    """Say whether the memory of each is at most so many times that of the inputs."""
    return tuple(Held(name, peak / size_of(problem.X), limit) for name, peak in peaks.items())
