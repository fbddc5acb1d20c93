"""The guards of cases again: a series of numbers only counts up."""

from django.db import migrations

from hedui.procedure.record.guards import Guards


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_guards")]
    operations = [Guards("cases")]
