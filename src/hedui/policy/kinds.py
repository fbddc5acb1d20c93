"""Kinds (种类): the codes that a case may be written in, as the case format fixes them."""

from collections.abc import Mapping
from typing import Final

INCOME_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "wage": ("salary", "bonus", "labour_service"),
    "business": ("self_employed", "farm", "company"),
    "property": ("rent", "interest", "dividend", "land_transfer"),
    "transfer": (
        "pension",
        "basic_resident_pension",
        "unemployment_benefit",
        "maintenance_received",
        "preferential_treatment",
        "family_planning_award",
        "heroism_award",
        "scholarship",
        "social_assistance",
        "agricultural_subsidy",
        "donation",
        "other",
    ),
}
EXPENSE_KINDS: Final = (
    "medical",
    "education",
    "rent",
    "disability_care",
    "maintenance_paid",
    "living",
)
ASSET_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "deposit": ("bank", "payment_account"),
    "security": ("stock", "fund", "bond"),
    "insurance": ("cash_value",),
    "provident_fund": (),
    "vehicle": ("car", "commercial", "motorcycle", "disability_scooter", "farm_machine", "vessel"),
    "real_estate": ("residence", "shop", "office", "garage", "homestead", "ancestral"),
    "business": ("company", "sole_trader", "cooperative"),
    "debt_claim": (),
}
RELATIONS: Final = (
    "self",
    "spouse",
    "child",
    "grandchild",
    "parent",
    "grandparent",
    "sibling",
    "other",
)
STAGES: Final = ("none", "compulsory", "senior", "college", "postgraduate")
DISABILITIES: Final = (
    "vision",
    "hearing",
    "speech",
    "limb",
    "intellectual",
    "mental",
    "multiple",
)
EXEMPTIONS: Final = (
    "tekun",
    "dibao",
    "elderly_dibao",
    "severe_disability",
    "in_custody",
    "missing",
    "incapable",
    "expenditure_driven",
    "elderly_low_income",
    "unenforceable",
)
"""Why somebody is not held to owe maintenance (不计算赡养费的义务人)."""
ABSENCES: Final = ("custody", "rehabilitation", "missing", "religious", "conscript")
"""Why somebody of the family may be no member (不计入共同生活的家庭成员)."""
BUSINESS_ROLES: Final = ("owner", "legal_representative", "shareholder", "member")
LEAVINGS: Final = ("pension", "graduate", "agency_job", "disabled_job", "other")
"""Why a household leaves Dibao (退出原因)."""
COUNTED: Final = frozenset({"vehicle", "real_estate", "business"})
"""Assets that are counted by piece; all others need a value."""
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "relation": RELATIONS,
    "sex": ("male", "female"),
    "student": STAGES,
    "work_capacity": ("full", "partial", "none"),
    "self_care": ("full", "partial", "none"),
}
