"""A serial is as long as the profile lets it be."""

from django.db import migrations, models

from hedui.procedure.record.guards import Lengthened


class Migration(migrations.Migration):
    dependencies = [("reports", "0010_sms")]
    operations = [Lengthened("correction", "serial", models.CharField(blank=True, max_length=99))]
