"""An increase has a notice of its own: the guards of papers, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial"), ("determinations", "0003_increase")]
    operations = [Guards("papers")]
