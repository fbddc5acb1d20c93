"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('oversight', '0001_initial'),
    ]

    dependencies = [
        ('determinations', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondReview',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('meets', '符合条件'), ('does_not', '不符合条件'), ('open', '凭现有材料不能判断')], max_length=10, verbose_name='盲审结论')),
                ('content', models.BinaryField()),
                ('reviewed_by', models.CharField(max_length=64)),
                ('reviewed_at', models.DateTimeField()),
                ('determination', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='second_review', to='determinations.determination')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '盲审',
                'ordering': ('id',),
            },
        ),
    ]
