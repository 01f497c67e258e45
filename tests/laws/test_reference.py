"""The optimum that laws compare with is right: by exact fractions, by scikit-learn, and by its gap."""

from fractions import Fraction
from operator import mul

import numpy as np
import pytest
from certificates import Task
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge

from .draws import setting_of
from .gaps import Solution, gap_of
from .objectives import Objective, objective
from .optimum import optimum
from .penalties import mean_prior, quadratic_strength
from .specs import parse
from .tables import table_of

HARD = [
    "tasks=rr n=6 d=3 sharing=0.25",
    "tasks=rr n=5 d=5 sharing=0.5 strength=-10 mask=random",
    "tasks=rr n=4 d=5 sharing=0.25 strength=-6 scale=mild seed=2",
    "tasks=r n=8 d=5 scale=mixed offset=mixed weight=ratio",
    "tasks=r n=8 d=5 columns=near9 offset=1e3 strength=-10",
    "tasks=rr n=10 d=3 sharing=0.9 columns=one_zero offset=1e9 weight=pairs",
    "tasks=rr n=10 d=5 sharing=0.25 intercept=no offset=1e6 level=1e3 strength=-4",
]
MILD = "n=30 d=5 offset=2 weight=random mask=few"


def problem(line, q=1.0):
    """Return the table, the strength and the objective of a ridge regression, or what is like it."""
    spec = parse(f"{line} scaled=no")
    table, alpha = table_of(spec), quadratic_strength(spec, table_of(spec).unit)

    def define(tasks):
        ones = np.full(sum(task.width for task in tasks), q)
        return mean_prior(tasks, alpha, spec.sharing, ones, pool=False, balance=False)

    return table, alpha, objective(table, define, setting_of(spec))


def exact_predictions(table, alpha, sharing, fit_intercept):
    """Solve the normal equations of coupled ridge regressions in fractions; predict all rows, task by task."""
    X = [[Fraction(x) for x in row] for row in np.vstack([table.X, table.X_new]).tolist()]
    d, T = table.X.shape[1], len(table.y)
    K = [[Fraction(sharing) if s != t else Fraction(1) for s in range(T)] for t in range(T)]
    inverse = solve(K, [[Fraction(int(s == t)) for s in range(T)] for t in range(T)])
    width = d + fit_intercept
    H = [[Fraction(0)] * (width * T) for _ in range(width * T)]
    right = [[Fraction(0)] for _ in range(width * T)]
    for t, (column, weight) in enumerate(zip(table.y.values(), table.pair_weight.T, strict=True)):
        for i in np.flatnonzero(weight > 0):
            row = X[i] + [Fraction(1)] * fit_intercept
            for j, a in enumerate(row):
                scaled = Fraction(weight[i]) * a
                right[t * width + j][0] += scaled * Fraction(column[i])
                for k, b in enumerate(row):
                    H[t * width + j][t * width + k] += scaled * b
        for s in range(T):
            for j in range(d):
                H[t * width + j][s * width + j] += Fraction(alpha) * inverse[t][s]
    theta = [row[0] for row in solve(H, right)]
    rows = [row + [1] * fit_intercept for row in X]
    return [[float(sum(map(mul, row, theta[t * width :]))) for row in rows] for t in range(T)]


def solve(A, B):
    """Return the solution of A X = B, A symmetric and positive definite, by elimination."""
    rows = [a + b for a, b in zip(A, B, strict=True)]
    for k, pivot in enumerate(rows):
        for i, row in enumerate(rows):
            if i != k and row[k]:
                factor = row[k] / pivot[k]
                rows[i] = [x - factor * y for x, y in zip(row, pivot, strict=True)]
    return [[x / row[k] for x in row[len(A) :]] for k, row in enumerate(rows)]


@pytest.mark.parametrize("line", HARD)
def test_squares_are_exact(line):
    """Predictions agree with those in fractions to a rounding of what they add up."""
    table, alpha, at = problem(line)
    spec = parse(line)
    answers = optimum(at, np.vstack([table.X, table.X_new])).answers
    wanted = exact_predictions(table, alpha, spec.sharing, spec.intercept == "yes")
    for answer, right in zip(answers, wanted, strict=True):
        off = np.abs(answer.raw[:, 0].astype(float) - right)
        assert off.max() <= 1e-12 * np.std(right) + 2 * np.spacing(np.abs(right).max())


def test_slack_is_what_a_rounding_moves(rng):
    """Inputs moved by half a rounding of what varies move no prediction by more than slack, and some by much of it."""
    line = "tasks=r n=10 d=5 strength=-6 columns=near6"
    table, _, at = problem(line)
    centre = table.X.mean(axis=0)
    points = np.vstack([table.X, table.X_new])
    answer = optimum(at, points).answers[0]
    share = []
    for _ in range(20):
        factor = 1 + rng.choice([-1, 1], table.X.shape) * 1e-9
        moved = Objective(
            ((table.X - centre) * factor + centre).astype(np.longdouble),
            *list(vars(at).values())[1:6],
        )
        raw = optimum(moved, points).answers[0].raw
        share.append(np.abs(raw - answer.raw) / (answer.slack * 1e-9 / 2.0**-53))
    assert 0.1 < np.max(share) <= 1.01


@pytest.mark.parametrize("letter", "rbcm")
def test_as_scikit_learn(letter):
    """Each loss, task by task, where conditioning is mild."""
    table, alpha, at = problem(f"tasks={letter} {MILD}")
    (column,), (s,) = table.y.values(), table.pair_weight.T
    seen, tight = s > 0, {"tol": 1e-12, "max_iter": 1000}
    model = {
        "r": Ridge(alpha, solver="svd"),
        "b": LogisticRegression(C=1 / alpha, solver="newton-cholesky", **tight),
        "m": LogisticRegression(C=1 / alpha, solver="newton-cholesky", **tight),
        "c": PoissonRegressor(alpha=alpha / s.sum(), solver="newton-cholesky", tol=1e-10),
    }[letter].fit(table.X[seen], column[seen], s[seen])
    raw = optimum(at, table.X_new).answers[0].raw.astype(float)
    if letter == "c":
        wanted = np.log(model.predict(table.X_new))
    else:
        wanted = (model.predict if letter == "r" else model.decision_function)(table.X_new)
    wanted = wanted.reshape(raw.shape)
    np.testing.assert_allclose(
        raw - raw.mean(axis=1, keepdims=True) * (letter == "m"),
        wanted - wanted.mean(axis=1, keepdims=True) * (letter == "m"),
        atol=1e-8,
    )


@pytest.mark.parametrize("tasks", ["rr", "rbc", "mm", "rmrbc"])
def test_gap_vanishes_at_the_optimum_alone(tasks):
    """The duality gap of the optimum is zero; of coefficients or intercepts a little off it is what they cost."""
    at = problem(f"tasks={tasks} n=30 d=5 sharing=0.5 mask=random weight=random offset=2")[2]
    best = optimum(at, np.zeros((1, 5)))
    size = np.abs(at.X) @ np.abs(best.W) + np.abs(best.b)

    def gap(W, b):
        return gap_of(at, Solution([W], b, size, np.finfo(float).eps)).relative

    assert gap(best.W, best.b) <= 1e-14
    assert 1e-8 < gap(best.W * 1.001, best.b) < 1e-4
    assert 1e-8 < gap(best.W, best.b + 1e-3 * (-1.0) ** np.arange(len(best.b))) < 1e-4


def test_the_objective_names_its_parts():
    """A task has targets about their mean, of variance one where they are scaled."""
    spec = parse("tasks=r n=20 level=1e6 size=1e9")
    table = table_of(spec)
    at = objective(table, lambda tasks: None, setting_of(spec))
    task: Task = at.tasks[0]
    assert abs(float(task.y.mean())) < 1e-9 and abs(float(task.y.std()) - 1) < 1e-9
    np.testing.assert_allclose(task.y[:, 0] * task.scale + at.shift[0], table.y["y0"], rtol=1e-15)
