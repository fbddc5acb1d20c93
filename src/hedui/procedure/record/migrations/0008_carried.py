"""Who was asked about in a file finds what became of it without reading the ledger through."""

from django.db import migrations, models

from hedui.procedure.record.carrying import CARRYING


class Migration(migrations.Migration):
    dependencies = [("record", "0007_no_like")]
    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["at"], condition=models.Q(act__in=CARRYING), name="record_carried"
            ),
        ),
    ]
