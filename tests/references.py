"""The same problems solved by others: scikit-learn task by task, and cvxpy."""

import numpy as np
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
    import cvxpy as cp

    n, d = problem.X.shape
    values, vectors = np.linalg.eigh(problem.prior.covariance)
    kept = values > 1e-10 * values[-1]
    F = vectors[:, kept] * np.sqrt(values[kept])
    U = cp.Variable((d, F.shape[1]))
    W = U @ F.T
    b = cp.Variable(F.shape[0]) if fit_intercept else np.zeros(F.shape[0])
    raw = problem.X @ W + np.ones((n, 1)) @ cp.reshape(b, (1, F.shape[0]), order="C")
    terms = [0.5 * cp.sum_squares(U)]
    for task, columns in zip(problem.tasks, problem.columns):
        seen = np.flatnonzero(task.weight > 0)
        z, y, s = raw[seen, columns], task.y[seen], task.weight[seen]
        terms.append(s @ loss(task.loss, y, z))
    if problem.prior.odds:
        z = cp.multiply(problem.prior.direction, b + problem.centre @ W)
        mean = problem.prior.tied / problem.prior.tied.sum(axis=0)
        terms.append(0.5 * problem.prior.odds * cp.sum_squares(z - mean @ z))
    found = cp.Problem(cp.Minimize(sum(terms)))
    found.solve(solver=cp.CLARABEL, tol_gap_abs=1e-8, tol_gap_rel=1e-8, tol_feas=1e-8)
    return found.value


def loss(name, y, z):
    """Return the loss of each sample as an expression."""
    import cvxpy as cp

    if name == "squared":
        return 0.5 * cp.square(z[:, 0] - y[:, 0])
    if name == "logistic":
        return cp.logistic(z[:, 0]) - cp.multiply(y[:, 0], z[:, 0])
    if name == "poisson":
        return cp.exp(z[:, 0]) - cp.multiply(y[:, 0], z[:, 0])
    return cp.log_sum_exp(z, axis=1) - cp.sum(cp.multiply(y, z), axis=1)
