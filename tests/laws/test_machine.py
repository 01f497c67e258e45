"""Three hundred draws keep the laws. ``python -m tests.laws --draws 10000 --jobs 2`` tries more."""

import pytest

from .machine import Tally, check_draw, drawn, shrink

N_DRAWS, N_PARTS = 300, 6
SECONDS = 2.0  # of processor time, for a fit and a law: what takes longer is not judged here
SHRUNK = 2  # violations that are made simple


@pytest.fixture(scope="module")
def draws():
    """The draws: the same in every run."""
    return drawn(N_DRAWS, 0)


@pytest.mark.parametrize("part", range(N_PARTS))
def test_draws_keep_the_laws(part, draws):
    """Nothing is violated; a message says how to see it again."""
    tally = Tally()
    for spec in draws[part::N_PARTS]:
        tally.add(check_draw(spec, seconds=SECONDS))
    assert tally.n_draws == N_DRAWS // N_PARTS
    faults = [fault for fault in tally.faults if fault.status != "late"]
    simple = [shrink(fault, SECONDS) for fault in faults[:SHRUNK]]
    assert not faults, "\n".join([tally.last_line(), *map(str, simple + faults[SHRUNK:])])
