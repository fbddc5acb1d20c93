"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import django.db.models.functions.comparison
import uuid
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('commissions', '0001_initial'),
        ('commissions', '0002_guards'),
        ('commissions', '0003_budgets'),
        ('commissions', '0004_guards'),
        ('commissions', '0005_looks'),
    ]

    dependencies = [
        ('agencies', '0001_squashed'),
        ('cases', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='BreakGlass',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('officer', models.CharField(max_length=64)),
                ('lifts', models.CharField(choices=[('orders', '紧急办理'), ('looks', '超限查阅')], default='orders', max_length=10, verbose_name='事项')),
                ('reason', models.CharField(choices=[('life', '危及生命健康,须立即救助'), ('disaster', '突发灾害事故,集中受理'), ('term', '法定时限将届满'), ('catching_up', '系统故障后补办'), ('asked', '家庭来访、来电询问'), ('complaint', '办理信访、投诉'), ('inspection', '督查、检查'), ('handover', '岗位交接、代班')], max_length=20, verbose_name='理由')),
                ('opened_at', models.DateTimeField()),
                ('reviewed_by', models.CharField(blank=True, default='', max_length=64)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('is_justified', models.BooleanField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '紧急办理',
                'ordering': ('opened_at',),
                'constraints': [models.CheckConstraint(condition=models.Q(('reviewed_by', models.F('officer')), _negated=True), name='commissions_another_person_reviews'), models.CheckConstraint(condition=models.Q(models.Q(('lifts', 'orders'), ('reason__in', ['life', 'disaster', 'term', 'catching_up'])), models.Q(('lifts', 'looks'), ('reason__in', ['asked', 'complaint', 'inspection', 'handover'])), _connector='OR'), name='commissions_one_of_its_reasons')],
            },
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('per_officer', models.PositiveIntegerField(verbose_name='每人每日限额(户)')),
                ('per_agency', models.PositiveIntegerField(verbose_name='机构每日限额(户)')),
                ('looks', models.PositiveIntegerField(default=100, verbose_name='每人每日查阅限额(户)')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='budgets', to='agencies.agency')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '委托限额',
                'ordering': ('began_at',),
                'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('agency', models.Value(uuid.UUID('00000000-0000-0000-0000-000000000000'))), condition=models.Q(('ended_at__isnull', True)), name='commissions_one_budget_in_force')],
            },
        ),
        migrations.CreateModel(
            name='Commission',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=44, unique=True, verbose_name='委托编号')),
                ('purpose', models.CharField(max_length=40, verbose_name='用途(救助项目)')),
                ('ordered_by', models.CharField(max_length=64)),
                ('commissioned_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='agencies.agency')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='received_commissions', to='agencies.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commissions', to='cases.case')),
                ('declaration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.declaration')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '委托',
                'ordering': ('-commissioned_at',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('case',), name='commissions_one_open_per_case')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('officer', models.CharField(blank=True, max_length=64)),
                ('day', models.DateField()),
                ('ordered', models.PositiveIntegerField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
            ],
            options={
                'verbose_name': '当日委托数',
                'constraints': [models.UniqueConstraint(fields=('agency', 'officer', 'day'), name='commissions_tally_once')],
            },
        ),
    ]
