"""Forms of the release, in form-js's schema: drawn by the server, answers judged by the server."""

from app.formjs.answers import (
    classes_of,
    clean,
    field_types,
    initial,
    label,
    may_stay_blank,
    read,
    show,
    with_files,
    without,
)
from app.formjs.box import Box, runs
from app.formjs.cells import Column, columns, posted, proposed, unreadable
from app.formjs.checking import Judged, judge
from app.formjs.drawing import draw
from app.formjs.editing import Entry, change_texts, entries, is_form, renamed
from app.formjs.files import refuses_file
from app.formjs.loading import load
from app.formjs.model import PII_CLASSES, Field, FieldType, Form
from app.formjs.posting import Posted, as_posted
from app.formjs.prose_answers import closed, texts
from app.formjs.refusals import FormProblem, FormRefused
from app.formjs.schema import misshapen, schema
from app.formjs.view import not_asked

__all__ = [
    "PII_CLASSES",
    "Box",
    "Column",
    "Entry",
    "Field",
    "FieldType",
    "Form",
    "FormProblem",
    "FormRefused",
    "Judged",
    "Posted",
    "as_posted",
    "change_texts",
    "classes_of",
    "clean",
    "closed",
    "columns",
    "draw",
    "entries",
    "field_types",
    "initial",
    "is_form",
    "judge",
    "label",
    "load",
    "may_stay_blank",
    "misshapen",
    "not_asked",
    "posted",
    "proposed",
    "read",
    "refuses_file",
    "renamed",
    "runs",
    "schema",
    "show",
    "texts",
    "unreadable",
    "with_files",
    "without",
]
