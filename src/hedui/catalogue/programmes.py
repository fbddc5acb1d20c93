"""The programmes of aid (救助项目) that may be asked for, by the names that travel in messages."""

from collections.abc import Mapping
from types import MappingProxyType

PROGRAMMES: Mapping[str, str] = MappingProxyType(
    {
        "dibao": "最低生活保障",
        "dibao_edge": "低保边缘家庭",
        "tekun": "特困人员救助供养",
        "rigid_expenditure": "刚性支出困难家庭",
        "low_income": "城市低收入家庭",
        "temporary_aid": "临时救助",
        "housing": "住房救助",
        "medical_aid": "医疗救助",
        "education_aid": "教育救助",
    }
)
