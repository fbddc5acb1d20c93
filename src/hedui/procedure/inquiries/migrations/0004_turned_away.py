"""How often messages of answers were not taken is counted where an administrator sees it."""

import django.db.models.deletion
from django.db import migrations, models
from uuid6 import uuid7


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_squashed"), ("inquiries", "0003_items_are_names")]
    operations = [
        migrations.CreateModel(
            name="TurnedAway",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("count", models.PositiveIntegerField()),
                ("last_at", models.DateTimeField()),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="agencies.department",
                    ),
                ),
            ],
            options={
                "verbose_name": "未被接受的反馈",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "kind", "day"), name="inquiries_turned_away_by_day"
                    )
                ],
            },
        ),
    ]
