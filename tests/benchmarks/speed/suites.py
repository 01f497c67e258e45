"""The suites: which contestants meet on which problems, and what skmtl is to reach."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from . import rivals
from .measures import Settings, Timed, peak_memory
from .problems import Problem, Size, groups, joint
from .racing import Suite, loosest, race, table
from .referee import Referee, Score, excess, learned_signs
from .report import Table
from .rivals import Contestant
from .suites_folds import FOLD_SUITES
from .suites_growth import GROWTH_SUITES
from .suites_imports import IMPORT_SUITES
from .suites_networks import NETWORK_SUITES
from .suites_norms import NORM_SUITES

N_GROUPS = (5, 20, 139, 500)


def ridge(size: Size, settings: Settings) -> Iterator[Table]:
    """All labels observed: beside one multi-output Ridge."""
    problem = joint(size, binary=False, correlation=settings.correlation)
    rival, ours = rivals.multi_output_ridge(), rivals.joint_ridge()
    entered = [rival, ours, rivals.joint_ridge(sharing=0.0), rivals.gram_products()]
    timed = race(problem, entered, settings)
    limit = 1.3 if size.name in ("M", "L", "W") else np.inf
    yield table(
        "ridge",
        problem,
        entered,
        timed,
        ridge_scores(problem, rival, timed),
        [(ours, rival, limit)],
    )


def ridge_missing(size: Size, settings: Settings) -> Iterator[Table]:
    """A fifth, half and four fifths of the labels missing: beside one Ridge a task."""
    for missing, limit in ((0.2, 0.5), (0.5, 1.0 / 3.0), (0.8, 1.0)):
        yield missing_labels(size, settings, missing, limit)


def missing_labels(size: Size, settings: Settings, missing: float, limit: float) -> Table:
    """A fraction of the labels missing; limit is what share of the rival's time is aimed at."""
    problem = joint(size, binary=False, missing=missing, correlation=settings.correlation)
    rival, ours = rivals.separate_ridge(), rivals.joint_ridge()
    entered = [
        rival,
        ours,
        rivals.joint_ridge(sharing=0.0),
        rivals.gram_products(),
        rivals.one_pass(),
    ]
    timed = race(problem, entered, settings)
    scores = ridge_scores(problem, rival, timed)
    return table("ridge_missing", problem, entered, timed, scores, [(ours, rival, limit)])


def logistic(size: Size, settings: Settings) -> Iterator[Table]:
    """Binary tasks: beside one LogisticRegression a task, at the same objective."""
    problem = joint(size, binary=True, correlation=settings.correlation)
    ours = rivals.joint_logistic(0.0)
    referee = Referee(problem)
    known = referee.score(ours.read(ours.fit(problem))).lower
    above = lambda found: excess(referee.score(found), known)
    rival = loosest(problem, above, rivals.separate_logistic)
    newton = loosest(problem, above, partial(rivals.separate_logistic, "newton-cholesky"))
    as_good = loosest(problem, above, lambda tol: rivals.joint_logistic(0.0, tol=tol))
    sharing = rivals.joint_logistic(0.25)
    entered = [rival, newton, ours, as_good, sharing, rivals.gram_products(), rivals.one_pass()]
    timed = race(problem, entered, settings)
    found = {each.name: each.read(timed[each.name].result) for each in entered if each.read}
    scores = {name: above(coef) for name, coef in found.items() if name != sharing.name}
    coupled = Referee(problem, sharing=0.25, signs=learned_signs(found[rival.name]))
    scores[sharing.name] = excess(coupled.score(found[sharing.name]))
    limit = 0.25 if size.name == "L" else 0.2
    claims = [(one, rival, limit) for one in (ours, as_good, sharing)]
    yield table("logistic", problem, entered, timed, scores, claims)


def grid(size: Size, settings: Settings) -> Iterator[Table]:
    """A grid of strengths and sharings: beside one fit."""
    problem = joint(size, binary=False, correlation=settings.correlation)
    rival = rivals.joint_ridge()
    alphas, sharings = np.geomspace(0.1, 1000.0, 10), np.array([0.0, 0.25, 0.5, 0.75, 0.9])
    ours = rivals.ridge_grid(alphas, sharings)
    timed = race(problem, [rival, ours], settings)
    worst = {}
    if ours.name in timed:
        worst = {ours.name: worst_of_grid(problem, alphas, sharings, timed[ours.name].result)}
    yield table("grid", problem, [rival, ours], timed, worst, [(ours, rival, 3.0)])


def by_groups(size: Size, settings: Settings) -> Iterator[Table]:
    """Rows fixed, more and more groups of them as tasks: time and memory follow the labels, if all is well."""
    for binary in (False, True):
        rows = []
        for n_groups in sorted({min(n, size.n_samples // 4) for n in N_GROUPS}):
            problem = groups(size, n_groups, binary=binary)
            make = rivals.joint_logistic if binary else rivals.joint_ridge
            rival = rivals.separate_logistic() if binary else rivals.separate_ridge()
            entered = [rival, make(signs="same"), make()]
            timed = race(problem, entered, settings)
            held = sum(column.nbytes for column in problem.y.values()) / 2**20
            for row in table("", problem, entered, timed, {}, []).rows:
                contestant = next(each for each in entered if each.name == row.contestant)
                peak = peak_memory(partial(contestant.fit, problem))
                note = f"{row.note} (y itself: {held:.1f} MB)".strip()
                name = f"T={n_groups}: {row.contestant}"
                rows.append(replace(row, contestant=name, peak=peak, note=note))
        kind = "binary" if binary else "regression"
        yield Table("groups", f"{size.name} rows, each in one group, {kind}", tuple(rows))


SUITES = {
    "ridge": Suite("squared loss, all labels", ("S", "M", "L", "W"), ridge),
    "ridge_missing": Suite("squared loss, missing labels", ("M", "L"), ridge_missing),
    "logistic": Suite("logistic loss", ("S", "M", "L"), logistic),
    "grid": Suite("a grid of strengths and sharings", ("M",), grid),
    "groups": Suite("groups of rows as tasks", ("M",), by_groups),
    **FOLD_SUITES,
    **NORM_SUITES,
    **NETWORK_SUITES,
    **GROWTH_SUITES,
    **IMPORT_SUITES,
}


def ridge_scores(problem: Problem, rival: Contestant, timed: dict[str, Timed]) -> dict[str, float]:
    """Score each fit by the objective that is its own."""
    separate = rival.read(timed[rival.name].result)
    sharing = rivals.joint_ridge().name
    scores = {}
    for name, found in timed.items():
        if name.startswith("("):
            continue
        coupled = {"sharing": 0.25, "signs": learned_signs(separate)} if name == sharing else {}
        scores[name] = excess(Referee(problem, **coupled).score(rivals.read(found.result)))
    return scores


def worst_of_grid(problem: Problem, alphas: np.ndarray, sharings: np.ndarray, path) -> float:
    """Return the largest excess over a grid."""
    separate = rivals.separate_ridge()
    signs = learned_signs(separate.read(separate.fit(problem)))
    scores: list[Score] = []
    for a, alpha in enumerate(alphas):
        for s, sharing in enumerate(sharings):
            found = rivals.Coefficients(path.coef[a, s], path.intercept[a, s])
            scores.append(Referee(problem, alpha, sharing, signs).score(found))
    return max(excess(score) for score in scores)
