"""The whole course is held: a late objection, the newest proposal; the guards, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("determinations", "0005_heard")]
    operations = [Guards("determinations")]
