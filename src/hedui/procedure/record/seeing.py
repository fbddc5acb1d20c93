"""Acts by which somebody sees a case 查阅 and does nothing: what they see is no work of theirs."""

from uuid import UUID

from hedui.procedure.record.outcome import Refusal

# Asked by the guards and by an index; a test finds every act that is one.
SEEING = (
    "authorizations.consult",
    "authorizations.consult_proof",
    "authorizations.print_form",
    "cases.look",
    "commissions.break_glass",
    "objections.consult_exhibit",
    "papers.open_notice",
    "papers.print_form",
    "reports.consult",
)
IN_SQL = ", ".join(f"'{name}'" for name in SEEING)
TOO_MANY = "look: too many cases of others today"  # what the guard says


class TooManyLooks(Refusal):
    """
    The officer has seen as many cases today, that are not their own work, as they may.

    cases: that were to be seen
    """

    def __init__(self, cases: frozenset[UUID]) -> None:
        super().__init__(
            "今天查阅的、未经您办理的案件已达限额。确需查阅的,请打开该案件,选择理由后查阅,"
            "安全管理员会在下一个工作日内复核。"
        )
        self.cases = cases
