"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('cases', '0001_initial'),
        ('cases', '0002_guards'),
        ('cases', '0003_erasure'),
        ('cases', '0004_guards'),
        ('cases', '0005_guards'),
        ('cases', '0006_exhibit'),
        ('cases', '0007_step'),
        ('cases', '0008_heard'),
    ]

    dependencies = [
        ('agencies', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Numbering',
            fields=[
                ('prefix', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=40, unique=True, verbose_name='受理编号')),
                ('programme', models.CharField(max_length=40, verbose_name='救助项目')),
                ('division', models.CharField(db_index=True, max_length=6, verbose_name='行政区划代码')),
                ('applied_on', models.DateField(verbose_name='申请日期')),
                ('wrapped_key', models.BinaryField()),
                ('draft', models.BinaryField()),
                ('applicant_masked', models.CharField(blank=True, default='', max_length=60)),
                ('applicant_index', models.CharField(blank=True, db_index=True, default='', max_length=64)),
                ('opened_at', models.DateTimeField()),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='agencies.agency')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '案件',
                'ordering': ('-opened_at',),
            },
        ),
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('proposed_by', models.CharField(max_length=64)),
                ('proposed_at', models.DateTimeField()),
                ('confirmed_by', models.CharField(blank=True, default='', max_length=64)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='erasure', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '销毁',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Exhibit',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('about', models.UUIDField(db_index=True)),
                ('description', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('brought_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exhibits', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '佐证材料',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('supplement', '一次性告知补正'), ('supply', '收到补正材料'), ('accept', '准予受理'), ('turn_down', '拟不予受理'), ('confirm_turning_down', '不予受理'), ('stand_back', '回避'), ('visit', '入户调查'), ('interview', '邻里访问'), ('review', '民主评议'), ('publish', '公示'), ('protest', '公示异议'), ('dismiss', '公示异议不成立'), ('uphold', '公示异议成立'), ('notify', '送达决定书'), ('pay', '开始发放'), ('recheck', '复核无变化'), ('phase_out', '渐退'), ('end', '停止发放'), ('hear', '接收审核确认结果'), ('pause', '暂停计时'), ('resume', '恢复计时'), ('extend', '延长期限'), ('archive', '归档')], max_length=24, verbose_name='办理事项')),
                ('about', models.UUIDField(db_index=True, null=True)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField(null=True)),
                ('word', models.CharField(blank=True, default='', max_length=24)),
                ('clock', models.CharField(blank=True, default='', max_length=24)),
                ('days', models.PositiveSmallIntegerField(default=0)),
                ('officer', models.CharField(blank=True, default='', max_length=64)),
                ('content', models.BinaryField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '办理事项',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveSmallIntegerField()),
                ('content', models.BinaryField()),
                ('digest', models.CharField(max_length=80)),
                ('declared_at', models.DateTimeField()),
                ('frozen_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '申报',
                'ordering': ('version',),
                'constraints': [models.UniqueConstraint(fields=('case', 'version'), name='cases_declaration_once')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=20)),
                ('position', models.PositiveSmallIntegerField()),
                ('relation', models.CharField(max_length=20)),
                ('birth_date', models.DateField()),
                ('person', models.BinaryField()),
                ('number_index', models.CharField(db_index=True, max_length=64)),
                ('replaced', models.BooleanField(default=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='cases.case')),
            ],
            options={
                'verbose_name': '家庭成员',
                'ordering': ('position',),
                'constraints': [models.UniqueConstraint(condition=models.Q(('replaced', False)), fields=('case', 'key'), name='cases_member_key_once'), models.UniqueConstraint(condition=models.Q(('replaced', False)), fields=('case', 'number_index'), name='cases_member_number_once')],
            },
        ),
    ]
