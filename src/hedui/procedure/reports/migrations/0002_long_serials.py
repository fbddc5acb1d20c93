"""A serial is as long as the profile lets it be."""

from django.db import migrations, models

from hedui.procedure.record.guards import Lengthened


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_squashed")]
    operations = [Lengthened("correction", "serial", models.CharField(blank=True, max_length=99))]
