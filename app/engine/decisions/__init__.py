"""DMN decisions: a file in, answers out. The English label of a decision is DMN's attribute `label`."""

from app.engine.decisions.errors import DecisionFailed, DecisionProblem, DecisionRefused
from app.engine.decisions.model import Decision, DecisionModel, load
from app.engine.decisions.tables import DecisionTable, Output

__all__ = [
    "Decision",
    "DecisionFailed",
    "DecisionModel",
    "DecisionProblem",
    "DecisionRefused",
    "DecisionTable",
    "Output",
    "load",
]
