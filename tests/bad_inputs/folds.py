"""cv: numbers of folds, splitters and lists of folds that are none."""

import numpy as np
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    LeavePGroupsOut,
    ShuffleSplit,
    StratifiedKFold,
    TimeSeriesSplit,
)

from skmtl import GatedTasks, StackedTasks

from .subjects import ROWS, Subject
from .table import BadInput, bad_param

HALVES = [(ROWS[:15], ROWS[15:]), (ROWS[15:], ROWS[:15])]


class ByName:
    """A splitter that gives names of rows."""

    def split(self, X, y=None, groups=None):
        """Give names."""
        yield np.array(["a", "b"]), np.array(["c"])

    def get_n_splits(self, X=None, y=None, groups=None):
        """Return one."""
        return 1


def folds(*pairs):
    """Return a way to make folds: they are given once."""
    return lambda call: list(pairs)


def bad_cv(name, value, match, **settings) -> BadInput:
    """Return a bad input of the folds."""
    return bad_param("cv", value, match, name, **settings)


def tests_once(subject: Subject) -> bool:
    """Whether each row must be tested once."""
    return isinstance(subject.model, GatedTasks | StackedTasks)


TABLE: list[BadInput] = [
    *(
        bad_param("cv", value, rf"(cv|n_splits).*{match}")
        for value, match in [
            (0, "0"),
            (1, "1"),
            (-3, "-3"),
            (True, "True"),
            (False, "False"),
            (31, "31.*30"),
            (10**6, "1000000.*30"),
        ]
    ),
    *(
        bad_param("cv", value, rf"cv.*{match}")
        for value, match in [
            ("5", "5"),
            ("kfold", "kfold"),
            (2.0, "2.0"),
            (0.5, "0.5"),
            (KFold, "KFold"),
            (len, "len"),
            ({}, "{}"),
            ({"n_splits": 3}, "n_splits"),
        ]
    ),
    bad_cv("no folds", lambda call: [], "cv must have at least one fold, got none"),
    bad_cv(
        "no folds, of a generator",
        lambda call: iter([]),
        "cv must have at least one fold, got none",
    ),
    bad_cv(
        "a fold without test rows",
        folds((ROWS, [])),
        "test rows of fold 0 of cv must be one row or more",
    ),
    bad_cv(
        "a fold without training rows",
        folds(([], ROWS)),
        "training rows of fold 0 of cv must be one row or more",
    ),
    bad_cv(
        "a mask without test rows",
        folds((ROWS >= 0, ROWS < 0)),
        r"(test rows of|)fold 0.*(none|30 rows)",
    ),
    bad_cv(
        "overlapping",
        folds(HALVES[0], (ROWS[:20], ROWS[:15])),
        "cv must not test rows that were trained on.*fold 1.*15 rows",
    ),
    bad_cv(
        "all rows in both",
        folds((ROWS, ROWS)),
        "cv must not test rows that were trained on.*fold 0.*30 rows",
    ),
    bad_cv(
        "beyond the rows", folds((ROWS[:15], ROWS[15:] + 1)), r"test rows of fold 0.*\[0, 30\).*30"
    ),
    bad_cv(
        "beyond the rows, of training",
        folds((ROWS + 9, ROWS[:5])),
        r"training rows of fold 0.*\[0, 30\).*38",
    ),
    bad_cv(
        "negative rows", folds((ROWS[:15], -ROWS[1:15])), r"test rows of fold 0.*\[0, 30\).*-14"
    ),
    bad_cv(
        "a mask that is shorter",
        folds((ROWS[:9] > 4, ROWS[:9] < 4)),
        "training rows of fold 0.*mask of 30.*bool",
    ),
    bad_cv("real numbers", folds((ROWS[:15] + 0.5, ROWS[15:])), "training rows of fold 0.*float64"),
    bad_cv("names", lambda call: ByName(), "training rows of fold 0.*<U1"),
    bad_cv("objects", folds((np.array([None, 1]), ROWS[:3])), "training rows of fold 0.*object"),
    bad_cv(
        "matrices", folds((ROWS.reshape(2, 15), ROWS[:3])), r"training rows of fold 0.*\(2, 15\)"
    ),
    bad_cv("rows that are numbers", folds((3, 4)), r"training rows of fold 0.*\(\)"),
    bad_cv("one array a fold", folds(ROWS[:15], ROWS[15:]), "fold 0 of cv must be a pair.*"),
    bad_cv(
        "three arrays a fold",
        folds((ROWS[:9], ROWS[9:19], ROWS[19:])),
        "fold 0 of cv must be a pair",
    ),
    bad_cv("numbers", lambda call: [1, 2, 3], "fold 0 of cv must be a pair.*1"),
    bad_cv("None as a fold", folds(None), "fold 0 of cv must be a pair.*None"),
    bad_cv("strings as rows", folds(("all", "none")), r"training rows of fold 0.*\(\)"),
    bad_cv(
        "a row given twice",
        folds((ROWS[:15], np.r_[ROWS[15:], 15])),
        "cv must not test rows|cv must test each sample once",
        where=tests_once,
    ),
    bad_cv(
        "rows never tested",
        folds((ROWS[:15], ROWS[15:])),
        "cv must test each sample once",
        where=tests_once,
    ),
    bad_cv(
        "TimeSeriesSplit",
        lambda call: TimeSeriesSplit(2),
        "cv must test each sample once",
        where=tests_once,
    ),
    bad_cv(
        "ShuffleSplit",
        lambda call: ShuffleSplit(3, random_state=0),
        "cv must test each sample once",
        where=tests_once,
    ),
    bad_cv("KFold of more folds than rows", lambda call: KFold(31), "n_splits=31.*30"),
    bad_cv(
        "GroupKFold without groups",
        lambda call: GroupKFold(2),
        "'groups' parameter should not be None",
    ),
    bad_cv(
        "LeavePGroupsOut without groups",
        lambda call: LeavePGroupsOut(1),
        "'groups' parameter should not be None",
    ),
    bad_cv(
        "StratifiedKFold of several tasks",
        lambda call: StratifiedKFold(2),
        "cv=StratifiedKFold.*classes of one task.*TaskStratifiedKFold",
    ),
    bad_cv(
        "a shuffled splitter of a bad seed",
        lambda call: KFold(2, shuffle=True, random_state="a"),
        "'a' cannot be used to seed",
    ),
]
