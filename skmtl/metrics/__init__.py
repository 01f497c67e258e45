"""Scores by task, and scorers."""

from ._codes import UNKNOWN as UNKNOWN
from ._codes import encode as encode
from ._d2 import mean_d2 as mean_d2
from ._predictions import Predictions as Predictions
from ._score import TaskSample as TaskSample
from ._scorer import Scoring as Scoring
from ._scorer import TaskScorer as TaskScorer
from ._scorer import task_scorer
from ._table import task_scores

__all__ = ["task_scorer", "task_scores"]
