"""What `hedui check` looks at."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import Error, connection

from hedui import catalogue, policy
from hedui.policy.law import instruments
from hedui.procedure.agencies.agreements import ending_soon, in_force, without_agreement
from hedui.procedure.agencies.models import Agency, Department, Suspension
from hedui.procedure.cases.rewrapping import out_of_reach
from hedui.procedure.commissions.budgets import overdue
from hedui.procedure.inquiries import connections
from hedui.procedure.inquiries.allowing import outdated
from hedui.procedure.inquiries.dispatch import trouble_with
from hedui.procedure.inquiries.reconciling import unsettled
from hedui.procedure.papers.catalogue import NoSuchText, places_root, relief_for
from hedui.procedure.papers.checking import faults_in
from hedui.procedure.record import keys, privileges, rows
from hedui.procedure.record.checkpoints import unsigned_since
from hedui.procedure.record.decided import without_entry
from hedui.procedure.record.guard_texts import altered_guards
from hedui.procedure.record.guards import ROOMS, installed_triggers, trigger_names
from hedui.procedure.record.moment import SHANGHAI, moment
from hedui.procedure.record.outcome import Trouble
from hedui.procedure.record.queries import first_broken_index
from hedui.procedure.reports.sms import failing, gateway_keys
from hedui.wire import seals

SOON = timedelta(days=30)
UNSIGNED = timedelta(minutes=5)
"""The worker signs a checkpoint every 30 seconds where there are new entries."""
LABELS = {"error": "不合格", "warning": "注意", "ok": "合格"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: level ok, warning or error; what was found; what to do."""

    level: str
    what: str
    remedy: str = ""

    @property
    def label(self) -> str:
        """Return the level as users read it."""
        return LABELS[self.level]

    def as_dict(self) -> dict[str, str]:
        """Return the finding for programs."""
        return asdict(self)


def findings() -> list[Check]:
    """Look at everything; a database that cannot be read ends the list."""
    found = [*_environment(), *_keys(), *_address()]
    try:
        return [
            *found,
            *_database(),
            *_guards(),
            *_wrapped(),
            *_allowlist(),
            *_reviews(),
            *_ledger(),
            *_counts(),
            *_suspended(),
            *_connections(),
            *_agencies(),
            *_law(),
            *_papers(),
            *_sms(),
        ]
    except Error:
        remedy = "运行 hedui setup;检查 HEDUI_DATABASE_URL"
        return [*found, Check("error", "数据库打不开或尚未建表", remedy)]


def settings_in_force() -> list[dict[str, str]]:
    """List every setting as it is in force, secrets hidden."""
    return list(settings.HEDUI_SETTINGS_IN_FORCE)


def _environment() -> Iterator[Check]:
    for name in settings.HEDUI_UNKNOWN_VARIABLES:
        meant = get_close_matches(name, [one["name"] for one in settings_in_force()], 1)
        yield Check(
            "warning",
            f"不认识的环境变量 {name},它不起任何作用",
            f"是否应为 {meant[0]};不需要的请删去" if meant else "请对照下列设置改正,或删去",
        )


def _keys() -> Iterator[Check]:
    try:
        held = keys.provider().held()
        in_force = (keys.signer().suite, keys.wrapping().suite)
    except Trouble as trouble:
        yield Check("error", f"密钥不能使用:{trouble}", "运行 hedui setup")
        return
    yield Check("ok", f"密钥就位,共 {len(held)} 把")
    wanted = settings.HEDUI_CRYPTO_SUITE
    if in_force != (seals.SIGNS_WITH[wanted], wanted):
        yield Check(
            "warning",
            f"在用的密钥不是设定的套件 {wanted} 的",
            "运行 hedui keys rotate signing 和 hedui keys rotate sealing",
        )
    folder = Path(settings.HEDUI_KEYS_DIR)
    for path in sorted([*folder.glob("*.key"), *folder.glob("platform*.pem")]):
        if path.name != keys.SIGNING_KEY_PUBLIC and path.stat().st_mode & 0o077:
            yield Check("error", f"密钥 {path} 可被他人读取", f"运行 chmod 600 {path}")


def _connections() -> Iterator[Check]:
    """Look whether each way to a department is open, and those that answer later have the time."""
    for agreement in in_force():
        department, channel = agreement.department, agreement.channel
        if trouble := trouble_with(agreement):
            remedy = "见《协议》的“数据库视图”,改正后重新检查"
            yield Check("error", f"{department.name}:{trouble}", remedy)
        if not agreement.way.answers_later:
            continue
        try:
            written = connections.connection(department.receiver_id)
            written.section(channel, *connections.NEEDED.get(channel, ()))
        except Trouble as unfit:
            yield Check("error", f"{department.name}:{unfit}", "见《批量交换文件》的“连接参数”")
        if not settings.HEDUI_ANSWER_WITHIN and department.answer_within < 3600:
            yield Check(
                "warning",
                f"{department.name}另行答复,答复时限却只有 {department.answer_within} 秒",
                "在“协作部门”把答复时限改为几天的秒数,如 259200",
            )


def _wrapped() -> Iterator[Check]:
    if lost := out_of_reach():
        yield Check(
            "error",
            f"{lost} 个案件的密钥由已不在的密钥包裹,打不开",
            "从备份恢复 keys 目录中的 sealing 密钥,再运行 hedui keys rewrap",
        )


def _address() -> Iterator[Check]:
    if settings.HEDUI_PUBLIC_URL.startswith("https://"):
        yield Check("ok", "对外地址使用 HTTPS")
    else:
        yield Check(
            "error",
            f"对外地址 {settings.HEDUI_PUBLIC_URL} 不是 HTTPS",
            "在前置代理上配置证书,并设置 HEDUI_PUBLIC_URL=https://…",
        )


def _database() -> Iterator[Check]:
    try:
        call_command("migrate", check_unapplied=True, verbosity=0)
        yield Check("ok", "数据库表为当前版本")
    except SystemExit:
        yield Check("error", "数据库表不是当前版本", "运行 hedui setup")
    if connection.vendor == "sqlite":
        yield Check(
            "warning",
            "使用内嵌 SQLite:能改动数据库文件的人可以删去触发器、改写台账而后重算,"
            "也可以改写查询项清单和当日委托数;数据库也不能按机构隔离行,只适合试用和单机",
            "正式办理请设置 HEDUI_DATABASE_URL=postgresql://…",
        )
        return
    if privileges.owns_the_tables():
        yield Check(
            "warning",
            "应用以表的所有者或超级用户身份连接 PostgreSQL,能删去数据库防线,行级规则也不生效:"
            "数据库不按机构隔离家庭数据",
            "另建一个角色,运行 hedui setup --application-role 角色名,再以该角色运行",
        )
    else:
        yield Check("ok", "应用角色不是表的所有者,不能改动数据库防线")
        yield from (_kept_apart(), *_beside())
    with connection.cursor() as cursor:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            value = cursor.fetchone()[0]
            if value == "on":
                yield Check("ok", f"PostgreSQL {name} = on")
            else:
                yield Check(
                    "error",
                    f"PostgreSQL {name} = {value},断电会丢失已确认的记录",
                    f"在 postgresql.conf 中设 {name} = on",
                )
        cursor.execute("SHOW data_checksums")
        if cursor.fetchone()[0] != "on":
            yield Check(
                "warning", "PostgreSQL 未启用数据校验和", "停库后运行 pg_checksums --enable"
            )


def _kept_apart() -> Check:
    if missing := rows.unprotected():
        return Check(
            "error",
            f"行级规则不全,数据库不按机构隔离这些表的行:{'、'.join(missing)}",
            "以表的所有者身份运行 hedui setup --application-role 角色名",
        )
    return Check("ok", f"行级规则生效,{len(rows.RULES)} 张表按机构隔离家庭数据")


def _beside() -> Iterator[Check]:
    may, there, settings_ = privileges.beside_the_tables()
    if may:
        yield Check(
            "warning",
            "应用角色能在数据库中另存大对象,那里没有防线,也不留痕",
            f"以超级用户在本库运行 {privileges.NO_LARGE_OBJECTS};",
        )
    if there:
        yield Check(
            "error", f"数据库中有 {there} 个大对象,不是本系统存的", "查清来历后以超级用户删除"
        )
    if settings_:
        yield Check(
            "warning",
            f"应用角色自带会话设置:{'、'.join(sorted(settings_))}",
            "不是有意设的,以超级用户运行 ALTER ROLE 角色名 RESET ALL;",
        )


def _guards() -> Iterator[Check]:
    wanted = {name for room in ROOMS for name in trigger_names(room, connection.vendor)}
    if missing := sorted(wanted - installed_triggers()):
        yield Check(
            "error",
            f"数据库中缺少防线:{'、'.join(missing)}",
            "恢复备份,或运行 hedui setup 后核查台账",
        )
    elif altered := altered_guards():
        yield Check(
            "error",
            f"数据库中防线的内容不是本版本的:{'、'.join(altered)}",
            "刚升级的,运行 hedui setup;否则查明是谁改动的,恢复备份后核查台账",
        )
    else:
        yield Check("ok", f"数据库防线 {len(wanted)} 道齐全")


def _allowlist() -> Iterator[Check]:
    if changed := outdated():
        yield Check(
            "error",
            f"数据库中的查询项清单与救助项目文件不一致:{'、'.join(changed)}",
            "核对改动后,以表的所有者身份运行 hedui setup",
        )
    else:
        yield Check("ok", "查询项清单与救助项目文件一致")


def _reviews() -> Iterator[Check]:
    if late := overdue():
        yield Check(
            "warning",
            f"有 {len(late)} 件紧急办理或超限查阅逾期未复核",
            "请安全管理员在工作台“限额”页复核",
        )


def _ledger() -> Iterator[Check]:
    broken = first_broken_index()
    if broken is None:
        yield Check("ok", "台账完整")
    else:
        yield Check("error", f"台账自第 {broken} 条起不一致", "停止办理,保全现场,以备份和见证核对")
    since = unsigned_since()
    if since and moment() - since > UNSIGNED:
        yield Check(
            "warning",
            f"台账自 {since.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 起的记录还没有签署检查点",
            "后台没有运行:启动 hedui worker",
        )
    for where, count in without_entry().items():
        yield Check(
            "error",
            f"{where}:{count} 行所记的决定在台账里没有留痕",
            "不是经本系统办理的:停用这些行,查明是谁写入的",
        )


def _counts() -> Iterator[Check]:
    different, untold = unsettled()
    if different:
        yield Check(
            "error",
            f"与部门对账有 {different} 个部门日不符:有台账之外的查询,或者部门的留痕有缺失",
            "请审计管理员在工作台“审计”页查看,会同部门查清",
        )
    if untold:
        yield Check(
            "warning",
            f"有 {untold} 个部门日没有对账单",
            "请部门检查前置服务,或用 hedui department counts 交来对账单",
        )


def _suspended() -> Iterator[Check]:
    for held in Suspension.objects.filter(lifted_at=None).select_related("department"):
        yield Check(
            "warning",
            f"{held.department} 的数据错误过多,自 {held.began_at:%Y-%m-%d} 起不作不利使用",
            "在工作台“数据来源”页查看错误,会同部门查清后由两人恢复使用",
        )


def _agencies() -> Iterator[Check]:
    if not Agency.objects.filter(kind=Agency.Kind.VERIFICATION_BODY).exists():
        yield Check("error", "没有登记核对机构", "在工作台登记机构,或运行 hedui demo 试用")
    served = set(Department.objects.filter(last_day=None).values_list("source", flat=True))
    asked = [item for one in policy.known_programmes().values() for item in one.may_ask]
    needed = {item.partition(".")[0] for item in asked}
    for name, source in catalogue.sources().items():
        if name in needed - served:
            yield Check(
                "warning",
                f"没有登记“{source.label}”的协作部门,该来源不会查询",
                f"运行 hedui department register --source {name} …",
            )
    for department in without_agreement():
        yield Check(
            "warning",
            f"与“{department.name}”没有有效的信息共享协议,该部门不会被查询",
            "请系统管理员在工作台“信息共享协议”页提出,由安全管理员批准",
        )
    for agreement in ending_soon(SOON):
        yield Check(
            "warning",
            f"与“{agreement.department.name}”的信息共享协议 {agreement.last_day} 到期",
            "请在到期前提出并批准新的协议",
        )
    for department in Department.objects.filter(last_day=None):
        if department.base_url and not department.base_url.startswith("https://"):
            yield Check(
                "error", f"{department.name} 的服务地址不是 HTTPS", "请部门启用证书后重新登记"
            )


def _law() -> Iterator[Check]:
    remembered = sorted(
        key for key, instrument in instruments().items() if instrument.seen == "memory"
    )
    if remembered:
        yield Check(
            "warning",
            f"政策依据中有 {len(remembered)} 份未见原文(依据待核):{'、'.join(remembered)}",
            "取得原文,核对参数后在 policy/law.yaml 中更正",
        )


def _sms() -> Iterator[Check]:
    """Look whether text messages can be sent, and their receipts be believed."""
    if not settings.HEDUI_SMS_URL:
        yield Check("ok", "没有设定短信网关,不发送短信提醒")
        return
    if not settings.HEDUI_SMS_URL.startswith("https://"):
        yield Check("error", "短信网关的地址不是 HTTPS", "把 HEDUI_SMS_URL 改为 https://…")
    try:
        gateway_keys()
    except Trouble as trouble:
        yield Check("error", str(trouble), "向网关索取公钥,存到 HEDUI_SMS_KEY 所指的文件")
    else:
        yield Check("ok", "短信网关已设定,公钥就位")
    if stuck := failing(moment()):
        yield Check("warning", f"有 {stuck} 条短信一小时以上没有交到网关", "检查网关和线路")


def _papers() -> Iterator[Check]:
    root = places_root()
    for fault in faults_in(root) if root.is_dir() else ():
        yield Check("error", f"文书文本 {fault}", "改好后运行 hedui papers check")
    places = Agency.objects.filter(kind=Agency.Kind.CIVIL_AFFAIRS).values_list(
        "division", flat=True
    )
    for division in sorted(set(places)):
        try:
            told = relief_for(division)
        except NoSuchText:
            continue  # told above
        if not told:
            yield Check(
                "warning",
                f"{division} 没有写明救济途径,告知书上的复议机关和期限留空,由人填写",
                "见《文书》的 relief.yaml",
            )
