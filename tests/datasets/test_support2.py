"""Tests of what is particular to SUPPORT2."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from skmtl.datasets import load_support2

N_LABELLED = {
    "hospdead": 9105,
    "death_180d": 9105,
    "sfdm2": 7705,
    "log_slos": 9105,
    "log_charges": 8933,
    "log_totcst": 8200,
    "avtisst": 9023,
}
CLASS_COUNTS = {
    "hospdead": {0: 6745, 1: 2360},
    "death_180d": {0: 4840, 1: 4265},
    "sfdm2": {
        "<2 mo. follow-up": 3123,
        "Coma or Intub": 41,
        "SIP>=30": 564,
        "adl>=4 (>=5 if sur)": 916,
        "no(M2 and SIP pres)": 3061,
    },
}
MEANS = {"log_slos": 2.4838, "log_charges": 10.1740, "log_totcst": 9.6259, "avtisst": 22.6109}


@pytest.fixture(scope="module")
def support2():
    """The data, as frames."""
    return load_support2()


def test_labels(support2):
    """Every task has the documented number of labels, classes and means."""
    y = support2.target
    assert {task: y.observed(task).sum() for task in y} == N_LABELLED
    for task, counts in CLASS_COUNTS.items():
        values, found = np.unique(y[task][y.observed(task)], return_counts=True)
        assert dict(zip(values, found, strict=True)) == counts
        assert list(y.classes[task]) == list(counts)
    for task, mean in MEANS.items():
        assert np.nanmean(y[task]) == pytest.approx(mean, abs=1e-4)


def test_binary_labels_are_whole_numbers(support2):
    """Deaths without missing labels are integers."""
    assert support2.target["hospdead"].dtype.kind == "i"
    assert support2.target["death_180d"].dtype.kind == "i"


def test_early_death_is_a_class_of_its_own(support2):
    """All patients of the class "<2 mo. follow-up" died within 180 days, as documented."""
    y = support2.target
    early = y["sfdm2"] == "<2 mo. follow-up"
    assert early.sum() == 3123
    assert (y["death_180d"][early] == 1).all()


def test_comparators_are_no_inputs(support2):
    """Others' predictions come apart from inputs and targets, in both containers."""
    names = {"surv2m", "surv6m", "prg2m", "prg6m"}
    arrays = load_support2(as_frame=False).comparators
    assert set(support2.comparators) == set(arrays) == names
    assert not names & {*support2.data, *support2.frame, *support2.target}
    for name in names:
        np.testing.assert_array_equal(support2.comparators[name], arrays[name])
        assert np.nanmin(arrays[name]) >= 0
        assert np.nanmax(arrays[name]) <= 1
    missing = {name: int(np.isnan(arrays[name]).sum()) for name in names}
    assert missing == {"surv2m": 1, "surv6m": 1, "prg2m": 1649, "prg6m": 1633}


def test_comparators_are_probabilities_of_survival(support2):
    """They are aligned with the targets and foretell survival, not death."""
    known = support2.comparators.notna().all(axis=1).to_numpy()
    died = support2.target["death_180d"][known]
    for name in ("surv6m", "prg6m"):
        assert roc_auc_score(died, 1 - support2.comparators[name][known]) > 0.7
