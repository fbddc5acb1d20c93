"""Rows come with the entry of the act that made them so."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("agencies", "0001_squashed"),
    ]

    operations = [
        migrations.AddField(
            model_name=model,
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="record.entry",
            ),
        )
        for model in ("agency", "officer", "post", "department")
    ]
