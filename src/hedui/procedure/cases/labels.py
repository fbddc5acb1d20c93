"""The words users read for what a household declares."""

from hedui.policy.vocabulary import vocabulary

RELATIONS = {
    "self": "本人",
    "spouse": "配偶",
    "child": "子女",
    "grandchild": "孙子女、外孙子女",
    "parent": "父母",
    "grandparent": "祖父母、外祖父母",
    "sibling": "兄弟姐妹",
    "other": "其他",
}


def to_applicant(relation: str) -> str:
    """Say who a member is to the applicant, where it could be read as who they are to another."""
    if relation == "self":
        return "申请人"
    return "申请人的其他家庭成员" if relation == "other" else f"申请人的{RELATIONS[relation]}"


# Guardians who do not live in the household, by what they are to the ward.
OUTSIDERS = {
    "parent": "父母",
    "grandparent": "祖父母、外祖父母",
    "sibling": "兄、姐",
    "spouse": "配偶",
    "child": "子女",
    "kin": "其他近亲属",
    "person": "其他个人",
    "committee": "居民委员会、村民委员会",
    "civil_affairs": "民政部门",
    "organisation": "其他组织",
}
MARITAL_STATUSES = {
    "single": "未婚",
    "married": "已婚",
    "widowed": "丧偶",
    "divorced": "离婚",
    "unknown": "未说明",
}
WORK_CAPACITIES = {"full": "有劳动能力", "partial": "部分丧失", "none": "无劳动能力"}
STUDENTS = {
    "none": "否",
    "compulsory": "义务教育",
    "senior": "高中(中职)",
    "college": "本专科",
    "postgraduate": "研究生",
}
DISABILITIES = {
    "vision": "视力",
    "hearing": "听力",
    "speech": "言语",
    "limb": "肢体",
    "intellectual": "智力",
    "mental": "精神",
    "multiple": "多重",
}
INCOME_CLASSES = {
    "wage": "工资性收入",
    "business": "经营净收入",
    "property": "财产净收入",
    "transfer": "转移净收入",
}
INCOME_KINDS = {
    "wage": {"salary": "工资", "bonus": "奖金", "labour_service": "劳务报酬"},
    "business": {"self_employed": "个体经营", "farm": "种养殖", "company": "企业经营"},
    "property": {
        "rent": "租金",
        "interest": "利息",
        "dividend": "股息红利",
        "land_transfer": "土地流转",
    },
    "transfer": {
        "pension": "养老金",
        "basic_resident_pension": "城乡居民基础养老金",
        "unemployment_benefit": "失业保险金",
        "maintenance_received": "赡养(抚养、扶养)费",
        "preferential_treatment": "优待抚恤金",
        "family_planning_award": "计划生育奖励扶助金",
        "heroism_award": "见义勇为奖励",
        "scholarship": "奖(助)学金",
        "social_assistance": "社会救助金",
        "agricultural_subsidy": "农业补贴",
        "donation": "捐赠",
        "other": "其他转移性收入",
    },
}
EXPENSE_KINDS = {
    "medical": "医疗",
    "education": "教育",
    "rent": "房租",
    "disability_care": "残疾照料",
    "maintenance_paid": "支付的赡养(抚养)费",
    "living": "基本生活",
}
ASSET_CLASSES = {
    "deposit": "存款",
    "security": "有价证券",
    "insurance": "商业保险",
    "provident_fund": "住房公积金",
    "vehicle": "车辆",
    "real_estate": "房产",
    "business": "市场主体",
    "debt_claim": "债权",
}
ASSET_KINDS = {
    "deposit": {"bank": "银行存款", "payment_account": "支付账户余额"},
    "security": {"stock": "股票", "fund": "基金", "bond": "债券"},
    "insurance": {"cash_value": "现金价值"},
    "provident_fund": {},
    "vehicle": {
        "car": "小汽车",
        "commercial": "营运车辆",
        "motorcycle": "摩托车",
        "disability_scooter": "残疾人代步车",
        "farm_machine": "农用机械",
        "vessel": "船舶",
    },
    "real_estate": {
        "residence": "住宅",
        "shop": "商铺",
        "office": "办公",
        "garage": "车库(车位)",
        "homestead": "宅基地房屋",
        "ancestral": "祖屋",
    },
    "business": {"company": "公司", "sole_trader": "个体工商户", "cooperative": "合作社"},
    "debt_claim": {},
}
SELF_CARES = vocabulary()["self_cares"]
ABSENCES = vocabulary()["absences"]
BUSINESS_ROLES = vocabulary()["business_roles"]
FIELDS = {
    "programme": "救助项目",
    "division": "行政区划",
    "applied_on": "申请日期",
    "members": "家庭成员",
    "obligors": "赡养(抚养、扶养)义务人",
    "key": "成员代号",
    "name": "姓名",
    "id_number": "公民身份号码",
    "relation": "与申请人关系",
    "birth_date": "出生日期",
    "sex": "性别",
    "marital_status": "婚姻状况",
    "employed": "是否就业",
    "work_capacity": "劳动能力",
    "self_care": "生活自理能力",
    "disability": "残疾",
    "category": "残疾类别",
    "grade": "残疾等级",
    "serious_illness": "是否重病",
    "student": "在读情况",
    "single_parent": "单亲家庭成员",
    "graduated_on": "毕业日期",
    "no_earnings_shown": "已证明没有收入",
    "absence": "不在家中",
    "since": "自",
    "reason": "情形",
    "incomes": "收入",
    "expenses": "支出",
    "assets": "财产",
    "authorization": "授权",
    "class": "类别",
    "kind": "种类",
    "amount": "金额",
    "from": "起",
    "to": "止",
    "costs": "成本",
    "tax": "已缴税款",
    "social_insurance": "个人缴纳社保",
    "value": "价值",
    "as_of": "截止日期",
    "purchase_price": "购置价",
    "purchased_on": "购置日期",
    "floor_area": "建筑面积(平方米)",
    "share": "份额",
    "use": "用途",
    "insured_value": "车损险保额",
    "role": "身份",
    "employees": "雇工人数",
    "employing_months": "雇工月数",
    "profit": "年利润",
    "started_on": "就业日期",
    "exempt": "不计算的情形",
    "major_disaster": "遭受重大灾害",
    "dibao_benefit": "已领最低生活保障金",
    "leaving": "退出",
    "decided_on": "确认日期",
    "signed_on": "签署日期",
    "form": "授权书文本",
    "evidence": "签署件",
    "items": "查询项",
    "valid_until": "有效期至",
    "guardian": "监护人",
    "supports": "赡养(抚养)对象",
    "household_size": "家庭人数",
    "household_income": "家庭收入",
    "agreed_amount": "约定金额",
    "children_of_supported": "子女数",
}


def field_label(path: str) -> str:
    """Turn `members/0/incomes/1/amount` into 家庭成员第1位·收入第2项·金额."""
    words: list[str] = []
    for part in path.split("/"):
        if part.isdigit():
            words[-1] += f"第{int(part) + 1}{'位' if words[-1] == '家庭成员' else '项'}"
        else:
            words.append(FIELDS.get(part, part))
    return "·".join(words)


def declared_label(part: str) -> str:
    """Turn `incomes.transfer.pension` or `assets.debt_claim` into the word for it."""
    side, class_, *kind = part.split(".")
    classes, kinds = (
        (INCOME_CLASSES, INCOME_KINDS) if side == "incomes" else (ASSET_CLASSES, ASSET_KINDS)
    )
    word = classes[class_]
    return kinds[class_].get(kind[0], word) if kind and kind[0] != "other" else word
