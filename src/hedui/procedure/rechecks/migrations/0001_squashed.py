"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('rechecks', '0001_initial'),
    ]

    dependencies = [
        ('agencies', '0001_squashed'),
        ('cases', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('origin', models.CharField(choices=[('due', '到期复核'), ('registry', '批量核对结果')], max_length=10, verbose_name='来由')),
                ('until', models.DateField(verbose_name='截至')),
                ('percent', models.PositiveSmallIntegerField(verbose_name='抽查比例(%)')),
                ('digest', models.CharField(blank=True, default='', max_length=64)),
                ('opened_by', models.CharField(max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '复核清单',
                'ordering': ('-opened_at',),
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('due', '到期'), ('outcome', '核到与申报的试算结果不同'), ('discrepancy', '有申报与核到不一致的事项')], max_length=12, verbose_name='事由')),
                ('turn', models.PositiveIntegerField(verbose_name='次序')),
                ('sampled', models.BooleanField(verbose_name='抽查')),
                ('looked_by', models.CharField(blank=True, default='', max_length=64)),
                ('looked_at', models.DateTimeField(null=True)),
                ('agrees', models.BooleanField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='rechecks.round')),
            ],
            options={
                'verbose_name': '复核事项',
                'ordering': ('round', 'turn'),
                'constraints': [models.UniqueConstraint(fields=('round', 'case'), name='rechecks_once_on_a_list')],
            },
        ),
    ]
