"""Uploaded files: judged by their content, made anew; nothing of a file is left but its picture or its pages."""

from __future__ import annotations

import resource
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from PIL import Image

from app.domain.errors import FieldProblem
from app.services.store import documents
from app.services.store.documents import Paper, Upload
from app.web.request.files import attachment

if TYPE_CHECKING:
    from collections.abc import Callable


def prepared(data: bytes, name: str = "कागज.jpg", claimed: str = "image/jpeg") -> Paper | FieldProblem:
    return documents.prepare(Upload("scan", name, claimed, data))


def kept(data: bytes, name: str = "कागज.jpg", claimed: str = "image/jpeg") -> Paper:
    made = prepared(data, name, claimed)
    assert isinstance(made, Paper), made
    return made


def refusal(data: bytes, name: str = "कागज.jpg", claimed: str = "image/jpeg") -> str:
    made = prepared(data, name, claimed)
    assert isinstance(made, FieldProblem)
    return made.key


def picture(size: tuple[int, int] = (60, 40), kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    held = BytesIO()
    Image.new(mode, size, options.pop("color", "navy" if mode == "RGB" else 0)).save(held, kind, **options)
    return held.getvalue()


def seen(paper: Paper) -> Image.Image:
    found = Image.open(BytesIO(paper.data))
    found.load()
    return found


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, **options: Any) -> bytes:
    made, held = pikepdf.new(), BytesIO()
    made.add_blank_page(page_size=(200, 300))
    if change is not None:
        change(made)
    made.save(held, **options)
    return held.getvalue()


# -- honest files ------------------------------------------------------------------------------------------------


def test_a_photo_is_kept_upright_and_without_where_and_when_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010F] = "MAKER-OF-PHONE"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (25.0, 46.0, 51.0)
    sent = picture((60, 40), exif=exif, comment=b"SECRET-COMMENT")
    assert b"MAKER-OF-PHONE" in sent
    assert b"SECRET-COMMENT" in sent
    paper = kept(sent)
    found = seen(paper)
    assert (paper.media_type, found.format, found.size) == ("image/jpeg", "JPEG", (40, 60))
    assert not found.getexif()
    assert not [word for word in (b"MAKER-OF-PHONE", b"SECRET-COMMENT", b"Exif") if word in paper.data]


def test_a_large_photo_is_shrunk_and_stays_readable() -> None:
    found = seen(kept(picture((4000, 3000))))
    assert found.size == (2000, 1500)


@pytest.mark.parametrize(
    ("mode", "color"), [("RGBA", (0, 0, 0, 0)), ("LA", (0, 0)), ("P", 0)], ids=["rgba", "grey", "palette"]
)
def test_what_was_transparent_becomes_paper_white(mode: str, color: Any) -> None:
    """A signature cut out of its paper would be black on black otherwise."""
    options = {"transparency": 0} if mode == "P" else {}
    found = seen(kept(picture(kind="PNG", mode=mode, color=color, **options), "हस्ताक्षर.png"))
    assert min(found.getpixel((20, 20))) > 250


def test_sixteen_bits_of_grey_stay_grey() -> None:
    found = seen(kept(picture(kind="PNG", mode="I;16", color=128 * 256), "स्कैन.png"))
    assert all(abs(shade - 128) < 3 for shade in found.getpixel((20, 20)))


def test_a_scan_in_printing_colours_is_kept() -> None:
    assert seen(kept(picture(mode="CMYK"))).mode == "RGB"


def test_a_pdf_is_rewritten_without_its_particulars() -> None:
    def particulars(made: pikepdf.Pdf) -> None:
        made.docinfo["/Author"] = "AUTHOR-OF-SCAN"
        with made.open_metadata() as words:
            words["dc:creator"] = ["AUTHOR-OF-SCAN"]
        made.Root.OpenAction = pikepdf.Array(
            [made.pages[0].obj, pikepdf.Name.Fit]
        )  # every office program writes one

    sent = pdf(particulars, compress_streams=False) + b"<html><script>alert(1)</script>"
    paper = kept(sent, "पत्र.pdf", "application/pdf")
    assert paper.media_type == "application/pdf"
    with pikepdf.open(BytesIO(paper.data)) as found:
        assert len(found.pages) == 1
        assert not found.docinfo
        assert found.Root.keys() == {"/Pages", "/Type"}
    assert b"AUTHOR-OF-SCAN" not in paper.data
    assert b"<script>" not in paper.data


# -- what only looks like a file of ours -------------------------------------------------------------------------


def test_the_name_and_the_claim_of_the_browser_count_for_nothing() -> None:
    paper = kept(pdf(), "photo.jpg", "image/jpeg")
    assert (paper.media_type, paper.name) == ("application/pdf", "photo.pdf")
    paper = kept(picture(kind="PNG"), "report.exe", "text/html")
    assert (paper.media_type, paper.name) == ("image/jpeg", "report.jpg")


FOREIGN = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg with its head": b'<?xml version="1.0"?><!DOCTYPE svg><svg onload="alert(1)"/>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif that is a script": b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//",
    "windows program": b"MZ" + b"\0" * 200,
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "text": "केवल अक्षर".encode(),
    "head of a jpeg": b"\xff\xd8\xff\xe0",
    "head of a png": b"\x89PNG\r\n\x1a\n",
    "head of a pdf": b"%PDF-1.7\n",
    "pdf after other bytes": b"GIF89a%PDF-1.7\n",
    "bitmap": b"BM" + b"\0" * 60,
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_other_kinds_are_refused_whatever_they_are_called(data: bytes) -> None:
    assert refusal(data, "कागज.pdf", "application/pdf") == "form.file_wrong_kind"


def test_other_kinds_of_picture_are_refused() -> None:
    for kind in ("GIF", "BMP", "TIFF", "WEBP"):
        assert refusal(picture(kind=kind)) == "form.file_wrong_kind", kind


def test_an_empty_and_a_cut_file_are_refused() -> None:
    assert refusal(b"") == "form.file_empty"
    assert refusal(picture((900, 900), color=(1, 2, 3))[:-200]) == "form.file_wrong_kind"
    assert refusal(pdf()[:80]) == "form.file_wrong_kind"


@pytest.mark.parametrize("sent", [picture(), picture(kind="PNG")], ids=["jpeg", "png"])
def test_what_hides_behind_a_picture_is_gone(sent: bytes) -> None:
    """A file that is a picture to one program and a page, an archive or a script to another."""
    for tail in (
        b"<html><script>alert(1)</script></html>",
        b"PK\x03\x04evil.jar",
        b"<?php system('id'); ?>",
        pdf(),
    ):
        paper = kept(sent + tail)
        assert tail not in paper.data
        assert b"<script>" not in paper.data


# -- a PDF that acts -----------------------------------------------------------------------------------------------


def _name(text: str) -> pikepdf.Name:
    return pikepdf.Name(text)


def _action(kind: str, **more: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=_name(kind), **more)


def _annotation(made: pikepdf.Pdf, **parts: Any) -> None:
    made.pages[0].obj.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Type=_name("/Annot"), Rect=[0, 0, 9, 9], **parts)]
    )


def _script_when_opened(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = made.make_indirect(_action("/JavaScript", JS="app.alert(1)"))


def _script_within_the_root(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = _action("/JavaScript", JS="app.alert(1)")


def _script_by_name(made: pikepdf.Pdf) -> None:
    tree = pikepdf.Dictionary(Names=["x", _action("/JavaScript", JS="app.alert(1)")])
    made.Root.Names = pikepdf.Dictionary(JavaScript=tree)


def _script_when_a_page_is_turned(made: pikepdf.Pdf) -> None:
    made.pages[0].obj.AA = pikepdf.Dictionary(O=_action("/JavaScript", JS="app.alert(1)"))


def _script_deep_in_a_chain(made: pikepdf.Pdf) -> None:
    after = pikepdf.Array([_action("/Named", N=_name("/NextPage"), Next=_action("/JavaScript", JS="x"))])
    _annotation(made, Subtype=_name("/Link"), A=_action("/Named", N=_name("/NextPage"), Next=after))


def _script_in_a_stream(made: pikepdf.Pdf) -> None:
    stream = made.make_stream(b"app.alert(1)")
    stream.stream_dict.AA = pikepdf.Dictionary(O=_action("/JavaScript", JS="x"))
    made.Root.Odd = stream


def _program_started(made: pikepdf.Pdf) -> None:
    _annotation(made, Subtype=_name("/Link"), A=_action("/Launch", F="cmd.exe"))


def _form_sent_elsewhere(made: pikepdf.Pdf) -> None:
    _annotation(made, Subtype=_name("/Link"), A=_action("/SubmitForm", F="http://127.0.0.1/"))


def _file_enclosed(made: pikepdf.Pdf) -> None:
    made.attachments["evil.exe"] = b"MZ"


def _file_enclosed_within_the_root(made: pikepdf.Pdf) -> None:
    held = pikepdf.Dictionary(EF=pikepdf.Dictionary(F=made.make_stream(b"MZ")), F="evil.exe")
    made.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=["evil.exe", held]))


def _file_pinned_to_a_page(made: pikepdf.Pdf) -> None:
    held = pikepdf.Dictionary(Type=_name("/Filespec"), F="evil.exe")
    _annotation(made, Subtype=_name("/FileAttachment"), FS=held)


def _film(made: pikepdf.Pdf) -> None:
    _annotation(made, Subtype=_name("/RichMedia"))


def _form_that_runs(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=made.make_stream(b"<xdp/>"))


ACTING = (
    _script_when_opened,
    _script_within_the_root,
    _script_by_name,
    _script_when_a_page_is_turned,
    _script_deep_in_a_chain,
    _script_in_a_stream,
    _program_started,
    _form_sent_elsewhere,
    _file_enclosed,
    _file_enclosed_within_the_root,
    _file_pinned_to_a_page,
    _film,
    _form_that_runs,
)


@pytest.mark.parametrize("change", ACTING, ids=lambda change: change.__name__.strip("_"))
def test_a_pdf_that_could_act_is_refused(change: Callable[[pikepdf.Pdf], None]) -> None:
    assert refusal(pdf(change), "पत्र.pdf") == "form.file_active"


def test_a_pdf_that_could_act_is_refused_however_it_is_packed() -> None:
    packed = pdf(_file_enclosed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"EmbeddedFiles" not in packed
    assert refusal(packed, "पत्र.pdf") == "form.file_active"


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_locked_pdf_is_refused(password: str) -> None:
    locked = pdf(encryption=pikepdf.Encryption(owner="owner", user=password))
    assert refusal(locked, "पत्र.pdf") == "form.file_active"


def test_a_book_is_refused() -> None:
    def fill(made: pikepdf.Pdf) -> None:
        for _ in range(50):
            made.add_blank_page()

    assert refusal(pdf(fill), "पत्र.pdf") == "form.file_too_many_pages"


# -- too much ------------------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_refused_before_it_is_opened() -> None:
    assert refusal(b"\xff\xd8\xff" + b"\0" * 10_000_000) == "form.file_too_large"
    assert refusal(b"%PDF-" + b"\0" * 5_000_000, "पत्र.pdf") == "form.file_too_large"


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    flood = picture((40_000, 40_000), "PNG", "1")
    assert len(flood) < 1_000_000
    assert refusal(flood) == "form.file_too_many_pixels"


FIFTY = (8_660, 5_773)  # pixels: what a phone of today takes at its finest


def test_a_photo_of_fifty_megapixels_is_told_to_be_taken_smaller_before_it_takes_memory() -> None:
    """Refused by its head, so that neither the whole file nor a cut one is ever unpacked."""
    sent = picture(FIFTY)
    assert len(sent) < 2_000_000
    for data in (sent, sent[: len(sent) // 2], sent[:1_000]):
        made = prepared(data)
        assert isinstance(made, FieldProblem)
        assert (made.key, made.params["megapixels"]) == ("form.file_too_many_pixels", 40)


def test_the_largest_photo_that_is_taken_becomes_a_small_one_and_a_cut_one_is_refused() -> None:
    sent = picture((7_300, 5_470))  # just under forty million
    assert seen(kept(sent)).size == (2000, 1499)
    assert refusal(sent[: len(sent) // 2]) == "form.file_wrong_kind"


def test_a_pdf_that_unpacks_to_gigabytes_ends_its_own_program_only() -> None:
    assert refusal(_packed_tightly(1500), "पत्र.pdf") == "form.file_wrong_kind"
    assert kept(picture()), "and the next file is looked at as ever"


def test_a_picture_that_takes_for_ever_ends_its_own_program_only() -> None:
    """A JPEG of some thousand layers: one and a half megabytes, minutes of work."""
    layered = picture((6000, 6000), mode="L", color=128, progressive=True)
    last = layered.rfind(b"\xff\xda")
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    assert refusal(layered[:-2] + layered[last:-2] * 20_000 + layered[-2:]) == "form.file_wrong_kind"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 15, (
        "stopped by its bound, not by the clock"
    )


def _packed_tightly(megabytes: int) -> bytes:
    """A PDF whose pages lie in an object stream of so many megabytes of blanks."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b"2 0 <</Type/Pages/Kids[3 0 R]/Count 1>>")
    packed += b"".join(packer.compress(b" " * 1_048_576) for _ in range(megabytes)) + packer.flush()
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(packed), packed),
    }
    out, places = b"%PDF-1.5\n", {}
    for number, body in bodies.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places[5] = len(out)
    rows = [b"\0\0\0\0\0\xff", _row(1, places[1]), _row(2, 4), *(_row(1, places[each]) for each in (3, 4, 5))]
    table = b"".join(rows)
    head = b"<</Type/XRef/Size 6/W[1 4 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream" % (len(table), table)
    return out + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (head, places[5])


def _row(kind: int, where: int) -> bytes:
    return bytes([kind]) + where.to_bytes(4, "big") + b"\0"


# -- names ---------------------------------------------------------------------------------------------------------

NAMES = {
    "../../etc/passwd": "passwd.jpg",
    "C:\\Users\\dm\\कागज.jpeg": "कागज.jpg",
    "\\\\server\\share\\x.png": "x.jpg",
    "evil.jpg\r\nSet-Cookie: x=1": "evil.jpg",
    "invoice\u202egpj.exe": "invoicegpj.jpg",
    "nul\0byte.jpg": "nulbyte.jpg",
    "<script>alert(1)</script>.jpg": "script.jpg",
    'quo"te;name.jpg': "quotename.jpg",
    "...": "file.jpg",
    "con.jpg": "file.jpg",
    "Com1.tar.png": "file.jpg",
    "report.pdf.exe": "report.pdf.jpg",
    "": "file.jpg",
    "   .jpg": "file.jpg",
    "राम कुमार का पत्र दिनांक १५.jpg": "राम कुमार का पत्र दिनांक १५.jpg",
    "मो० हसन (2).final.jpeg": "मो० हसन (2).final.jpg",
    "क" * 300 + ".jpg": "क" * 60 + ".jpg",
}


@pytest.mark.parametrize(("sent", "name"), NAMES.items())
def test_a_name_is_never_a_path_nor_a_header(sent: str, name: str) -> None:
    paper = kept(picture(), sent)
    assert paper.name == name
    header = attachment(paper.name)
    assert header.startswith('attachment; filename="')
    assert header.isascii()
    assert not set(header) & set("\r\n\0<>")
    assert header.count('"') == 2
    assert 'filename=".' not in header, "a hidden file is not found again"


def test_a_refusal_names_the_file_without_what_would_bend_the_page() -> None:
    made = prepared(b"none", "गलत\u202e\r\n.exe")
    assert isinstance(made, FieldProblem)
    assert made.params["name"] == "गलत"
