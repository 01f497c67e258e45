"""Penalties that are no quadratics: values, proxes, conjugates and dual norms of their terms."""

import numpy as np
import pytest
from definitions import Norm
from family import FAMILY, TASKS, columns
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.linalg import block_diag

A, B = 2.0, 1.5  # strengths
WIDTH = sum(task.width for task in TASKS)
finite = st.one_of(st.integers(-3, 3).map(float), st.floats(-100, 100, allow_subnormal=False))
matrices = arrays(float, (3, WIDTH), elements=finite)
steps = st.floats(0.01, 10)


def bound(member, strengths=(A, B)):
    """Return a penalty bound to the columns of tasks of every kind."""
    tasks = member.allowed(TASKS)
    return member.penalty(tasks, *strengths).bind(columns(tasks), None)


def defined(member):
    """Return its definition."""
    return member.define(member.allowed(TASKS), A, B)


BOUND = {member.name: (bound(member), defined(member)) for member in FAMILY}
TERMS = {
    f"{name}-{k}": pair
    for name, (found, wanted) in BOUND.items()
    for k, pair in enumerate(zip(found.terms, wanted.terms))
}
by_member = pytest.mark.parametrize("member", FAMILY, ids=str)
by_term = pytest.mark.parametrize("term, definition", TERMS.values(), ids=TERMS.keys())
few = settings(max_examples=25)


def cut(V, definition):
    """Return as many columns as a definition has."""
    owner = getattr(definition, "owner", None)
    return V if owner is None else V[:, : len(owner)]


@by_member
def test_bound(member, rng):
    """As many terms, the same u and the same quadratic part as the definition, and values that add up."""
    found, wanted = BOUND[member.name]
    assert len(found.terms) == len(wanted.terms)
    assert_allclose(found.u, wanted.u)
    assert (found.precision is None) == (wanted.precision is None)
    if wanted.precision is not None:
        assert_allclose(found.precision, wanted.precision, atol=1e-12)
    for _ in range(5):
        parts = rng.normal(size=(len(wanted.terms), 4, len(wanted.u)))
        assert found.value(parts) == pytest.approx(wanted.value(list(parts / wanted.u)), rel=1e-12)
        prox = found.prox(parts, 0.3)
        for term, part, moved in zip(found.terms, parts, prox):
            assert_allclose(term.prox(part, 0.3), moved, atol=1e-14)


@by_member
def test_scaled(member, rng):
    """scaled(factor) multiplies the value, and touches neither the penalty nor its other parameters."""
    penalty = member.penalty(member.allowed(TASKS), A, B)
    before = repr(penalty)
    tasks = member.allowed(TASKS)
    found = penalty.scaled(2.5).bind(columns(tasks), None)
    parts = rng.normal(size=(len(found.terms), 4, len(found.u)))
    assert found.value(parts) == pytest.approx(2.5 * BOUND[member.name][0].value(parts), rel=1e-12)
    assert repr(penalty) == before


@by_term
@few
@given(V=matrices)
def test_value(term, definition, V):
    """Values are those of the definition."""
    V = cut(V, definition)
    assert term.value(V) == pytest.approx(definition.value(V), rel=1e-7, abs=1e-7)


@by_term
@few
@given(V=matrices, U=matrices, step=steps)
def test_prox_minimises(term, definition, V, U, step):
    """Every other point is worse, by at least what strong convexity promises."""
    V, U = cut(V, definition), cut(U, definition)
    P = term.prox(V, step)

    def objective(W):
        return definition.value(W) + np.sum((W - V) ** 2) / (2 * step)

    slack = 1e-8 * (1 + np.sum(U**2) + np.sum(V**2)) / step
    for other in (U, P + 1e-3 * U, 0.999 * P):
        gained = np.sum((other - P) ** 2) / (2 * step)
        assert objective(other) >= objective(P) + gained - slack


@by_term
@few
@given(V=matrices, step=steps)
def test_prox_and_conjugate_agree(term, definition, V, step):
    """(V - P) / step is a subgradient at P: Fenchel-Young holds with equality."""
    V = cut(V, definition)
    P = term.prox(V, step)
    U = (V - P) / step
    assert term.dual_norm(U) <= 1 + 1e-7
    U = U / max(term.dual_norm(U), 1.0)
    left, right = term.value(P) + term.conjugate(U), np.vdot(U, P)
    assert left == pytest.approx(right, abs=1e-6 * (1 + abs(right) + np.sum(V**2) / step))


@by_term
@few
@given(W=matrices, U=matrices)
def test_fenchel_young(term, definition, W, U):
    """The inequality, also with U at the edge of where the conjugate is finite."""
    W, U = cut(W, definition), cut(U, definition)
    edge = term.dual_norm(U)
    for V in (U, U / edge if edge > 1e-100 else U):
        inner = np.vdot(V, W)
        assert term.value(W) + term.conjugate(V) >= inner - 1e-8 * (1 + abs(inner))


@by_term
@few
@given(U=matrices)
def test_dual_norms_and_conjugates(term, definition, U):
    """They are those of the definition; norms have a conjugate of 0 inside and of infinity outside the ball."""
    U = cut(U, definition)
    assert term.dual_norm(U) == pytest.approx(definition.dual_norm(U), rel=1e-9, abs=1e-9)
    if not isinstance(definition, Norm):
        assert term.conjugate(U) == pytest.approx(definition.conjugate(U), rel=1e-7, abs=1e-7)
    elif term.dual_norm(U) > 1e-3:
        inside = U / definition.dual_norm(U)
        assert term.conjugate(inside) == 0.0
        assert term.conjugate(1.001 * inside) == np.inf


@by_term
@few
@given(V=matrices, factor=st.floats(-5, 5))
def test_convex_and_even(term, definition, V, factor):
    """Zero at zero, and the same at -V; a norm is homogeneous."""
    V = cut(V, definition)
    assert term.value(np.zeros_like(V)) == 0.0
    assert term.value(-V) == pytest.approx(term.value(V), rel=1e-9, abs=1e-12)
    power = 1 if isinstance(definition, Norm) else 2
    wanted = abs(factor) ** power * term.value(V)
    assert term.value(factor * V) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@by_member
def test_alpha_max(member, rng):
    """The least factor of all strengths that makes zero of the solution; infinity where none does."""
    found, wanted = BOUND[member.name]
    C = rng.normal(size=(4, len(wanted.u)))
    norms = [term.dual_norm(C) for term in wanted.terms]
    smooth = not all(isinstance(term, Norm) for term in wanted.terms)
    assert found.alpha_max(C) == pytest.approx(np.inf if smooth else max(norms), rel=1e-9)


@by_term
@pytest.mark.parametrize("n_rows", [3, 16])
@pytest.mark.parametrize("step", [0.1, 0.4, 1.0, 3.0])
def test_prox_jacobian(term, definition, n_rows, step, rng):
    """It is the derivative of the prox: symmetric, and between zero and the identity."""
    V, D = (cut(rng.normal(size=(n_rows, WIDTH)), definition) for _ in range(2))
    J = block_diag(*term.prox_jacobian(V, step))
    assert_allclose(J, J.T, atol=1e-12)
    assert np.linalg.eigvalsh(J).min() >= -1e-12 and np.linalg.eigvalsh(J).max() <= 1 + 1e-12
    h = 1e-6
    wanted = (term.prox(V + h * D, step) - term.prox(V - h * D, step)) / (2.0 * h)
    assert_allclose((J @ D.ravel()).reshape(D.shape), wanted, rtol=0, atol=1e-6)
    assert_allclose(term.prox_derivative(V, step)(D), (J @ D.ravel()).reshape(D.shape), atol=1e-12)


@by_term
def test_prox_jacobian_at_zero(term, definition):
    """There, where most are not smooth, it is a matrix of numbers all the same."""
    V = cut(np.zeros((3, WIDTH)), definition)
    J = block_diag(*term.prox_jacobian(V, 0.5))
    assert np.linalg.eigvalsh(J).min() >= -1e-12 and np.linalg.eigvalsh(J).max() <= 1 + 1e-12


@by_term
def test_steps_of_rows(term, definition, rng):
    """A sum over rows takes a step for each: row by row the prox, and its derivative, with that step."""
    if not term.by_rows:
        return
    V, step = cut(rng.normal(size=(4, WIDTH)), definition), np.array([[0.1], [0.3], [1.0], [0.0]])
    for k in range(4):
        alone = V[k : k + 1], float(step[k, 0])
        assert_allclose(term.prox(V, step)[k], term.prox(*alone)[0], atol=1e-14)
        assert_allclose(term.prox_jacobian(V, step)[k], term.prox_jacobian(*alone)[0], atol=1e-14)


@by_term
def test_beyond_numbers(term, definition):
    """What numbers do not hold is infinite, and no error, to a solver that has lost itself."""
    V = cut(np.full((3, WIDTH), 1e300), definition)
    with np.errstate(over="ignore", invalid="ignore"):
        assert term.value(V) > 1e299 and not term.conjugate(V) < 1e299
