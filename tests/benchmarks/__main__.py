"""Run suites and print their tables."""

import argparse
from pathlib import Path

from threadpoolctl import threadpool_limits

from .speed.measures import CLOCKS, Settings, machine
from .speed.problems import SIZES
from .speed.report import draw, write_csv
from .speed.suites import SUITES


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    suites = "; ".join(f"{name}: {suite.title}" for name, suite in SUITES.items())
    made = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, epilog=suites
    )
    made.add_argument("suites", nargs="*", metavar="suite", help="which to run, all by default")
    made.add_argument("--sizes", nargs="+", choices=SIZES, help="sizes other than the suite's own")
    made.add_argument(
        "--repeats", type=int, default=5, help="how often each contestant runs at least (5)"
    )
    made.add_argument("--seconds", type=float, default=2.0, help="repeat fast ones for so long (2)")
    made.add_argument(
        "--clock", choices=CLOCKS, default="wall", help="cpu is steadier on a shared machine"
    )
    made.add_argument(
        "--correlation",
        type=float,
        default=0.0,
        help="share of the features' variance from 5 factors",
    )
    made.add_argument("--csv", type=Path, help="write the results here too")
    made.add_argument("--figure", type=Path, help="draw them here, with matplotlib")
    return made


def main() -> None:
    arguments = parser().parse_args()
    unknown = set(arguments.suites) - set(SUITES)
    if unknown:
        parser().error(f"no such suite: {sorted(unknown)}; there are {list(SUITES)}")
    settings = Settings(
        arguments.repeats, arguments.seconds, arguments.clock, arguments.correlation
    )
    tables = []
    with threadpool_limits(1):
        print("\n".join(machine()))
        for name in arguments.suites or SUITES:
            for size in arguments.sizes or SUITES[name].sizes:
                for table in SUITES[name].run(SIZES[size], settings):
                    print(f"\n{table}", flush=True)
                    tables.append(table)
    if arguments.csv:
        write_csv(arguments.csv, tables)
    if arguments.figure:
        draw(arguments.figure, tables)


if __name__ == "__main__":
    main()
