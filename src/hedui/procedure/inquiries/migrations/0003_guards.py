"""The guards of inquiries, as they now stand: standing is looked at too, at every dispatch."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [
        ("inquiries", "0002_guards"),
        ("authorizations", "0004_guards"),
        ("record", "0003_guards"),
    ]
    operations = [Guards("inquiries")]
