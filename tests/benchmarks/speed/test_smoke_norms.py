"""The benchmarks of norms run: norms are norms, the referee is just, every contestant meets every problem."""

from importlib.util import find_spec

import numpy as np
import pytest
from sklearn.linear_model import MultiTaskLasso

from . import rivals_norms as rivals
from .fista import run
from .norms import REGULARISERS
from .planted import NATURAL, STRUCTURES, planted, text
from .problems import SIZES, Size
from .referee import Coefficients, excess
from .referee_norms import NormReferee, gradient_at_zero
from .report import Held
from .suites_norms import best_known, enough, fista

TOY = SIZES["toy"]
PROBLEMS = {
    "regression": planted(TOY, "few features"),
    "wide": planted(Size("toy", 20, 50, 4), "few features and outlier tasks"),
    "regression, missing": planted(TOY, "low rank", missing=0.5, correlation=0.5),
    "binary": planted(TOY, "few features and some of single tasks", binary=True),
    "binary, missing": planted(TOY, "low rank and outlier tasks", binary=True, missing=0.5),
    "text": text(TOY),
}
NORMS = {norm.name: norm for made in REGULARISERS.values() for norm in made.norms}
OTHERS = {
    "scikit-learn": lambda s: rivals.multi_task_lasso(s, tol=1e-9),
    "skglm": lambda s: rivals.skglm_lasso(s, tol=1e-9),
    "celer": lambda s: rivals.first_of(rivals.celer_path(np.array([s]), tol=1e-9)),
    "adelie": lambda s: rivals.first_of(rivals.adelie_path(np.array([s]), tol=1e-14)),
    "enet_path": lambda s: rivals.first_of(rivals.lasso_path(np.array([s]), tol=1e-9)),
    "our path": lambda s: rivals.first_of(rivals.regularization_path(np.array([s]))),
}


def judge_of(problem, name, fraction=0.1):
    """Return the referee of a problem with a regulariser."""
    return NormReferee(problem, REGULARISERS[name].at(fraction, gradient_at_zero(problem)))


@pytest.mark.parametrize("norm", NORMS.values(), ids=NORMS)
def test_norms(norm, rng):
    """Dual norms bound inner products, tightly; every other point is worse than the prox, by what is promised."""
    for _ in range(20):
        C, V, U = rng.standard_normal((3, 7, 4))
        assert np.vdot(C, V) <= norm.dual(C) * norm.value(V) * (1 + 1e-12)
        step = rng.uniform(0.1, 0.9) * norm.dual(V)
        P = norm.prox(V, step)
        at_U, at_P = (step * norm.value(A) + 0.5 * np.sum((A - V) ** 2) for A in (U, P))
        assert at_U >= at_P + 0.5 * np.sum((U - P) ** 2) - 1e-10
        np.testing.assert_allclose(np.vdot(V - P, P), step * norm.value(P))
        assert norm.dual(V - P) <= step * (1 + 1e-12)
        np.testing.assert_allclose(norm.prox(V, norm.dual(V) * (1 + 1e-12)), 0.0, atol=1e-9)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("name", REGULARISERS)
def test_skmtl_and_the_textbook_solve_every_problem_or_say_why_not(name, problem):
    judge = judge_of(problem, name)
    ours, textbook = (
        rivals.joint_glm(judge.regulariser),
        rivals.textbook_fista(judge.regulariser, 1500),
    )
    assert excess(judge.score(ours.read(ours.fit(problem)))) < 1e-8
    assert textbook.skip(problem) == ("takes no sparse inputs" if problem.is_sparse else "")
    if not problem.is_sparse:
        assert excess(judge.score(textbook.read(textbook.fit(problem)))) < 1e-4


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("other", [name for name in OTHERS if name != "skglm"])
def test_others_solve_every_problem_or_say_why_not(other, problem):
    judge = judge_of(problem, "L21")
    contestant = OTHERS[other](*judge.regulariser.strengths)
    if not contestant.skip(problem):
        assert excess(judge.score(contestant.read(contestant.fit(problem)))) < 1e-6


@pytest.mark.slow
@pytest.mark.skipif(find_spec("skglm") is None, reason="skglm is not installed")
def test_skglm():
    """It compiles itself at first, which takes long."""
    judge = judge_of(PROBLEMS["regression"], "L21")
    contestant = OTHERS["skglm"](*judge.regulariser.strengths)
    assert excess(judge.score(contestant.read(contestant.fit(judge.problem)))) < 1e-6


def test_the_textbook_is_scikit_learn():
    """The same coefficients and intercepts as MultiTaskLasso."""
    judge = judge_of(PROBLEMS["regression"], "L21")
    (strength,) = judge.regulariser.strengths
    wanted = MultiTaskLasso(strength / TOY.n_samples, tol=1e-14, max_iter=10_000)
    wanted.fit(judge.problem.X, judge.problem.Y)
    found = run(judge.problem, judge.regulariser, 3000)
    np.testing.assert_allclose(found.coef, wanted.coef_, atol=1e-7)
    np.testing.assert_allclose(found.intercept, wanted.intercept_, atol=1e-7)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("name", REGULARISERS)
def test_the_referee_is_not_fooled(name, problem, rng):
    """No bound from below exceeds any objective; all is zero where it should be, and not just below."""
    judge = judge_of(problem, name)
    shape = (len(judge.regulariser.norms), problem.n_tasks, problem.X.shape[1])
    scores = []
    for size in (0.0, 1e-3, 1e-1, 1.0):
        parts = tuple(size * rng.standard_normal(shape))
        scores.append(judge.score(Coefficients(sum(parts), np.zeros(problem.n_tasks), parts)))
    assert min(score.objective for score in scores) > max(score.lower for score in scores)
    nothing = np.zeros(shape)
    start = Coefficients(nothing[0], intercepts(problem), tuple(nothing))
    for fraction, known in ((1.001, True), (0.9, False)):
        score = judge_of(problem, name, fraction).score(start)
        assert (excess(score) < 1e-9) == known


def intercepts(problem):
    """Return the intercepts that are best without features."""
    share = np.nanmean(problem.Y, axis=0)
    return np.log(share / (1.0 - share)) if problem.binary else share


@pytest.mark.parametrize("name", [name for name, made in REGULARISERS.items() if made.norms[1:]])
def test_both_parts_of_a_sum_are_there(name):
    """At the strengths and the structures of the suites."""
    judge = judge_of(planted(Size("toy", 200, 20, 10), NATURAL[name]), name)
    parts = run(judge.problem, judge.regulariser, 500).parts
    assert len(parts) == 2 and all(np.abs(part).max() > 0.01 for part in parts)


def test_structures_are_planted():
    """Least squares finds the rows and the rank that there are."""
    size = Size("toy", 4000, 30, 10)
    rows, rank = {}, {}
    for structure in STRUCTURES:
        problem = planted(size, structure)
        X, Y = problem.X - problem.X.mean(axis=0), problem.Y - problem.Y.mean(axis=0)
        W = np.linalg.lstsq(X, Y, rcond=None)[0]
        rows[structure] = np.count_nonzero(np.abs(W).max(axis=1) > 0.12)
        singular = np.linalg.svd(W, compute_uv=False)
        rank[structure] = np.count_nonzero(singular > 0.1 * singular[0])
    few, low, dirty, low_and_others, few_and_others = STRUCTURES
    assert rows[few] < rows[dirty] < rows[few_and_others] < rows[low]
    assert rank[low] == 3 < rank[low_and_others]


def test_enough_iterations_are_enough():
    judge = judge_of(PROBLEMS["regression"], "L21")
    known = best_known(judge, [rivals.textbook_fista(judge.regulariser, 2000)])
    n_iter = enough(fista(judge.problem, judge.regulariser), judge, known)
    before, after = (run(judge.problem, judge.regulariser, n) for n in (n_iter - 1, n_iter))
    assert judge.excess(after, known.lower) <= 1e-6 < judge.excess(before, known.lower)


def test_memory_targets():
    assert str(Held("it", 2.0, 5.0)).startswith("met")
    assert str(Held("it", 6.0, 5.0)).startswith("MISSED")
