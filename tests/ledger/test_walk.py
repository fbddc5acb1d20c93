"""What the verifier concludes from each entry on its way 逐条核验, without a database."""

import base64
import io
import json
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hedui.ledger import Frontier, cosign, leaf_hash, sign_checkpoint, verify
from hedui.ledger.verify import Broken, Procedure, Verdict
from hedui.wire.canonical import canonical
from hedui.wire.seals import generate_key

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw()
NAME = "a/ledger"
BEGUN = datetime(2026, 3, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MESSAGE = "019ca7d6-3000-7000-8000-000000000001"  # written on 2026-03-01 in China


def message_on(at: datetime, last: int = 1) -> str:
    """Return a message id of that moment: its first 48 bits are milliseconds."""
    stamp = f"{int(at.timestamp() * 1000):012x}"
    return f"{stamp[:8]}-{stamp[8:]}-7000-8000-{last:012x}"


@dataclass
class Walk:
    """A procedure, followed entry by entry; each a minute after the one before."""

    procedure: Procedure = field(default_factory=Procedure)
    at: datetime = BEGUN
    case: str = "case"

    def then(self, act: str, *, actor: str = "officer:1", case: str | None = None, **detail: Any):
        self.at += MINUTE
        entry = {
            "act": act, "actor": actor, "agency": "street", "at": self.at.isoformat(),
            "case": case or self.case, "detail": detail,
        }  # fmt: skip
        self.procedure.follow(json.dumps(entry).encode())
        return self

    def signed(self, number: str = "auth", **changes: Any):
        return self.then(
            "authorizations.authorize",
            **{
                "authorization": number, "member": "a", "purpose": "dibao",
                "declaration": "sha256:d", "items": ["bank.balance_fen", "tax.amount_fen"],
                "from": BEGUN.isoformat(), "until": (BEGUN + 9 * DAY).isoformat(),
            } | changes,
        )  # fmt: skip

    def commissioned(self, number: str = "order", **changes: Any):
        return self.then(
            "commissions.commission",
            **{"commission": number, "purpose": "dibao", "declaration": "sha256:d"} | changes,
        )

    def asked(self, inquiry: str = "inquiry", *, at: datetime | None = None, **changes: Any):
        one = {
            "inquiry": inquiry, "authorization": "auth", "member": "a",
            "items": ["bank.balance_fen"],
        } | changes  # fmt: skip
        return self.inquires([one], [self.message([inquiry])], at=at)

    def message(self, inquiries: list[str], at: datetime | None = None) -> dict[str, Any]:
        said = message_on(at or self.at)
        return {"message": said, "receiver": "310101-bank", "inquiries": inquiries}

    def inquires(self, asked: list[Any], messages: list[Any], *, at: datetime | None = None):
        claimed = at or self.at + MINUTE
        return self.then(
            "inquiries.inquire", commission="order", at=claimed.isoformat(), asked=asked,
            messages=messages,
        )  # fmt: skip


@pytest.fixture
def walk() -> Walk:
    """Return a walk on which one may ask."""
    return Walk().then("cases.declare", digest="sha256:d").signed().commissioned()


def says(reason: str) -> Any:
    return pytest.raises(Broken, match=f"^{reason}$")


def test_what_rests_on_all_that_it_needs_is_counted(walk):
    walk.asked()
    walk.asked("second", items=["tax.amount_fen", "bank.balance_fen"])
    assert walk.procedure.sent == 2
    walk.inquires([], [walk.message(["inquiry", "second"])])  # asked again
    assert walk.procedure.sent == 4


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda w: w.signed("x", declaration="e"), r"授权之前没有相应的申报\(先报告后核对\)"),
        (lambda w: w.signed(), "授权 auth 登记了两次"),
        (lambda w: w.commissioned("x", declaration="e"), r"委托之前没有相应的申报\(先报告后核对\)"),
        (lambda w: w.commissioned(), "委托 order 登记了两次"),
        (lambda w: w.asked(authorization="x"), r"查询 inquiry 没有本人的授权\(先授权后查询\)"),
        (lambda w: w.asked(member="b"), r"查询 inquiry 没有本人的授权\(先授权后查询\)"),
        (lambda w: w.asked(items=[]), "查询 inquiry 超出授权的查询项"),
        (lambda w: w.asked(items=["bank.balance_fen", "x"]), "查询 inquiry 超出授权的查询项"),
        (
            lambda w: w.signed("x", purpose="dibao_edge").asked(authorization="x"),
            "查询 inquiry 的授权不是为这一救助项目签署的",
        ),
        (lambda w: w.inquires([], [w.message(["x"])]), "发出的查询 x 没有登记过"),
        (
            lambda w: w.then("authorizations.revoke", authorization="auth").asked(),
            "查询 inquiry 在授权撤回或者监护终止之后发出",
        ),
        (
            lambda w: w.then("commissions.close", commission="order").asked(),
            "查询没有依据未办结的委托",
        ),
        (
            lambda w: w.then(
                "inquiries.inquire", case="other", commission="order", at=w.at.isoformat(),
                asked=[], messages=[w.message(["inquiry"])],
            ),
            "查询没有依据未办结的委托",
        ),
        (lambda w: w.asked(at=w.at + 2 * MINUTE), "查询自称的时刻与留痕的时刻不符"),
        (lambda w: w.asked(at=w.at - 10 * MINUTE), "查询自称的时刻与留痕的时刻不符"),
        (lambda w: w.then("cases.declare"), "内容不全,无法据以核验授权"),
        (lambda w: w.then("authorizations.revoke", authorization="x"), "内容不全,无法据以核验授权"),
        (lambda w: w.then("reports.confirm_erasure", erasure="x"), "销毁没有经两人办理"),
    ],
)  # fmt: skip
def test_what_does_not_is_named(walk, break_it: Callable[[Walk], Any], reason):
    with says(reason):
        break_it(walk)


def test_the_bounds_of_time_belong_to_it_or_not(walk):
    walk.signed("before", **{"from": (BEGUN - DAY).isoformat()})
    walk.asked(authorization="before", at=walk.at + MINUTE - timedelta(minutes=10))
    walk.signed("later", **{"from": (walk.at + 2 * MINUTE).isoformat()})
    walk.asked("first", authorization="later")
    walk.signed("over", until=(walk.at + 2 * MINUTE).isoformat())
    with says("查询 last 在授权有效期之外发出"):
        walk.asked("last", authorization="over")
    walk.signed("ahead", **{"from": (walk.at + 3 * MINUTE).isoformat()})
    with says("查询 soon 在授权有效期之外发出"):
        walk.asked("soon", authorization="ahead")


def test_an_entry_that_is_none_is_said_to_lack_something():
    for content in (
        b"[]",
        b"{}",
        b"not json",
        b'{"act":"x","at":"2026-03-01","actor":"","case":""}',
    ):
        with says("内容不全,无法据以核验授权"):
            Procedure().follow(content)


def test_the_end_of_a_guardianship_ends_what_was_signed_on_it_and_nothing_else(walk):
    walk.signed("child", guardianship="g").signed("other", guardianship="h")
    walk.then("authorizations.end_guardianship", guardianship="g")
    walk.then("authorizations.end_guardianship", guardianship="of nobody's signature")
    assert {n for n, held in walk.procedure.authorizations.items() if held.revoked} == {"child"}
    walk.asked(authorization="other").asked("mine")
    with says("查询 late 在授权撤回或者监护终止之后发出"):
        walk.asked("late", authorization="child")


def by_two(walk: Walk, *, wanted: bool = True, agency: str = "street") -> Walk:
    return walk.then("agencies.arrange_intake", agency_settled=agency, second_person=wanted)


def test_where_a_second_officer_is_wanted_nothing_is_asked_before_the_confirmation(walk):
    """Also of what was asked before; until the agency wants it no more."""
    by_two(walk).asked("one")  # under way when that was settled
    walk.at += timedelta(minutes=9)
    with says("查询 two 在第二人复核授权登记之前发出"):
        walk.asked("two")
    with says("查询 one 在第二人复核授权登记之前发出"):
        walk.inquires([], [walk.message(["one"])])
    with says("授权 auth 由登记人自己复核"):
        walk.then("authorizations.confirm", authorization="auth", actor="officer:1")
    walk.then("authorizations.confirm", authorization="auth", actor="officer:2")
    walk.asked("three")
    walk.signed("other")
    with says("查询 four 在第二人复核授权登记之前发出"):
        walk.asked("four", authorization="other")
    by_two(walk, wanted=False).asked("five", authorization="other")


def test_what_another_agency_wants_binds_it_alone(walk):
    by_two(walk, agency="other street")
    walk.at += DAY
    walk.asked()
    with says("内容不全,无法据以核验授权"):
        walk.then("authorizations.confirm", authorization="nobody's")


def test_ten_minutes_after_it_was_settled_it_counts_and_to_settle_it_again_changes_nothing(walk):
    settled = by_two(walk).at
    by_two(walk)
    walk.at = settled + timedelta(minutes=10)
    walk.asked("last", at=settled + timedelta(minutes=10))
    with says("查询 late 在第二人复核授权登记之前发出"):
        walk.asked("late", at=settled + timedelta(minutes=10, microseconds=1))


def test_on_what_a_replaced_person_signed_nothing_is_asked(walk):
    walk.signed("hers", member="b").asked("one")
    walk.then("cases.declare", digest="sha256:e", replaced=["a", "nobody"])
    walk.then("cases.declare", digest="sha256:f", replaced=["x"])
    walk.asked("two", authorization="hers", member="b")
    with says("查询 three 在家庭成员变更之后发出"):
        walk.asked("three")
    with says("查询 one 在家庭成员变更之后发出"):
        walk.inquires([], [walk.message(["one"])])
    walk.then("cases.declare", case="another", digest="sha256:g", replaced=["b"])
    walk.asked("four", authorization="hers", member="b")


# ------------------------------------------------------------------ erasure


def erased(walk: Walk, *, confirmer: str = "officer:2") -> Walk:
    walk.then("reports.propose_erasure", erasure="e", actor="officer:1")
    return walk.then("reports.confirm_erasure", erasure="e", actor=confirmer)


def test_a_case_is_erased_by_two_with_nothing_in_force_and_then_rests(walk):
    with says("授权仍然有效时销毁了案件资料"):
        erased(walk)
    walk.then("authorizations.revoke", authorization="auth")
    with says("销毁没有经两人办理"):
        erased(walk, confirmer="officer:1")
    erased(walk)
    walk.then("cases.declare", case="another", digest="sha256:f")
    with says("案件资料销毁以后又有办理"):
        walk.then("cases.declare", digest="sha256:f")
    verdict = Verdict()
    walk.procedure.sum_up(verdict)
    assert verdict.erased == 1


def test_what_ran_out_hinders_no_erasure_and_what_ends_now_is_over():
    walk = Walk().then("cases.declare", digest="sha256:d")
    walk.signed(until=(walk.at + 3 * MINUTE).isoformat())
    erased(walk)
    assert walk.procedure.erased == {"case"}


# ------------------------------------------------------------------ a department's days


@pytest.fixture(params=["ed25519", "sm2"])
def bank(request, tmp_path):
    return generate_key(tmp_path / "bank.pem", suite=request.param)


def sent_on_any_day(walk: Walk) -> list[str]:
    return [m for on in walk.procedure.days for m in walk.procedure._sent_on(*on)]


@pytest.fixture
def told(walk, bank) -> Callable[..., Walk]:
    """Return how the bank tells of the first of March, on which two were asked about."""
    walk.then("agencies.agree", division="310101", source="bank", keys=[bank.public().kid])
    walk.asked("one").asked("two")
    sent = sorted(verify._mark(m) for m in sent_on_any_day(walk))

    def tell(arrived: list[str] | None = None, signer: Any = bank, **changes: Any) -> Walk:
        marks = sorted(sent if arrived is None else arrived)
        digest = "sha256:" + sha256("\n".join(marks).encode()).hexdigest()
        claims = {"day": "2026-03-01", "digest": digest, "count": len(marks), "repeated": 0}
        claims |= changes.pop("claims", {})
        detail = {
            "receivers": ["310101-bank"], "day": claims["day"], "digest": claims["digest"],
            "received": claims["count"], "repeated": claims["repeated"],
            "public": signer.public().raw.hex(),
            "signed": signer.sign(canonical(claims), typ=verify.COUNTS),
            "unknown": [], "denied": [], "undelivered": [],
        } | changes  # fmt: skip
        return walk.then("inquiries.reconcile", **detail)

    tell.sent, tell.walk = sent, walk
    return tell


def summed(walk: Walk) -> Verdict:
    verdict = Verdict()
    walk.procedure.sum_up(verdict)
    return verdict


def test_a_day_that_agrees_is_reconciled(told):
    found = summed(told())
    assert (found.reconciled, found.untold, found.differences) == (1, 0, ())


def test_a_day_on_which_nothing_was_sent_is_reconciled_too(told):
    found = summed(told([], claims={"day": "2026-03-02"}))
    assert (found.reconciled, found.differences) == (1, ())


def test_what_differs_is_told_if_it_was_entered(told):
    beside = "0190a000-0000-7000-8000-000000000009/" + "0" * 32
    one, two = told.sent
    answered = [
        {"message": m.split("/")[0], "inquiry": m.split("/")[1], "outcome": outcome}
        for m in sent_on_any_day(told.walk)
        for outcome in (["FOUND"] if verify._mark(m) == one else ["NO_ANSWER"])
    ]
    told.walk.then("inquiries.receive", replies=[*answered, {"outcome": "FOUND"}])
    found = summed(told([beside], unknown=[beside], denied=[one], undelivered=[two]))
    assert found.differences == (verify.Difference("2026-03-01", ("310101-bank",), 1, 1),)
    again = summed(told([one, beside], unknown=[beside], undelivered=[two]))
    assert again.differences == (verify.Difference("2026-03-01", ("310101-bank",), 1, 0),)
    with says("登记的对账差异与台账所载的反馈不符"):
        told([one], denied=[two])
    with says("登记的对账差异与台账所载的反馈不符"):
        told([two], undelivered=[one])
    quiet = summed(told([one], undelivered=[two]))
    assert (quiet.differences, quiet.reconciled) == ((), 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"receivers": ["310101-bank", "310101-tax"]}, "对账单不是协议所登记的密钥签署的"),
        ({"day": "2026-03-02"}, "登记的对账结果不是部门所签署的"),
        ({"digest": "sha256:0"}, "登记的对账结果不是部门所签署的"),
        ({"received": 9}, "登记的对账结果不是部门所签署的"),
        ({"repeated": 1}, "登记的对账结果不是部门所签署的"),
        ({"unknown": ["x/y"]}, "台账所载的查询与部门签署的对账单不符,且差异没有登记"),
        ({"denied": ["x/y"]}, "登记的对账差异与台账所载的查询不符"),
        ({"undelivered": ["x/y"]}, "登记的对账差异与台账所载的查询不符"),
        ({"claims": {"count": 3}}, "台账所载的查询与部门签署的对账单不符,且差异没有登记"),
        (
            {"claims": {"digest": "sha256:0"}, "digest": "sha256:0"},
            "台账所载的查询与部门签署的对账单不符,且差异没有登记",
        ),
    ],
)
def test_a_day_that_was_entered_wrongly_does_not_hold(told, changes, reason):
    with says(reason):
        told(**changes)


def test_what_is_known_is_not_told_as_unknown(told):
    with says("登记的对账差异与台账所载的查询不符"):
        told(unknown=told.sent[:1])


def test_a_key_that_was_not_agreed_on_signs_no_count(told, tmp_path):
    other = generate_key(tmp_path / "other.pem")
    with says("对账单不是协议所登记的密钥签署的"):
        told(signer=other)
    told.walk.then("agencies.agree", division="310101", source="bank", keys=[other.public().kid])
    assert summed(told(signer=other)).reconciled == 1
    assert summed(told()).reconciled == 1  # the key before counts on
    told.walk.then("agencies.agree", division="310101", source="bank")


def test_a_count_without_its_signature_is_none(told):
    with says("对账单的签名不成立"):
        told(signed=re_signed(told))


def re_signed(told: Any) -> str:
    """Return what the bank would sign, under the signature of something else."""
    kept: list[str] = []
    procedure = told.walk.procedure
    real = Procedure.reconcile

    def reconcile(self: Procedure, case: str, detail: dict[str, Any]) -> None:
        kept.append(detail["signed"])

    verify._STEPS["inquiries.reconcile"] = reconcile
    try:
        told()
        told(["x/y"])
    finally:
        verify._STEPS["inquiries.reconcile"] = real
    assert procedure.told == {}
    return ".".join([*kept[0].split(".")[:2], kept[1].split(".")[2]])


def test_days_well_over_of_which_nothing_was_told_are_counted(told):
    assert summed(told.walk).untold == 0
    told.walk.at += DAY
    told.walk.then("cases.declare", digest="sha256:x")
    assert summed(told.walk).untold == 0  # it may still be told
    told.walk.at += DAY
    told.walk.then("cases.declare", digest="sha256:x")
    assert summed(told.walk).untold == 1
    assert summed(told()).untold == 0


def test_a_message_belongs_to_the_day_on_which_it_was_written_in_china(walk):
    midnight = datetime(2026, 3, 1, 16, tzinfo=UTC)
    last = walk.message(["inquiry"], midnight - timedelta(milliseconds=1))
    first = walk.message(["inquiry"], midnight)
    one = {
        "inquiry": "inquiry",
        "authorization": "auth",
        "member": "a",
        "items": ["tax.amount_fen"],
    }
    walk.inquires([one], [last, first])
    first_of_march = datetime(2026, 3, 1, tzinfo=UTC).toordinal() - verify.EPOCH
    assert {on: list(walk.procedure._sent_on(*on)) for on in walk.procedure.days} == {
        ("310101-bank", first_of_march): [f"{last['message']}/inquiry"],
        ("310101-bank", first_of_march + 1): [f"{first['message']}/inquiry"],
    }


def test_a_mark_names_the_message_and_hides_the_inquiry():
    hidden = sha256(b"inquiry").hexdigest()[:32]
    assert verify._mark(f"{MESSAGE}/inquiry") == f"{MESSAGE}/{hidden}"


# ------------------------------------------------------------------ the words


def test_the_verdict_is_told_in_words():
    assert verify.told(Verdict(3, 1, (), 2)) == (
        "台账成立(公钥取自导出文件,未用所持公钥核对):3 条,1 个检查点,见证 无;"
        "2 次查询都在申报和有效授权之后。"
    )
    whole = Verdict(
        3, 1, ("甲", "乙"), 2, held=(NAME, "乙"), erased=4, reconciled=5, untold=6,
        differences=(verify.Difference("2026-03-01", ("a", "b"), 7, 8),),
    )  # fmt: skip
    assert verify.told(whole).split("\n") == [
        "台账成立:3 条,1 个检查点,见证 甲(公钥取自导出文件)、乙;2 次查询都在申报和有效授权之后。",
        "4 个案件的资料已经两人办理销毁,留有回执。",
        "与部门对账 5 个来源日,6 个没有对账单。",
        "对账不符:2026-03-01 a、b,台账之外的查询 7 次,已答复而对账单上没有 8 次。",
    ]
    assert len(verify.told(Verdict(untold=1)).split("\n")) == 2
    assert len(verify.told(Verdict(reconciled=1)).split("\n")) == 2
    assert verify.told(Verdict(first_bad=0, reason="序号不连续")) == (
        "台账不成立:自第 0 条起;序号不连续。"
    )


# ------------------------------------------------------------------ whole exports


def export(
    size: int, *, marks: tuple[int, ...] = (), begun: int = 0, roots: Any = None
) -> list[bytes]:
    """Write an export of `size` entries with a checkpoint at each of `marks` and at the end."""
    frontier, previous, body, notes = Frontier(), "", [], []
    for index in range(size):
        content = f'{{"act":"x","index":{index + begun},"previous":"{previous}"}}'.encode()
        leaf = leaf_hash(content)
        previous = leaf.hex()
        frontier = frontier.append(leaf)
        body.append(f"{previous} ".encode() + content + b"\n")
        if index + 1 in marks or index + 1 == size:
            note = sign_checkpoint(NAME, frontier.size, frontier.root, PUBLIC, KEY.sign)
            notes.append(json.dumps({"checkpoint": note}).encode() + b"\n")
    told_key = {"name": NAME, "kind": verify.LOG, "public": base64.b64encode(PUBLIC).decode()}
    header = json.dumps({"format": verify.FORMAT, "keys": [told_key]}).encode() + b"\n"
    kept = [root.hex() for root in frontier.roots] if roots is None else roots
    closing = json.dumps({"size": frontier.size, "roots": kept}).encode() + b"\n"
    return [header, *notes, *body, closing]


@pytest.mark.parametrize(
    ("size", "marks"),
    [
        (1, ()),
        (7, (1, 2, 6)),
        (1023, (1022,)),
        (1024, ()),
        (1025, (1024,)),
        (3000, (1, 1024, 2049)),
    ],
)
def test_an_honest_export_holds_whatever_its_length(size, marks):
    found = verify.verify(export(size, marks=marks), held=[PUBLIC])
    assert (found.first_bad, found.reason) == (None, "")
    assert (found.entries, found.checkpoints, found.witnesses) == (size, len(marks) + 1, ())


def test_an_entry_that_was_changed_is_named_and_no_other():
    for place in (0, 5, 11):
        lines = export(12, marks=(4,))
        lines[3 + place] = lines[3 + place].replace(b'"act":"x"', b'"act":"y"')
        found = verify.verify(lines)
        assert (found.first_bad, found.reason) == (place, "内容与摘要不符")
        assert found.entries == place


def test_from_a_wrong_checkpoint_on_nothing_is_proven():
    whole, other = export(12, marks=(4, 8)), export(12, marks=(4, 8), begun=0)
    forged = sign_checkpoint(NAME, 8, bytes(32), PUBLIC, KEY.sign)
    other[2] = json.dumps({"checkpoint": forged}).encode() + b"\n"
    found = verify.verify(other)
    assert (found.first_bad, found.reason) == (4, "第 4 至 7 条不是签署过检查点的那些")
    seen = verify.Checkpoint.parse(sign_checkpoint(NAME, 13, bytes(32), PUBLIC, KEY.sign))
    found = verify.verify(whole, seen=[seen])
    assert (found.first_bad, found.reason) == (12, "有人见过 13 条,现在只有 12 条")
    bad = sign_checkpoint("b/ledger", 8, bytes(32), PUBLIC, KEY.sign)
    found = verify.verify(whole, seen=[verify.Checkpoint.parse(bad)])
    assert (found.first_bad, found.reason) == (8, "检查点不是本台账的密钥签署的")


def test_the_head_that_the_database_kept_is_held_against_the_entries():
    right = json.loads(export(11)[-1])["roots"]
    for place, first in ((0, 0), (1, 8), (2, 10)):
        wrong = [*right]
        wrong[place] = "00" * 32
        found = verify.verify(export(11, roots=wrong))
        assert (found.first_bad, found.reason) == (first, "条目与台账之首不符")
    for size, first in ((10, 10), (12, 11)):
        lines = export(11)
        lines[-1] = json.dumps({"size": size, "roots": right}).encode()
        found = verify.verify(lines)
        assert (found.first_bad, found.reason) == (first, "条数与台账之首不符")
    for differs, first in ((0, 0), (5, 5)):
        lines = export(11)
        lines[-1] = json.dumps({"size": 11, "roots": right, "differs": differs}).encode()
        found = verify.verify(lines)
        assert (found.first_bad, found.reason) == (first, "数据库的列与内容不符")


def test_numbers_that_do_not_follow_are_named():
    found = verify.verify(export(3, begun=1))
    assert (found.first_bad, found.reason) == (0, "序号不连续")
    lines = export(6)
    content = b'{"act":"x","index":4,"previous":"00"}'
    lines[2 + 4] = leaf_hash(content).hex().encode() + b" " + content + b"\n"
    found = verify.verify(lines)
    assert (found.first_bad, found.reason) == (3, "后一条不认这一条")
    content = b'{"index":0,"previous":""}'
    lines[2] = leaf_hash(content).hex().encode() + b" " + content + b"\n"
    found = verify.verify(lines)
    assert (found.first_bad, found.reason) == (0, "不是规范写法")


def test_an_export_that_breaks_off_names_where():
    lines = export(6)
    for kept, first in ((len(lines) - 1, 6), (5, 3), (3, 1)):
        found = verify.verify(lines[:kept])
        assert (found.first_bad, found.reason) == (first, "没有完整的结尾:文件在这里断了")
    assert verify.verify([*lines, b"{}\n"]).reason == "结尾之后还有内容"


def witnessed(lines: list[bytes], name: str, key: Ed25519PrivateKey) -> list[bytes]:
    """Add to an export a witness of its writer's own, as whoever writes the file can."""
    public = key.public_key().public_bytes_raw()
    header, note = json.loads(lines[0]), json.loads(lines[1])["checkpoint"]
    told_key = {"name": name, "kind": verify.WITNESS, "public": base64.b64encode(public).decode()}
    header["keys"].append(told_key)
    note += cosign(note, name, public, key.sign, BEGUN)
    one = json.dumps({"checkpoint": note}).encode() + b"\n"
    return [json.dumps(header).encode() + b"\n", one, *lines[2:]]


def test_the_verdict_says_whose_keys_it_rests_on():
    real, invented = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    held = [real.public_key().public_bytes_raw()]
    lines = witnessed(witnessed(export(3), "sh.example", real), "bj.example", invented)
    found = verify.verify(lines)
    assert (found.witnesses, found.held) == (("sh.example", "bj.example"), ())
    found = verify.verify(lines, held=[PUBLIC])
    assert found.held == (NAME,)
    assert "见证 sh.example(公钥取自导出文件)、bj.example(公钥取自导出文件)" in verify.told(found)
    found = verify.verify(lines, held=[PUBLIC], watching=held)
    assert (found.first_bad, found.held) == (None, (NAME, "sh.example"))
    assert verify.told(found).startswith("台账成立:")
    assert "见证 sh.example、bj.example(公钥取自导出文件);" in verify.told(found)
    found = verify.verify(lines, watching=held)
    assert found.held == ("sh.example",)
    assert verify.told(found).startswith("台账成立(公钥取自导出文件,未用所持公钥核对)")


def test_a_witness_whose_key_is_held_has_cosigned_or_the_ledger_does_not_hold():
    real, invented = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    held = [real.public_key().public_bytes_raw()]
    for lines in (export(3), witnessed(export(3), "sh.example", invented)):
        found = verify.verify(lines, held=[PUBLIC], watching=held)
        assert (found.first_bad, found.reason) == (0, "没有检查点经所持公钥的见证签署")


ALPHABET = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}+/"


def test_a_flipped_bit_is_noticed_wherever_it_lies():
    lines = export(11, marks=(4,))
    whole, before_entries = b"".join(lines), len(b"".join(lines[:3]))
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        try:
            found = verify.verify(io.BytesIO(damaged))
        except verify.Unreadable:
            assert place < before_entries, place
        else:
            assert found.first_bad is not None, damaged[max(place - 20, 0) : place + 20]


def test_a_signature_has_one_way_to_be_written():
    """The last letter of base64 has bits that say nothing; with others it would read the same."""
    note = json.loads(export(11, marks=(4,))[1])["checkpoint"]
    assert note.endswith("=\n")
    last = ALPHABET.index(note[-3])
    other = f"{note[:-3]}{ALPHABET[last ^ 1]}=\n"
    assert verify.Checkpoint.parse(note)
    with pytest.raises(verify.Unreadable):
        verify.Checkpoint.parse(other)


def test_a_head_that_names_too_few_roots_is_noticed():
    lines = export(11, roots=json.loads(export(11)[-1])["roots"][:2])
    found = verify.verify(lines)
    assert (found.first_bad, found.reason) == (10, "条目与台账之首不符")
