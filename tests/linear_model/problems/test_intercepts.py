"""Coordinates of the intercepts, pooled or not, are those of a dense basis."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmtl.heads import TotalHessian
from skmtl.linear_model.problems._intercepts import Intercepts, pooled_step

T = 9
POOL = np.array([1, 2, 4, 5, 8])


def pooled(rng, strength, flat=0.7):
    """Return intercepts of which some are pooled, and directions of these."""
    direction = rng.choice([-1.0, 1.0, 0.5], size=len(POOL))
    scale, shrink, kept, ridge = np.ones(T), np.ones(T), np.ones(T, dtype=bool), np.zeros(T)
    scale[:] = rng.uniform(0.5, 2.0, size=T)
    scale[POOL] = direction / np.sqrt(flat)
    if np.isinf(strength):
        kept[POOL[1:]] = False
    else:
        shrink[POOL[1:]] = np.sqrt(flat / (flat + strength))
        ridge[POOL[1:]] = strength / (flat + strength)
    made = Intercepts(rng.normal(size=T), scale, shrink, kept, ridge[kept], (POOL,))
    return made, direction


STRENGTHS = pytest.mark.parametrize("strength", [1e-6, 0.3, 1e6, np.inf])


@STRENGTHS
def test_basis(rng, strength):
    """Products, and what takes intercepts back to their coordinates."""
    intercepts, direction = pooled(rng, strength)
    basis, beta = intercepts.matrix(), rng.normal(size=len(intercepts.ridge))
    b, in_b = intercepts.base + basis @ beta, rng.normal(size=T)
    assert_allclose(intercepts.at(beta), b, rtol=1e-12)
    assert_allclose(intercepts.gradient(in_b), basis.T @ in_b, rtol=1e-10, atol=1e-12)
    assert_allclose(intercepts.coordinates(b), beta, rtol=1e-6, atol=1e-9)
    z = (b - intercepts.base)[POOL] / direction
    if np.isinf(strength):
        assert_allclose(z, z[0])
    else:
        assert_allclose(
            intercepts.penalty(beta), 0.5 * strength * np.sum((z - z.mean()) ** 2), rtol=1e-6
        )


@STRENGTHS
@pytest.mark.parametrize("flat", [(), (0, 3), (1,), tuple(range(1, T)), tuple(range(T))])
def test_newton_step(rng, strength, flat):
    """It solves the dense equations, and is the shortest that does where some columns have no curvature."""
    intercepts, _ = pooled(rng, strength)
    curvature = rng.exponential(size=T)
    curvature[list(flat)] = 0.0
    basis = intercepts.matrix()
    H = basis.T @ np.diag(curvature) @ basis + np.diag(intercepts.ridge)
    slope = H @ rng.normal(size=len(H))
    step = intercepts.newton_step(TotalHessian(curvature, []), slope)
    wanted = np.linalg.lstsq(H, -slope, rcond=None)[0]
    assert_allclose(step, wanted, rtol=1e-6, atol=1e-8 * np.abs(wanted).max(initial=0.0) + 1e-12)


def test_newton_step_with_classes(rng):
    """Curvature between columns makes dense equations."""
    intercepts, _ = pooled(rng, 0.3)
    A = rng.normal(size=(3, 3))
    hessian = TotalHessian(
        np.r_[rng.exponential(size=6), np.zeros(3)], [(np.arange(6, T), A @ A.T)]
    )
    basis, slope = intercepts.matrix(), rng.normal(size=T)
    H = basis.T @ hessian.matrix() @ basis + np.diag(intercepts.ridge)
    assert_allclose(intercepts.newton_step(hessian, slope), -np.linalg.solve(H, slope), rtol=1e-8)


def test_no_step_of_what_overflows(rng):
    """Nor is one made of infinite curvature."""
    intercepts, _ = pooled(rng, 0.3)
    for groups in ([], [(np.arange(2), np.full((2, 2), np.inf))]):
        with np.errstate(invalid="ignore"):
            step = intercepts.newton_step(TotalHessian(np.full(T, np.inf), groups), np.ones(T))
        assert not step.any()


@STRENGTHS
def test_links(rng, strength):
    """Columns of a pool hang together, and others by their own coordinate alone."""
    intercepts, _ = pooled(rng, strength)
    columns, coordinates = intercepts.links()
    label = np.arange(T + len(intercepts.ridge))
    for _ in range(2 * T):
        for column, coordinate in zip(columns, coordinates + T, strict=True):
            label[[column, coordinate]] = label[[column, coordinate]].min()
    basis = intercepts.matrix()
    for column, coordinate in zip(*np.nonzero(np.abs(basis) > 1e-12), strict=True):
        assert label[column] == label[T + coordinate]
    assert len(set(label)) == 1 + T - len(POOL)


def test_free(rng):
    """Without a pool each has its own; and there may be none."""
    base, scale = rng.normal(size=T), rng.exponential(size=T)
    free, none = Intercepts.free(base, scale), Intercepts.none(T)
    some = np.array([1, 5])
    assert free.are_free and none.are_free
    assert_allclose(free.matrix(), np.diag(scale))
    assert_allclose(free.of(some).free_scale, scale[some])
    assert none.matrix().shape == (T, 0) and not len(none.of(some).free_scale)
    assert not none.at(np.zeros(0)).any()


@pytest.mark.parametrize("pull", [0.0, 1e-9, 1.0, 1e12, np.inf])
def test_a_step_of_no_curvature_is_finite(pull, rng):
    """The common part moves nothing there."""
    G = rng.normal(size=4)
    assert np.isfinite(pooled_step(np.full(4, 1e-3), pull, G)).all()
    if 0.0 < pull < np.inf:
        step = pooled_step(np.zeros(4), pull, G)
        assert_allclose(step, -(G - G.mean()) / pull)
