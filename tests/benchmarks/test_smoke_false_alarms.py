"""The benchmark of false alarms runs, and its methods without a difference are alike by design."""

import numpy as np
import pytest

from skmtl.inspection import SharingComparison

from . import false_alarms


def test_both_tables_are_printed(capsys):
    false_alarms.main(["--repeats", "1", "--sizes", "40"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0].strip() for line in lines[2:10]] == 4 * ["noise"] + 4 * ["halves"]
    assert lines[10].startswith("one task of 8 unrelated") and len(lines) == 16


@pytest.mark.parametrize("name", false_alarms.NULLS)
def test_swapping_columns_swaps_the_methods(name, rng):
    """The joint method on data with both blocks exchanged is the separate one on those as they are."""
    methods = false_alarms.NULLS[name](rng, 60)
    n = false_alarms.N_FEATURES
    rest, one, other = np.split(
        methods.X, [methods.X.shape[1] - 2 * n, methods.X.shape[1] - n], axis=1
    )
    swapped = np.hstack([rest, other, one])
    here = methods.separate.fit(methods.X, methods.y).predict(methods.X)
    there = methods.joint.fit(swapped, methods.y).predict(swapped)
    for task in methods.y:
        np.testing.assert_allclose(here[task], there[task], rtol=1e-6, atol=1e-8)


def test_rates_by_hand():
    """Of two data sets with two tasks, one task differs for sure; the naive error is smaller."""
    rng = np.random.default_rng(0)
    found = []
    for shift in (0.0, 1.0):
        joint = np.array([1e-3 * rng.permutation([-2, -1, 0, 1, 2]) for _ in range(2)]).T[None]
        joint[..., 0] += shift
        counts = [np.full((1, 5, 2), 40), np.full((5, 2), 40), np.full((5, 2), 10)]
        scores = {"joint": joint, "separate": np.zeros((1, 5, 2))}
        found.append(
            SharingComparison({"a": "d2", "b": "d2"}, scores, *counts, np.array([40.0]), 0.95)
        )
    rates = false_alarms.Alarms.of(found)
    assert (rates.task, rates.any_task, rates.verdict) == (0.25, 0.5, 0.5)
    naive, row = false_alarms.naive(found[1]).gains()[0], found[1].gains()[0]
    assert naive.standard_error == pytest.approx(row.standard_error / 1.5)  # 1/5 + 1/4 is 9/20
