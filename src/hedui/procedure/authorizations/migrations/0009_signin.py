"""A person signs in to their own page with a code."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0008_guards"), ("record", "0005_guards")]
    operations = [
        migrations.CreateModel(
            "SignIn",
            [
                (
                    "id",
                    models.UUIDField(
                        default=uuid6.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("step", models.BigIntegerField()),
                ("signed_in_at", models.DateTimeField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_ins",
                        to="authorizations.enrolment",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="record.entry",
                    ),
                ),
            ],
            options={"verbose_name": "本人登录", "ordering": ("id",)},
        ),
        migrations.AddConstraint(
            "signin",
            models.UniqueConstraint(
                fields=("enrolment", "step"), name="authorizations_code_opens_once"
            ),
        ),
        Guards("authorizations"),
    ]
