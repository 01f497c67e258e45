"""The machine works: it finds each planted fault, and none in an estimator that is right."""

import time

import numpy as np
import pytest

from . import laws_of_runs, planted
from .draws import Draw
from .exact import exact, is_solved
from .features import contained
from .law import LAWS
from .machine import (
    BROKEN,
    HOLDS,
    INAPPLICABLE,
    LATE,
    VIOLATED,
    Tally,
    alarm,
    check,
    check_draw,
    drawn,
    laws_for,
    shrink,
)
from .planted import beforehand, claim, fail, of_the_package, spoil
from .specs import VALUES, Spec, parse, simpler

PLAIN = "model=ridge tasks=rr n=20 d=3"
CLASSES = "model=logistic tasks=bm n=20 d=3"

PLANTED = [
    ("squares", PLAIN, spoil(planted.shift_intercepts)),
    ("squares", f"{PLAIN} offset=1e6", spoil(planted.scale_coefficients)),
    ("squares", f"{PLAIN} weight=random", beforehand(planted.no_weights)),
    ("smooth", CLASSES, spoil(planted.shift_intercepts)),
    ("certificate", PLAIN, spoil(planted.shift_intercepts)),
    ("certificate", f"{CLASSES} offset=1e3", spoil(planted.scale_coefficients)),
    ("warning", PLAIN, spoil(claim(1e-3, warn=False))),
    ("warning", PLAIN, spoil(claim(1e-14, warn=True))),
    ("converges", PLAIN, spoil(claim(1e-3, warn=True))),
    ("errors", PLAIN, spoil(fail(np.linalg.LinAlgError("X is not positive definite")))),
    ("errors", f"{PLAIN} size=1e155", spoil(fail(ValueError("bad value")))),
    ("errors", PLAIN, spoil(fail(ValueError("X is refused")))),
    ("finite", PLAIN, spoil(planted.not_a_number)),
    ("finite", PLAIN, spoil(claim(np.nan, warn=False))),
    ("iterations", PLAIN, spoil(planted.too_many_iterations)),
    ("copies", PLAIN, beforehand(planted.no_weights)),
    ("weight_zero", PLAIN, beforehand(planted.all_rows)),
    ("missing", f"{PLAIN} mask=random", beforehand(planted.zeros_for_missing)),
    ("alone", f"{PLAIN} mask=random", beforehand(planted.zeros_for_missing)),
    ("units_of_X", PLAIN, beforehand(planted.absolute_tolerance)),
    ("units_of_y", PLAIN, beforehand(planted.small_targets_are_zero)),
    ("offsets", f"{PLAIN} seed=1", beforehand(planted.single_precision)),
    ("order_of_rows", PLAIN, beforehand(planted.last_row_twice)),
    ("order_of_features", PLAIN, beforehand(planted.first_column_weighs_more)),
    (
        "order_of_tasks",
        "model=ridge tasks=rr n=20 d=3 sharing=0.5",
        beforehand(planted.first_task_weighs_more),
    ),
    ("constant_column", PLAIN, beforehand(planted.a_column_of_ones)),
    ("container", f"{PLAIN} container=doubled", beforehand(planted.last_entry_counts)),
    ("precision", f"{PLAIN} precision=32", spoil(planted.lose_digits)),
]


@pytest.mark.parametrize("name, line, make", PLANTED)
def test_a_planted_fault_is_caught(name, line, make):
    """The law holds without the fault, and is violated with it."""
    spec = parse(line)
    extreme = spec.is_extreme
    assert check(Draw(spec, exact()), name).status == HOLDS or extreme
    assert check(Draw(spec, make), name).status == VIOLATED


@pytest.mark.parametrize(
    "name, line, change",
    [
        ("left_out", "model=ridge_cv tasks=rr n=13 d=3 folds=rows", planted.better_scores),
        ("kinked", "model=glm penalty=L21 tasks=rb n=20 d=3", planted.fewer_coefficients),
        (
            "certificate",
            "model=glm penalty=NuclearNorm tasks=rb n=20 d=3",
            planted.fewer_coefficients,
        ),
    ],
)
def test_a_fault_beside_the_package_is_caught(name, line, change):
    """The same of laws on what the exact estimator does not solve."""
    spec = parse(line)
    assert check(Draw(spec), name).status == HOLDS
    assert check(Draw(spec, of_the_package(change)), name).status == VIOLATED


def test_an_idle_fit_of_extreme_numbers_is_caught():
    """Coefficients of zero, a gap of zero, and X of 1e155."""
    spec = parse("model=glm penalty=L21 n=20 d=2 scale=1e155")
    idle = lambda *given, **params: planted.Idle()
    assert check(Draw(spec, idle), "extreme_certificate").status == VIOLATED


def test_a_certificate_of_nothing_is_caught(monkeypatch):
    """A penalty whose value is NaN, and a gap of zero."""
    monkeypatch.setattr(laws_of_runs, "MultiTaskGLM", lambda *given, **params: planted.Idle())
    spec = parse("model=glm penalty=L21 n=20 d=2")
    assert check(Draw(spec), "lost_value").status == VIOLATED


def test_every_law_is_seen_to_fail():
    """By the tests above."""
    others = {"left_out", "kinked", "extreme_certificate", "lost_value"}
    assert {name for name, _, _ in PLANTED} | others == set(LAWS)


def test_nothing_is_found_where_nothing_is_wrong():
    """An estimator in extended precision keeps all laws: their tolerances are honest."""
    tally = Tally()
    for spec in [spec for spec in drawn(150, 5) if is_solved(spec) and spec.n < 100]:
        names = [name for name in laws_for(spec) if name != "lost_value"]  # which fits another
        tally.add(check_draw(spec, names, make=exact()))
    assert tally.total(HOLDS) > 200
    assert not tally.faults, "\n".join(map(str, tally.faults))


def test_draws_are_those_of_the_seed():
    assert drawn(20, 3) == drawn(20, 3) != drawn(20, 4)


@pytest.mark.parametrize("spec", drawn(40, 6), ids=str)
def test_a_line_says_all(spec):
    assert parse(str(spec)) == spec
    assert spec not in list(simpler(spec))


def test_unknown_words_are_refused():
    with pytest.raises(ValueError, match="no such fields"):
        parse("modle=ridge")
    with pytest.raises(ValueError, match="no such values"):
        parse("model=ridge n=7")
    with pytest.raises(ValueError, match="no such values"):
        parse("tasks=rx")


def test_a_violation_is_made_simple():
    """What does not matter becomes as simple as can be, and what does stays."""
    line = (
        "model=ridge tasks=rr n=30 d=8 offset=1e3 weight=random columns=sparse precision=32 seed=7"
    )
    make = spoil(planted.lose_digits)
    shrunk = shrink(check(Draw(parse(line), make), "squares"), make=make)
    assert shrunk.status == VIOLATED and shrunk.spec.precision == 32
    assert shrunk.spec.weight == "none" and shrunk.spec.columns == "plain" and shrunk.spec.n < 30


def test_what_hangs_is_late():
    def forever(*given, **params):
        while True:
            pass

    outcome = check(Draw(parse(PLAIN), forever), "errors", seconds=0.2)
    assert outcome.status == LATE
    with alarm(5.0):
        time.sleep(0.01)


def test_a_fault_of_the_machine_is_none_of_the_estimator():
    def wrong(*given, **params):
        raise ZeroDivisionError

    assert check(Draw(parse(PLAIN), wrong), "errors").status in (VIOLATED, BROKEN)
    assert check(Draw(parse(PLAIN), wrong), "squares").status == INAPPLICABLE


def test_containers_hold_the_same_numbers():
    for container in VALUES["container"][1:4]:
        spec = Spec(n=8, d=3, columns="sparse", container=container)
        X = Draw(spec).table.X
        A = contained(spec, X)
        assert np.array_equal(A.toarray(), X)
        assert (A.nnz > np.count_nonzero(X)) == (container != "csr")
