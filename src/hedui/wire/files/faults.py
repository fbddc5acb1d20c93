"""
Name what can be wrong with a file or a row of it, each with one remedy (差错分类).

A fault is told to the office that sent the file by the number of its row, never by what stood in
it. Nothing is repaired here: a row with a fault says nothing about anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Fault:
    """
    One kind of fault: what is said, what to do about it.

    whole: the file as a whole is not taken; settled: there is nothing to do about it
    """

    said: str
    remedy: str
    whole: bool = False
    settled: bool = False


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        # ---- the file
        "manifest": Fault("清单文件不能识读", "请按《批量交换文件》重新生成清单", whole=True),
        "signature": Fault("清单的签名不成立", "请用登记的密钥重新签名", whole=True),
        "partner": Fault("清单不是这个部门发给本机构的", "请核对发送方、接收方标识", whole=True),
        "unknown_request": Fault(
            "清单所答的请求文件本机构没有发出过", "请核对请求文件编号", whole=True
        ),
        "name": Fault(
            "文件名不合规定,或者没有清单,未被阅看", "请按《批量交换文件》命名并附清单", whole=True
        ),
        "missing_table": Fault("清单所列的数据文件不在", "请重新放入数据文件和清单", whole=True),
        "digest": Fault(
            "数据文件与清单的摘要不符(不完整或被改动)", "请重新传送数据文件和清单", whole=True
        ),
        "count": Fault("数据行数与清单不符", "请重新导出并生成清单", whole=True),
        "empty": Fault(
            "文件中没有数据行", "没有记录的也要逐人写明“无记录”,请补全后重报", whole=True
        ),
        "too_large": Fault("文件过大", "请分成几个文件报送", whole=True),
        "encoding": Fault(
            "文字编码与所述不符", "请存为 UTF-8 或 GB18030,并在清单中写明", whole=True
        ),
        "encoding_ambiguous": Fault("文字编码不能确定", "请存为 UTF-8 后重报", whole=True),
        "csv": Fault("不是可以识读的 CSV", "请另存为 CSV(逗号分隔)后重报", whole=True),
        "workbook": Fault("不是可以识读的 XLSX 工作簿", "请另存为 .xlsx(不带宏)后重报", whole=True),
        "no_column": Fault("缺少必需的列", "请对照请求文件补上该列", whole=True),
        "column_twice": Fault("同一列出现了两次", "请只保留一列", whole=True),
        "unit_unclear": Fault(
            "金额列没有写明单位", "请把列名写成“…(元)”,或用目录的英文项名(分)", whole=True
        ),
        "unordered": Fault("同一查询的各行相距太远", "请按查询编号排序后重报", whole=True),
        # ---- a row
        "columns": Fault("列数与表头不符", "请检查该行是否多了或少了逗号、引号"),
        "reference": Fault("没有查询编号,或者不是查询编号", "请照请求文件填写查询编号"),
        "not_asked": Fault("这个请求文件没有问过的查询编号", "请删去该行;该行未被阅看"),
        "twice": Fault("同一查询的同一条出现了两次", "请删去重复的行后重报"),
        "rows_differ": Fault("同一查询各行的姓名、号码、结果等不一致", "请改为一致后重报"),
        "incomplete": Fault("同一查询的条数不齐", "请核对“第几条、共几条”,补齐后重报"),
        "number_damaged": Fault(
            "公民身份号码被表格软件改成了数字", "请把该列设为文本格式,从原系统重新导出"
        ),
        "apostrophe": Fault("单元格以撇号开头", "请去掉撇号,把该列设为文本格式后重新导出"),
        "date_serial": Fault(
            "日期被表格软件改成了序号", "请把该列设为文本格式(2024-07-31)后重新导出"
        ),
        "day": Fault("数据截至不是可以识读的日期", "请写成 2024-07-31"),
        "text_as_number": Fault("文字被表格软件改成了数字", "请把该列设为文本格式后重新导出"),
        "formula": Fault("单元格是公式", "请粘贴为数值后重报"),
        "amount": Fault("金额不是至多两位小数的元", "请改为如 1234.56 的写法"),
        "value": Fault("有的值不符合目录的规定", "请对照目录改正后重报"),
        "outcome": Fault(
            "结果一栏不能识读,或者与同一行的内容不符",
            "请填写:有记录、无记录、部分、暂不能答复、不予答复;没有记录的行不填各项内容",
        ),
        "another_person": Fault("答复的是另一人的信息", "该行未被采用;请核对姓名和号码"),
        "unusable": Fault("答复不能识读", "请对照请求文件改正后重报"),
        "unavailable": Fault("部门暂不能答复", "可以在期限内另报一个文件"),
        # ---- nothing to mend
        "answered": Fault("此前已经答复过", "不必处理;以第一次答复为准", settled=True),
        "over": Fault("案件已经结束并销毁", "不必处理;该行未被阅看", settled=True),
    }
)


class FileFault(Exception):
    """A file that is not taken as a whole; `where` names a column or a row, no value."""

    def __init__(self, code: str, where: str = "") -> None:
        self.code, self.where = code, where
        super().__init__(code)

    @property
    def said(self) -> str:
        """Return one sentence: what is wrong and what to do."""
        fault = FAULTS[self.code]
        place = f"({self.where})" if self.where else ""
        return f"{fault.said}{place}。{fault.remedy}。"
