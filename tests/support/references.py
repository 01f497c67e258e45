"""The same problems solved by others: scikit-learn task by task, and cvxpy."""

import warnings

import numpy as np
from definitions import Clusters, LargestInRows, Nuclear, Rows, SquaredNuclear, Tasks
from scipy.special import xlogy
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from zoo import known


def separate(model, X, y, weight=None):
    """Return coefficients and intercepts, rows as in coef_, of a model fitted task by task."""
    rows = []
    for t, column in enumerate(y.values()):
        seen = known(column)
        s = None if weight is None else np.asarray(weight, float)
        s = s if s is None or s.ndim == 1 else s[:, t]
        one = model(list(y)[t])
        target = column[seen]
        target = target.astype(str) if column.dtype == object else target
        one.fit(X[seen], target, sample_weight=None if s is None else s[seen])
        rows.append(rows_of(one))
    return np.vstack(rows)


def rows_of(fitted):
    """Return [coef, intercept] a column, with multinomial intercepts that sum to zero."""
    coef = np.atleast_2d(fitted.coef_)
    intercept = np.atleast_1d(fitted.intercept_)
    if len(coef) > 1:
        intercept = intercept - intercept.mean()
    return np.column_stack([coef, intercept])


def ridge(alpha, **settings):
    """Return scikit-learn's ridge regression."""
    return Ridge(alpha, solver="cholesky", **settings)


def logistic(C, **settings):
    """Return scikit-learn's logistic regression, solved to the last digit."""
    return LogisticRegression(C=C, solver="newton-cholesky", tol=1e-12, max_iter=1000, **settings)


def poisson(alpha, **settings):
    """Return scikit-learn's Poisson regression, solved to the last digit."""
    return PoissonRegressor(
        alpha=alpha, solver="newton-cholesky", tol=1e-12, max_iter=1000, **settings
    )


def optimum_by_cvxpy(problem, fit_intercept=True):
    """Return the least value of a problem of certificates.py."""
    return solve_by_cvxpy(problem, fit_intercept)[0]


def solve_by_cvxpy(problem, fit_intercept=True):
    """Return the least value, the parts of W and b of a problem of certificates.py."""
    import cvxpy as cp

    (n, d), T = problem.X.shape, len(problem.scale)
    parts, penalty, constraints = (
        quadratic_by_cvxpy(problem.prior, d)
        if hasattr(problem.prior, "covariance")
        else joint_by_cvxpy(problem.prior, d)
    )
    W = sum(parts)
    b = cp.Variable(T) if fit_intercept else np.zeros(T)
    raw = problem.X @ W + np.ones((n, 1)) @ cp.reshape(b, (1, T), order="C")
    terms = [penalty]
    for task, columns in zip(problem.tasks, problem.columns):
        seen = np.flatnonzero(task.weight > 0)
        z, y, s = raw[seen, columns], task.y[seen], task.weight[seen]
        terms.append(s @ loss(task.loss, y, z))
    pooling = problem.prior.pooling
    if pooling is not None:
        z = cp.multiply(pooling.direction, b + problem.centre @ W)
        mean = pooling.tied / pooling.tied.sum(axis=0)
        terms.append(0.5 * pooling.odds * cp.sum_squares(z - mean @ z))
    found = cp.Problem(cp.Minimize(sum(terms)), constraints)
    with warnings.catch_warnings():  # what it is worth is for the tests to say
        warnings.filterwarnings("ignore", "Solution may be inaccurate", UserWarning)
        found.solve(solver=cp.CLARABEL, tol_gap_abs=1e-8, tol_gap_rel=1e-8, tol_feas=1e-8)
    return found.value, [part.value for part in parts], b.value if fit_intercept else b


def quadratic_by_cvxpy(prior, d):
    """Return W, the penalty and no constraints: W = U F', covariance = F F'."""
    import cvxpy as cp

    values, vectors = np.linalg.eigh(prior.covariance)
    kept = values > 1e-10 * values[-1]
    F = vectors[:, kept] * np.sqrt(values[kept])
    U = cp.Variable((d, F.shape[1]))
    return [U @ F.T], 0.5 * cp.sum_squares(U), []


def joint_by_cvxpy(prior, d):
    """Return the parts of W, the penalty and the constraints of a penalty of definitions.py."""
    import cvxpy as cp

    T = len(prior.u)
    V = [cp.Variable((d, T)) for _ in prior.terms]
    terms, constraints = [], []
    for term, part in zip(prior.terms, V):
        expression, needed = TERMS[type(term)](term, part)
        terms.append(expression)
        constraints += needed
    if prior.precision is not None:
        F = np.linalg.cholesky(prior.precision + 1e-13 * np.trace(prior.precision) * np.eye(T))
        terms.append(0.5 * cp.sum_squares(sum(V) @ F))
    return [part @ np.diag(1 / prior.u) for part in V], sum(terms), constraints


def blocks(V, owner):
    """Return the norms of the columns of each task, row by row, as expressions (d,)."""
    import cvxpy as cp

    return [cp.norm(V[:, np.flatnonzero(owner == t)], 2, axis=1) for t in np.unique(owner)]


def rows_by_cvxpy(term, V):
    """Return rows ||v|| + l1 sum_t ||v[t]|| + fusion sum |differences|, over rows."""
    import cvxpy as cp

    parts = []
    if term.rows:
        parts.append(term.rows * cp.sum(cp.norm(V, 2, axis=1)))
    if term.l1:
        parts.append(term.l1 * sum(cp.sum(size) for size in blocks(V, term.owner)))
    if term.fusion:
        chain = V[:, np.asarray(term.chain)]
        parts.append(term.fusion * cp.sum(cp.abs(chain[:, 1:] - chain[:, :-1])))
    return sum(parts), []


def largest_by_cvxpy(term, V):
    """Return strength * sum_j max_t ||v_j[t]||."""
    import cvxpy as cp

    sizes = blocks(V, term.owner)
    largest = cp.maximum(*sizes) if len(sizes) > 1 else sizes[0]
    return term.strength * cp.sum(largest), []


def tasks_by_cvxpy(term, V):
    """Return strength * sum_t ||V[t]||."""
    import cvxpy as cp

    owner = term.owner
    norms = [cp.norm(V[:, np.flatnonzero(owner == t)], "fro") for t in np.unique(owner)]
    return term.strength * sum(norms), []


def nuclear_by_cvxpy(term, V):
    """Return strength * (sum of singular values)."""
    import cvxpy as cp

    return term.strength * cp.normNuc(V), []


def squared_nuclear_by_cvxpy(term, V):
    """Return strength / 2 * (sum of singular values)^2."""
    import cvxpy as cp

    return 0.5 * term.strength * cp.square(cp.normNuc(V)), []


def clusters_by_cvxpy(term, V):
    """Return strength / 2 * trace(V (eta I + M)^-1 V') with 0 <= M <= I, trace M = n_clusters."""
    import cvxpy as cp

    T = V.shape[1]
    M = cp.Variable((T, T), PSD=True)
    inside = cp.matrix_frac(V.T, term.eta * np.eye(T) + M)
    wanted = [np.eye(T) - M >> 0, cp.trace(M) == min(term.n_clusters, T)]
    return 0.5 * term.strength * inside, wanted


TERMS = {
    Rows: rows_by_cvxpy,
    LargestInRows: largest_by_cvxpy,
    Tasks: tasks_by_cvxpy,
    Nuclear: nuclear_by_cvxpy,
    SquaredNuclear: squared_nuclear_by_cvxpy,
    Clusters: clusters_by_cvxpy,
}


def loss(name, y, z):
    """Return the loss of each sample as an expression."""
    import cvxpy as cp

    if name == "squared":
        return 0.5 * cp.square(z[:, 0] - y[:, 0])
    if name == "logistic":
        return cp.logistic(z[:, 0]) - cp.multiply(y[:, 0], z[:, 0])
    if name == "poisson":
        return cp.exp(z[:, 0]) - cp.multiply(y[:, 0], z[:, 0]) + xlogy(y[:, 0], y[:, 0]) - y[:, 0]
    return cp.log_sum_exp(z, axis=1) - cp.sum(cp.multiply(y, z), axis=1)
