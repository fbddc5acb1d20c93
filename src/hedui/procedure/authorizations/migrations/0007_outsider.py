"""A guardian may be somebody outside the household."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0006_guards")]
    operations = [
        migrations.AddField(
            "guardianship",
            "outsider",
            models.BinaryField(null=True, verbose_name="家庭以外的监护人"),
        ),
        migrations.AlterField(
            "guardianship",
            "guardian",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.member",
            ),
        ),
        migrations.AddConstraint(
            "guardianship",
            models.CheckConstraint(
                condition=models.Q(guardian__isnull=True, outsider__isnull=False)
                | models.Q(guardian__isnull=False, outsider__isnull=True),
                name="authorizations_guardian_inside_or_outside",
            ),
        ),
    ]
