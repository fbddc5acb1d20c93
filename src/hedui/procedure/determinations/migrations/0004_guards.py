"""What was explained, papers not opened, and too many a day: the guards, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("determinations", "0003_increase"), ("reports", "0010_sms")]
    operations = [Guards("determinations")]
