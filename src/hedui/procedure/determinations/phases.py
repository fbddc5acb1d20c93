"""
The course, as the database holds it 阶段: in which phases of a case a step may be taken at all.

A state is told from rows, clocks and local terms; a phase from rows alone, so that a guard can ask
for it. Each state is in one phase, and a phase lets by what any of its states does: so the guards
refuse no step that the table of states allows, whatever the place's terms are. `course.sql` is
what `as_sql` writes from the table; a test compares.
"""

from hedui.procedure.cases.models import Step
from hedui.procedure.determinations.states import COURSE, State

PHASES = {
    "open": ("declaring", "authorizing"),
    "supplement": ("supplementing", "lapsed"),
    "supply": ("accepting",),
    "turn_down": ("refusing",),
    "confirm_turning_down": ("turned_down",),
    "verifying": ("verifying", "examining", "signing"),
    "reviewing": ("reviewing",),
    "issued": (
        "delivering",
        "objecting",
        "determining",
        "announcing",
        "publishing",
        "protested",
        "confirming",
    ),
    "granted": ("granted",),
    "paying": ("paying", "rechecking"),
    "refused": ("refused",),
    "informed": ("informed",),
    "stopping": ("stopping",),
    "phasing_out": ("phasing_out", "ending"),
    "stopped": ("stopped",),
    "receiving": ("receiving",),
    "settled": ("settled",),
    "archived": ("archived",),
}
PHASE_OF = {state: phase for phase, states in PHASES.items() for state in states}

OBJECTION_OPEN = """EXISTS (SELECT 1 FROM objections_contested t
                     JOIN objections_objection o ON o.id = t.objection_id
                     JOIN reports_report r ON r.id = o.report_id
                     JOIN commissions_commission c ON c.id = r.commission_id
                     WHERE c.case_id = NEW.case_id
                       AND NOT EXISTS (SELECT 1 FROM objections_resolution s
                                       WHERE s.contested_id = t.id))"""
# The phase of the case of a new step; the same text for both databases.
PHASE = f"""CASE
    WHEN EXISTS (SELECT 1 FROM cases_step s WHERE s.case_id = NEW.case_id AND s.kind = 'archive')
    THEN 'archived'
    WHEN NOT EXISTS (SELECT 1 FROM commissions_commission c WHERE c.case_id = NEW.case_id)
    THEN COALESCE((SELECT NULLIF(s.kind, 'accept') FROM cases_step s
                   WHERE s.case_id = NEW.case_id AND s.kind IN
                     ('supplement', 'supply', 'accept', 'turn_down', 'confirm_turning_down')
                   ORDER BY s.id DESC LIMIT 1), 'open')
    ELSE COALESCE(
      (SELECT CASE s.word WHEN 'granted' THEN 'receiving' ELSE 'settled' END FROM cases_step s
       WHERE s.kind = 'hear'
         AND s.about = (SELECT c.id FROM commissions_commission c WHERE c.case_id = NEW.case_id
                        ORDER BY c.commissioned_at DESC, c.id DESC LIMIT 1)
       ORDER BY s.id DESC LIMIT 1),
      (SELECT CASE
         WHEN d.outcome = 'refuse' AND EXISTS (SELECT 1 FROM cases_step s
              WHERE s.about = d.id AND s.kind = 'notify') THEN 'informed'
         WHEN d.outcome = 'refuse' THEN 'refused'
         WHEN d.outcome = 'stop' AND EXISTS (SELECT 1 FROM cases_step s
              WHERE s.about = d.id AND s.kind = 'end') THEN 'stopped'
         WHEN d.outcome = 'stop' AND EXISTS (SELECT 1 FROM cases_step s
              WHERE s.about = d.id AND s.kind = 'phase_out') THEN 'phasing_out'
         WHEN d.outcome = 'stop' THEN 'stopping'
         WHEN EXISTS (SELECT 1 FROM cases_step s WHERE s.about = d.id AND s.kind = 'pay')
         THEN 'paying' ELSE 'granted' END
       FROM determinations_determination d
       WHERE d.confirmed_at IS NOT NULL
         AND NOT (d.outcome IN ('refuse', 'stop')
           AND ({OBJECTION_OPEN}
                OR EXISTS (SELECT 1 FROM reports_report r
                           JOIN reports_report n ON n.commission_id = r.commission_id
                           WHERE r.id = d.report_id AND n.version > r.version)))
         AND d.id = (SELECT x.id FROM determinations_determination x
                     JOIN reports_report r ON r.id = x.report_id
                     JOIN commissions_commission c ON c.id = r.commission_id
                     WHERE c.case_id = NEW.case_id ORDER BY x.id DESC LIMIT 1)
         AND (SELECT r.commission_id FROM reports_report r WHERE r.id = d.report_id)
             = (SELECT c.id FROM commissions_commission c WHERE c.case_id = NEW.case_id
                ORDER BY c.commissioned_at DESC, c.id DESC LIMIT 1)),
      CASE
        WHEN {OBJECTION_OPEN} THEN 'reviewing'
        WHEN 'issued' = (SELECT r.status FROM reports_report r
                         WHERE r.commission_id =
                           (SELECT c.id FROM commissions_commission c WHERE c.case_id = NEW.case_id
                            ORDER BY c.commissioned_at DESC, c.id DESC LIMIT 1)
                         ORDER BY r.version DESC LIMIT 1) THEN 'issued'
        ELSE 'verifying' END)
    END"""


def allowed(kind: Step.Kind) -> list[str]:
    """Return the phases in which a step may be taken, in the order of the course."""
    phases = [PHASE_OF[state.name] for state in COURSE if _allows(state, kind)]
    return list(dict.fromkeys(phases))


def _allows(state: State, kind: Step.Kind) -> bool:
    return state.allows(f"determinations.{kind.value}")


def as_sql() -> str:
    """Write the condition that a new step does not fit the phase of its case."""
    pairs = [
        ", ".join(f"'{kind.value} {phase}'" for phase in phases)
        for kind in Step.Kind
        if (phases := allowed(kind))
    ]
    listed = ",\n    ".join(pairs)
    return f"NEW.kind || ' ' || {PHASE} NOT IN (\n    {listed})\n"
