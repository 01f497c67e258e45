"""The suite of imports: the CPU time that skmtl adds to scikit-learn's, each in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np

from .measures import Settings, Timed
from .problems import Size
from .racing import Suite
from .report import Row, Table, Verdict

BARE = "import sklearn"
ESTIMATORS = "import sklearn.linear_model, sklearn.neural_network, sklearn.model_selection"
ADDED = {
    "import skmtl": "import skmtl",
    "of one linear model": "from skmtl import MultiTaskRidge",
    "of networks": "from skmtl import MultiTaskMLP",
    "of all names": "from skmtl import *",
    "of inspection": "from skmtl.inspection import compare_sharing",
}
LIMIT = 0.05  # of the time that scikit-learn's estimators take
PROGRAM = """
import time
{before}
start = time.process_time()
{timed}
print(time.process_time() - start)
"""


def seconds_of(timed: str, before: str = "") -> float:
    """Return the CPU seconds of an import after another, in a new process, from compiled files."""
    program = PROGRAM.format(timed=timed, before=before)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def repeated(timed: str, before: str, settings: Settings) -> Timed:
    """Time an import, after one that compiles what it needs."""
    seconds_of(timed, before)
    seconds = [seconds_of(timed, before) for _ in range(settings.repeats)]
    return Timed(np.array(seconds), None)


def imports(size: Size, settings: Settings) -> Iterator[Table]:
    """Time scikit-learn alone, its estimators, and what skmtl adds to these; ratios are to the estimators."""
    timed = {
        "scikit-learn alone": repeated(BARE, "", settings),
        "scikit-learn's estimators": repeated(ESTIMATORS, "", settings),
    }
    rival = timed["scikit-learn's estimators"]
    for name, statement in ADDED.items():
        timed[name] = repeated(statement, ESTIMATORS, settings)
    rows = [
        Row(name, took.median, took.best, took.median / rival.median)
        for name, took in timed.items()
    ]
    ours = timed["import skmtl"]
    verdict = Verdict(
        "import skmtl",
        "scikit-learn's estimators",
        LIMIT,
        ours.median / rival.median,
        ours.best / rival.best,
    )
    yield Table("imports", "CPU time, after scikit-learn's estimators", tuple(rows), (verdict,))


IMPORT_SUITES = {"imports": Suite("what importing costs", ("M",), imports)}
