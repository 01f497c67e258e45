"""The suites of networks: time per epoch, of whole fits, to the same loss; growth of cost; memory; targets.

Of the sizes, M stands for problems of the suite's own; any other is taken as it is.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from . import networks_memory as memory
from .measures import Settings, take_turns
from .networks_pace import AtLeast, AtMost, Faster, Pace, paces, reasons, rows_of
from .networks_problems import mean_loss, taught
from .problems import Problem, Size
from .racing import Suite
from .report import Held, Row, Table
from .rivals_networks import (
    OURS,
    PRODUCTS,
    SKLEARN,
    TORCH,
    Plan,
    ours,
    products,
    sklearn_alone,
    sklearn_mlp,
    torch_loop,
)

HIDDEN = ((64,), (64, 64), (128, 128), (256, 256))
BATCHES = (32, 200, 512)
SHAPES = ((2000, 20), (10_000, 50), (5000, 200))
TASKS = ((1, True), (5, False), (20, True), (1, False), (5, True), (20, False))  # are they binary?
LADDER = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)  # epochs
ALL = (ours, sklearn_mlp, torch_loop)
WHOLE_FITS = {  # how many times as fast as scikit-learn by features and epochs
    (64,): {(30, 5): 3.5, (300, 5): 2.2, (30, 25): 4.0, (300, 25): 3.0},
    (128, 64): {(30, 5): 3.0, (300, 5): 2.2, (30, 25): 3.5, (300, 25): 2.5},
    (256, 256): {(30, 5): 2.2, (300, 5): 1.8, (30, 25): 2.5, (300, 25): 2.0},
}

Ratios = dict[str, list[tuple[float, float]]]


def shapes(size: Size) -> list[Size]:
    """Return the shapes of the grid, or the one that is given."""
    if size.name != "M":
        return [size]
    return [replace(size, name="network", n_samples=n, n_features=d) for n, d in SHAPES]


def tasks_at(s: int, h: int, b: int) -> tuple[int, bool]:
    """Return the tasks at a place of the grid; each number of hidden units meets each kind of them."""
    return TASKS[(len(BATCHES) * s + b + h) % len(TASKS)]


def epochs(size: Size, settings: Settings) -> Iterator[Table]:
    """Time per epoch, validation included, over a grid: beside scikit-learn's network and PyTorch's."""
    faster: dict[tuple[int, ...], Ratios] = {hidden: defaultdict(list) for hidden in HIDDEN}
    for s, shape in enumerate(shapes(size)):
        rows: list[Row] = []
        for h, hidden in enumerate(HIDDEN):
            for b, batch in enumerate(BATCHES):
                n_tasks, binary = tasks_at(s, h, b)
                problem, _ = taught(replace(shape, n_tasks=n_tasks), binary=binary)
                plan = Plan(hidden, batch)
                found = paces(problem, ALL, plan, settings)
                label = f"{plan}, T={n_tasks} {'binary' if binary else 'regression'}"
                rows += rows_of(label, found, SKLEARN, reasons(problem, ALL, plan))
                note(faster[hidden], found)
        title = f"n={shape.n_samples}, d={shape.n_features}, seconds per epoch"
        yield Table("network_epochs", title, tuple(rows))
    yield summary(faster)


def note(faster: Ratios, found: dict[str, Pace]) -> None:
    """Take down how many times as fast as its rivals ours is."""
    for rival in (SKLEARN, TORCH):
        if rival in found:
            a, b = found[OURS], found[rival]
            faster[rival].append((b.median / a.median, b.best / a.best))


def summary(faster: dict[tuple[int, ...], Ratios]) -> Table:
    """Return geometric means, by hidden units and over all, and targets."""
    rows, verdicts = [], []
    for rival, wanted in ((SKLEARN, 4.0), (TORCH, 3.5)):
        of_rival = {
            hidden: np.array(found[rival]) for hidden, found in faster.items() if rival in found
        }
        for hidden, ratios in of_rival.items():
            by_median = ratios[:, 0]
            ratio = float(np.exp(-np.log(by_median).mean()))
            said = (
                f"{1.0 / ratio:.2f} times as fast, {by_median.min():.2f} to {by_median.max():.2f}"
            )
            label = f"{OURS} over {rival}, hidden {hidden}".replace(",)", ")")
            rows.append(Row(label, ratio=ratio, note=said))
        if of_rival:
            verdicts.append(faster_than(rival, np.vstack(list(of_rival.values())), wanted))
            wide, last = of_rival[HIDDEN[-1]], f"{rival}, hidden {HIDDEN[-1]}"
            verdicts.append(faster_than(last, wide, 1.7, worst=True))
        if rival == SKLEARN:
            verdicts.append(faster_than(f"{rival}, hidden (64)", of_rival[HIDDEN[0]], 6.0))
    return Table("network_epochs", "geometric means", tuple(rows), tuple(verdicts))


def faster_than(rival: str, ratios: np.ndarray, limit: float, worst: bool = False) -> Faster:
    """Return a verdict."""
    return Faster(OURS, rival, limit, ratios[:, 0], ratios[:, 1], worst)


def loss(size: Size, settings: Settings) -> Iterator[Table]:
    """Time, from data to fitted model, to the same loss on rows that nobody saw."""
    faster: Ratios = defaultdict(list)
    for shape in shapes(size):
        for binary in (True, False):
            problem, unseen = taught(replace(shape, n_tasks=min(shape.n_tasks, 5)), binary=binary)
            yield race_to_loss(problem, unseen, size, settings, faster)
    verdicts = [
        faster_than(rival, np.array(ratios), 5.0 if rival.startswith(SKLEARN) else 0.0)
        for rival, ratios in faster.items()
    ]
    yield Table("network_loss", "geometric means", (), tuple(verdicts))


def race_to_loss(
    problem: Problem, unseen: Problem, size: Size, settings: Settings, faster: Ratios
) -> Table:
    """Time fits of as few epochs as reach what the worst contestant reaches at best, plus one per cent."""
    plan, makers = Plan(), (ours, sklearn_mlp, sklearn_alone, torch_loop)
    skipped = reasons(problem, makers, plan)
    entered = {make(plan, 1).name: partial(make, plan) for make in makers}
    entered = {name: make for name, make in entered.items() if name not in skipped}
    ladder = LADDER[:3] if size.name == "toy" else LADDER
    curves = {
        name: [judge(problem, unseen, make(epochs)) for epochs in ladder]
        for name, make in entered.items()
    }
    goal = 1.01 * max(min(curve) for curve in curves.values())
    first = {name: int(np.argmax(np.array(curve) <= goal)) for name, curve in curves.items()}
    jobs = {name: partial(make(ladder[first[name]]).fit, problem) for name, make in entered.items()}
    begin = {f"{name}, 1": partial(make(1).fit, problem) for name, make in entered.items()}
    timed = take_turns({**jobs, **begin}, settings)
    rows = []
    for name, curve in curves.items():
        took, rival, at = timed[name], timed[SKLEARN], first[name]
        said = f"{ladder[at]} epochs, loss {curve[at]:.4f}; best {min(curve):.4f}"
        said += f"; a fit of one epoch: {timed[f'{name}, 1'].median:.3f} s"
        rows.append(Row(name, took.median, took.best, took.median / rival.median, note=said))
        if name != OURS:
            a = timed[OURS]
            faster[name].append((took.median / a.median, took.best / a.best))
    rows += [Row(name, note=f"skipped: {why}") for name, why in skipped.items()]
    return Table("network_loss", f"{problem.name}, {plan}, to a loss of {goal:.4f}", tuple(rows))


def judge(problem: Problem, unseen: Problem, contestant) -> float:
    """Return the loss of a contestant's fit on rows that it did not see."""
    return mean_loss(unseen, contestant.read(contestant.fit(problem))(unseen.X))


def fits(size: Size, settings: Settings) -> Iterator[Table]:
    """Time of whole fits of few epochs: checks, standardised inputs and rows held out are counted in."""
    is_toy = size.name != "M"
    counts = (1,) if is_toy else (5, 25)
    for d in (size.n_features,) if is_toy else (30, 300):
        shape = size if is_toy else Size("network", 20_000, d, 5)
        for epochs in counts:
            rows, verdicts = [], []
            for hidden in WHOLE_FITS:
                faster: Ratios = defaultdict(list)
                for binary in (True, False):
                    problem, _ = taught(shape, binary=binary)
                    rows += whole_fits(problem, hidden, epochs, settings, faster)
                limit = 0.0 if is_toy else WHOLE_FITS[hidden][d, epochs]
                what = f"{SKLEARN}, hidden {hidden}".replace(",)", ")")
                verdicts.append(faster_than(what, np.array(faster[SKLEARN]), limit))
            title = f"n={shape.n_samples}, d={d}, T={shape.n_tasks}, fits of {epochs} epochs"
            yield Table("network_fits", title, tuple(rows), tuple(verdicts))


def whole_fits(
    problem: Problem, hidden: tuple[int, ...], epochs: int, settings: Settings, faster: Ratios
) -> list[Row]:
    """Time whole fits of all contestants, and take down how many times as fast ours is."""
    plan, makers = Plan(hidden), (partial(ours, standardize=True), sklearn_mlp, torch_loop)
    entered = [make(plan, epochs) for make in makers]
    skipped = reasons(problem, makers, plan)
    jobs = {each.name: partial(each.fit, problem) for each in entered if each.name not in skipped}
    timed = take_turns(jobs, settings)
    a, label = timed[OURS], f"{plan}, {'binary' if problem.binary else 'regression'}"
    rows = []
    for name, took in timed.items():
        ratio = took.median / timed[SKLEARN].median
        rows.append(Row(f"{label}: {name}", took.median, took.best, ratio))
        faster[name].append((took.median / a.median, took.best / a.best))
    return rows + [Row(f"{label}: {name}", note=f"skipped: {why}") for name, why in skipped.items()]


def scaling(size: Size, settings: Settings) -> Iterator[Table]:
    """Cost per epoch over rows and over tasks, and the share of it that is matrix products."""
    is_toy = size.name != "M"
    base = (
        size
        if is_toy
        else replace(size, name="network", n_samples=10_000, n_features=50, n_tasks=5)
    )
    counts = [base.n_samples * k for k in (1, 4)] if is_toy else [5000, 20_000, 80_000]
    grown = [replace(base, n_samples=n) for n in counts]
    per_row, found = growth("n_samples", grown, settings)
    yield replace(
        per_row,
        verdicts=(
            AtMost(
                f"{OURS}'s cost per row at {counts[-1]} rows over that at {counts[0]} is",
                found[-1] / counts[-1] / (found[0] / counts[0]),
                1.25,
            ),
        ),
    )
    per_task, found = growth("n_tasks", [replace(base, n_tasks=t) for t in (1, 10, 100)], settings)
    what = f"{OURS}'s cost with 100 tasks over that with 1 is"
    yield replace(per_task, verdicts=(AtMost(what, found[-1] / found[0], 2.0),))
    yield share(base, settings)


def growth(which: str, grown: Sequence[Size], settings: Settings) -> tuple[Table, list[float]]:
    """Return a table over sizes, and ours in seconds per epoch."""
    plan, rows, seconds = Plan(), [], []
    for each in grown:
        problem, _ = taught(each, binary=True)
        found = paces(problem, ALL, plan, settings)
        label = f"{which[2:]} {getattr(each, which)}"
        rows += rows_of(label, found, SKLEARN, reasons(problem, ALL, plan))
        seconds.append(found[OURS].median)
    title = f"over {which[2:]}, {plan}, seconds per epoch"
    return Table("network_scaling", title, tuple(rows)), seconds


def share(size: Size, settings: Settings) -> Table:
    """Compare with the matrix products alone, at the widest hidden layers."""
    problem, _ = taught(size, binary=True)
    rows, verdicts = [], []
    for batch in BATCHES[1:]:
        plan = Plan(HIDDEN[-1], batch)
        found = paces(problem, (ours, products), plan, settings)
        rows += rows_of(str(plan), found, PRODUCTS, {})
        what = f"share of matrix products in {OURS}'s time, {plan}:"
        part = found[PRODUCTS].median / found[OURS].median
        verdicts.append(AtLeast(what, part, 0.6))
    title = f"{problem.name}, seconds per epoch"
    return Table("network_scaling", title, tuple(rows), tuple(verdicts))


def in_memory(size: Size, settings: Settings) -> Iterator[Table]:
    """Memory of a fit, the X that it is given counted in: each in a process of its own."""
    shape = Size("network", 200_000, 300, 5) if size.name == "M" else size
    plan, rows, held = Plan(batch=256), [], []
    for name in memory.CONTESTANTS:
        contestant = memory.CONTESTANTS[name](plan, 1)
        if contestant.lacks or memory.lacks():
            rows.append(Row(name, note=f"skipped: {contestant.lacks or memory.lacks()}"))
            continue
        found = memory.measure(name, shape, plan, epochs=2)
        total = (found.X + found.added) / found.X
        rows.append(Row(name, peak=found.added, note=f"with X itself {total:.2f} times X"))
        if name.startswith(OURS):
            held.append(Held(name, total, 3.0 if size.name == "M" else np.inf))
    title = f"n={shape.n_samples}, d={shape.n_features}, on top of X and y, {plan}"
    return iter([Table("network_memory", title, tuple(rows), tuple(held))])


NETWORK_SUITES = {
    "network_epochs": Suite("networks: time per epoch", ("M",), epochs),
    "network_fits": Suite("networks: time of whole fits", ("M",), fits),
    "network_loss": Suite("networks: time to the same loss", ("M",), loss),
    "network_scaling": Suite("networks: growth with rows and tasks", ("M",), scaling),
    "network_memory": Suite("networks: memory", ("M",), in_memory),
}
