"""The suites of penalties that are norms: who meets whom, and what skmtl is to reach.

Strengths are fractions of alpha_max, the least strength at which all weights are zero. Every contestant runs at the
loosest tolerance of its own at which the objective is within SAME of its minimum.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from . import rivals_norms as rivals
from .fista import fista
from .measures import Settings
from .norms import REGULARISERS
from .planted import NATURAL, planted, text
from .problems import Size
from .racing import FROM_LOOSE, SAME, Suite, holds, loosest, peaks_of, race, table
from .referee import Coefficients, Score
from .referee_norms import NormReferee, PathReferee, gradient_at_zero, value_at_zero
from .report import Table
from .rivals import Contestant, gram_products, one_pass

STRENGTHS = (0.3, 0.05)
MIDDLE = 0.1
PATH = np.geomspace(1.0, 1e-3, 30)
SHUT = 1e-8  # relative gap at which the minimum counts as known
MOST_ITERATIONS = 5000


def l21(size: Size, settings: Settings) -> Iterator[Table]:
    """Row norms, squared loss, all labels: beside scikit-learn's MultiTaskLasso and other packages."""
    correlations = (0.0, 0.95) if size.name == "M" and not settings.correlation else ()
    for correlation in correlations or (settings.correlation,):
        problem = planted(size, NATURAL["L21"], correlation=correlation)
        C = gradient_at_zero(problem)
        for fraction in STRENGTHS[:1] if size.name == "XW" else STRENGTHS:
            judge = NormReferee(problem, REGULARISERS["L21"].at(fraction, C))
            yield one_strength(judge, fraction, settings, 0.125 if correlation else 1.0 / 3.0)


def one_strength(judge: NormReferee, fraction: float, settings: Settings, limit: float) -> Table:
    """Race all who know row norms."""
    (strength,) = judge.regulariser.strengths
    problem, alone = judge.problem, np.array([strength])
    tight = rivals.joint_glm(judge.regulariser)
    known = best_known(judge, [tight, rivals.multi_task_lasso(strength, tol=1e-10)])
    at_loosest = partial(
        loosest,
        problem,
        lambda found: judge.excess(found, known.lower),
        tolerances=FROM_LOOSE,
    )
    rival = at_loosest(partial(rivals.multi_task_lasso, strength))
    skglm = at_loosest(partial(rivals.skglm_lasso, strength))
    celer = at_loosest(lambda tol: rivals.first_of(rivals.celer_path(alone, tol)))
    adelie = at_loosest(lambda tol: rivals.first_of(rivals.adelie_path(alone, tol)))
    ours = at_loosest(lambda tol: rivals.joint_glm(judge.regulariser, tol=tol))
    entered = [rival, skglm, celer, adelie, ours, tight]
    small = problem.X.size < 10**5
    claims = [(ours, rival, 2.0 if small else limit), (ours, skglm, np.inf if small else 0.25)]
    return judged("l21", judge, known, fraction, entered, settings, claims)


def l21_path(size: Size, settings: Settings) -> Iterator[Table]:
    """Row norms, 30 strengths from alpha_max to a thousandth of it: beside scikit-learn's path."""
    problem = planted(size, NATURAL["L21"], correlation=settings.correlation)
    C = gradient_at_zero(problem)
    judges = tuple(NormReferee(problem, REGULARISERS["L21"].at(f, C)) for f in PATH)
    strengths = np.array([judge.regulariser.strengths[0] for judge in judges])
    judge = PathReferee(judges, value_at_zero(problem))
    tight = rivals.regularization_path(strengths)
    known = best_known_path(judge, [tight, rivals.lasso_path(strengths, tol=1e-10)])
    above = lambda path: judge.excess(path, known)
    at_loosest = partial(loosest, problem, above, tolerances=FROM_LOOSE)
    rival = at_loosest(partial(rivals.lasso_path, strengths))
    celer = at_loosest(partial(rivals.celer_path, strengths))
    adelie = at_loosest(partial(rivals.adelie_path, strengths))
    ours = at_loosest(lambda tol: rivals.regularization_path(strengths, tol=tol))
    entered = [rival, celer, adelie, ours, tight]
    timed = race(problem, entered, settings)
    scores = {
        each.name: above(each.read(timed[each.name].result)) for each in there(entered, timed)
    }
    limit = {"M": 0.1, "W": 1.0, "S": 1.0 / 0.7}.get(size.name, np.inf)
    named = replace(problem, name=f"{problem.name}, minima known to {judge.gap(known):.0e}")
    yield table("l21_path", named, entered, timed, scores, [(ours, rival, limit)])


def gram(size: Size, settings: Settings) -> Iterator[Table]:
    """Squared loss, all labels: beside forming the Gram matrix once."""
    limit = {"L": 1.5, "M": 3.0}.get(size.name, np.inf)
    for name in ("NuclearNorm", "Dirty", "RobustLowRank", "RobustFeatures"):
        problem = planted(size, NATURAL[name], correlation=settings.correlation)
        regulariser = REGULARISERS[name].at(MIDDLE, gradient_at_zero(problem))
        judge = NormReferee(problem, regulariser)
        known, ours, tight = ours_at_loosest(judge)
        rival = gram_products()
        entered = [rival, ours, tight]
        claims = [(ours, rival, np.inf if name.startswith("Robust") else limit)]
        yield judged("gram", judge, known, MIDDLE, entered, settings, claims)


def beside_fista(size: Size, settings: Settings) -> Iterator[Table]:
    """Half of the labels missing, or binary tasks: beside a textbook FISTA."""
    for name, regulariser in REGULARISERS.items():
        for missing in (0.5, 0.0):
            problem = planted(
                size,
                NATURAL[name],
                binary=not missing,
                missing=missing,
                correlation=settings.correlation,
            )
            judge = NormReferee(problem, regulariser.at(MIDDLE, gradient_at_zero(problem)))
            known, ours, tight = ours_at_loosest(judge)
            n_iter = enough(fista(problem, judge.regulariser), judge, known)
            rival = rivals.textbook_fista(judge.regulariser, n_iter)
            limit = 1.0 / 1.5 if name in ("L21", "NuclearNorm") else 0.25
            entered = [rival, ours, tight, gram_products(), one_pass()]
            yield judged("fista", judge, known, MIDDLE, entered, settings, [(ours, rival, limit)])


def sparse_text(size: Size, settings: Settings) -> Iterator[Table]:
    """Sparse inputs: the time, and memory in proportion to that of the inputs; a Gram matrix would be 18 times."""
    problem = text(size)
    C = gradient_at_zero(problem)
    for name in ("L21", "NuclearNorm"):
        judge = NormReferee(problem, REGULARISERS[name].at(MIDDLE, C))
        known, ours, tight = ours_at_loosest(judge)
        entered = [one_pass(), ours, tight]
        if name == "L21":
            lasso = partial(rivals.multi_task_lasso, *judge.regulariser.strengths)
            above = lambda found, j=judge, k=known: j.excess(found, k.lower)
            entered.append(loosest(problem, above, lasso, FROM_LOOSE))
        found = judged("text", judge, known, MIDDLE, entered, settings, [])
        held = {row.contestant: row.peak for row in found.rows if "GLM" in row.contestant}
        yield replace(found, verdicts=holds(problem, held, 10.0))


NORM_SUITES = {
    "l21": Suite("row norms at one strength", ("S", "M", "L", "W", "XW"), l21),
    "l21_path": Suite("row norms along a path", ("S", "M", "W"), l21_path),
    "gram": Suite("low rank and sums of norms, all labels", ("M", "L"), gram),
    "fista": Suite("any norm, half of the labels or binary tasks", ("M", "L"), beside_fista),
    "text": Suite("sparse inputs", ("text",), sparse_text),
}


def ours_at_loosest(judge: NormReferee) -> tuple[Score, Contestant, Contestant]:
    """Return what is known of the minimum, and skmtl at the loosest and at its own tolerance."""
    tight = rivals.joint_glm(judge.regulariser)
    known = best_known(judge, [tight, rivals.textbook_fista(judge.regulariser, MOST_ITERATIONS)])
    above = lambda found: judge.excess(found, known.lower)
    make: Callable[..., Contestant] = lambda tol: rivals.joint_glm(judge.regulariser, tol=tol)
    return known, loosest(judge.problem, above, make, FROM_LOOSE), tight


def best_known(judge: NormReferee, contestants: Sequence[Contestant]) -> Score:
    """Return the lowest objective and the highest bound; later contestants run where the gap is still open."""
    best = Score(np.inf, -np.inf)
    for each in contestants:
        if gap(best) > SHUT and not each.skip(judge.problem):
            score = judge.score(each.read(each.fit(judge.problem)))
            best = Score(min(best.objective, score.objective), max(best.lower, score.lower))
    return best


def best_known_path(judge: PathReferee, contestants: Sequence[Contestant]) -> list[Score]:
    """Return the same for each point of a path."""
    best = [Score(np.inf, -np.inf)] * len(judge.at)
    for each in contestants:
        if not judge.gap(best) <= SHUT and not each.skip(judge.problem):
            scores = judge.score(each.read(each.fit(judge.problem)))
            best = [
                Score(min(one.objective, two.objective), max(one.lower, two.lower))
                for one, two in zip(best, scores)
            ]
    return best


def gap(known: Score) -> float:
    """Return the relative gap between an objective and a bound from below."""
    return known.objective / known.lower - 1.0 if known.lower > 0 else np.inf


def enough(iterates: Iterator[Coefficients], judge: NormReferee, known: Score) -> int:
    """Return after how many iterations the objective is at its minimum, for want of that the most allowed."""
    for n_iter, found in enumerate(iterates, start=1):
        if n_iter == MOST_ITERATIONS or judge.excess(found, known.lower) <= SAME:
            break
    return n_iter


def judged(suite, judge, known, fraction, entered, settings, claims) -> Table:
    """Race, score and tabulate, memory included."""
    timed = race(judge.problem, entered, settings)
    found = {each.name: each.read(timed[each.name].result) for each in there(entered, timed)}
    scores = {name: judge.excess(coef, known.lower) for name, coef in found.items()}
    best = min(found, key=scores.get)
    kept = np.count_nonzero(found[best].coef.any(axis=0))
    title = f"{judge.problem.name}: {judge.regulariser.name} at {fraction:g} of alpha_max"
    title += f", {kept} features kept, minimum known to {gap(known):.0e}"
    problem = replace(judge.problem, name=title)
    peaks = peaks_of(problem, [each for each in entered if each.read])
    return table(suite, problem, entered, timed, scores, claims, peaks)


def there(entered: Sequence[Contestant], timed) -> list[Contestant]:
    """Return those who were timed and have coefficients to be scored."""
    return [each for each in entered if each.name in timed and each.read]
