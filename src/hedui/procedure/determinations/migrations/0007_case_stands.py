"""What a case was opened for stands once its declaration is frozen; the guards, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("determinations", "0006_course")]
    operations = [Guards("determinations")]
