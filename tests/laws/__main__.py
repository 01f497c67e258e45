"""Draw problems, try the laws on each, and print what is violated, as simple as it can be made."""

import argparse
import os
import sys
import time
from functools import partial
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))  # helpers of all tests

from .law import LAWS  # noqa: E402
from .machine import (  # noqa: E402
    BROKEN,
    HOLDS,
    LATE,
    SECONDS,
    VIOLATED,
    Tally,
    check_draw,
    drawn,
    outcomes_of,
    shrink,
)
from .specs import parse  # noqa: E402

EVERY = 30.0  # seconds between lines of progress


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    laws = "; ".join(f"{name}: {law.text}" for name, law in LAWS.items())
    made = argparse.ArgumentParser(prog="python -m tests.laws", description=__doc__, epilog=laws)
    made.add_argument("--draws", type=int, default=300, help="how many (300)")
    made.add_argument("--seed", type=int, default=0, help="of the draws (0)")
    made.add_argument(
        "--laws", nargs="+", choices=LAWS, help="which, by default some for each draw"
    )
    made.add_argument("--jobs", type=int, default=1, help="processes (1)")
    made.add_argument("--replay", nargs="+", metavar="SPEC", help="draws, as they are printed")
    made.add_argument("--seconds", type=float, default=SECONDS, help="of processor time a law (20)")
    made.add_argument(
        "--slow", action="store_true", help="count what takes longer among the violations"
    )
    made.add_argument(
        "--shrink", type=int, default=3, help="how many of a kind are made simple (3)"
    )
    made.add_argument("--why", action="store_true", help="print why laws did not apply")
    return made


def run(specs: list, names, seconds: float, jobs: int) -> Tally:
    """Try the laws on all draws."""
    tally, start, last = Tally(), time.monotonic(), time.monotonic()
    work = partial(check_draw, names=names, seconds=seconds)
    for outcomes in outcomes_of(work, specs, jobs):
        tally.add(outcomes)
        for outcome in outcomes:
            if outcome.status in (VIOLATED, BROKEN):
                print(outcome, file=sys.stderr, flush=True)
        if time.monotonic() - last > EVERY:
            last = time.monotonic()
            print(f"... {last - start:.0f} s: {tally.last_line()}", file=sys.stderr, flush=True)
    return tally


def some_of_each_kind(faults: list, most: int) -> tuple[list, list]:
    """Return the violations to be made simple, and the rest."""
    seen, chosen, rest = {}, [], []
    for fault in faults:
        kind = (fault.law, fault.kind, fault.spec.model, fault.spec.penalty)
        seen[kind] = seen.get(kind, 0) + 1
        (chosen if fault.status == VIOLATED and seen[kind] <= most else rest).append(fault)
    return chosen, rest


def main() -> int:
    """Run the command."""
    given = parser().parse_args()
    replayed = [parse(line) for line in given.replay or ()]
    specs = replayed or drawn(given.draws, given.seed)
    names = list(LAWS) if given.laws is None and replayed else given.laws
    tally = run(specs, names, given.seconds, given.jobs)
    chosen, rest = some_of_each_kind(tally.faults, 0 if replayed else given.shrink)
    work = partial(shrink, seconds=given.seconds)
    for fault in outcomes_of(work, chosen, given.jobs):
        print(fault, flush=True)
    for fault in rest:
        print(fault)
    if given.why:
        for (law, reason), count in sorted(tally.reasons.items()):
            print(f"{law} does not apply to {count}: {reason}")
    print(tally.table())
    print(tally.last_line())
    failing = (VIOLATED, BROKEN, LATE) if given.slow else (VIOLATED, BROKEN)
    return int(tally.total(*failing) > 0 or not tally.total(HOLDS))


if __name__ == "__main__":
    sys.exit(main())
