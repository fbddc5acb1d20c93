"""All tables of the room as they stood in November 2026; `replaces` what made them."""

import django.db.models.deletion
import uuid6
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('authorizations', '0001_initial'),
        ('authorizations', '0002_guards'),
        ('authorizations', '0003_evidence'),
        ('authorizations', '0004_life'),
        ('authorizations', '0005_guards'),
        ('authorizations', '0006_guards'),
        ('authorizations', '0007_outsider'),
        ('authorizations', '0008_guards'),
        ('authorizations', '0009_signin'),
    ]

    dependencies = [
        ('cases', '0001_squashed'),
        ('record', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField()),
                ('digest', models.CharField(max_length=80)),
                ('programmes', models.JSONField()),
                ('first_day', models.DateField()),
                ('last_day', models.DateField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='停用')),
            ],
            options={
                'verbose_name': '授权书文本',
            },
        ),
        migrations.CreateModel(
            name='Authorization',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40, verbose_name='用途(救助项目)')),
                ('items', models.JSONField(verbose_name='查询项')),
                ('period_first', models.DateField(verbose_name='信息期间起')),
                ('period_last', models.DateField(verbose_name='信息期间止')),
                ('signed_on', models.DateField(verbose_name='签署日期')),
                ('valid_from', models.DateTimeField(verbose_name='生效')),
                ('valid_until', models.DateTimeField(verbose_name='失效')),
                ('guardian', models.BinaryField(null=True, verbose_name='监护人')),
                ('agent', models.BinaryField(null=True, verbose_name='代办人')),
                ('notice', models.CharField(blank=True, default='', max_length=80, verbose_name='告知书摘要')),
                ('issuer', models.CharField(blank=True, default='', max_length=6, verbose_name='签发地')),
                ('evidence', models.CharField(max_length=80, verbose_name='签署件摘要')),
                ('sealed_artefact', models.BinaryField()),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='撤回')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorizations', to='cases.case')),
                ('declaration', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.declaration')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorizations', to='cases.member')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorizations.form')),
            ],
            options={
                'verbose_name': '授权',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('officer', models.CharField(max_length=60, verbose_name='复核人')),
                ('confirmed_at', models.DateTimeField(verbose_name='复核')),
                ('authorization', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='authorizations.authorization')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '复核登记',
            },
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('secret', models.BinaryField()),
                ('address', models.CharField(max_length=64, unique=True)),
                ('enrolled_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='cases.member')),
            ],
            options={
                'verbose_name': '线上签署登记',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('outsider', models.BinaryField(null=True, verbose_name='家庭以外的监护人')),
                ('ground', models.CharField(choices=[('under_14', '未满十四周岁'), ('under_18', '已满十四周岁、未满十八周岁'), ('no_capacity', '无民事行为能力的成年人'), ('limited_capacity', '限制民事行为能力的成年人')], max_length=20, verbose_name='监护原因')),
                ('proof', models.CharField(blank=True, max_length=80, verbose_name='监护证明摘要')),
                ('recorded_at', models.DateTimeField(verbose_name='登记')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='终止')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardianships', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('guardian', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.member')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardianships', to='cases.member')),
            ],
            options={
                'verbose_name': '监护关系',
                'ordering': ('id',),
            },
        ),
        migrations.AddField(
            model_name='authorization',
            name='guardianship',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='authorizations', to='authorizations.guardianship'),
        ),
        migrations.CreateModel(
            name='PagePrint',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('sketch', models.BinaryField()),
                ('ink', models.BinaryField()),
                ('authorization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='page_prints', to='authorizations.authorization')),
            ],
            options={
                'verbose_name': '纸面特征',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('number', models.CharField(max_length=20, primary_key=True, serialize=False, verbose_name='授权书编号')),
                ('purpose', models.CharField(max_length=40, verbose_name='用途(救助项目)')),
                ('items', models.JSONField(verbose_name='查询项')),
                ('valid_until', models.DateField(verbose_name='有效期至')),
                ('notice', models.TextField(verbose_name='告知书')),
                ('digest', models.CharField(max_length=80, verbose_name='告知书摘要')),
                ('printed_at', models.DateTimeField(verbose_name='打印')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='cases.case')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='authorizations.form')),
                ('guardian', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.member')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='cases.member')),
            ],
            options={
                'verbose_name': '编号授权书',
                'ordering': ('printed_at',),
            },
        ),
        migrations.AddField(
            model_name='authorization',
            name='sheet',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='authorization', to='authorizations.sheet'),
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('step', models.BigIntegerField()),
                ('signed_in_at', models.DateTimeField()),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_ins', to='authorizations.enrolment')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '本人登录',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='WrongCode',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('entered_at', models.DateTimeField()),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wrong_codes', to='authorizations.enrolment')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
            ],
            options={
                'verbose_name': '错误的动态码',
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='ElectronicSignature',
            fields=[
                ('id', models.UUIDField(default=uuid6.uuid7, editable=False, primary_key=True, serialize=False)),
                ('step', models.BigIntegerField()),
                ('record', models.BinaryField()),
                ('digest', models.CharField(max_length=80, unique=True)),
                ('signed_at', models.DateTimeField()),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='record.entry')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='authorizations.enrolment')),
            ],
            options={
                'verbose_name': '电子签名',
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('enrolment', 'step'), name='authorizations_code_serves_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='guardianship',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('guardian__isnull', True), ('outsider__isnull', False)), models.Q(('guardian__isnull', False), ('outsider__isnull', True)), _connector='OR'), name='authorizations_guardian_inside_or_outside'),
        ),
        migrations.AddConstraint(
            model_name='pageprint',
            constraint=models.UniqueConstraint(fields=('authorization', 'position'), name='authorizations_page_print_once'),
        ),
        migrations.AddIndex(
            model_name='authorization',
            index=models.Index(fields=['evidence'], name='authorizations_evidence'),
        ),
        migrations.AddConstraint(
            model_name='authorization',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__lt', models.F('valid_until'))), name='authorizations_from_before_until'),
        ),
        migrations.AddConstraint(
            model_name='authorization',
            constraint=models.CheckConstraint(condition=models.Q(('period_first__lte', models.F('period_last'))), name='authorizations_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='signin',
            constraint=models.UniqueConstraint(fields=('enrolment', 'step'), name='authorizations_code_opens_once'),
        ),
    ]
