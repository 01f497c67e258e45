"""The benchmarks run: every contestant on every problem at toy size, and every suite."""

import gc
import sys

import numpy as np
import pytest

from ..__main__ import parser
from . import problems, referee, rivals
from .measures import RESET, Settings, machine, peak_memory, with_peak
from .report import draw, write_csv
from .suites import SUITES

TOY = problems.SIZES["toy"]
PROBLEMS = {
    "regression": problems.joint(TOY, binary=False),
    "regression, missing": problems.joint(TOY, binary=False, missing=0.5, correlation=0.5),
    "regression, groups": problems.groups(TOY, 5, binary=False),
    "binary": problems.joint(TOY, binary=True),
    "binary, missing": problems.joint(TOY, binary=True, missing=0.5),
    "binary, groups": problems.groups(TOY, 5, binary=True),
}
CONTESTANTS = [
    rivals.joint_ridge(0.0),
    rivals.joint_ridge(signs="same"),
    rivals.multi_output_ridge(),
    rivals.separate_ridge(),
    rivals.joint_logistic(0.0),
    rivals.joint_logistic(signs="same"),
    rivals.separate_logistic(tol=1e-8),
    rivals.separate_logistic("newton-cholesky", tol=1e-8),
]
PRODUCTS = [rivals.gram_products(), rivals.one_pass()]


@pytest.fixture(autouse=True, scope="module")
def _collected():
    """Every round of a race begins with a collection: spare it all that other tests have left."""
    gc.freeze()
    yield
    gc.unfreeze()


def name(contestant):
    return contestant.name


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("contestant", CONTESTANTS, ids=name)
def test_every_contestant_solves_every_problem_or_says_why_not(contestant, problem):
    if contestant.skip(problem):
        return
    found = contestant.read(contestant.fit(problem))
    judge = referee.Referee(problem, sharing=0.25 if "signs" in contestant.name else 0.0)
    assert referee.excess(judge.score(found)) < 1e-6


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
@pytest.mark.parametrize("products", PRODUCTS, ids=name)
def test_products_alone(products, problem):
    products.fit(problem)


def test_those_who_skip_say_why():
    reasons = {c.skip(p) for c in CONTESTANTS for p in PROBLEMS.values()}
    assert reasons == {"", "needs classes", "needs real numbers", "takes no missing labels"}


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_the_referee_is_not_fooled(problem, rng):
    """Worse coefficients have a larger objective, and no bound from below exceeds any objective."""
    contestant = rivals.joint_logistic(0.0) if problem.binary else rivals.joint_ridge(0.0)
    best = contestant.read(contestant.fit(problem))
    judge = referee.Referee(problem)
    good = judge.score(best)
    for size in (1e-3, 1e-1, 1.0):
        off = size * rng.standard_normal(best.coef.shape)
        worse = judge.score(referee.Coefficients(best.coef + off, best.intercept))
        assert worse.objective > good.objective > good.lower - 1e-12 * good.objective
        assert good.lower > worse.lower


@pytest.mark.parametrize("suite", SUITES)
def test_suites(suite, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "skglm", None)  # it compiles itself at first, which takes long
    tables = list(SUITES[suite].run(TOY, Settings(repeats=1, seconds=0.0)))
    assert all(str(table).startswith(suite) for table in tables)
    assert all(np.isnan(row.excess) or row.excess < 1e-5 for table in tables for row in table.rows)
    write_csv(tmp_path / "results.csv", tables)
    assert (tmp_path / "results.csv").read_text(encoding="utf-8").count("\n") > len(tables)


@pytest.mark.parametrize("suites", [["ridge"], ["growth"], ["growth", "ridge"]])
def test_the_figure(suites, tmp_path):
    pytest.importorskip("matplotlib")
    once = Settings(repeats=1, seconds=0.0)
    tables = [table for name in suites for table in SUITES[name].run(TOY, once)]
    draw(tmp_path / "results.png", tables)
    assert (tmp_path / "results.png").stat().st_size > 0


def test_who_cannot_enter_is_shown(monkeypatch):
    """A rival that is not there is a row that says so."""
    monkeypatch.delattr("skmtl.linear_model.ridge_path", raising=False)
    (found,) = SUITES["grid"].run(TOY, Settings(repeats=1, seconds=0.0))
    assert "skipped: skmtl.linear_model has no ridge_path" in str(found)


def test_memory_is_seen():
    assert peak_memory(lambda: np.ones(10**6)) > 7e6


@pytest.mark.skipif(not RESET.exists(), reason="the kernel tells of memory on Linux alone")
def test_memory_of_processes_is_seen():
    """What is let go before the end counts, and what another job has had does not."""
    made, peak = with_peak(lambda: float(np.ones(10**7).sum()))
    assert made == 1e7 and 7e7 < peak < 2e8
    assert with_peak(lambda: None)[1] < 2e7


def test_a_table_has_the_memory_of_each_contestant():
    (table,) = SUITES["ridge"].run(TOY, Settings(repeats=1, seconds=0.0))
    assert RESET.exists() == all(row.peak >= 0 for row in table.rows if row.median > 0)


def test_what_slows_the_machine_is_told(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert any(line.startswith("WARNING: OPENBLAS_CORETYPE") for line in machine())


def test_the_command_line():
    assert parser().parse_args(["ridge", "--sizes", "toy"]).suites == ["ridge"]
