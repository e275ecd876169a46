"""Forms from the form-js schema: what to draw, what was answered, what is wrong; pure, without a web request."""

from app.formjs.answers import check, clean, initial, read
from app.formjs.drawing import Box, draw, label, show
from app.formjs.fieldtypes import field_types
from app.formjs.loading import load
from app.formjs.model import Field, FieldType, Form
from app.formjs.refusals import FormProblem, FormRefused

__all__ = [
    "Box",
    "Field",
    "FieldType",
    "Form",
    "FormProblem",
    "FormRefused",
    "check",
    "clean",
    "draw",
    "field_types",
    "initial",
    "label",
    "load",
    "read",
    "show",
]
