"""The texts that are shipped are published once; what a place published before stands."""

from hedui.faces.cli.installing import FORM, publish_texts
from hedui.procedure.authorizations.models import Form
from hedui.procedure.record.models import Entry

HALF_WIDTH_IN_CHINESE = r"[\u4e00-\u9fff”》）][,;:?!(]|[,;:?!)][\u4e00-\u9fff“《（]"


def test_what_was_published_here_before_stays_and_the_rest_is_added(county):
    before = Form.objects.get(pk=FORM)
    publish_texts()
    assert Form.objects.get(pk=FORM).text == before.text
    shipped = Form.objects.exclude(pk=FORM)
    assert set(shipped.values_list("id", flat=True)) == {"dibao-2024-1", "dibao-edge-2024-1"}
    assert not shipped.filter(text__regex=HALF_WIDTH_IN_CHINESE)
    assert not shipped.filter(title__regex=HALF_WIDTH_IN_CHINESE)
    entries = Entry.objects.count()
    publish_texts()
    assert Entry.objects.count() == entries
