"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('objections', '0001_initial'),
        ('objections', '0002_in_person'),
    ]

    dependencies = [
        ('cases', '0001_squashed'),
        ('record', '0001_squashed'),
        ('reports', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=44, unique=True, verbose_name='异议编号')),
                ('content', models.BinaryField()),
                ('received_on', models.DateField(verbose_name='收到日期')),
                ('resolve_by', models.DateField(verbose_name='复核期限')),
                ('taken_in_by', models.CharField(max_length=64)),
                ('taken_in_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='cases.member')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='reports.report')),
            ],
            options={
                'verbose_name': '异议',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Contested',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('grounds', models.BinaryField()),
                ('finding', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contested', to='reports.finding')),
                ('objection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='objections.objection')),
            ],
            options={
                'verbose_name': '异议事项',
                'ordering': ('finding__position',),
            },
        ),
        migrations.CreateModel(
            name='Resolution',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('outcome', models.CharField(choices=[('upheld', '成立'), ('partly', '部分成立'), ('not_upheld', '不成立'), ('withdrawn', '家庭撤回')], max_length=12, verbose_name='复核结论')),
                ('cause', models.CharField(blank=True, default='', max_length=20, verbose_name='差异原因')),
                ('content', models.BinaryField()),
                ('resolved_by', models.CharField(max_length=64)),
                ('resolved_at', models.DateTimeField()),
                ('contested', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='resolution', to='objections.contested')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '复核结论',
                'ordering': ('id',),
            },
        ),
        migrations.AddConstraint(
            model_name='contested',
            constraint=models.UniqueConstraint(fields=('objection', 'finding'), name='objections_contested_once_each'),
        ),
    ]
