from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("agencies", "0012_addresses_by_two"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="decides",
            field=models.BooleanField(default=False, verbose_name="在该系统内审核确认"),
        ),
    ]
