"""Rows come with the entry of the act that made them so; the guards."""

import django.db.models.deletion
from django.db import migrations, models

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):

    dependencies = [
        ("authorizations", "0010_digest_and_term"),
        ("record", "0009_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="form",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="record.entry",
            ),
        ),
        Guards("authorizations"),
    ]
