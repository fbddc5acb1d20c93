"""What another system tells that it decided: the guards, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [
        ("determinations", "0004_guards"),
        ("agencies", "0013_decides_elsewhere"),
        ("cases", "0008_heard"),
    ]
    operations = [Guards("determinations")]
