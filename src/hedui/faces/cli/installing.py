"""Install: data directory, keys, tables with their guards, forms. Safe to repeat."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import click
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from hedui import policy
from hedui.procedure.agencies import acts as agencies
from hedui.procedure.agencies.accounts import open_account
from hedui.procedure.agencies.models import Agency, Officer
from hedui.procedure.authorizations import texts as authorizations
from hedui.procedure.authorizations.models import Form
from hedui.procedure.commissions.budgets import PER_AGENCY, PER_OFFICER, set_budget
from hedui.procedure.commissions.models import Budget
from hedui.procedure.inquiries.allowing import allow, outdated
from hedui.procedure.record import guards
from hedui.procedure.record.actor import INSTALLER, Role
from hedui.procedure.record.acts import together
from hedui.procedure.record.keys import make_keys
from hedui.procedure.record.moment import today
from hedui.procedure.record.outcome import Refusal, Trouble

FORM = "form-2024-1"
FIRST_DAY = date(2024, 1, 1)
TOO_OLD = (
    "这个数据库由 2026 年 11 月以前的试用版本建立，不能直接升级到本版本。"
    "请先装 2026 年 11 月的版本并运行 hedui setup，再升级；"
    "只是试用的数据，也可以换一个数据目录重新开始。"
)


def install() -> None:
    """Make what is missing."""
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True, mode=0o700)
    make_keys()
    bring_tables_up_to_date()
    if not Budget.objects.filter(agency=None, ended_at=None).exists():
        set_budget(agency=None, per_officer=PER_OFFICER, per_agency=PER_AGENCY, by=INSTALLER)
    for name in outdated():
        allow(programme=name, items=policy.programme(name).allowed, by=INSTALLER)
    publish_texts()


def publish_texts() -> None:
    """Publish the texts that are shipped; one that was published here before stays as it is."""
    text = files("hedui.procedure.authorizations").joinpath("forms", f"{FORM}.zh.md")
    programmes = policy.known_programmes()
    shipped = [(FORM, "通用", text.read_text(encoding="utf-8"), list(programmes))]
    shipped += [(p.form.id, p.label, p.form.text, [p.name]) for p in programmes.values()]
    published = set(Form.objects.values_list("id", flat=True))
    for form, label, words, served in shipped:
        if form not in published:
            authorizations.publish(
                form=form,
                title=f"居民家庭经济状况核对授权书（{label}）",
                text=words,
                programmes=served,
                first_day=FIRST_DAY,
                by=INSTALLER,
            )


def bring_tables_up_to_date() -> None:
    """
    Make or alter the tables; the guards are off a SQLite database while that goes on.

    :raises Trouble: the tables are of a version from which no step leads here
    """
    executor = MigrationExecutor(connection)
    if _is_too_old(executor.loader):
        raise Trouble(TOO_OLD)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        guards.lift()
        call_command("migrate", verbosity=0, interactive=False)
        guards.install()


def _is_too_old(loader: MigrationLoader) -> bool:
    """Tell whether some of the steps that were made into one were taken, and not all."""
    return any(
        0 < sum(step in loader.applied_migrations for step in one.replaces) < len(one.replaces)
        for one in loader.replacements.values()
    )


def enrol(login: str, password: str, *, agency: str, division: str) -> None:
    """
    Make the first account, a system administrator 系统管理员, who makes the others.

    :raises click.UsageError: the login is taken, the password is weak or the division unknown
    """
    if Officer.objects.filter(username=login).exists():
        raise click.UsageError(f"登录名 {login} 已存在")
    try:
        validate_password(password, Officer(username=login, display_name=login))
        with together():
            officer = open_account(
                username=login, display_name=login, password=password, by=INSTALLER
            )
            place = agencies.establish(
                name=agency, kind=Agency.Kind.CIVIL_AFFAIRS, division=division, by=INSTALLER
            )
            agencies.appoint(
                officer=officer,
                agency=place,
                role=Role.SYSTEM_ADMIN,
                first_day=today(),
                by=INSTALLER,
            )
    except ValidationError as weak:
        raise click.UsageError(" ".join(weak.messages)) from None
    except Refusal as refusal:
        raise click.UsageError(refusal.message) from None
