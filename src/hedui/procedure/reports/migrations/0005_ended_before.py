"""That what is held back from a person may be ended before its day, by two."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_guards")]
    operations = [
        migrations.AddField(
            "withholding", "end_proposed_by", models.CharField(blank=True, default="", max_length=64)
        ),
        migrations.AddField("withholding", "end_proposed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "withholding", "ended_by", models.CharField(blank=True, default="", max_length=64)
        ),
        migrations.AddField("withholding", "ended_at", models.DateTimeField(null=True)),
    ]
