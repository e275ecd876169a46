"""The only room that knows SpiffWorkflow: releases in, steps out."""

from app.engine.ahead import ahead, usual_stops
from app.engine.decisions.rulenames import rule_names
from app.engine.definitions import Release, load_release
from app.engine.diagram import calls, contents
from app.engine.drawing import SIGNS, Look, Mark, draw
from app.engine.elements import UserTaskDefinition
from app.engine.gate import FieldReads, FormFault, FormReads, Known, Problem, check
from app.engine.parser import DiagramRefused
from app.engine.runtime import complete_job, complete_task, fire_timers, send_message, start
from app.engine.state import VERSION
from app.engine.steps import Host, Job, Move, OpenTask, Step, Timer
from app.engine.trail import Happening, Trace, retrace
from app.engine.xml import XmlRefused, load_xml

__all__ = [
    "SIGNS",
    "VERSION",
    "DiagramRefused",
    "FieldReads",
    "FormFault",
    "FormReads",
    "Happening",
    "Host",
    "Job",
    "Known",
    "Look",
    "Mark",
    "Move",
    "OpenTask",
    "Problem",
    "Release",
    "Step",
    "Timer",
    "Trace",
    "UserTaskDefinition",
    "XmlRefused",
    "ahead",
    "calls",
    "check",
    "complete_job",
    "complete_task",
    "contents",
    "draw",
    "fire_timers",
    "load_release",
    "load_xml",
    "retrace",
    "rule_names",
    "send_message",
    "start",
    "usual_stops",
]
