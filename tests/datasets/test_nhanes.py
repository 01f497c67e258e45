"""Tests of what is particular to NHANES."""

import numpy as np
import pytest

from skmtl.datasets import load_nhanes

N_LABELLED = {
    "diabetes": 5261,
    "general_health": 4890,
    "heart_attack": 5255,
    "stroke": 5255,
    "cancer": 5263,
    "arthritis": 5250,
    "asthma": 5260,
    "difficulty_walking": 5262,
    "told_trouble_sleeping": 5261,
    "phq9": 4825,
    "hba1c": 5018,
    "sbp": 4996,
    "dbp": 4982,
    "total_chol": 4937,
    "hdl": 4937,
    "log_lead": 5021,
    "log_cadmium": 5021,
    "log_mercury": 5021,
    "body_fat_pct": 2250,
}
CLASS_COUNTS = {
    "diabetes": {"borderline": 163, "no": 4262, "yes": 836},
    "general_health": {
        "excellent": 419,
        "fair": 1083,
        "good": 2056,
        "poor": 160,
        "very_good": 1172,
    },
    "heart_attack": {0: 5001, 1: 254},
    "difficulty_walking": {0: 4359, 1: 903},
}


@pytest.fixture(scope="module")
def nhanes():
    """The data, as frames."""
    return load_nhanes()


def test_labels(nhanes):
    """Every task has the documented number of labels and classes."""
    y = nhanes.target
    assert {task: y.observed(task).sum() for task in y} == N_LABELLED
    for task, counts in CLASS_COUNTS.items():
        values, found = np.unique(y[task][y.observed(task)], return_counts=True)
        assert dict(zip(values, found, strict=True)) == counts


def test_task_types(nhanes):
    """Seven binary tasks, two of several classes, one count and nine regressions."""
    kinds, counts = np.unique(list(nhanes.task_types.values()), return_counts=True)
    found = dict(zip(kinds, counts, strict=True))
    assert found == {"binary": 7, "multiclass": 2, "count": 1, "regression": 9}


def test_phq9_is_a_count(nhanes):
    """The depression score is made of whole numbers in its range."""
    score = nhanes.target["phq9"][nhanes.target.observed("phq9")]
    np.testing.assert_array_equal(score, np.round(score))
    assert score.min() == 0
    assert score.max() <= 27


def test_codes_are_no_quantities(nhanes):
    """Refusals are missing, and "more than 21 meals" is 22, not 5555."""
    largest = nhanes.data.select_dtypes("number").max()
    assert largest["CurrentSelfreportedHeightInches"] == 82
    assert largest["CurrentSelfreportedWeightPounds"] == 484
    assert largest["MinutesSedentaryActivity"] == 1320
    assert largest["OfMealsNotHomePrepared"] == 22
    assert largest["OfMealsFromFastFoodOrPizzaPlace"] == 22
    assert nhanes.data["CurrentSelfreportedWeightPounds"].isna().sum() == 92


def test_household_of_seven_or_more_makes_size_categorical(nhanes):
    """A column of numbers and text is text throughout."""
    sizes = nhanes.categories["TotalNumberOfPeopleInTheHousehold"]
    assert sizes == ["1", "2", "3", "4", "5", "6", "7 or more people in the Household"]


def test_no_comparators(nhanes):
    """There is nobody to compare with."""
    assert "comparators" not in nhanes
