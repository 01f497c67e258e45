"""Scores by task, and scorers.

scikit-learn's metrics score one task at a time through a view of the predictions; only D2 and calibration are
computed here. Which metric suits which type of task is a table in ``_rules``: a new type of task adds a line to it.
"""

from ._codes import UNKNOWN as UNKNOWN
from ._codes import encode as encode
from ._d2 import mean_d2 as mean_d2
from ._predictions import event_of as event_of
from ._predictions import of_values as of_values
from ._predictions import to_score as to_score
from ._score import TaskSample as TaskSample
from ._scorer import Scoring as Scoring
from ._scorer import TaskScorer as TaskScorer
from ._scorer import task_scorer
from ._table import task_scores

__all__ = ["task_scorer", "task_scores"]
