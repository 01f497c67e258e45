"""Draws meet laws: within their time, one by one or in several processes, and what is violated is made simple."""

import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from . import laws_of_optima, laws_of_runs, laws_of_samples, laws_of_units
from .draws import Draw
from .law import LAWS, Inapplicable, Violation
from .models import estimator
from .specs import Spec, simpler, specs

ROOMS = (laws_of_optima, laws_of_runs, laws_of_units, laws_of_samples)  # that LAWS is filled from
HOLDS, VIOLATED, INAPPLICABLE, LATE, BROKEN = "holds", "violated", "inapplicable", "late", "broken"
SECONDS = 20.0  # of processor time, for a fit and a law
SAMPLED = 2  # laws of a draw beside those that all draws meet
TRIES, SHRINKING = 200, 60.0  # simpler draws to try, and seconds for them


class TooLate(BaseException):
    """The alarm: no ``except Exception`` catches it."""


@dataclass(frozen=True)
class Outcome:
    """What a law says of a draw."""

    spec: Spec
    law: str
    status: str
    text: str = ""

    @property
    def kind(self) -> str:
        """What is wrong, in a word: a draw is made simpler as long as that stays."""
        return self.text.removeprefix("the other fit: ").split()[0] if self.text else ""

    def __str__(self) -> str:
        """Return two lines: what is wrong, and how to see it again."""
        return (
            f"{self.status}: {self.law}: {self.text}\n    --laws {self.law} --replay '{self.spec}'"
        )


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise TooLate after so many seconds of processor time, or ten times as long by the clock."""

    def ring(*_):
        raise TooLate

    timers = ((signal.SIGPROF, signal.ITIMER_PROF, 1), (signal.SIGALRM, signal.ITIMER_REAL, 10))
    former = [signal.signal(number, ring) for number, _, _ in timers]
    try:
        for _, timer, factor in timers:
            signal.setitimer(timer, factor * seconds)
        yield
    finally:
        for (number, timer, _), handler in zip(timers, former, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)


def check(draw: Draw, name: str, seconds: float = SECONDS) -> Outcome:
    """Try a law on a draw."""
    try:
        with alarm(seconds), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            LAWS[name].check(draw)
    except Violation as violation:
        return Outcome(draw.spec, name, VIOLATED, " ".join(str(violation).split())[:300])
    except Inapplicable as reason:
        return Outcome(draw.spec, name, INAPPLICABLE, str(reason))
    except TooLate:
        return Outcome(draw.spec, name, LATE, f"more than {seconds:g} s")
    except Exception as error:
        return Outcome(draw.spec, name, BROKEN, f"{type(error).__name__}: {error}")
    return Outcome(draw.spec, name, HOLDS)


def laws_for(spec: Spec, names: Sequence[str] | None = None) -> list[str]:
    """Return the laws to try: those named, or those that all draws meet and some others."""
    apply = [name for name, law in LAWS.items() if law.applies(spec)]
    if names is not None:
        return [name for name in apply if name in names]
    others = [name for name in apply if not LAWS[name].always]
    order = np.random.default_rng(spec.seed).permutation(len(others))[:SAMPLED]
    always = sorted((n for n in apply if LAWS[n].always), key=lambda name: name != "errors")
    return always + [others[k] for k in order]


def check_draw(
    spec: Spec,
    names: Sequence[str] | None = None,
    seconds: float = SECONDS,
    make: Callable = estimator,
) -> list[Outcome]:
    """Try laws on a draw; after one that is late no other."""
    draw, outcomes = Draw(spec, make), []
    for name in laws_for(spec, names):
        outcomes.append(check(draw, name, seconds))
        if outcomes[-1].status == LATE:
            break
    return outcomes


def shrink(outcome: Outcome, seconds: float = SECONDS, make: Callable = estimator) -> Outcome:
    """Return a violation of the same kind by a draw that is as simple as can be."""
    tries, end, simplest = 0, time.monotonic() + SHRINKING, outcome
    while True:
        for spec in simpler(simplest.spec):
            tries += 1
            if tries > TRIES or time.monotonic() > end:
                return simplest
            if not LAWS[outcome.law].applies(spec):
                continue
            other = check(Draw(spec, make), outcome.law, seconds)
            if other.status == VIOLATED and other.kind == outcome.kind:
                simplest = other
                break
        else:
            return simplest


def drawn(number: int, seed: int) -> list[Spec]:
    """Return so many draws, which are those of the seed."""
    made: dict[Spec, None] = {}

    @hypothesis.seed(seed)
    @settings(
        max_examples=2 * number,  # many of them become the same when they are made sensible
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(specs())
    def collect(spec: Spec) -> None:
        made.setdefault(spec)

    collect()
    return list(made)[:number]


@dataclass
class Tally:
    """Counts of outcomes by law, and the outcomes that are faults."""

    n_draws: int = 0
    counts: Counter = field(default_factory=Counter)
    reasons: Counter = field(default_factory=Counter)
    faults: list[Outcome] = field(default_factory=list)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count the outcomes of a draw."""
        self.n_draws += 1
        for outcome in outcomes:
            self.counts[outcome.law, outcome.status] += 1
            if outcome.status == INAPPLICABLE:
                self.reasons[outcome.law, outcome.text] += 1
            elif outcome.status != HOLDS:
                self.faults.append(outcome)

    def total(self, *statuses: str) -> int:
        """Return how many outcomes have one of the statuses."""
        return sum(count for (_, status), count in self.counts.items() if status in statuses)

    def table(self) -> str:
        """Return a line a law."""
        columns = (HOLDS, VIOLATED, LATE, INAPPLICABLE, BROKEN)
        lines = [f"{'law':18s}" + "".join(f"{status:>14s}" for status in columns)]
        for name in LAWS:
            row = [self.counts[name, status] for status in columns]
            if any(row):
                lines.append(f"{name:18s}" + "".join(f"{count:14d}" for count in row))
        return "\n".join(lines)

    def last_line(self) -> str:
        """Return the sum of all."""
        checks = self.total(HOLDS, VIOLATED)
        late, broken = self.total(LATE), self.total(BROKEN)
        beside = "".join(f", {n} {what}" for n, what in ((late, LATE), (broken, BROKEN)) if n)
        return f"{self.n_draws} draws, {checks} checks, {self.total(VIOLATED)} violations{beside}"


def outcomes_of(work: Callable, items: Sequence, jobs: int) -> Iterator:
    """Give the results of some work, as they are ready."""
    if jobs == 1:
        yield from map(work, items)
        return
    with get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(work, items)
