"""The only room that knows SpiffWorkflow: releases in, steps out."""

from app.engine.definitions import Release, load_release
from app.engine.elements import UserTaskDefinition
from app.engine.parser import DiagramRefused
from app.engine.runtime import complete_job, complete_task, fire_timers, send_message, start
from app.engine.state import VERSION
from app.engine.steps import Host, Job, Move, OpenTask, Step, Timer
from app.engine.xml import XmlRefused, load_xml

__all__ = [
    "VERSION",
    "DiagramRefused",
    "Host",
    "Job",
    "Move",
    "OpenTask",
    "Release",
    "Step",
    "Timer",
    "UserTaskDefinition",
    "XmlRefused",
    "complete_job",
    "complete_task",
    "fire_timers",
    "load_release",
    "load_xml",
    "send_message",
    "start",
]
