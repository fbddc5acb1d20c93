"""T11: what was signed is blank, outdated, withdrawn, or not the text that is on record."""

import base64
import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from hedui.procedure.authorizations.models import Form
from hedui.procedure.authorizations.texts import FormNotUsable, publish, withdraw
from hedui.procedure.commissions.acts import commission
from hedui.procedure.inquiries.acts import inquire
from hedui.procedure.record.actor import INSTALLER, WORKER
from tests import cast
from tests.procedure import raw


def test_a_text_that_is_not_on_record_carries_no_authorization(county):
    case = cast.declared(county)
    with pytest.raises(FormNotUsable, match="没有登记过"):
        cast.authorize(county, case.members.get(key="a"), form="form-1999-1")
    signed = cast.authorize(county, case.members.get(key="a"))
    with pytest.raises(DatabaseError), transaction.atomic():
        raw.insert(signed, id=uuid4(), evidence="sha256:" + "1" * 64, form_id="form-1999-1")


def test_a_text_of_another_programme_carries_none(county):
    publish(
        form="edge",
        title="授权书",
        text=cast.TEXT,
        programmes=["dibao_edge"],
        first_day=date(2024, 1, 1),
        by=INSTALLER,
    )
    with pytest.raises(FormNotUsable, match="本项目"):
        cast.authorize(county, cast.declared(county).members.get(key="a"), form="edge")


def test_the_text_on_record_does_not_change_under_the_signature(county):
    """Neither the text nor its digest; so the digest in each question is that of what was read."""
    cast.authorize(county, cast.declared(county).members.get(key="a"))
    form = Form.objects.get()
    for change in ({"text": "另一文本"}, {"digest": "sha256:0"}, {"title": "另一标题"}):
        with raw.refused("form: a signed text is never changed, only withdrawn once"):
            raw.update(form, **change)


def test_every_question_names_the_text_by_its_digest(county):
    case = cast.declared(county)
    cast.authorize(county, case.members.get(key="a"))
    envelopes = inquire(commission=commission(case=case, by=county.intake), by=WORKER)
    digests = {
        claims(t.inquiry.authorization.artefact)["form"]["digest"]
        for e in envelopes
        for t in e.tickets
    }
    assert digests == {Form.objects.get().digest}


def claims(artefact: str) -> Any:
    body = artefact.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_after_it_is_withdrawn_nobody_signs_it(county):
    withdraw(form=Form.objects.get(), by=INSTALLER)
    with pytest.raises(FormNotUsable, match="停用"):
        cast.authorize(county, cast.declared(county).members.get(key="a"))
