"""What partners are told again is asked anew, and nobody is subscribed to twice."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils.timezone import now

from hedui.procedure.record.guards import Guards


def end_repeated(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """End the later of two subscriptions to the same: whoever made both was told all twice."""
    held = apps.get_model("agencies", "Subscription").objects.using(schema_editor.connection.alias)
    standing = set()
    for one in held.filter(ended_at=None).order_by("began_at", "id"):
        what = (one.partner_id, one.person, one.programme)
        if what in standing:
            held.filter(pk=one.pk).update(ended_at=now())
        standing.add(what)


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_with_their_entry"), ("oversight", "0002_guards")]
    operations = [
        migrations.AddField("partnermessage", "about", models.JSONField(null=True)),
        migrations.AddIndex(
            "partnermessage",
            models.Index(
                condition=models.Q(("sent_at__isnull", True)),
                fields=["partner", "next_at"],
                name="agencies_partnermessage_due",
            ),
        ),
        migrations.RunPython(end_repeated, migrations.RunPython.noop),
        migrations.AddConstraint(
            "subscription",
            models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("partner", "person", "programme"),
                name="agencies_subscribed_once",
            ),
        ),
        Guards("agencies"),
    ]
