"""The guards of commissions, as they now stand."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("commissions", "0003_budgets")]
    operations = [Guards("commissions")]
