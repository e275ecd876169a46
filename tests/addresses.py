"""Every address of the product: what it is about, and how it answers a post that may use it."""

from __future__ import annotations

from dataclasses import dataclass, field

OPENS = frozenset({200, 303})
#: An act is done (and leads on), or its form is shown again because nothing was typed into it.
ACTS = frozenset({200, 303, 409, 422})


@dataclass(frozen=True)
class Address:
    """One address: `thing` is what its id names (tests/two_districts.py makes it), "" where it names none.

    `gives` are the statuses for a post that has the permission of the view and sees the thing. `parts` are further
    parts of the address, `form` what is posted.
    """

    thing: str = ""
    gives: frozenset[int] = OPENS
    parts: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)


def opens(thing: str = "", **parts: str) -> Address:
    """Describe a page, or a file to take away."""
    return Address(thing, OPENS, parts)


def acts(thing: str = "", *also: int, form: dict[str, str] | None = None, **parts: str) -> Address:
    """Describe an act by a form; `also` are statuses beyond the usual ones."""
    return Address(thing, ACTS | set(also), parts, form or {})


PROPOSED = {"name": "verification.bpmn"}
NEVER = "00000000-0000-0000-0000-000000000000"
SOME = "0199a000-0000-4000-8000-000000000001"
NOTHING_SENT = 400  # the page always sends what is missing here
#: Endpoint -> how it answers. Whoever lacks the permission of its view gets 403; who may not know of the thing, 404.
ADDRESSES: dict[str, Address] = {
    # -- everybody's door --
    "assets.serve": Address(gives=frozenset({404}), parts={"name": "nothing.css"}),
    "verify.ask": opens(),
    "verify.by_birth": acts(),
    "verify.by_file": acts(),
    "verify.key": opens(),
    "verify.show": Address(gives=frozenset({404}), parts={"token": "abcdefghijkl"}),
    "verify.scanned": Address(gives=OPENS | {404}, parts={"token": "abcdefghijkl"}),
    "demo.enter": Address(gives=frozenset({404})),
    "health.process": opens(),
    "health.readiness": Address(gives=frozenset({503})),
    "help.accessibility": opens(),
    "help.privacy": opens(),
    "help.topic": opens(screen="inbox"),
    "newcomers.enter": acts(),
    "newcomers.show": opens(),
    "newcomers.set_up": opens(),
    "newcomers.finish": acts(),
    "signin.front": opens(),
    "signin.show": opens(),
    "signin.enter": acts(),
    "signin.ask_passkey": opens(),
    # -- one's own --
    "signin.leave": acts(),
    "signin.kept": acts(),
    "account.show": opens(),
    "account.language": acts(),
    "account.typing": acts("", 204),
    "account.switch_post": Address(gives=frozenset({404})),
    "account.end_others": acts(),
    "account.end_session": acts("session"),
    "account.factor": opens(what="password"),
    "account.change": acts(what="password"),
    "account.ask_passkey": Address(gives=frozenset({404}), parts={"what": "codes"}),  # of who has none
    "notices.show": opens(),
    "notices.change": acts(),
    "stepup.show": opens("step_up"),
    "stepup.confirm": acts("step_up"),
    "stepup.ask_passkey": Address("step_up", frozenset({404})),  # of somebody who has none
    "passkeys.ask": acts(),
    "passkeys.show": Address("step_up", frozenset({404})),  # of another act
    "passkeys.options": Address("step_up", frozenset({404})),
    "passkeys.add": Address("step_up", frozenset({404})),
    "passkeys.remove": Address(gives=frozenset({404}), parts={"passkey_id": NEVER}),
    "signatures.show": opens(),
    "signatures.ask": acts(),
    "signatures.done": opens("step_up"),
    "ownsigning.show": opens(),
    "ownsigning.bring": acts(),
    "ownsigning.enter": acts(),
    "ownsigning.take": Address(gives=frozenset({404}), parts={"paper_id": NEVER, "part": "bytes"}),
    # -- clocks --
    "reports.statement": opens(key="pendency"),
    "reports.file": opens(key="pendency", ending="csv"),
    "reports.ask_file": acts(key="pendency", ending="csv"),
    "reports.enter_baseline": acts(),
    "reports.events": acts(),
    "reports.kept": Address(
        gives=OPENS | {403}
    ),  # of the whole district: an office of its own figures sees none
    "reports.kept_file": Address(
        gives=frozenset({403, 404}),
        parts={"kept_id": "00000000-0000-0000-0000-000000000000", "ending": "csv"},
    ),
    "reports.ask_kept_file": Address(gives=frozenset({403, 404}), parts={"kept_id": NEVER, "ending": "csv"}),
    "reports.cases": Address(gives=frozenset({404}), parts={"key": "pendency"}),
    "clocks.show": opens(),
    "clocks.reminders": opens(),
    "calendar.show": opens(),
    "calendar.propose": acts(),
    "calendar.decide": acts(),
    "areas.show": opens(),
    "areas.decide": acts(),
    "thanas.listing": opens(),
    "thanas.show": opens(key="th_garkha"),
    "thanas.change": acts(key="th_garkha", form={"kind": "rename"}),
    "thanas.undo": acts(),
    "offices.listing": opens(),
    "offices.new": opens(),
    "offices.add": acts(),
    "offices.undo": acts(),
    "offices.lacking": opens(),
    "offices.see_letterhead": acts(),
    "officelists.begin": opens(),
    "officelists.upload": acts(),
    "officelists.template": opens(),
    "officelists.show": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "officelists.explain": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "officelists.take": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "officelists.drop": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "officelists.to_mend": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimes.form": opens(),
    "crimes.find": acts(),
    "crimes.new": opens(),
    "crimes.enter": acts(),
    "crimes.show": Address(gives=frozenset({404}), parts={"accused_id": NEVER}),
    "crimes.correcting": Address(gives=frozenset({404}), parts={"accused_id": NEVER}),
    "crimes.correct": Address(gives=frozenset({404}), parts={"accused_id": NEVER}),
    "crimes.withheld": opens(),
    "crimes.withhold": Address(gives=frozenset({404, 422}), parts={"accused_id": NEVER}),
    "crimes.restore": Address(gives=frozenset({404, 422}), parts={"accused_id": NEVER}),
    "crimes.remove": Address(gives=frozenset({404, 422}), parts={"accused_id": NEVER}),
    "crimelists.begin": opens(),
    "crimelists.upload": acts(),
    "crimelists.template": opens(),
    "crimelists.show": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimelists.explain": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimelists.send": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimelists.approve": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimelists.give_back": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimelists.drop": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "crimelists.to_mend": Address(gives=frozenset({404}), parts={"roster_id": NEVER}),
    "hits.show": opens("task"),
    "hits.one": Address("task", frozenset({404}), {"accused_id": NEVER}),
    "hits.decide": Address("task", frozenset({404}), {"accused_id": NEVER}),
    "hits.offer": acts("task"),
    "orders.show": opens(),
    "orders.paper": Address(gives=frozenset({404}), parts={"order_id": NEVER}),
    "orders.issue": acts(),
    "orders.cancel": acts(),
    "record.show": opens(),
    "record.find": acts(),
    "record.security": opens(kind="failures"),
    "record.masked_find": opens(),
    "record.tickets": opens(),
    "record.give_ticket": acts(),
    "record.close_ticket": Address(gives=frozenset({303}), parts={"case_id": NEVER}),
    "record.masked": Address(gives=frozenset({404}), parts={"number": "SRN-2026-99999"}),
    "remarks.show": Address(gives=frozenset({404}), parts={"chain": "SRN-2026-99999", "seq": "1"}),
    "remarks.ask": Address(gives=frozenset({404}), parts={"chain": "SRN-2026-99999", "seq": "1"}),
    "proofs.show": opens(),
    "proofs.check": acts(),
    "proofs.export": acts(),
    "record.chain": opens(chain="admin"),
    "record.case": Address(gives=frozenset({404}), parts={"number": "SRN-2026-99999"}),
    "watch.show": opens(),
    "watch.rows": Address(gives=frozenset({404})),  # no line is named
    "retention.show": opens(),
    "retention.propose": acts(),
    "retention.one": Address(gives=frozenset({404}), parts={"destruction_id": NEVER}),
    "retention.approve": Address(gives=frozenset({404}), parts={"destruction_id": NEVER}),
    "retention.refuse": Address(gives=frozenset({404}), parts={"destruction_id": NEVER}),
    "retention.hold": acts(),
    "retention.lift": Address(gives=frozenset({404}), parts={"case_hold_id": NEVER}),
    # -- work --
    "inbox.show": opens(),
    "inbox.find": acts(),
    "inbox.waiting_notes": opens(),
    "inbox.views": opens(),
    "charges.show": opens(),
    "inbox.save_view": acts(),
    "inbox.change_view": acts("view", form={"_op": "drop"}),
    "many.claim": acts(),
    "many.give": acts(),
    "many.send": acts("", act="mark"),
    "many.prints": acts(),
    "tasks.show": opens("task"),
    "tasks.complete": acts("task"),
    "tasks.preview": Address("task", gives=frozenset({404})),  # a visit issues no paper
    "tasks.draft": acts("task"),
    "tasks.claim": acts("task"),
    "tasks.take_hearing": Address("task", frozenset({404})),  # nobody prepared one
    "tasks.release": acts("task"),
    "tasks.look_again": acts("task"),
    "phones.show": opens(),
    "phones.key": acts(),
    "phones.receive": acts("task", form={"_item": SOME, "_kind": "draft"}),
    "visits.sheet": opens("task"),
    "visits.fail": acts("task"),
    "tasks.reassign": opens("gift"),
    "tasks.give": acts("gift"),
    "cases.show": opens("case"),
    "cases.tab": opens("case", tab="timeline"),
    "cases.diagram_file": opens("case", step="1"),  # with one drawing: each costs half a second
    "tracking.overview_file": opens(),
    "cases.write_note": acts("case"),
    "cases.settle_note": Address(
        "case", frozenset({404}), {"note_id": "00000000-0000-0000-0000-000000000000"}
    ),
    "unanswered.show": Address("case", frozenset({404}), {"enquiry_id": NEVER}),
    "unanswered.decide": Address("case", frozenset({404}), {"enquiry_id": NEVER}),
    "withdrawals.show": opens("case"),
    "withdrawals.send": acts("case"),
    # Its form is for other posts once it was forwarded, as that of every officer's reach was.
    "hearings.show": Address("case", gives=frozenset({404})),  # it is not at a step that decides
    "hearings.prepare": Address("case", gives=frozenset({404})),
    "hearings.notice": Address("case", gives=frozenset({404})),
    "particulars.show": Address("case", gives=frozenset({200, 403})),
    "particulars.correct": Address("case", gives=frozenset({403, 422})),
    "subjects.show": opens("case"),
    "subjects.ask": acts("case"),
    "cases.document": opens("document"),
    "caselist.show": opens(),
    "caselist.views": opens(),
    "caselist.save_view": acts(),
    "caselist.change_view": acts("view", form={"_op": "drop"}),
    "bundles.listing": opens(),
    "bundles.show": Address(gives=frozenset({404}), parts={"bundle_id": NEVER}),
    "bundles.take": Address(gives=frozenset({404}), parts={"bundle_id": NEVER}),
    "bundles.stop": Address(gives=frozenset({404}), parts={"bundle_id": NEVER}),
    "cases.bound": Address("case", gives=frozenset({303, 404})),  # none of its documents is open to all
    "cases.draft": Address("case", gives=frozenset({404})),  # nobody has reported on it yet
    "cases.letter": Address("case", gives=frozenset({404}), parts={"key": "none"}),
    "cases.sent_letter": Address(gives=frozenset({404}), parts={"letter_id": NEVER}),
    "finder.show": opens(),
    "finder.panel": opens(),
    "finder.find": acts(),
    "search.form": opens(),
    "emergency.show": opens(),
    "emergency.open_case": acts(),
    "emergency.case": Address(gives=frozenset({404}), parts={"number": "SRN-2026-99999"}),
    "search.find": acts(),
    "requisitions.listing": opens(),
    "requisitions.find": acts(),
    "requisitions.view": opens("letter"),
    "requisitions.letter": opens(),
    "requisitions.register": acts(),
    "requisitions.person": opens("letter"),
    "requisitions.add_person": acts("letter"),
    "requisitions.forwarding_page": Address(
        "letter", frozenset({200, 403})
    ),  # the scrutiny is not the assistant's
    "requisitions.forward": Address("letter", frozenset({200, 403, 422})),
    "requisitions.marking_page": Address("letter", frozenset({200, 403})),  # nor is the marking
    "requisitions.mark": Address("letter", frozenset({403, 422})),
    "department.letters": opens(),
    "department.letter": opens("letter"),
    "department.reply": Address("letter", gives=frozenset({404})),
    "department.take_all": Address("letter", frozenset({404})),  # nothing was delivered yet
    "requisitions.take_all": acts("letter"),
    "requisitions.ask_reply": acts("letter"),
    "lettercorrections.show": Address("letter", gives=OPENS | {403}),  # by how far its cases have come
    "lettercorrections.correct": acts("letter", 403),
    "requisitions.reply": Address("letter", gives=frozenset({404})),  # nothing was issued yet
    "department.papers": opens(),
    "department.open_paper": Address(gives=frozenset({404}), parts={"delivery_id": NEVER}),
    "departments.listing": opens(),
    "departments.add": acts(),
    "departments.link": Address("letter", frozenset({404})),  # no office is named
    "lodgements.new": opens(),
    "lodgements.begin": acts(),
    "lodgements.letter": opens("lodgement"),
    "lodgements.change": acts("lodgement"),
    "lodgements.show": opens("lodgement"),
    "lodgements.send": acts("lodgement"),
    "lodgements.take_back": acts("lodgement"),
    "lodgements.drop": acts("lodgement"),
    "department.find": acts(),
    "memos.case": opens("case"),
    "memos.write": opens("case"),
    "memos.send": acts("case"),
    "memos.take_back": Address(gives=frozenset({404}), parts={"memo_id": NEVER}),
    "memos.waiting": opens(),
    "memos.look": Address(gives=frozenset({404}), parts={"memo_id": NEVER}),
    "memos.take": Address(gives=frozenset({404}), parts={"memo_id": NEVER}),
    "memos.note": Address(gives=frozenset({404}), parts={"memo_id": NEVER}),
    "memos.give_back": Address(gives=frozenset({404}), parts={"memo_id": NEVER}),
    "enclosures.letter": opens("lodgement"),
    "enclosures.give_letter": acts("lodgement"),
    "enclosures.photos": Address("roster", frozenset({404, 409, 422})),
    "enclosures.persons": opens("roster"),
    "enclosures.person": Address("roster", frozenset({404}), {"number": "2"}),  # nobody was judged yet
    "enclosures.give_person": Address("roster", frozenset({404}), {"number": "2"}),
    "enclosures.take": Address(gives=frozenset({404}), parts={"letter_id": NEVER, "document_id": NEVER}),
    "lodgements.waiting": opens(),
    "lodgements.look": opens("sent"),
    "lodgements.accept": acts("sent"),
    "lodgements.give_back": acts("sent"),
    "neighbours.waiting": opens(),
    "neighbours.show": opens("neighbour"),
    "neighbours.accept": acts("neighbour"),
    "neighbours.give_back": acts("neighbour"),
    "neighbours.ask_again": acts("task"),
    "tokens.show": opens(),
    "tokens.ask": acts(),
    "tokens.revoke": acts("token"),
    "tokens.tell": acts(),
    "tokens.tell_no_more": acts(),
    "tokens.overview": opens(),
    "tokens.end": acts("token"),
    "api.guide": opens(),
    "api.document": opens(),
    # programs show a token; a session opens none of these
    "api.lodge": Address(gives=frozenset({401})),
    "api.listing": Address(gives=frozenset({401})),
    "api.one": Address(gives=frozenset({401}), parts={"requisition_id": NEVER}),
    "api.send": Address(gives=frozenset({401}), parts={"requisition_id": NEVER}),
    "api.put_file": Address(gives=frozenset({401}), parts={"requisition_id": NEVER, "field": "letter_scan"}),
    "api.put_persons_file": Address(
        gives=frozenset({401}), parts={"requisition_id": NEVER, "number": "1", "field": "photo"}
    ),
    "api.papers": Address(gives=frozenset({401})),
    "api.open_paper": Address(gives=frozenset({401}), parts={"paper_id": NEVER}),
    "rosters.begin": opens("letter"),
    "rosters.upload": acts("letter"),
    "rosters.template": opens("letter"),
    "rosters.show": opens("roster"),
    "rosters.explain": acts("roster"),
    "rosters.take": acts("roster"),
    "rosters.check": acts("roster"),
    "rosters.undo": acts("roster"),
    "rosters.drop": acts("roster"),
    "rosters.to_mend": Address("roster", frozenset({404})),  # nothing was judged yet
    "tracking.overview": opens(),
    "tracking.waiting": opens(element_id="decide"),
    "live.inbox": opens(),
    "live.tracking": opens(),
    "live.case": opens("case"),
    "reports.queues": opens(),
    "certificates.register": opens(),
    "certificates.revocations": opens(),
    "certificates.show": opens("document"),  # a paper has the id of its document
    "certificates.reprint": acts("document", 403),  # of another office's paper
    "certificates.revoke": acts("document", 403),
    "certificates.act": Address("document", gives=frozenset({404})),
    "corrections.show": Address("document", gives=OPENS | {403}),  # of another office's paper
    "corrections.prepare": acts("document", 403),
    "corrections.preview": Address("document", gives=frozenset({404})),
    "corrections.sign": Address("document", gives=frozenset({404})),
    # -- the procedure --
    "modeler.release": opens(),
    "moving.show": opens(),
    "moving.move": acts(),
    "moving.back": acts(),
    "moving.take_back": acts(),
    "moving.send_back": acts(),
    "moving.give": acts(),
    "moving.choose": acts(),
    "moving.try_all": acts(),
    "moving.stop": acts(),
    "modeler.one": opens("version"),
    "modeler.compare": opens("version"),
    "modeler.export": opens("version"),
    "modeler.begin": acts("version"),
    "modeler.bring_in": acts("", NOTHING_SENT),
    "modeler.compare_proposal": opens("proposal"),
    "modeler.export_proposal": opens("proposal"),
    "proposals.show": opens("proposal"),
    "proposals.file": opens("proposal", **PROPOSED),
    "proposals.step": opens("proposal", **PROPOSED, element_id="decide"),
    "proposals.change_step": acts("proposal", **PROPOSED, element_id="decide"),
    "proposals.save": acts("proposal", **PROPOSED),
    "proposals.send": acts("proposal"),
    "proposals.take_back": acts("proposal"),
    "proposals.send_back": acts("proposal"),
    "proposals.approve": acts("proposal"),
    "proposals.drop": acts("proposal"),
    "replays.show": opens("proposal"),
    "replays.begin": acts("proposal"),
    "replays.cancel": Address("proposal", frozenset({404})),  # nothing of it is running
    "trials.show": opens("proposal"),
    "trials.begin": acts("proposal"),
    "trials.cancel": Address("proposal", frozenset({404})),  # nothing of it is running
    "scenarios.show": opens("proposal"),
    "scenarios.add": acts("proposal"),
    "scenarios.accept": acts("proposal"),
    "scenarios.one": opens("proposal", key="clean_case"),
    "scenarios.change": acts("proposal", key="clean_case"),
    "scenarios.delete": acts("proposal", key="re_enquiry"),
    "canvas.draw": opens("proposal", **PROPOSED),
    "decisions.show": opens("proposal", name="checks.dmn"),
    "decisions.change": acts("proposal", NOTHING_SENT, name="checks.dmn"),
    "formtable.show": opens("proposal", name="visit.form"),
    "formtable.change": acts("proposal", NOTHING_SENT, name="visit.form"),
    "formtable.copy": acts("proposal", NOTHING_SENT, name="visit.form"),
    "papertexts.listing": opens("proposal"),
    "papertexts.show": opens("proposal", name="report_clear"),
    "papertexts.change": acts("proposal", NOTHING_SENT, name="report_clear"),
    "papertexts.preview": opens("proposal", name="report_clear"),
    # -- administration --
    "admin.overview": opens(),
    "admin.retry": acts("incident"),
    "admin.retry_all": acts("", NOTHING_SENT),
    "admin.skip": acts("incident"),
    "admin.watch": acts(),
    "admin.close": acts("incident"),
    "amendments.listing": opens(),
    "amendments.show": Address("incident", gives=frozenset({404})),  # what stopped there is no act of a case
    "amendments.propose": Address("incident", gives=frozenset({404})),
    "amendments.read": Address(gives=frozenset({404}), parts={"amendment_id": NEVER}),
    "amendments.decide": Address(gives=OPENS | {404}, parts={"amendment_id": NEVER}),
    "series.show": opens(),
    "series.propose": acts(),
    "series.decide": acts(),
    "policies.show": opens(),
    "policies.propose": acts(),
    "policies.propose_years": acts(),
    "policies.decide_years": acts(),
    "policies.decide": acts(),
    "entrycodes.show": opens(),
    "entrycodes.ask": acts(),
    "entrycodes.allow": acts("request"),
    "entrycodes.refuse": acts("request"),
    "rights.show": opens(),
    "entrycodes.new_officer": opens(),
    "entrycodes.add_officer": acts(),
    "posts.listing": opens(),
    "posts.order": opens("office"),
    "posts.give": acts("office"),
    "posts.absent": opens("posting"),
    "posts.certify": acts("posting"),
    "posts.charge_list": Address("posting", frozenset({404}), {"list_id": NEVER}),
    "posts.ending": opens("posting"),
    "posts.end": acts("posting"),
    "posts.agree": acts("order"),
    "posts.refuse": acts("order"),
}
HELP = """
Write a line for it into ADDRESSES (tests/addresses.py): `opens("case")` for a page, `acts("case")` for a form that is
posted; the word is the thing that the id in the address names, made by tests/two_districts.py (a thing that it does
not know is asked for by an unknown id alone). Whoever has the permission of the view and sees the thing gets what the
line says; whoever lacks the permission 403; who may not know of the thing 404, as for one that never was.
"""
