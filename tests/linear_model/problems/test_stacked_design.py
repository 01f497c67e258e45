"""Stacks of tasks with a few samples each are to fits what a block for each of them is."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from prepared import problem_of
from scipy import sparse

from skmtl import MultiTaskGLM, MultiTaskRidge
from skmtl.linear_model.problems import Design, _row_block
from skmtl.linear_model.problems._certificate import evaluate
from skmtl.linear_model.problems._passes import single_passes
from skmtl.linear_model.problems._solve_smooth import gap_as_given
from skmtl.linear_model.problems._stacked_design import StackedDesign
from skmtl.penalties import MeanRegularized

SIZES = (5, 1, 6, 12, 5, 30, 6, 11, 2)  # samples of the tasks
D = 4
POOLED = {"signs": "same", "pool_intercept": True}


def wards(rng, kind, offset=0.0):
    """Return inputs, the targets of tasks that have a few samples each, in any order, and weights."""
    n = sum(SIZES)
    X = rng.normal(size=(n, D)) + np.array([0.0, offset, 3.0, -offset])
    ward = rng.permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    values = {
        "regression": rng.normal(size=n),
        "binary": np.arange(n) % 2.0,
        "count": rng.poisson(2.0, size=n).astype(float),
    }[kind]
    y = {f"ward {k}": np.where(ward == k, values, np.nan) for k in range(len(SIZES))}
    return X, y, rng.exponential(size=n)


def both(rng, kind="regression", pools=False, offset=0.0, weighted=True, make=np.asarray, **params):
    """Return the problem of a fit, with stacks and without."""
    X, y, weight = wards(rng, kind, offset)
    X = make(X)
    penalty = MeanRegularized(2.0, 0.5, **(POOLED if pools else {"signs": "same"}))
    model = MultiTaskGLM(penalty, task_types=kind, **params)
    problem = problem_of(model, X, y, weight if weighted else None)
    assert any(isinstance(block.design, StackedDesign) for block in problem.layout.blocks)
    assert all(isinstance(block.design, Design) for block in problem.apart.layout.blocks)
    return problem, problem.apart


pytestmark = pytest.mark.filterwarnings("ignore:.*its prediction is a constant")
KINDS = pytest.mark.parametrize("kind", ["regression", "binary", "count"])
POOLS = pytest.mark.parametrize("pools", [False, True])
WEIGHTED = pytest.mark.parametrize("weighted", [False, True])


@KINDS
@POOLS
@WEIGHTED
@pytest.mark.parametrize("offset", [0.0, 1e7])
@pytest.mark.parametrize("make", [np.asarray, np.asfortranarray, sparse.csr_array])
def test_what_is_known_of_the_data(rng, kind, pools, weighted, offset, make):
    """Near zero and far from it, about one centre or that of each task."""
    made = both(rng, kind, pools, offset, weighted, make)
    stacked, apart = (problem.layout for problem in made)
    near = {"rtol": 1e-12, "atol": 1e-12 + np.finfo(float).eps * offset}
    W = rng.normal(size=(D, stacked.n_columns))
    for name in ("n_rows", "null_raw", "null_values", "null_gradient", "gram", "squares", "unit"):
        assert_allclose(getattr(stacked, name), getattr(apart, name), err_msg=name, **near)
    assert_allclose(stacked.null_hessian.diagonal, apart.null_hessian.diagonal, rtol=1e-12)
    assert_allclose(stacked.at_centre(W), apart.at_centre(W), rtol=1e-12)


@KINDS
@POOLS
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_derivatives(rng, kind, pools, fit_intercept):
    """Values, gradients, products with the Hessian, and the Hessians of all columns."""
    stacked, apart = both(rng, kind, pools, fit_intercept=fit_intercept)
    v, D_ = (0.3 * rng.normal(size=len(stacked.start())) for _ in range(2))
    raw, raw_apart = stacked.predict(v), apart.predict(v)
    assert_allclose(stacked.value(v, raw), apart.value(v, raw_apart), rtol=1e-13)
    assert_allclose(stacked.gradient(v, raw), apart.gradient(v, raw_apart), atol=1e-11)
    for found, wanted in (
        (stacked.advance(v, raw, D_), apart.advance(v, raw_apart, D_)),
        (stacked.hessian_product(raw, D_), apart.hessian_product(raw_apart, D_)),
    ):
        assert_allclose(found[1], wanted[1], atol=1e-11)
    hessians = stacked.layout.column_hessians(stacked.layout.by_block(raw))
    for found, wanted in zip(hessians, apart.layout.column_hessians(raw_apart), strict=True):
        assert_allclose(found.square, wanted.square, atol=1e-11)
        assert_allclose(found.mean, wanted.mean, atol=1e-12)
    share = [
        problem.likely_motion(1e-3, problem.passes.loss_gradient(r))
        for problem, r in ((stacked, raw), (apart, raw_apart))
    ]
    assert_allclose(*share)
    assert stacked.has_missing == apart.has_missing is False


@KINDS
@POOLS
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_certificates(rng, kind, pools, fit_intercept, offset):
    """The gap on the data as given, and what rounding may hide of it where nothing is centred."""
    made = both(rng, kind, pools, offset, fit_intercept=fit_intercept)
    T = made[0].layout.n_columns
    W, b = rng.normal(size=(D, T)) / (1.0 + offset), rng.normal(size=T)
    found, wanted = (evaluate(problem.layout, problem.intercepts, W, b) for problem in made)
    size = 1.0 + offset
    assert_allclose(found.C, wanted.C, rtol=1e-7, atol=1e-8 * size)
    assert_allclose(found.loose, wanted.loose, rtol=0.1, atol=1e-8 * size)
    assert_allclose(found.b, wanted.b, rtol=1e-7)
    gaps = [gap_as_given(p, W, seen) for p, seen in zip(made, (found, wanted), strict=True)]
    assert_allclose(*gaps, rtol=1e-6)


def test_padding_is_little(rng):
    """Stacked tasks have about as many samples, and what is added has no weight."""
    stacked, _ = both(rng)
    for block in stacked.layout.blocks:
        counts = np.broadcast_to(block.design.counts, block.loss.n_labels.shape)
        assert np.array_equal(block.loss.n_labels, counts)
        assert counts.max() <= 1.25 * counts.min() + 1e-9
    assert sum(np.sum(block.design.counts) for block in stacked.layout.blocks) == sum(SIZES)


def test_large_tasks_stand_alone(rng, monkeypatch):
    """And those of several columns, or with the same samples as another."""
    monkeypatch.setattr("skmtl.linear_model.problems._samples.CHUNK", 10 * D)
    stacked, _ = both(rng)
    sizes = [block.design.shape[0] for block in stacked.layout.blocks]
    alone = [isinstance(block.design, Design) for block in stacked.layout.blocks]
    assert [size > 10 for size in sizes] == alone


def test_chunks(rng, monkeypatch):
    """Large stacks are cut by columns, and change nothing."""
    stacked, _ = both(np.random.default_rng(0), "binary", pools=True)
    v = rng.normal(size=len(stacked.start()))
    whole = stacked.predict(v)
    monkeypatch.setattr(_row_block, "LARGE", 10)
    monkeypatch.setattr(_row_block, "CHUNK", 30)
    cut, _ = both(np.random.default_rng(0), "binary", pools=True)
    assert len(cut.passes.chunks) > len(cut.layout.blocks)
    raw = cut.predict(v)
    for found, wanted in zip(cut.layout.by_block(raw), whole, strict=True):
        assert_allclose(found, wanted, rtol=1e-12)
    assert_allclose(cut.gradient(v, raw), stacked.gradient(v, whole), rtol=1e-12, atol=1e-13)


def test_single_precision(rng, monkeypatch):
    """Products in single precision are about the same."""
    monkeypatch.setattr("skmtl.linear_model.problems._passes.WORTH_A_COPY", 1)
    stacked, apart = both(rng, "binary", pools=True)
    rounded = single_passes(stacked.layout.blocks, stacked.layout.n_columns)
    assert rounded.chunks[0].design.X.dtype == np.float32
    V = rng.normal(size=(D, stacked.layout.n_columns))
    found = rounded.backward(rounded.forward(V))
    exact = stacked.passes.backward(stacked.passes.forward(V))
    assert_allclose(found, exact, rtol=1e-4, atol=1e-4)
    assert_allclose(rounded.gram(None), apart.layout.gram, rtol=1e-4, atol=1e-4)


def test_constant_within_a_task(rng):
    """A feature that is constant to rounding among a task's samples is zero there."""
    X, y, _ = wards(rng, "regression")
    X[~np.isnan(y["ward 0"]), 1] = 0.1 + 0.2
    layout = problem_of(MultiTaskRidge(signs="same"), X, y).layout
    for block in layout.blocks:
        columns = np.arange(layout.n_columns)[block.columns]
        if isinstance(block.design, StackedDesign) and 0 in columns:
            assert not block.design.X[list(columns).index(0), :, 1].any()


def test_few_numbers(rng):
    """Samples that are nearly all zero stay as they are."""
    X, y, _ = wards(rng, "regression")
    X[rng.random(X.shape) < 0.95] = 0.0
    layout = problem_of(MultiTaskRidge(signs="same"), sparse.csr_array(X), y).layout
    assert all(block.design.is_sparse for block in layout.blocks)


def test_rows_with_labels_of_two_tasks(rng):
    """They are a block of their own beside the stack."""
    X, y, _ = wards(rng, "regression")
    y["again"] = 2.0 * y["ward 5"] + 1.0
    layout = problem_of(MultiTaskRidge(signs="same"), X, y).layout
    alone = [block for block in layout.blocks if isinstance(block.design, Design)]
    assert [block.loss.n_columns for block in alone] == [2]
