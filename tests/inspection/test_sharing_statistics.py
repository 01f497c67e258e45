"""What may be said of differences on folds that overlap, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from skmtl.inspection import SharingComparison
from skmtl.inspection._sharing_statistics import adjust, corrected, paired, verdict, won


def made(joint, other, **changes):
    """Return a comparison of scores of one task, five training labels to one of the test."""
    scores = {"joint": np.array(joint)[None, :, None], "separate": np.array(other)[None, :, None]}
    n = len(joint)
    counts = [np.full((1, n, 1), 50), np.full((n, 1), 50), np.full((n, 1), 10)]
    found = SharingComparison({"y": "d2"}, scores, *counts, np.array([50.0]), 0.95)
    return replace(found, **changes)


def test_nadeau_and_bengio_by_hand():
    """d = 1, 2, 3, 6: mean 3, s^2 = 14/3, variance (1/4 + 1/5) 14/3 = 2.1."""
    found = corrected(np.array([1.0, 2.0, 3.0, 6.0]), 0.2, 0.9)
    assert_allclose(found.standard_error, np.sqrt(2.1))
    half = 2.353363434801824 * np.sqrt(2.1)  # tables: t(3) at 0.95
    assert_allclose((found.mean, found.low, found.high), (3.0, 3.0 - half, 3.0 + half))
    assert_allclose(found.p_value, 2 * stats.t.sf(3.0 / np.sqrt(2.1), 3))


def test_without_overlap_it_is_the_paired_t_test(rng):
    one, other = rng.standard_normal((2, 12))
    found, known = corrected(one - other, 0.0, 0.95), stats.ttest_rel(one, other)
    assert_allclose(found.p_value, known.pvalue)
    assert_allclose((found.low, found.high), known.confidence_interval())


def test_little_can_be_said_of_few_folds_or_of_no_spread():
    assert np.isnan(corrected(np.empty(0), 0.2, 0.95)).all()
    for differences in ([0.5], [0.5, 0.5, 0.5]):
        found = corrected(np.array(differences), 0.2, 0.95)
        assert found.mean == 0.5 and np.isnan(found[1:]).all()
        assert verdict(found.mean, found.p_value, 0.95) == "no evidence"
    assert corrected(np.zeros(1), 0.2, 0.95) == (0.0, 0.0, 0.0, 0.0, 1.0)


def test_what_solvers_leave_is_no_difference():
    one = np.array([0.5, -0.8, 0.1])
    assert_array_equal(paired(one, one + 7e-7), [0.0, 0.0, 0.0])
    assert_allclose(paired(one, one + 9e-7), [-9e-7] * 3)
    assert_allclose(paired(1e-9 * one, 2e-9 * one), -1e-9 * one)


def test_adjusted_p_values():
    """Holm: 4 x 0.01, 3 x 0.02, then no less than before; NaN is no member of the family."""
    p = np.array([0.04, np.nan, 0.01, 0.03, 0.02])
    assert_allclose(adjust(p, "holm"), [0.06, np.nan, 0.04, 0.06, 0.06])
    assert_allclose(adjust(p, "fdr"), [0.04, np.nan, 0.04, 0.04, 0.04])
    assert_array_equal(adjust(np.array([0.7, 0.6]), "holm"), [1.0, 1.0])
    assert np.isnan(adjust(np.array([np.nan]), "fdr")).all()


def test_a_tie_is_half_won():
    assert won(np.array([1.0, -2.0, 0.0, 3.0])) == 0.625


def test_a_row_of_the_table():
    """A fold without a score of either is left out; the ratio is that of labels, in whole training sets."""
    joint, other = [0.5, 0.6, np.nan, 0.9, 0.7], [0.4, 0.3, 0.1, 0.5, np.nan]
    (row,) = made(joint, other, n_train_labels=np.full((1, 5, 1), 20)).gains()
    d = np.array([0.1, 0.3, 0.4])
    assert (row.n_folds, row.n_labels, row.folds_won) == (3, 20.0, 1.0)
    assert_allclose((row.joint, row.other, row.difference), (2.0 / 3, 0.4, d.mean()))
    assert_allclose(row.standard_error, np.sqrt(1 / 3 + 10 / 50) * d.std(ddof=1))
    assert_allclose(row.p_adjusted, row.p_value)


def test_folds_without_training_labels_are_left_out():
    trained = np.array([50, 0, 50])[None, :, None]
    (row,) = made([0.1, 9.0, 0.2], [0.0, 0.0, 0.0], n_train_labels=trained).gains()
    assert row.n_folds == 2 and row.difference == pytest.approx(0.15)


def test_against_what_was_not_compared():
    with pytest.raises(ValueError, match=r"against must be one of \('separate',\), got 'pooled'"):
        made([1.0, 2.0], [0.0, 0.0]).gains("pooled")
