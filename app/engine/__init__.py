"""The only room that knows SpiffWorkflow: releases in, steps out."""

from app.engine.ahead import ahead, forecast, usual_stops
from app.engine.amending import Held, Spot, amend, held, still
from app.engine.beginnings import Beginnings
from app.engine.cells import Grid, ask, asked, change_cells, grids
from app.engine.decisions import DecisionFailed, DecisionRefused
from app.engine.decisions.rulenames import rule_names
from app.engine.definitions import Release, decisions_of, load_release
from app.engine.describing import Described, describe
from app.engine.diagram import DiagramFault, calls, contents, ends
from app.engine.drawing import SIGNS, Look, Mark, State, draw
from app.engine.editing import StepTexts, change_step, steps, texts_of
from app.engine.elements import UserTaskDefinition
from app.engine.expressions import WORKING_DAYS_AFTER, expression
from app.engine.gate import FieldReads, FormFault, FormReads, Known, Problem, RoutingValue, check, dictionary
from app.engine.parser import DiagramRefused
from app.engine.runtime import complete_job, complete_task, fire_timers, leave_out, send_message, start
from app.engine.state import VERSION
from app.engine.steps import Host, Job, Move, OpenTask, Step, Timer
from app.engine.trail import Happening, Trace, retrace
from app.engine.trial import Asked, Fault, Trial, World, explore, foresee
from app.engine.xml import XmlRefused, load_xml

__all__ = [
    "SIGNS",
    "VERSION",
    "WORKING_DAYS_AFTER",
    "Asked",
    "Beginnings",
    "DecisionFailed",
    "DecisionRefused",
    "Described",
    "DiagramFault",
    "DiagramRefused",
    "Fault",
    "FieldReads",
    "FormFault",
    "FormReads",
    "Grid",
    "Happening",
    "Held",
    "Host",
    "Job",
    "Known",
    "Look",
    "Mark",
    "Move",
    "OpenTask",
    "Problem",
    "Release",
    "RoutingValue",
    "Spot",
    "State",
    "Step",
    "StepTexts",
    "Timer",
    "Trace",
    "Trial",
    "UserTaskDefinition",
    "World",
    "XmlRefused",
    "ahead",
    "amend",
    "ask",
    "asked",
    "calls",
    "change_cells",
    "change_step",
    "check",
    "complete_job",
    "complete_task",
    "contents",
    "decisions_of",
    "describe",
    "dictionary",
    "draw",
    "ends",
    "explore",
    "expression",
    "fire_timers",
    "forecast",
    "foresee",
    "grids",
    "held",
    "leave_out",
    "load_release",
    "load_xml",
    "retrace",
    "rule_names",
    "send_message",
    "start",
    "steps",
    "still",
    "texts_of",
    "usual_stops",
]
