"""Fields of files. The bytes are the host's: a form knows the files staged for a field by name and kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import FieldProblem
from app.formjs.kind import Asked, Kind, Typed

if TYPE_CHECKING:
    from app.formjs.box import Box
    from app.formjs.model import Form, Node

_ENDINGS = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
}
_LONGEST_NAME = 60
_PARTS = frozenset(("id", "name", "size", "media_type"))


class FileKind(Kind):
    """Files staged for the field: a list of `{id, name, size, media_type}`."""

    required_key = "form.required.file"

    def feel_type(self, node: Node) -> str:  # noqa: ARG002
        return "list"

    def read(self, node: Node, name: str, posted: Typed) -> Any:  # noqa: ARG002
        """What the host staged; a text posted under the name is an empty file box and says nothing."""
        posted.many(name)
        return [dict(each) for each in posted.staged.get(name, ())]

    def known(self, node: Node, value: Any) -> Any:  # noqa: ARG002
        return value if isinstance(value, list) else None

    def fault(self, node: Node, value: Any, asked: Asked) -> FieldProblem | None:  # noqa: ARG002
        if not isinstance(value, list) or not all(
            isinstance(each, dict) and each.keys() >= _PARTS for each in value
        ):
            return FieldProblem("form.required.file")
        if len(value) > most_files(node):
            return FieldProblem("form.too_many_files", limit=most_files(node))
        for each in value:
            if not _is_accepted(str(each["media_type"]), node.look.accept):
                return FieldProblem("form.file_wrong_kind", name=each["name"])
        return None

    def say(self, node: Node, value: Any, asked: Asked, lang: str) -> str:  # noqa: ARG002
        return ", ".join(str(each.get("name", "")) for each in value) if isinstance(value, list) else ""

    def draw(self, node: Node, value: Any, asked: Asked, box: Box) -> None:  # noqa: ARG002
        box.files = [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
        box.accept = node.look.accept
        box.has_camera = node.look.has_camera and not _is_accepted("application/pdf", node.look.accept)
        box.is_multiple = node.look.is_multiple and not box.has_camera  # a camera takes one picture at a time
        box.most_files = most_files(node)


def most_files(node: Node) -> int:
    """How many files a field takes."""
    return node.rules.max_rows if node.look.is_multiple else 1


def refuses_file(form: Form, name: str, held: int) -> tuple[str, FieldProblem] | None:
    """Why a field that holds so many files takes no other, with the place to say it; None when it does."""
    node = form.level.inputs.get(name)
    if node is None or node.kind != "file":
        return "", FieldProblem("form.unknown_key", names=name[:_LONGEST_NAME])
    if held >= most_files(node):
        return name, FieldProblem("form.too_many_files", limit=most_files(node))
    return None


def _is_accepted(media_type: str, accept: str) -> bool:
    """Whether a kind of file is among those that the form's `accept` names; an empty one takes all."""
    wanted = [
        _ENDINGS.get(each.strip().lower(), each.strip().lower()) for each in accept.split(",") if each.strip()
    ]
    family = media_type.partition("/")[0] + "/*"
    return not wanted or media_type in wanted or family in wanted
