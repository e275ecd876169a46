"""The small pictures of BPMN as SVG paths: what a task is, what an event waits for, how a gateway decides."""

from __future__ import annotations

#: Kind of task -> path in a square of 16 by 16.
TASKS = {
    "userTask": "M8 8.2a3.1 3.1 0 1 0 0-6.2a3.1 3.1 0 0 0 0 6.2M2 15c0-3.6 2.6-5.4 6-5.4s6 1.8 6 5.4z",
    "manualTask": "M2 10V6c0-.7.5-1.2 1.2-1.2h6.3c1.3 0 1.3 1.9 0 1.9H7h6c1.3 0 1.3 1.9 0 1.9h.4c1.3 0 1.3 1.9 0 "
    "1.9h-.6c1.2 0 1.2 1.9 0 1.9H5z",
    "serviceTask": "M8 5.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6M8 1v2.4M8 12.6V15M1 8h2.4M12.6 8H15M3 3l1.7 1.7"
    "M11.3 11.3L13 13M3 13l1.7-1.7M11.3 4.7L13 3",
    "businessRuleTask": "M1.5 2.5h13v11h-13zM1.5 6h13M6 6v7.5M1.5 9.8h13",
    "scriptTask": "M4 1.5h8.5c-2 2.5 1.5 4-1 6.5s1 4-1 6.5H2c2-2.5-1.5-4 1-6.5s-1-4 1-6.5M5.5 5h5M5 8h5M4.5 11h5",
    "sendTask": "M1.5 3.5h13v9h-13zM1.5 3.5L8 8.5l6.5-5",
    "receiveTask": "M1.5 3.5h13v9h-13zM1.5 3.5L8 8.5l6.5-5",
}

#: What an event waits for or throws -> path around its centre, in a square of 20 by 20.
TRIGGERS = {
    "timer": "M0-9a9 9 0 1 1 0 18a9 9 0 1 1 0-18M0-9v2.5M9 0H6.5M0 9V6.5M-9 0h2.5M0-5.5V0l3.5 2.5",
    "message": "M-8.5-6h17V6h-17zM-8.5-6L0 1l8.5-7",
    "signal": "M0-8l8 14H-8z",
    "error": "M-7 7l4-13 5 8 5-9-3.5 14-5-7z",
    "escalation": "M0-8l6 16-6-5.5L-6 8z",
    "conditional": "M-6-8H6V8H-6zM-3.5-4h7M-3.5 0h7M-3.5 4h7",
    "link": "M-8-3h8v-4l8 7-8 7v-4h-8z",
    "compensate": "M-1-6V6l-8-6zM8-6V6L0 0z",
    "cancel": "M-6-8l6 6 6-6 2 2-6 6 6 6-2 2-6-6-6 6-2-2 6-6-6-6z",
    "terminate": "M0-9a9 9 0 1 1 0 18a9 9 0 1 1 0-18",
}

#: Kind of gateway -> path around its centre.
GATEWAYS = {
    "exclusiveGateway": "M-7-7L7 7M7-7L-7 7",
    "parallelGateway": "M0-10V10M-10 0H10",
    "inclusiveGateway": "M0-9a9 9 0 1 1 0 18a9 9 0 1 1 0-18",
    "complexGateway": "M0-10V10M-10 0H10M-7-7L7 7M7-7L-7 7",
    "eventBasedGateway": "M0-11.5a11.5 11.5 0 1 1 0 23a11.5 11.5 0 1 1 0-23M0-6.5l6.200 4.5-2.400 7.300h-7.600"
    "L-6.200-2z",
}

#: How a shape repeats -> path around the middle of its lower edge.
REPEATS = {
    "parallel": "M-5-12V-2M0-12V-2M5-12V-2",
    "sequential": "M-6-12H6M-6-7H6M-6-2H6",
    "loop": "M-4-3a5.5 5.5 0 1 1 6 1M-4-3v-4M-4-3h-4",
}

#: A sub-process whose inside stands elsewhere.
COLLAPSED = "M-8-16H8V-1H-8zM0-13.5v10M-5-8.5H5"

#: A stack of data, and a sheet of it, in a square of 100 by 100.
STORE = "M0 16c0-21 100-21 100 0v68c0 21-100 21-100 0zM0 16c0 21 100 21 100 0"
SHEET = "M0 0h68l32 32v68H0zM68 0v32h32"
